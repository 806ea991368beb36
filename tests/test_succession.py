"""Succession: one school, whatever its URN was, whichever side of a link says so."""

import csv
import subprocess
import sys
from collections.abc import Iterable, Sequence
from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlmodel import Session

from destinations.outcomes.outstanding_returns import outstanding_returns
from destinations.recording import record_submission
from destinations.summarising import summarise, summary_rows
from imports.sender_school import school_of_sender
from models.database import insert_all
from models.facts.succession import school_chain, successor_among, successors_from
from models.handoffs.normalised import NormalisedSubmission, SubmissionMetadata
from models.places import InstitutionLink
from models.vocabulary import LeavingStage, SubmissionKind
from tests.builders.record import Record, a_moment
from tests.builders.rows import a_row
from tests.test_cli import Run, written
from tests.test_cli import run as run  # a fixture

SIDES = ("old", "new", "both")
Succession = tuple[str, str, str]  # the URN before, the URN after, and the words of GIAS for how


def links(successions: Iterable[Succession], sides: Iterable[str]) -> list[dict[str, str]]:
    """The lines of a links file, each succession written under the URNs that are named."""
    lines = []
    for (old, new, how), side in zip(successions, sides, strict=True):
        if side in ("old", "both"):
            lines.append({"urn": old, "linked_urn": new, "kind": f"Successor{how}"})
        if side in ("new", "both"):
            lines.append({"urn": new, "linked_urn": old, "kind": f"Predecessor{how}"})
    return [dict(line) for line in {tuple(line.items()): None for line in lines}]


def linked(session: Session, successions: Sequence[Succession], sides: Sequence[str]) -> None:
    insert_all(session, InstitutionLink, links(successions, sides))


@pytest.mark.slow
def test_a_cohort_counts_once_whichever_urn_its_link_is_written_under(
    run: Run, tmp_path: Path
) -> None:
    """Three schools changed their URN after the first wave; each has the same two leavers twice."""
    schools = {side: (f"90010{n}", f"90020{n}") for n, side in enumerate(SIDES)}
    institutions, members = ["URN,EstablishmentName"], ["urn,hub,joined_on,left_on"]
    for old, new in schools.values():
        institutions += [f"{old},Firle School", f"{new},Firle Academy"]
        members += [f"{old},Downs,2020-09-01,2024-12-31", f"{new},Downs,2025-01-01,"]
    of_gias = ["URN,LinkURN,LinkType"]
    for side, (old, new) in schools.items():
        of_gias += [",".join(line.values()) for line in links([(old, new, "")], [side])]
    for name, lines in (("all", institutions), ("members", members), ("links", of_gias)):
        (tmp_path / f"{name}.csv").write_text("\n".join(lines))
    assert run("setup").code == 0
    registered = run(
        *("register", "--institutions", tmp_path / "all.csv"),
        *("--members", tmp_path / "members.csv", "--links", tmp_path / "links.csv"),
    )
    assert registered.code == 0
    drawn = "Surname | Forename | Date of Birth | Destination"
    for (old, new), names in zip(schools.values(), ("Ash", "Elm", "Yew"), strict=True):
        rows = f"{names}by | Ada | 14/09/2007 | 6th form\n{names}ton | Bo | 30/01/2008 | 6th form"
        for urn, wave, sent_on in ((old, 1, "2024-11-05"), (new, 2, "2025-11-05")):
            book = written(tmp_path, f"{urn}.xlsx", f"{drawn}\n{rows}")
            about = ("--cohort", "2023/24", "--stage", "Y11", "--wave", wave, "--sent-on", sent_on)
            assert run("submit", book, "--school", urn, *about).code == 0

    for flow in ("intake", "publish"):  # each in a process of its own, for Prefect's sake
        command = [Path(sys.executable).parent / "destinations", "run", flow]
        subprocess.run([*command, "--today", "2025-11-10"], check=True, capture_output=True)

    leavers = list(csv.DictReader(StringIO(run("export", "leavers").out)))
    assert len(leavers) == len({line["person"] for line in leavers}) == 6
    summary = list(csv.DictReader(StringIO(run("export", "summary").out)))
    counted = {
        (line["urn"], line["wave"]): (line["leavers"], line["known"])
        for line in summary
        if line["wave"] in ("1", "2") and line["breakdown"] == "all"
    }
    expected = {(new, wave): ("2", "2") for _, new in schools.values() for wave in ("1", "2")}
    assert counted == expected | {("", wave): ("6", "6") for wave in ("1", "2")}


# What one school became, drawn as "before > after", and the whole of each one's chain.
CHAINS = """
    links                             | of | chain
    a>b                               | a  | a b
    a>b                               | b  | b a
    a>b b>c                           | a  | a b c
    a>b b>c                           | b  | b a c
    a>c b>c                           | a  | a c
    a>c b>c                           | c  | c a b
    a>b a>c                           | b  | b a
    a>b a>c                           | a  | a b c
    a>b b>a                           | a  | a b
    a>b b>c c>a                       | b  | b a c
    a>b                               | c  | c
"""
URNS = {"a": "100001", "b": "100002", "c": "100003"}
HOWS = ("", " - merged", " - amalgamated", " - Split School")


def drawn_links(drawn: str, how: str) -> list[Succession]:
    pairs = (pair.split(">") for pair in drawn.split())
    return [(URNS[old], URNS[new], how) for old, new in pairs]


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("drawn", CHAINS.strip().splitlines()[1:])
def test_a_chain_is_the_same_from_either_side(session: Session, drawn: str, side: str) -> None:
    pairs, urn, chain = (cell.strip() for cell in drawn.split("|"))
    successions = drawn_links(pairs, "")
    linked(session, successions, [side] * len(successions))
    assert school_chain(session, URNS[urn]) == tuple(URNS[letter] for letter in chain.split())


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("how", HOWS)
def test_every_wording_of_a_succession_is_one(session: Session, how: str, side: str) -> None:
    linked(session, drawn_links("a>b", how), [side])
    assert school_chain(session, URNS["b"]) == (URNS["b"], URNS["a"])
    assert (
        successor_among(URNS["a"], successors_from(session, [URNS["a"]]), {URNS["b"]}) == URNS["b"]
    )


@pytest.mark.parametrize(
    "kind",
    [
        *("Result of Amalgamation", "Sixth Form Centre Link", "Sixth Form Centre School"),
        *("Other", "Expansion", "Closure", "Merged - change in age range"),
    ],
)
def test_a_link_that_says_not_who_came_first_joins_no_leavers(session: Session, kind: str) -> None:
    both = [("100001", "100002"), ("100002", "100001")]
    rows = [{"urn": urn, "linked_urn": other, "kind": kind} for urn, other in both]
    insert_all(session, InstitutionLink, rows)
    assert school_chain(session, "100001") == ("100001",)
    assert successors_from(session, ["100001"]) == {}


# Heirs: links, who is a member, whose leavers; and the member with whom they count.
HEIRS = """
    links       | members | of | heir
    a>b         | b       | a  | b
    a>b         | a b     | a  | a
    a>b b>c     | c       | a  | c
    a>b b>c     | b c     | a  | b
    a>b a>c     | b c     | a  | none
    a>b a>c     | b       | a  | b
    a>b b>a     | c       | a  | none
    a>b         | a       | b  | none
"""


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("drawn", HEIRS.strip().splitlines()[1:])
def test_a_sheet_goes_where_its_leavers_are_counted(
    session: Session, drawn: str, side: str
) -> None:
    pairs, members, urn, expected = (cell.strip() for cell in drawn.split("|"))
    hub = Record(session)
    for letter, number in URNS.items():
        hub.school(number, hub="Downs" if letter in members else None)
    hub.said(hub.leaver(hub.cohort(URNS[urn], 2024), URNS[urn]), "230")
    successions = drawn_links(pairs, "")
    linked(session, successions, [side] * len(successions))
    day = date(2026, 3, 1)
    member = URNS.get(expected)
    assert school_of_sender(session, URNS[urn], [day]) == member
    counted = {line.urn for line in summarise(session, today=day)} - {""}
    assert counted == {member or URNS[urn]}


SUCCESSIONS = st.lists(
    st.tuples(st.sampled_from("abc"), st.sampled_from("abc"), st.sampled_from(HOWS)).filter(
        lambda succession: succession[0] != succession[1]
    ),
    max_size=4,
    unique_by=lambda succession: succession[:2],
).map(lambda drawn: [(URNS[old], URNS[new], how) for old, new, how in drawn])


@given(st.data())
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_written_from_either_side_or_both_the_summary_is_the_same(
    hubs: "Hubs", data: st.DataObject
) -> None:
    successions = data.draw(SUCCESSIONS)
    members = data.draw(st.sets(st.sampled_from(sorted(URNS.values()))))
    senders = data.draw(st.lists(st.sampled_from(sorted(URNS.values())), min_size=1, max_size=3))
    sides = data.draw(
        st.lists(st.sampled_from(SIDES), min_size=len(successions), max_size=len(successions))
    )
    both = hubs.summary(successions, ["both"] * len(successions), members, senders)
    assert hubs.summary(successions, sides, members, senders) == both


def a_sheet(hub: Record, urn: str, sent_on: date) -> SubmissionMetadata:
    """A leaver sheet of the Year 11 of 2023/24, received and not yet recorded."""
    about = {"academic_year": 2023, "leaving_stage": "Y11", "wave": 1}
    number = hub.submission(urn, kind="leavers", sent_on=sent_on, stage="validated", **about)
    return SubmissionMetadata(
        number, urn, sent_on, SubmissionKind.LEAVERS, 2023, LeavingStage.Y11, 1
    )


class Hubs:
    """One made-up hub after another, each in a database that is left as it was."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def summary(
        self,
        successions: Sequence[Succession],
        sides: Sequence[str],
        members: set[str],
        senders: Sequence[str],
    ) -> object:
        """What is counted and awaited where each sender in turn sends the same two leavers."""
        with Session(self.engine) as session:
            hub = Record(session)
            for urn in URNS.values():
                hub.school(urn, hub="Downs" if urn in members else None)
            linked(session, successions, sides)
            for at, urn in enumerate(senders):
                rows = tuple(
                    a_row(2 + n, f"-, {name}, Ada, 2008-01-0{n + 1}, 230")
                    for n, name in enumerate(("Ashby", "Elmton"))
                )
                sent = a_sheet(hub, urn, date(2024, 11, 1 + at))
                record_submission(
                    session, NormalisedSubmission(sent, rows), (), recorded_at=a_moment()
                )
            counted = summary_rows(summarise(session, today=date(2026, 3, 1)))
            waiting = outstanding_returns(session, today=date(2026, 3, 1))
            session.rollback()
        return counted, [(one.urn, one.what) for one in waiting]


@pytest.fixture
def hubs(engine: Engine) -> Hubs:
    return Hubs(engine)
