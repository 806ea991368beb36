"""A provider's list that says who has left: nobody who did counts as still there."""

from datetime import date

import pytest

from expectations.validating import validate
from imports.crosswalk.column_map import load_map
from imports.mapping import map_columns_and_values
from imports.reading import read_file
from models.handoffs.normalised import SubmissionMetadata
from models.vocabulary import LeavingStage, SubmissionKind
from tests.builders.sheets import a_workbook, drawn

STANDARD = load_map()
PEOPLE = """
    UPN           | Surname | Forename | DOB        | Course   | Start date | End date | {}
    B801200005001 | Lee     | Ana      | 12/03/2009 | A levels | 11/09/2025 | {}       | {}
    Q801200005002 | Marsh   | Peter    | 14/05/2009 | A levels | 11/09/2025 |          | {}
    E801200005003 | Hill    | Jo       | 20/06/2009 | A levels | 11/09/2025 |          | {}
    U801200005004 | Khan    | Omar     | 21/06/2009 | A levels | 11/09/2025 |          | {}
"""


def mapped_with_findings(heading, first, others, end=""):
    text = PEOPLE.format(heading, end, first, *[others] * 3)
    read = read_file("list.xlsx", a_workbook(text), STANDARD.field_of)
    declared = SubmissionMetadata(
        1, "900100", date(2025, 11, 20), SubmissionKind.ENROLMENTS, 2024, LeavingStage.Y11, 1
    )
    mapped = map_columns_and_values(read, declared, STANDARD)
    told = validate([mapped]).findings[1]
    return mapped, {(one.code, one.row, one.column) for one in told if one.code[0] == "E"}


HAS_LEFT = """
    Enrolment status    | Withdrawn             | Enrolled   | E06
    Enrolment status    | Never attended        | Enrolled   | E06
    Enrolment status    | No longer enrolled    | Enrolled   | E06
    Status              | Left                  | Current    | E06
    Learner status      | Transferred           | Continuing | E06
    Current status      | Withdrawn             | On roll    | E06
    CompStatus          | 3                     | 1          | E06
    Completion status   | Temporarily withdrawn | Continuing | E06
    Still enrolled?     | N                     | Y          | E06
    Active              | No                    | Yes        | E06
    Withdrawn           | Y                     | N          | E07
    Withdrawn?          | Yes                   |            | E07
    Withdrawal reason   | Personal reasons      |            | E07
    WithdrawReason      | 41                    |            | E07
    Left                | x                     |            | E07
    Enrolment status    | see notes             | Enrolled   | E08
"""


@pytest.mark.parametrize(("heading", "first", "others", "code"), drawn(HAS_LEFT))
def test_whoever_has_left_is_asked_about_and_nobody_else(heading, first, others, code):
    _, told = mapped_with_findings(heading, first, others)
    assert told == {(code, 2, "H")}


@pytest.mark.parametrize(("heading", "first", "others", "code"), drawn(HAS_LEFT))
def test_nobody_is_asked_who_has_an_end_date(heading, first, others, code):
    mapped, told = mapped_with_findings(heading, first, others, end="15/10/2025")
    assert told == set()
    assert mapped.rows[0].get("ended_on") == date(2025, 10, 15)


STILL_THERE = """
    Enrolment status  | Still enrolled | Late enrolment
    Status            | Active         | Current
    Withdrawn         | N              | Not withdrawn
    Withdrawn         | n/a            |
    Withdrawal reason | None           |
    Retained          | Y              | Y
"""


@pytest.mark.parametrize(("heading", "first", "others"), drawn(STILL_THERE))
def test_nobody_is_asked_who_is_still_there(heading, first, others):
    mapped, told = mapped_with_findings(heading, first, others)
    assert told == set()
    assert mapped.remarks == ()


def test_a_day_of_withdrawal_is_an_end_date():
    text = "\n".join(
        [
            "UPN | Surname | Forename | DOB | Course | Start date | Withdrawn",
            "B801200005001 | Lee | Ana | 12/03/2009 | A levels | 11/09/2025 | 15/10/2025",
            "Q801200005002 | Marsh | Peter | 14/05/2009 | A levels | 11/09/2025 |",
        ]
    )
    read = read_file("list.xlsx", a_workbook(text), STANDARD.field_of)
    declared = SubmissionMetadata(
        1, "900100", date(2025, 11, 20), SubmissionKind.ENROLMENTS, 2024, None, 1
    )
    rows = map_columns_and_values(read, declared, STANDARD).rows
    assert [row.get("ended_on") for row in rows] == [date(2025, 10, 15), None]


def test_a_schools_own_sheet_is_not_asked():
    text = "\n".join(
        [
            "UPN | Surname | Forename | DOB | Destination | Enrolled",
            "B801200005001 | Lee | Ana | 12/03/2009 | FE college | No",
        ]
    )
    read = read_file("leavers.xlsx", a_workbook(text), STANDARD.field_of)
    declared = SubmissionMetadata(
        1, "900100", date(2025, 11, 20), SubmissionKind.LEAVERS, 2024, LeavingStage.Y11, 1
    )
    mapped = map_columns_and_values(read, declared, STANDARD)
    assert [column.heading for column in mapped.unused] == ["Enrolled"]
    assert not {"enrolled", "withdrawn"} & {*mapped.rows[0].values}
