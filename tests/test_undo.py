"""A round taken back: everything is as though it had not been sent, and history is kept."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, update
from sqlmodel import Session

from destinations.outcomes.survivorship import leaver_outcomes
from destinations.record.undo import TakenBack, take_back_submission
from destinations.recording import lists_with_unmatched_rows
from destinations.reports.exports import export
from destinations.summarising import summarise
from models.database import open_database, transaction
from models.destinations import Destination
from models.handoffs.normalised import SubmissionMetadata
from models.leavers import Leaver, Person
from models.submissions import Submission
from tests.builders.hub import COLLEGE, OTHER_SCHOOL, a_hub
from tests.builders.record import U1, U2, U3, a_moment, a_submission, everything, queued, recorded
from tests.builders.rows import must_fix

SAM = f"{U1}, Lee, Sam, 2008-03-14"
ANA = f"{U2}, Lee, Ana, 2008-03-14"
NO_UPN = "-, Lee, Sam, 2008-03-14"
OMAR = f"{U3}, Khan, Omar, 2008-01-02"
TODAY = date(2026, 11, 23)
EXPORTS = ("leavers", "destinations", "matches", "findings")


@pytest.fixture(name="engine")
def _of_a_hub(engine: Engine) -> Engine:
    a_hub(engine)
    return engine


def exports(engine: Engine) -> dict[str, list[tuple[object, ...]]]:
    with Session(engine) as session:
        found = {what: list(export(session, what)[1]) for what in EXPORTS}
        found["summary"] = [tuple(vars_of(x)) for x in summarise(session, today=TODAY)]
    return found


def vars_of(line: object) -> list[object]:
    return [getattr(line, name) for name in line.__slots__]  # type: ignore[attr-defined]


def take_back(
    engine: Engine, declared: SubmissionMetadata, at: datetime | None = None
) -> TakenBack:
    with transaction(engine) as session:
        return take_back_submission(
            session,
            declared.submission_id,
            by="A. Officer",
            reason="the wrong file",
            at=at or a_moment(),
        )


def standing(engine: Engine) -> list[tuple[int, int, str | None]]:
    with Session(engine) as session:
        return [
            (one.leaver_id, one.wave, one.activity_code)
            for one in leaver_outcomes(session, today=TODAY)
            if one.is_known
        ]


def test_what_was_taken_back_counts_no_longer_and_what_it_replaced_is_current(
    engine: Engine,
) -> None:
    recorded(engine, a_submission(engine), [f"{SAM}, 230"])
    before = exports(engine)
    later = a_submission(engine, sent_on="2024-12-01")
    recorded(engine, later, [f"{SAM}, 310", f"{ANA}, 230"], [must_fix(9)])
    assert standing(engine) == [(1, 1, "310"), (2, 1, "230")]
    done = take_back(engine, later)
    assert (done.destinations, done.leavers, done.emptied) == (2, 1, 0)
    assert exports(engine) == before
    assert standing(engine) == [(1, 1, "230")]
    assert len(everything(engine, Destination)) == 3  # nothing is lost
    sent = everything(engine, Submission)[-1]
    assert (sent.undone_by, sent.undone_because) == ("A. Officer", "the wrong file")


def test_twice_is_the_same_as_once(engine: Engine) -> None:
    sheet = a_submission(engine)
    recorded(engine, sheet, [f"{SAM}, 230"])
    take_back(engine, sheet)
    before = [one.model_dump() for one in everything(engine, Submission)]
    assert take_back(engine, sheet) == TakenBack(sheet.submission_id)
    assert [one.model_dump() for one in everything(engine, Submission)] == before


def test_the_record_as_it_was_still_has_what_was_taken_back(engine: Engine) -> None:
    first, second = a_submission(engine), a_submission(engine, sent_on="2024-12-01")
    recorded(engine, first, [f"{SAM}, 230"])
    recorded(engine, second, [f"{SAM}, 310", f"{ANA}, 230"])
    received(engine)
    between = a_moment()
    take_back(engine, first)
    afterwards = a_moment()
    take_back(engine, second)

    def known(as_of: datetime) -> list[tuple[int, str | None]]:
        with Session(engine) as session:
            return [
                (one.leaver_id, one.activity_code)
                for one in leaver_outcomes(session, today=TODAY, as_of=as_of)
                if one.wave == 1
            ]

    assert known(between) == [(1, "310"), (2, "230")]
    assert known(afterwards) == [(1, "310"), (2, "230")]
    assert known(a_moment()) == []
    with Session(engine) as session:
        lines = summarise(session, today=TODAY, as_of=between)
    assert {line.counts.leavers for line in lines if line.breakdown == "all"} == {2}


def received(engine: Engine) -> None:
    """Every submission received, and every person made, long ago: the tests' clock runs ahead."""
    long_ago = datetime(2026, 1, 1, tzinfo=UTC)
    with transaction(engine) as session:
        session.execute(update(Submission).values(received_at=long_ago))
        session.execute(update(Person).values(made_at=long_ago))


def test_a_word_between_two_others_leaves_the_last_standing(engine: Engine) -> None:
    sheets = [a_submission(engine, sent_on=day) for day in ("2024-11-01", "2024-12-01")]
    last = a_submission(engine, sent_on="2024-12-09")
    for sheet, code in zip([*sheets, last], ("210", "230", "310"), strict=True):
        recorded(engine, sheet, [f"{SAM}, {code}"])
    take_back(engine, sheets[1])
    told = [row for row in exports(engine)["destinations"] if row[16] == "N"]
    assert [row[5] for row in told] == ["310"]
    take_back(engine, last)
    assert standing(engine) == [(1, 1, "210")]
    again = a_submission(engine, sent_on="2024-12-19")
    recorded(engine, again, [f"{SAM}, 220"])
    assert everything(engine, Destination)[-1].supersedes_id == 1


def test_a_leaver_named_by_another_sheet_too_stays_with_what_that_sheet_says(
    engine: Engine,
) -> None:
    first = a_submission(engine)
    recorded(engine, first, [f"{SAM}, 230", f"{ANA}, 230"])
    second, rows = a_submission(engine, sent_on="2024-12-01"), ["-, LEE, Sam, 2008-03-14, 310"]
    recorded(engine, second, rows)
    done = take_back(engine, first)
    assert (done.leavers, done.emptied, done.to_reprocess) == (1, 1, (second.submission_id,))
    assert queued(engine) == [second.submission_id]
    recorded(engine, second, rows)
    (sam,) = exports(engine)["leavers"]
    assert sam[4:8] == (None, None, "Sam", "LEE")
    assert everything(engine, Leaver)[0].submission_id == second.submission_id
    assert standing(engine) == [(1, 1, "310")]


def test_a_blank_that_was_filled_is_blank_again(engine: Engine) -> None:
    recorded(engine, a_submission(engine), ["-, Lee, Sam, 2008-03-14, 230"])
    before = exports(engine)
    later = a_submission(engine, sent_on="2024-12-01")
    recorded(engine, later, [f"{U1}, Lee, Sam, 2008-03-14"])
    take_back(engine, later)
    assert exports(engine) == before


def test_the_temporary_upn_is_back_when_the_sheet_with_the_permanent_one_is_taken_back(
    engine: Engine,
) -> None:
    rows = ["M80120000500A, Lee, Sam, 2008-03-14, 230"]
    first = a_submission(engine)
    recorded(engine, first, rows)
    later = a_submission(engine, sent_on="2024-12-01")
    recorded(engine, later, [f"{SAM}, 230"])
    assert [one.upn for one in everything(engine, Leaver)] == [U1]
    assert take_back(engine, later).to_reprocess == (first.submission_id,)
    recorded(engine, first, rows)
    assert [one.upn for one in everything(engine, Leaver)] == ["M80120000500A"]


def test_the_same_rows_sent_anew_count_again_and_are_the_same_people(engine: Engine) -> None:
    sheet, rows = a_submission(engine), [f"{SAM}, 230", f"{ANA}, 310"]
    recorded(engine, sheet, rows)
    people = [row[0] for row in exports(engine)["leavers"]]
    take_back(engine, sheet)
    assert exports(engine)["leavers"] == []
    again = a_submission(engine, sent_on="2024-12-03")
    done = recorded(engine, again, [f"{SAM}, 230", "-, Lee, Ana, 2008-03-14, 310"])
    assert (done.new_people, done.new_leavers) == (0, 2)
    leavers = exports(engine)["leavers"]
    assert [row[0] for row in leavers] == people
    assert [row[4] for row in leavers] == [U1, None]  # nothing of the sheet taken back stays
    assert standing(engine) == [(1, 1, "230"), (2, 1, "310")]


def test_a_sheet_taken_back_never_stands_in_the_way_of_the_right_one(engine: Engine) -> None:
    wrong = a_submission(engine)  # names moved down by one: each UPN is beside another's name
    recorded(engine, wrong, [f"{U1}, Khan, Omar, 2008-01-02, 230", f"{U2}, Lee, Sam, 2008-03-14"])
    take_back(engine, wrong)
    done = recorded(engine, a_submission(engine), [f"{SAM}, 230", f"{ANA}, 230", f"{OMAR}, 230"])
    assert (done.unsure, done.new_leavers) == (0, 3)
    assert sorted(row[4] for row in exports(engine)["leavers"]) == sorted([U1, U2, U3])


def test_a_college_says_nothing_of_leavers_whose_sheet_was_taken_back(engine: Engine) -> None:
    sheet, listed = a_submission(engine), a_submission(engine, COLLEGE, "2024-10-08", cohort=None)
    recorded(engine, sheet, [f"{SAM}, 810", f"{ANA}, 810"])
    recorded(engine, listed, [SAM])
    take_back(engine, sheet)
    assert standing(engine) == []
    assert [row[0] for row in exports(engine)["matches"]] == [None]
    recorded(engine, a_submission(engine), [f"{SAM}, 810"])
    with Session(engine) as session:
        assert lists_with_unmatched_rows(session) == [listed.submission_id]
    recorded(engine, listed, [SAM])
    assert standing(engine) == [(1, 1, "230")]


def test_a_college_list_taken_back_leaves_what_the_school_said(engine: Engine) -> None:
    recorded(engine, a_submission(engine), [f"{SAM}, 810"])
    before = exports(engine)
    listed = a_submission(engine, COLLEGE, "2024-10-08", cohort=None)
    recorded(engine, listed, [SAM])
    take_back(engine, listed)
    assert exports(engine) == before


def test_a_leaver_of_two_schools_stays_the_other_schools(engine: Engine) -> None:
    sheet = a_submission(engine)
    recorded(engine, sheet, [f"{SAM}, 230"])
    recorded(engine, a_submission(engine, OTHER_SCHOOL), [f"{SAM}, 310"])
    take_back(engine, sheet)
    assert [(row[0], row[1]) for row in exports(engine)["leavers"]] == [("1", OTHER_SCHOOL)]


@contextmanager
def half_a_transaction(engine: Engine) -> Iterator[Session]:
    """A transaction that is killed before its end."""
    with transaction(engine) as session:
        yield session
        raise KeyboardInterrupt


def test_what_fails_half_way_changes_nothing(engine: Engine) -> None:
    first = a_submission(engine)
    recorded(engine, first, [f"{SAM}, 230"])
    recorded(engine, a_submission(engine, sent_on="2024-12-01"), [f"{SAM}, 310"])
    before = exports(engine)
    with pytest.raises(KeyboardInterrupt), half_a_transaction(engine) as session:
        take_back_submission(session, first.submission_id, by="A. Officer", at=a_moment())
    assert exports(engine) == before
    assert everything(engine, Submission)[0].undone_at is None


def test_what_was_never_recorded_cannot_be_taken_back(engine: Engine) -> None:
    sheet = a_submission(engine)
    with transaction(engine) as session:
        session.get(Submission, sheet.submission_id).refused_code = "F01"  # type: ignore[union-attr]
    with pytest.raises(ValueError, match="refused"):
        take_back(engine, sheet)
    with transaction(engine) as session, pytest.raises(LookupError):
        take_back_submission(session, 99, by="A. Officer", at=a_moment())


SHEETS = st.lists(
    st.tuples(st.sampled_from((SAM, ANA, OMAR, NO_UPN)), st.sampled_from(("230", "310", "-"))),
    max_size=4,
    unique_by=lambda row: row[0],
)


@given(st.lists(SHEETS, max_size=3), SHEETS, st.sampled_from(("2024-10-01", "2025-01-09")))
@settings(max_examples=25, deadline=None)
def test_taking_back_the_last_that_was_recorded_leaves_every_export_as_it_was(
    migrated_sqlite: Path,
    tmp_path_factory: pytest.TempPathFactory,
    before: list[list[tuple[str, str]]],
    last: list[tuple[str, str]],
    sent_on: str,
) -> None:
    made = tmp_path_factory.mktemp("undo") / "one.db"
    shutil.copy(migrated_sqlite, made)
    engine = open_database(f"sqlite:///{made}")
    a_hub(engine)
    for at, rows in enumerate(before):
        sheet = a_submission(engine, sent_on=f"2024-11-{at + 1:02}")
        recorded(engine, sheet, [f"{who}, {code}" for who, code in rows])
    was = exports(engine)
    sheet = a_submission(engine, sent_on=sent_on)
    recorded(engine, sheet, [f"{who}, {code}" for who, code in last])
    take_back(engine, sheet)
    assert exports(engine) == was
    engine.dispose()
