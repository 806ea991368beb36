"""What the record holds after a submission, after it again, and after the next one."""

import logging
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from destinations.recording import lists_with_unmatched_rows, record_decision, record_submission
from destinations.reports.exports import export
from models.database import transaction
from models.destinations import Destination, Match
from models.facts.submission_state import mark_taken_back
from models.handoffs.normalised import NormalisedSubmission
from models.leavers import Cohort, Leaver, Person
from models.submissions import FindingRecord, Submission
from models.vocabulary import LeavingStage
from tests.builders.hub import AFAR, COLLEGE, OTHER_SCHOOL, SCHOOL, SIXTH_FORM, a_hub
from tests.builders.record import U1, U2, U3, a_moment, a_submission, everything, queued, recorded
from tests.builders.rows import a_row, must_fix

SAM = f"{U1}, Lee, Sam, 2008-03-14"
ANA = f"{U2}, Lee, Ana, 2008-03-14"
OMAR = "-, Khan, Omar, 2008-01-02"
TABLES = (Person, Leaver, Cohort, Destination, Match, FindingRecord)


@pytest.fixture(autouse=True)
def hub(engine: Engine) -> None:
    a_hub(engine)


def counts(engine: Engine) -> list[int]:
    return [len(everything(engine, table)) for table in TABLES]


def snapshot(engine: Engine) -> list[list[object]]:
    return [[row.model_dump() for row in everything(engine, table)] for table in TABLES]


def standing(engine: Engine, leaver_id: int, wave: int) -> list[Destination]:
    told = [one for one in everything(engine, Destination) if one.leaver_id == leaver_id]
    superseded = {one.supersedes_id for one in told}
    return [one for one in told if one.wave == wave and one.id not in superseded]


def test_the_first_sheet_of_a_cohort_makes_its_people(engine: Engine) -> None:
    done = recorded(
        engine,
        a_submission(engine),
        [f"{SAM}, 230, Downs Coast College, 2024-09-03", f"{ANA}, 310, Smith & Co", f"{OMAR}, 810"],
    )
    assert (done.read, done.sound, done.matched, done.new_people) == (3, 3, 3, 3)
    sam, ana, omar = everything(engine, Destination)
    assert (sam.activity_code, sam.provider_urn, sam.provider_ukprn) == ("230", COLLEGE, "10990097")
    assert (sam.row, sam.column, sam.as_at) == (2, "E", date(2024, 11, 5))
    assert (sam.started_on, sam.source, sam.evidence) == (date(2024, 9, 3), "school", "school says")
    assert (ana.provider_name, ana.provider_urn) == ("Smith & Co", None)
    assert omar.activity_code == "810"
    leaver = everything(engine, Leaver)[0]
    assert leaver.cells["upn"] == [sam.submission_id, "Leavers", 2, "A"]
    assert everything(engine, Submission)[0].stage == "recorded"


def test_recording_again_changes_nothing(engine: Engine) -> None:
    sheet, school = (
        a_submission(engine),
        [f"{SAM}, 230", f"{OMAR}, 310", "-, Khan, Ommar, 2008-01-02, 230"],
    )
    college = a_submission(engine, COLLEGE, "2024-10-08", cohort=None)
    for _ in range(2):
        recorded(engine, sheet, school, [must_fix(9)])
        recorded(engine, college, [SAM, "-, Baker, Tom, 2008-05-05"])
    before = snapshot(engine)
    for _ in range(2):
        again = [recorded(engine, sheet, school, [must_fix(9)])]
        again.append(recorded(engine, college, [SAM, "-, Baker, Tom, 2008-05-05"]))
        assert [(done.new_people, done.new_destinations) for done in again] == [(0, 0)] * 2
    after = snapshot(engine)
    told = len(TABLES) - 1  # findings are put again, with new ids
    assert after[:told] == before[:told]
    assert len(after[told]) == len(before[told])


def test_a_later_sheet_finds_the_leavers_of_the_first(engine: Engine) -> None:
    recorded(engine, a_submission(engine), [f"{SAM}, 230", f"{ANA}, 210", f"{OMAR}, 810"])
    later = a_submission(engine, sent_on="2025-11-06", wave=2)
    done = recorded(engine, later, [f"{U1}, LEE, Samuel, 2008-03-14, 310", f"{OMAR}, 230"])
    assert (done.matched, done.new_people, done.new_leavers) == (2, 0, 0)
    levels = [
        match.level
        for match in everything(engine, Match)
        if match.submission_id == later.submission_id
    ]
    assert levels == ["same UPN", "same name and date of birth"]


def test_a_blank_says_nothing_and_takes_nothing_away(engine: Engine) -> None:
    recorded(engine, a_submission(engine), [f"{SAM}, 230, Downs Coast College"])
    done = recorded(engine, a_submission(engine, sent_on="2024-12-01"), ["-, Lee, Sam, 2008-03-14"])
    assert (done.matched, done.new_destinations) == (1, 0)
    (leaver,) = everything(engine, Leaver)
    assert leaver.upn == U1
    assert standing(engine, leaver.id, 1)[0].activity_code == "230"


def test_a_blank_is_filled_by_a_later_sheet_and_what_is_known_stays(engine: Engine) -> None:
    recorded(engine, a_submission(engine), ["-, Lee, Sam, 2008-03-14, 230"])
    later = a_submission(engine, sent_on="2024-12-01")
    done = recorded(engine, later, [f"{U1}, Lee, Sam, 2008-03-14, 230"])
    last = a_submission(engine, sent_on="2024-12-02")
    changed = recorded(engine, last, [f"{U1}, Lee, Sam, 2007-03-14, 230"])
    (leaver,) = everything(engine, Leaver)
    assert (done.filled, leaver.upn, leaver.cells["upn"][0]) == (1, U1, later.submission_id)
    assert leaver.born_on == date(2008, 3, 14)
    assert changed.differing == 1
    assert [(one.code, one.row, one.column) for one in changed.remarks] == [("M03", 2, "D")]


@pytest.mark.parametrize("order", [(0, 1, 0), (1, 0, 1)])
def test_a_temporary_upn_gives_way_to_the_permanent_one_and_nobody_is_asked(
    engine: Engine, order: tuple[int, ...]
) -> None:
    temporary = "M80120000500A"
    for day, which in enumerate(order, start=1):
        sheet = a_submission(engine, sent_on=f"2024-12-0{day}")
        told = recorded(engine, sheet, [f"{(temporary, U1)[which]}, Lee, Sam, 2008-03-14, 230"])
        assert told.remarks == ()
    (leaver,) = everything(engine, Leaver)
    assert leaver.upn == U1


def test_a_correction_supersedes_and_nothing_is_overwritten(engine: Engine) -> None:
    recorded(engine, a_submission(engine), [f"{SAM}, 230"])
    recorded(engine, a_submission(engine, sent_on="2024-12-01"), [f"{SAM}, 310"])
    first, second = everything(engine, Destination)
    assert (first.activity_code, second.activity_code) == ("230", "310")
    assert (first.supersedes_id, second.supersedes_id) == (None, first.id)


def test_a_sheet_recorded_late_does_not_supersede_what_was_sent_after_it(engine: Engine) -> None:
    recorded(engine, a_submission(engine, sent_on="2024-12-01"), [f"{SAM}, 310"])
    recorded(engine, a_submission(engine, sent_on="2024-11-01"), [f"{SAM}, 230"])
    assert [one.supersedes_id for one in everything(engine, Destination)] == [None, None]


def test_a_school_and_a_college_do_not_undo_each_other(engine: Engine) -> None:
    recorded(engine, a_submission(engine), [f"{SAM}, 810"])
    for college in (COLLEGE, SIXTH_FORM):
        recorded(engine, a_submission(engine, college, "2024-12-08", cohort=None), [SAM])
    assert [one.activity_code for one in standing(engine, 1, 1)] == ["810", "230", "220"]


def test_rows_with_something_to_fix_wait_and_leave_the_record_as_it_was(engine: Engine) -> None:
    done = recorded(engine, a_submission(engine), [f"{SAM}, 230", f"{ANA}, 230"], [must_fix(3)])
    assert (done.read, done.sound, done.waiting, done.new_people) == (2, 1, 1, 1)
    waiting = everything(engine, Match)[1]
    assert (waiting.person_id, waiting.level) == (None, "waits for a fix")
    (told,) = everything(engine, FindingRecord)
    assert (told.code, told.row, told.column, told.heading) == ("P01", 3, "B", "Surname")


def test_a_row_put_right_in_the_next_sheet_goes_in(engine: Engine) -> None:
    recorded(engine, a_submission(engine), [f"{SAM}, 230", f"{ANA}, 230"], [must_fix(3)])
    done = recorded(engine, a_submission(engine), [f"{SAM}, 230", f"{ANA}, 230"])
    assert (done.new_people, done.matched) == (1, 2)


def test_twins_are_two_people(engine: Engine) -> None:
    recorded(engine, a_submission(engine), [f"{SAM}, 230", f"{ANA}, 210"])
    recorded(
        engine, a_submission(engine, sent_on="2025-11-05", wave=2), [f"{ANA}, 230", f"{SAM}, 310"]
    )
    assert len(everything(engine, Person)) == 2
    assert [one.activity_code for one in standing(engine, 1, 2)] == ["310"]


def test_a_college_confirms_a_leaver_in_the_wave_of_its_autumn(engine: Engine) -> None:
    recorded(engine, a_submission(engine), [f"{SAM}, 810"])
    listed = a_submission(engine, COLLEGE, "2025-10-08", cohort=None)
    done = recorded(
        engine, listed, ["-, Lee, Sam, 2008-03-14, -, -, 2025-09-02", "-, Nobody, Ours, 2008-01-01"]
    )
    assert (done.matched, done.nobody, done.new_people) == (1, 1, 0)
    told = everything(engine, Destination)[-1]
    assert (told.wave, told.activity_code, told.provider_urn) == (2, "230", COLLEGE)
    assert (told.source, told.evidence, told.column) == ("provider", "provider confirms", "G")


@pytest.mark.parametrize(
    ("sent_on", "waves"), [("2023-10-01", []), ("2026-10-01", [3]), ("2027-10-01", [])]
)
def test_a_list_from_before_or_after_the_three_waves_says_nothing(
    engine: Engine, sent_on: str, waves: list[int]
) -> None:
    recorded(engine, a_submission(engine), [f"{SAM}, 810"])
    recorded(engine, a_submission(engine, COLLEGE, sent_on, cohort=None), [SAM])
    assert [one.wave for one in everything(engine, Destination)[1:]] == waves


def test_somebody_who_left_college_last_winter_is_not_there_this_autumn(engine: Engine) -> None:
    recorded(engine, a_submission(engine), [f"{SAM}, 810"])
    listed = a_submission(engine, COLLEGE, "2025-10-08", cohort=None)
    row = a_row(2, SAM, wave=None)
    left = replace(row, values={**row.values, "ended_on": date(2025, 1, 20)})
    recorded(engine, listed, [left])
    told = everything(engine, Destination)[-1]
    assert (told.wave, told.ended_on, told.as_at) == (1, date(2025, 1, 20), date(2025, 1, 20))


def test_a_college_says_nothing_of_leavers_of_another_hub(engine: Engine) -> None:
    recorded(engine, a_submission(engine, AFAR), [f"{SAM}, 810"])
    done = recorded(engine, a_submission(engine, COLLEGE, "2024-10-08", cohort=None), [SAM])
    assert (done.matched, done.nobody) == (0, 1)


def test_a_list_goes_again_when_the_leavers_it_names_are_known(engine: Engine) -> None:
    listed = a_submission(engine, COLLEGE, "2024-10-08", cohort=None)
    recorded(engine, listed, [SAM, ANA])
    with Session(engine) as session:
        assert lists_with_unmatched_rows(session) == []
    recorded(engine, a_submission(engine), [f"{SAM}, 810"])
    with Session(engine) as session:
        assert lists_with_unmatched_rows(session) == [listed.submission_id]
    assert recorded(engine, listed, [SAM, ANA]).matched == 1
    with Session(engine) as session:
        assert lists_with_unmatched_rows(session) == []


def test_a_leaver_of_year_11_who_leaves_year_13_is_one_person(engine: Engine) -> None:
    recorded(engine, a_submission(engine), [f"{SAM}, 210", f"{OMAR}, 210"])
    y13 = a_submission(engine, sent_on="2026-11-05", cohort=2025, stage=LeavingStage.Y13)
    done = recorded(engine, y13, [f"{SAM}, 240", f"{OMAR}, 240"])
    assert (done.new_people, done.new_leavers, len(everything(engine, Person))) == (0, 2, 2)
    recorded(engine, a_submission(engine, COLLEGE, "2026-10-08", cohort=None), [SAM])
    confirmed = [one for one in everything(engine, Destination) if one.source == "provider"]
    assert sorted((one.leaver_id, one.wave) for one in confirmed) == [(1, 3), (3, 1)]


def test_a_leaver_who_changed_school_is_one_person_by_upn_only(engine: Engine) -> None:
    recorded(engine, a_submission(engine), [f"{SAM}, 210", f"{OMAR}, 210"])
    elsewhere = a_submission(
        engine, OTHER_SCHOOL, "2026-11-05", cohort=2025, stage=LeavingStage.Y13
    )
    done = recorded(engine, elsewhere, [f"{SAM}, 240", f"{OMAR}, 240"])
    assert (done.new_people, done.new_leavers) == (1, 2)


def test_a_school_that_became_an_academy_keeps_its_leavers(engine: Engine) -> None:
    recorded(engine, a_submission(engine, "900099"), [f"{SAM}, 210", f"{OMAR}, 210"])
    done = recorded(
        engine,
        a_submission(engine, sent_on="2025-11-05", wave=2),
        [f"{SAM}, 230", f"{OMAR}, 230", f"{ANA}, 230"],
    )
    assert (done.new_people, done.new_leavers) == (1, 1)
    assert len(everything(engine, Cohort)) == 1
    assert [(one.code, one.row) for one in done.remarks] == [("M02", 4)]


def test_a_leaver_whose_row_waited_is_no_stranger_in_a_later_sheet(engine: Engine) -> None:
    recorded(engine, a_submission(engine), [f"{SAM}, 210", f"{ANA}, 210"], [must_fix(3)])
    later = a_submission(engine, sent_on="2025-11-05", wave=2)
    done = recorded(engine, later, [f"{SAM}, 230", f"{ANA}, 230"])
    assert (done.new_people, done.remarks) == (1, ())


def test_a_column_a_year_is_one_row_with_a_statement_for_each_wave(engine: Engine) -> None:
    sheet = a_submission(engine, sent_on="2025-11-05", wave=2)
    rows = [a_row(2, f"{SAM}, 230", wave=1), a_row(2, f"{SAM}, 310", wave=2)]
    done = recorded(engine, sheet, rows)
    assert (done.read, done.new_destinations) == (1, 2)
    told = [(one.wave, one.activity_code, one.as_at) for one in everything(engine, Destination)]
    # The first autumn's answer is of that autumn, though it was sent a year later.
    assert told == [(1, "230", date(2024, 11, 1)), (2, "310", date(2025, 11, 5))]


def test_what_is_intended_is_wave_0s(engine: Engine) -> None:
    def meaning(row: int, drawn: str, wave: int, intended: str) -> object:
        made = a_row(row, drawn, wave=wave)
        return replace(made, values={**made.values, "intended": intended})

    recorded(
        engine, a_submission(engine, sent_on="2024-05-01", wave=0), [meaning(2, SAM, 0, "work")]
    )  # type: ignore[list-item]
    recorded(engine, a_submission(engine), [meaning(2, f"{SAM}, 230", 1, "same school")])  # type: ignore[list-item]
    told = [
        (one.wave, one.activity_code, one.intended, one.evidence)
        for one in everything(engine, Destination)
    ]
    assert told[0] == (0, "", "work", "intended")
    assert sorted(told[1:]) == [
        (0, "", "same school", "intended"),
        (1, "230", None, "school says"),
    ]


def test_the_same_leaver_twice_in_a_sheet_is_one_leaver_with_two_statements(engine: Engine) -> None:
    done = recorded(engine, a_submission(engine), [f"{SAM}, 230", f"{SAM}, 230"])
    assert (done.new_leavers, done.new_destinations) == (1, 2)
    assert [one.row for one in standing(engine, 1, 1)] == [3]


def test_an_unsure_row_waits_until_a_person_decides(engine: Engine) -> None:
    recorded(engine, a_submission(engine), [f"{OMAR}, 230"])
    sheet, rows = (
        a_submission(engine, sent_on="2025-11-05", wave=2),
        ["-, Khan, Ali, 2008-01-02, 310"],
    )
    done = recorded(engine, sheet, rows)
    assert (done.unsure, done.new_destinations) == (1, 0)
    assert [(one.code, one.row) for one in done.remarks] == [("M01", 2)]
    waiting = everything(engine, Match)[-1]
    assert waiting.level.startswith("unsure: ")
    assert waiting.reason == "person 1"
    with transaction(engine) as session:
        record_decision(
            session, sheet.submission_id, "Leavers", 2, 1, by="an officer", reason="rang the school"
        )
    assert queued(engine) == [sheet.submission_id]
    for new in (1, 0):
        assert recorded(engine, sheet, rows).new_destinations == new
    decided = everything(engine, Match)[-1]
    assert (decided.person_id, decided.decided_by, decided.reason) == (
        1,
        "an officer",
        "rang the school",
    )


def test_a_person_may_decide_that_it_is_nobody_known(engine: Engine) -> None:
    recorded(engine, a_submission(engine), [f"{OMAR}, 230"])
    sheet, rows = (
        a_submission(engine, sent_on="2025-11-05", wave=2),
        ["-, Khan, Ali, 2008-01-02, 310"],
    )
    recorded(engine, sheet, rows)
    with transaction(engine) as session:
        record_decision(
            session, sheet.submission_id, "Leavers", 2, None, by="an officer", reason="twins"
        )
    assert recorded(engine, sheet, rows).new_people == 1
    assert recorded(engine, sheet, rows).new_people == 0
    decided = everything(engine, Match)[-1]
    assert (decided.person_id, decided.decided_by) == (2, "an officer")


def test_what_is_recorded_is_not_settled_away(engine: Engine) -> None:
    sheet = a_submission(engine)
    recorded(engine, sheet, [f"{SAM}, 230"])
    with transaction(engine) as session:
        with pytest.raises(ValueError, match="recorded already"):
            record_decision(
                session, sheet.submission_id, "Leavers", 2, None, by="an officer", reason=""
            )
        with pytest.raises(LookupError):
            record_decision(
                session, sheet.submission_id, "Leavers", 99, None, by="an officer", reason=""
            )


def test_what_no_intake_would_record_is_not_settled(engine: Engine) -> None:
    sheet = a_submission(engine)
    recorded(engine, sheet, [f"{OMAR}, 230", f"{SAM}, 230"], [must_fix(3)])
    later = a_submission(engine, sent_on="2025-11-05", wave=2)
    recorded(engine, later, ["-, Khan, Ali, 2008-01-02, 310"])
    with transaction(engine) as session:
        taken_back = session.get_one(Submission, later.submission_id)
        mark_taken_back(taken_back, by="Jo", reason="", at=a_moment())
    for submission, row, why in ((sheet, 3, "its sender to fix"), (later, 2, "was taken back")):
        with transaction(engine) as session, pytest.raises(ValueError, match=why):
            record_decision(session, submission.submission_id, "", row, 1, by="Jo", reason="")
    assert queued(engine) == []


def test_what_fails_leaves_the_record_as_it_was(engine: Engine) -> None:
    declared = a_submission(engine)
    mapped = NormalisedSubmission(
        declared, (a_row(2, f"{SAM}, 230"), a_row(3, f"{ANA}, not a code"))
    )
    before = snapshot(engine)
    if engine.dialect.name == "postgresql":  # SQLite keeps no lengths
        with pytest.raises(DBAPIError), transaction(engine) as session:
            record_submission(session, mapped, (), recorded_at=a_moment())
    with pytest.raises(ValueError, match="must be known"), transaction(engine) as session:
        record_submission(
            session,
            replace(mapped, metadata=replace(declared, academic_year=None)),
            (),
            recorded_at=a_moment(),
        )
    assert snapshot(engine) == before


def test_a_name_longer_than_its_column_is_kept_as_far_as_it_goes(engine: Engine) -> None:
    recorded(engine, a_submission(engine), [f"-, {'Lee' * 100}, Sam, 2008-03-14, 230, {'x' * 400}"])
    assert len(everything(engine, Leaver)[0].surname) == 200


def test_no_name_or_number_reaches_a_log(engine: Engine, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        recorded(engine, a_submission(engine), [f"{SAM}, 230", f"{OMAR}, 230"])
    told = caplog.text
    assert "1 rows" in told or "2 rows" in told
    assert not any(word in told for word in ("Lee", "Khan", "Omar", U1, U2, U3, "2008"))


def test_nobody_is_recorded_twice_over_by_many_sheets(engine: Engine) -> None:
    people = [f"-, Name{at}, First{at}, 2008-{at % 12 + 1:02}-14, 230" for at in range(40)]
    for wave in (1, 2, 3):
        recorded(engine, a_submission(engine, SCHOOL, f"{2023 + wave}-11-05", wave=wave), people)
    assert len(everything(engine, Person)) == 40
    with Session(engine) as session:
        columns, rows = export(session, "destinations")
        told = [dict(zip(columns, row, strict=True)) for row in rows]
    assert len({(one["person"], one["wave"]) for one in told}) == len(told) == 120
