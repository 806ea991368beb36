"""A rule set aside for one school and cohort is silent there, and nowhere else, until its day."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from destinations.reports.evidence_pack import evidence_pack
from destinations.responses.waivers import (
    WaivedRule,
    drop_waived,
    end_waiver,
    waive,
    waivers_in_force,
)
from models.database import transaction
from models.facts.calendar import now
from models.handoffs.findings import Finding
from models.handoffs.normalised import SubmissionMetadata
from models.responses import Waiver
from models.submissions import Submission
from models.vocabulary import LeavingStage, Severity, SubmissionKind
from tests.books_opened import opened, words
from tests.builders.evidence import a_school
from tests.builders.hub import OTHER_SCHOOL, SCHOOL, a_hub
from tests.builders.record import U1, a_submission, everything, queued, recorded
from tests.builders.rows import must_fix

TODAY = date(2026, 11, 23)
SHEET = SubmissionMetadata(1, SCHOOL, TODAY, SubmissionKind.LEAVERS, 2024, LeavingStage.Y11, 1)
LIST = SubmissionMetadata(2, SCHOOL, TODAY, SubmissionKind.ENROLMENTS)
FILE_STOPS = Finding("P01", Severity.MUST_FIX, "", "")
CHECK = Finding("R04", Severity.PLEASE_CHECK, "", "", "Leavers", None, "E")


@pytest.fixture(name="engine")
def _of_a_hub(engine: Engine) -> Engine:
    a_hub(engine)
    return engine


def set_aside(engine: Engine, code: str = "P01", urn: str = SCHOOL, **more: object) -> int:
    said = {"by": "A. Officer", "reason": "a special school", "expires_on": date(2027, 8, 31)}
    with transaction(engine) as session:
        return waive(session, code=code, urn=urn, today=TODAY, **(said | more))  # type: ignore[arg-type]


def codes_told(
    engine: Engine, declared: SubmissionMetadata = SHEET, today: date = TODAY
) -> list[str]:
    with Session(engine) as session:
        findings = (must_fix(2), CHECK)
        return [one.code for one in drop_waived(session, declared, findings, today).findings]


def test_a_rule_that_is_set_aside_is_silent_and_counted(engine: Engine) -> None:
    set_aside(engine)
    with Session(engine) as session:
        found = [must_fix(2), must_fix(3), CHECK]
        done = drop_waived(session, SHEET, found, TODAY)
    assert (done.findings, done.counts) == ((CHECK,), {"P01": 2})


@pytest.mark.parametrize(
    ("more", "declared", "is_silent"),
    [
        ({}, SHEET, True),
        ({}, LIST, True),
        ({"academic_year": 2024}, SHEET, True),
        ({"academic_year": 2023}, SHEET, False),
        ({"academic_year": 2024}, LIST, False),
        ({"leaving_stage": LeavingStage.Y11}, SHEET, True),
        ({"leaving_stage": LeavingStage.Y13}, SHEET, False),
        ({"urn": OTHER_SCHOOL}, SHEET, False),
    ],
)
def test_it_is_silent_for_that_school_and_cohort_only(engine, more, declared, is_silent):
    set_aside(engine, **more)
    assert codes_told(engine, declared) == (["R04"] if is_silent else ["P01", "R04"])


def test_it_holds_to_the_end_of_its_day_or_until_it_is_ended(engine: Engine) -> None:
    number = set_aside(engine)
    assert codes_told(engine, today=date(2027, 8, 31)) == ["R04"]
    assert codes_told(engine, today=date(2027, 9, 1)) == ["P01", "R04"]
    with transaction(engine) as session:
        end_waiver(session, number, by="B. Lead", ended_at=now())
        end_waiver(session, number, by="Somebody else", ended_at=now())
    assert codes_told(engine) == ["P01", "R04"]
    (kept,) = everything(engine, Waiver)
    assert kept.ended_by == "B. Lead"
    with transaction(engine) as session, pytest.raises(LookupError):
        end_waiver(session, 99, by="B. Lead", ended_at=now())


def test_what_stops_a_whole_file_is_never_set_aside(engine: Engine) -> None:
    set_aside(engine)
    with Session(engine) as session:
        assert drop_waived(session, SHEET, [FILE_STOPS], TODAY).findings == (FILE_STOPS,)


def test_the_same_again_is_the_same_waiver(engine: Engine) -> None:
    assert set_aside(engine) == set_aside(engine)
    assert set_aside(engine, reason="another") != set_aside(engine)
    with Session(engine) as session:
        assert len(waivers_in_force(session, TODAY)) == 2
        assert waivers_in_force(session, TODAY, urn=OTHER_SCHOOL) == []


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"by": "  "}, ValueError),
        ({"reason": ""}, ValueError),
        ({"expires_on": date(2026, 11, 22)}, ValueError),
        ({"urn": "999999"}, LookupError),
    ],
)
def test_it_needs_a_name_a_reason_a_day_to_come_and_a_school(engine, more, error):
    with pytest.raises(error):
        set_aside(engine, **more)
    assert everything(engine, Waiver) == []


def test_rows_that_waited_for_it_are_taken_up_again(engine: Engine) -> None:
    sheets = [a_submission(engine), a_submission(engine, cohort=2022)]
    for sheet in sheets:
        recorded(engine, sheet, [f"{U1}, -, Sam, 2008-03-14, 230"], [must_fix(2)])
    set_aside(engine, academic_year=2023)
    assert queued(engine) == [sheets[0].submission_id]
    assert {one.stage for one in everything(engine, Submission)} == {"recorded"}
    done = recorded(engine, sheets[0], [f"{U1}, -, Sam, 2008-03-14, 230"])
    assert (done.waiting, done.new_destinations) == (0, 1)


def test_the_schools_evidence_pack_shows_it() -> None:
    one = WaivedRule("P01", "Y11 2024/25", "A. Officer", "a special school", date(2027, 8, 31))
    school = replace(a_school(), aside=[("The surname is missing", one)])
    shown = words(opened(evidence_pack(school))["Method"])
    assert {"Rules set aside", "The surname is missing (P01)", "A. Officer"} <= set(shown)
    assert "Rules set aside" not in words(opened(evidence_pack(a_school()))["Method"])
