"""What is kindly said of a file that was sent before, and of what the next round changes."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from destinations.record.rounds import rows_hash
from destinations.record.undo import take_back_submission
from destinations.reports.exports import export
from expectations.validating import word_issues
from models.database import transaction
from models.destinations import Destination
from models.handoffs.normalised import NormalisedRow, NormalisedSubmission, SubmissionMetadata
from models.submissions import FindingRecord, Submission
from models.vocabulary import LeavingStage
from tests.builders.hub import COLLEGE, OTHER_SCHOOL, a_hub
from tests.builders.record import U1, U2, U3, a_moment, a_submission, everything, recorded
from tests.builders.rows import a_row, must_fix
from tests.builders.sheets import drawn

SAM = f"{U1}, Lee, Sam, 2008-03-14"
ANA = f"{U2}, Lee, Ana, 2008-03-14"
OMAR = f"{U3}, Khan, Omar, 2008-01-02"
ROWS = [f"{SAM}, 230", f"{ANA}, 310", f"{OMAR}, -"]


@pytest.fixture(name="engine")
def _of_a_hub(engine: Engine) -> Engine:
    a_hub(engine)
    return engine


def sent(engine: Engine, declared: SubmissionMetadata) -> Submission:
    return next(one for one in everything(engine, Submission) if one.id == declared.submission_id)


def codes_told(engine: Engine, declared: SubmissionMetadata) -> list[str]:
    kept = [
        x for x in everything(engine, FindingRecord) if x.submission_id == declared.submission_id
    ]
    return [x.code for x in kept if x.code[0] == "N"]


def answers(engine: Engine) -> list[tuple[object, ...]]:
    with Session(engine) as session:
        return list(export(session, "destinations")[1])


def test_the_same_rows_in_another_file_change_nothing_and_are_said_kindly(engine: Engine) -> None:
    first = a_submission(engine, sent_on="2025-10-03", cohort=2024)
    recorded(engine, first, ROWS)
    before = answers(engine)
    second = a_submission(engine, sent_on="2025-11-20", cohort=2024)
    other_order = [a_row(at, row, sheet="11B") for at, row in enumerate(reversed(ROWS), start=7)]
    done = recorded(engine, second, other_order)
    assert answers(engine) == before
    name = sent(engine, first).name
    (says,) = [one.says for one in word_issues(done.remarks)]
    assert says == (
        f"You sent these same rows on 3 October 2025, in {name}, so nothing has changed"
    )
    assert sent(engine, second).follows_id == first.submission_id
    assert set(sent(engine, second).changes.values()) == {0}


def test_recording_both_again_says_the_same(engine: Engine) -> None:
    sheets = [a_submission(engine, sent_on=day) for day in ("2024-10-03", "2024-11-20")]
    for _ in range(2):
        for sheet in sheets:
            recorded(engine, sheet, ROWS)
    assert [codes_told(engine, sheet) for sheet in sheets] == [[], ["N01"]]
    assert len(answers(engine)) == 2


def test_what_the_same_rows_say_stands_where_the_first_are_taken_back(engine: Engine) -> None:
    first, second = (a_submission(engine, sent_on=day) for day in ("2024-10-03", "2024-11-20"))
    recorded(engine, first, ROWS)
    recorded(engine, second, ROWS)
    with transaction(engine) as session:
        done = take_back_submission(session, first.submission_id, by="A. Officer", at=a_moment())
    assert done.to_reprocess == (second.submission_id,)
    recorded(engine, second, ROWS)
    assert [row[5] for row in answers(engine)] == ["230", "310"]
    assert codes_told(engine, second) == []


def test_rows_that_go_back_to_what_they_were_are_recorded(engine: Engine) -> None:
    for day, code in (("2024-10-03", "230"), ("2024-11-20", "310"), ("2024-12-03", "230")):
        last = a_submission(engine, sent_on=day)
        recorded(engine, last, [f"{SAM}, {code}"])
    standing = [row[5] for row in answers(engine) if row[16] == "N"]
    assert standing == ["230"]
    assert codes_told(engine, last) == []
    assert sent(engine, last).changes["changed"] == 1


@pytest.mark.parametrize(("cohort", "wave"), [(2024, 1), (2023, 2)])
def test_last_years_file_sent_again_is_asked_about(engine: Engine, cohort: int, wave: int) -> None:
    recorded(engine, a_submission(engine, sent_on="2024-11-05"), ROWS)
    again = a_submission(engine, sent_on="2025-11-05", cohort=cohort, wave=wave)
    done = recorded(engine, again, ROWS)
    assert codes_told(engine, again) == ["N02"]
    (finding,) = word_issues(one for one in done.remarks if one.code == "N02")
    assert "that you sent on 5 November 2024 for the leavers of 2023/24, wave 1" in finding.says
    assert sent(engine, again).follows_id is None


def test_last_autumns_enrolment_list_is_asked_about(engine: Engine) -> None:
    recorded(engine, a_submission(engine), ROWS)
    for day, says in (("2024-10-08", []), ("2024-11-08", ["N01"]), ("2025-10-08", ["N02"])):
        listed = a_submission(engine, COLLEGE, day, cohort=None)
        recorded(engine, listed, [SAM, ANA])
        assert codes_told(engine, listed) == says


def test_what_is_new_changed_gone_and_blank_is_counted(engine: Engine) -> None:
    first = a_submission(engine, sent_on="2024-10-03")
    baker = "-, Baker, Tom, 2008-05-05"
    recorded(engine, first, [f"{SAM}, 230", f"{ANA}, 310", f"{OMAR}, 810", f"{baker}, 230"])
    second = a_submission(engine, sent_on="2024-11-20")
    rows = [f"{SAM}, 230", f"{ANA}, 230", f"{OMAR}, -", "-, Cole, Kit, 2008-06-06, 310"]
    done = recorded(engine, second, rows)
    assert done.changes == {"new": 1, "changed": 1, "gone": 1, "would_become_blank": 1}
    assert sent(engine, second).changes == done.changes
    assert sent(engine, second).follows_id == first.submission_id
    assert codes_told(engine, second) == ["N03", "N04"]
    standing = {(row[0], row[5]) for row in answers(engine) if row[16] == "N"}
    assert standing == {("1", "230"), ("2", "230"), ("3", "810"), ("4", "230"), ("5", "310")}
    assert recorded(engine, second, rows).changes == done.changes


def test_a_particular_filled_is_a_change_and_one_left_blank_stays(engine: Engine) -> None:
    recorded(engine, a_submission(engine, sent_on="2024-10-03"), [f"{SAM}, 230", ROWS[1]])
    second = a_submission(engine, sent_on="2024-11-20")
    done = recorded(engine, second, ["-, Lee, Sam, 2008-03-14, 230", f"{ANA}, 310"])
    assert done.changes == {"new": 0, "changed": 0, "gone": 0, "would_become_blank": 1}
    third = a_submission(engine, sent_on="2024-12-20")
    recorded(engine, third, ["-, Lee, Sam, 2008-03-14, 230", f"{ANA}, 310", f"{OMAR}, 210"])


def test_a_column_that_is_left_out_blanks_nothing(engine: Engine) -> None:
    recorded(engine, a_submission(engine, sent_on="2024-10-03"), ROWS)
    second = a_submission(engine, sent_on="2024-11-20")
    rows = [without(a_row(at, row), "activity") for at, row in enumerate(ROWS, start=2)]
    assert recorded(engine, second, rows).changes["would_become_blank"] == 0


def without(row: NormalisedRow, field: str) -> NormalisedRow:
    def kept(held: dict[str, object]) -> dict[str, object]:
        return {name: value for name, value in held.items() if name != field}

    return replace(
        row,
        raw=kept(dict(row.raw)),  # type: ignore[arg-type]
        values=kept(dict(row.values)),  # type: ignore[arg-type]
        columns=kept(dict(row.columns)),  # type: ignore[arg-type]
    )


def test_nobody_is_called_missing_whose_row_waits(engine: Engine) -> None:
    recorded(engine, a_submission(engine, sent_on="2024-10-03"), ROWS)
    second = a_submission(engine, sent_on="2024-11-20")
    done = recorded(engine, second, [ROWS[0], ROWS[1], f"{U3}, -, Omar, 2008-01-02"], [must_fix(4)])
    assert done.changes["gone"] == 0
    assert codes_told(engine, second) == []


@pytest.mark.parametrize(
    ("urn", "stage", "wave", "rows"),
    [
        (OTHER_SCHOOL, LeavingStage.Y11, 1, [f"{SAM}, 310"]),
        ("900100", LeavingStage.Y13, 1, [f"{SAM}, 310"]),
        ("900100", LeavingStage.Y11, 2, [f"{SAM}, 310"]),
        ("900100", LeavingStage.Y11, 1, ["-, Baker, Tom, 2008-05-05, 310"]),
    ],
    ids=["another school", "another stage", "another wave", "other people"],
)
def test_what_is_not_the_next_round_follows_nothing(
    engine: Engine, urn: str, stage: LeavingStage, wave: int, rows: Sequence[str]
) -> None:
    recorded(engine, a_submission(engine, sent_on="2024-10-03"), ROWS)
    other = a_submission(engine, urn, "2024-11-20", stage=stage, wave=wave)
    done = recorded(engine, other, rows)
    assert (sent(engine, other).follows_id, done.changes, codes_told(engine, other)) == (
        None,
        {},
        [],
    )


def test_the_round_that_a_marked_workbook_names_is_the_one_it_follows(engine: Engine) -> None:
    first, second, third = (
        a_submission(engine, sent_on=day) for day in ("2024-10-03", "2024-10-20", "2024-11-20")
    )
    recorded(engine, first, ROWS)
    recorded(engine, second, [f"{SAM}, 310", f"{ANA}, 310"])
    with transaction(engine) as session:
        line = session.get(Submission, third.submission_id)
        assert line is not None
        line.follows_id = first.submission_id
    recorded(engine, third, ROWS[:2])
    assert sent(engine, third).follows_id == first.submission_id


MAPPED = st.lists(st.sampled_from([*ROWS, f"{SAM}, 310", "-, Baker, Tom, -, 230"]), max_size=5)
DECLARED = SubmissionMetadata(1, "900100", date(2024, 11, 5))


@given(MAPPED, st.randoms(use_true_random=False), st.sampled_from(["A", "B"]))
def test_the_layout_of_rows_is_nothing_to_what_they_say(drawn, random, sheet):
    rows = [a_row(at, row) for at, row in enumerate(drawn, start=2)]
    moved = [a_row(at, row.upper(), wave=2, sheet=sheet) for at, row in enumerate(drawn, start=9)]
    random.shuffle(moved)
    assert rows_hash(NormalisedSubmission(DECLARED, tuple(rows))) == rows_hash(
        NormalisedSubmission(DECLARED, tuple(moved))
    )


@given(MAPPED, MAPPED)
def test_rows_that_say_something_else_are_others(one, other):
    same = rows_hash(mapped(one)) == rows_hash(mapped(other))
    assert same == (sorted(one) == sorted(other))


def mapped(drawn: Sequence[str]) -> NormalisedSubmission:
    return NormalisedSubmission(
        DECLARED, tuple(a_row(at, row) for at, row in enumerate(drawn, start=2))
    )


KEPT = """
    said first                 | said then            | stands                      | blank
    230, Downs, 2024-09-02     | 230                  | 230, Downs, 2024-09-02      | 1
    230, Downs, 2024-09-02     | 230, Downs           | 230, Downs, 2024-09-02      | 1
    230, Downs, 2024-09-02     | 230, Ridge           | 230, Ridge, -               | 1
    230, Downs, 2024-09-02     | 310                  | 310, -, -                   | 1
    230, Downs, 2024-09-02     | 230, -, 2024-10-01   | 230, -, 2024-10-01          | 0
    230                        | 230, Downs           | 230, Downs, -               | 0
"""


@pytest.mark.parametrize(("first", "then", "stands", "blank"), drawn(KEPT)[1:])
def test_the_same_answer_with_a_blank_beside_it_takes_nothing_away(
    engine: Engine, first: str, then: str, stands: str, blank: str
) -> None:
    recorded(engine, a_submission(engine, sent_on="2024-10-03"), [f"{SAM}, {first}"])
    second = a_submission(engine, sent_on="2024-11-20")
    done = recorded(engine, second, [f"{SAM}, {then}"])
    with Session(engine) as session:
        last = session.exec(select(Destination).order_by(col(Destination.id).desc())).first()
    assert last is not None
    said = (last.activity_code, last.provider_name or "-", str(last.started_on or "-"))
    assert ", ".join(said) == stands
    changed = first.split(",")[0] != then.split(",")[0] or "Ridge" in then
    assert done.changes["would_become_blank"] == (0 if changed else int(blank))
    assert (last.kept_from_id is not None) == (not changed and blank == "1")


def test_a_column_of_providers_that_is_left_out_takes_nothing_away(engine: Engine) -> None:
    recorded(engine, a_submission(engine, sent_on="2024-10-03"), [f"{SAM}, 230, Downs"])
    second = a_submission(engine, sent_on="2024-11-20")
    plain = without(without(a_row(2, f"{SAM}, 230"), "provider_name"), "started_on")
    assert recorded(engine, second, [plain]).changes["would_become_blank"] == 0
    with Session(engine) as session:
        names = session.exec(select(Destination.provider_name)).all()
    assert names == ["Downs", "Downs"]
