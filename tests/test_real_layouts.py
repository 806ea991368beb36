"""Layouts as they come out of the systems of schools, councils and colleges."""

from datetime import date

import pytest

from expectations.validating import validate
from imports.columns.proposals import propose_fields
from imports.columns.typed_values import is_still_enrolled
from imports.crosswalk.column_map import load_map
from imports.mapping import map_columns_and_values
from imports.reading import read_file
from models.handoffs.findings import SubmissionRefused
from models.handoffs.normalised import SubmissionMetadata
from models.handoffs.sheets import Cell, CellKind
from models.vocabulary import LeavingStage, SubmissionKind
from tests.builders.sheets import a_workbook, drawn

STANDARD = load_map()
WHO = (
    "B801200005001 | Lee   | Ana   | 12/03/2009",
    "Q801200005002 | Marsh | Peter | 14/05/2009",
    "E801200005003 | Hill  | Jo    | 20/06/2009",
    "U801200005004 | Khan  | Omar  | 21/06/2009",
)


def mapped(text, kind=SubmissionKind.LEAVERS, wave=1):
    """A drawn sheet, its people put in front of the columns drawn."""
    headings, *rows = text.strip().splitlines()
    lines = [f"UPN | Surname | Forename | DOB | {headings}"]
    lines += [f"{who} | {row}" for who, row in zip(WHO, rows, strict=False)]
    read = read_file("sheet.xlsx", a_workbook("\n".join(lines)), STANDARD.field_of)
    declared = SubmissionMetadata(
        1, "900100", date(2025, 11, 20), kind, 2024, LeavingStage.Y11, wave
    )
    return map_columns_and_values(read, declared, STANDARD)


def values(result, field):
    return [row.text(field) for row in result.rows]


def codes(result):
    return [(one.code, one.heading) for one in result.remarks]


def asked(result):
    return {(one.code, one.row) for one in validate([result]).findings[1] if one.row}


def test_destination_confirmed_over_yes_and_no_is_not_where_anybody_went():
    result = mapped(
        """
        Destination Establishment | Destination Type  | Destination Confirmed
        Downs College             | FE college        | TRUE
        Ridge School              | School sixth form | TRUE
                                  | Not known         | FALSE
        """
    )
    assert values(result, "activity") == ["230", "210", "810"]
    assert values(result, "provider_name") == ["Downs College", "Ridge School", ""]
    assert codes(result) == []


def test_a_destination_that_is_not_confirmed_is_kept_and_said():
    result = mapped(
        """
        Destination | Provider      | Confirmed? Y/N | Attempts | 1st call
        FE college  | Downs College | Y              | 1        | 14/10/2025
        Job         | Acme Ltd      | N              | 3        | no answer
        Not known   |               | N              | 3        | no answer
        """
    )
    assert values(result, "activity") == ["230", "330", "810"]
    assert codes(result) == [("C75", "Confirmed? Y/N")]
    assert ("count", "1") in result.remarks[0].facts


def test_a_sheet_that_only_says_yes_and_no_is_asked_for_the_destination():
    with pytest.raises(SubmissionRefused) as refused:
        mapped(
            """
            Phone        | Destination confirmed
            07700 900001 | Yes
            07700 900002 | N
            """
        )
    assert refused.value.code == "C02"


def test_what_a_destinations_brackets_ask_for_is_that_and_not_the_destination():
    result = mapped(
        """
        Intended destination (type) | Intended destination (institution) | Final destination (type) | Final destination (institution) | Final destination (subject) | Final destination (level)
        UK university               | Leeds                              | Apprenticeship           | Acme Ltd                        | Engineering                 | 3
        Sixth form                  | Oakfield School                    | FE college               | Downs College                   | Law                         | 2
        """  # noqa: E501 - headings as exported
    )
    assert values(result, "activity") == ["310", "230"]
    assert values(result, "provider_name") == ["Acme Ltd", "Downs College"]
    assert values(result, "course") == ["Engineering", "Law"]
    assert values(result, "level") == ["3", "2"]
    assert values(result, "intended") == ["other education or training", "same school"]
    assert codes(result) == []


def test_an_intended_destination_is_read_where_its_words_are():
    result = mapped(
        """
        Intended Destination Type | Intended Destination | Actual Destination Type
        College                   | Downs College        | College
        Apprenticeship            |                      | Apprenticeship
        Undecided                 |                      | Unknown
        """
    )
    assert values(result, "intended") == [
        "other education or training", "apprenticeship or traineeship", "undecided"
    ]  # fmt: skip


FINER = """
    SituationGroup              | SituationSubGroup
    Destination Category        | Destination Sub-category
    KS4 Destination Category    | KS4 Destination Subcategory
"""


@pytest.mark.parametrize(("wide", "fine"), drawn(FINER))
def test_a_sub_category_says_what_its_category_only_begins_to_say(wide, fine):
    result = mapped(
        f"""
        {wide}     | {fine}
        Employment | Apprenticeship
        Training   | Supported internship
        NEET       | Without a plan
        Unknown    |
        """
    )
    # "Employment" alone would be a job without training.
    assert values(result, "activity") == ["310", "460", "", "810"]
    assert ("D01", 4) in asked(result)


def test_a_new_destination_filled_for_some_does_not_stand_for_all():
    result = mapped(
        """
        Destination    | Provider       | New destination
        College        | Downs College  |
        College        | Downs College  | Apprenticeship
        Sixth form     | Ridge School   |
        Apprenticeship | Acme Ltd       |
        """
    )
    assert values(result, "activity") == ["230", "230", "210", "310"]
    assert ("D23", 3) in asked(result)


KIND_OF_PLACE = "Provider type | Institution type | Type of establishment | Future school type"


@pytest.mark.parametrize("heading", [one.strip() for one in KIND_OF_PLACE.split("|")])
def test_a_kind_of_place_is_nobodys_name(heading):
    beside = mapped(
        f"""
        Destination    | {heading}
        College        | College of Further Education
        Apprenticeship | Employer
        """
    )
    assert values(beside, "provider_name") == ["", ""]
    alone = mapped(
        f"""
        Provider      | {heading}
        Downs College | College of Further Education
        Ridge School  | School sixth form
        Acme Ltd      | Apprenticeship
        """
    )
    assert values(alone, "activity") == ["230", "210", "310"]


def test_days_on_the_schools_own_roll_are_not_those_of_a_destination():
    result = mapped(
        """
        Enrolment start date | Enrolment end date | Leaving destination
        01/09/2020           | 31/07/2025         | College
        05/11/2022           | 31/07/2025         | School sixth form
        """
    )
    assert {field for row in result.rows for field in row.values} == {
        "upn", "surname", "forename", "born_on", "activity"
    }  # fmt: skip
    assert asked(result) == set()


def test_days_after_leaving_are_those_of_a_destination():
    result = mapped(
        """
        Date enrolled | End date   | Destination
        01/09/2025    | 10/10/2025 | College
        22/08/2025    |            | School sixth form
        """
    )
    assert [row.get("started_on") for row in result.rows] == [date(2025, 9, 1), date(2025, 8, 22)]
    assert [row.get("ended_on") for row in result.rows] == [date(2025, 10, 10), None]


ENDS = """
    EndDate    | ActualEndDate
    Course End | Date Left
    End date   | Withdrawal date
"""


@pytest.mark.parametrize(("planned", "happened"), drawn(ENDS))
def test_the_day_somebody_left_is_not_the_day_their_course_was_to_end(planned, happened):
    result = mapped(
        f"""
        Course   | Start date | {planned}  | {happened}
        A levels | 08/09/2025 | 26/06/2026 |
        Sport    | 08/09/2025 | 26/06/2026 | 17/10/2025
        """,
        SubmissionKind.ENROLMENTS,
    )
    assert [row.get("ended_on") for row in result.rows] == [None, date(2025, 10, 17)]
    assert codes(result) == []


STATUS = """
    Status             | Withdrawn        | Current
    PROGRESS_STATUS    | W                | A
    Registration status | Withdrawn       | Registered
    Application status | Rejected         | Enrolled
    Application status | Offer accepted   | Enrolled
    Enrolment status   | Early leaver     | Live
"""


@pytest.mark.parametrize(("heading", "left", "there"), drawn(STATUS))
def test_who_has_left_is_asked_about_though_the_planned_end_is_given(heading, left, there):
    result = mapped(
        f"""
        Course   | Start date | End date   | {heading}
        A levels | 08/09/2025 | 26/06/2026 | {there}
        Sport    | 08/09/2025 | 26/06/2026 | {left}
        Music    | 08/09/2025 | 26/06/2026 | {there}
        """,
        SubmissionKind.ENROLMENTS,
    )
    assert asked(result) == {("E06", 3)}


WITH_A_REASON = """
    Withdrawn - Gone into employment           | no
    No - left Oct                              | no
    Withdrawn (transferred to another college) | no
    Never enrolled                             | no
    Y - withdrawn 10/10/25                     |
    Yes, until Easter                          |
    Left                                       | no
"""


@pytest.mark.parametrize(("typed", "there"), drawn(WITH_A_REASON))
def test_a_reason_behind_who_has_left_changes_nothing(typed, there):
    assert (is_still_enrolled(typed, STANDARD) or "") == there


def test_a_list_of_who_was_on_course_in_november_asks_about_those_who_were_not():
    result = mapped(
        """
        On course at 1 Nov | Course
        Yes                | A levels
        No - left Oct      | Sport
        Never enrolled     |
        """,
        SubmissionKind.ENROLMENTS,
    )
    assert asked(result) == {("E06", 3), ("E06", 4)}


LASTED = """
    Sustained (Y/N)      | N
    Sustained            | No - left in October
    Still there?         | No
    Enrolled?            | Did not enrol
    Still attending?     | N
"""


@pytest.mark.parametrize(("heading", "no"), drawn(LASTED))
def test_a_school_that_says_it_did_not_last_is_asked_since_when(heading, no):
    result = mapped(
        f"""
        Destination | Provider      | {heading}
        College     | Downs College | Yes
        College     | Downs College | {no}
        NEET        |               | {no}
        """
    )
    assert asked(result) == {("D25", 3)}
    assert codes(result) == []


def test_beside_a_column_a_year_nobody_knows_which_of_them_lasted():
    year = """
        Destination 2025 | Sustained
        College          | Yes
        College          | No
        """
    assert asked(mapped(year)) == {("D25", 3)}
    years = year.replace("2025 |", "2025 | Destination 2026 |").replace(
        "College  ", "College | FE "
    )
    assert ("C10", "Sustained") in codes(mapped(years))


# Nobody has been asked yet; the roll of the school; the day of leaving it.
NOT_ASKED = """
    Sustained | N        | N
    On roll   | N        | Y
    Left      | 25/07/25 |
"""


@pytest.mark.parametrize(("heading", "first", "second"), drawn(NOT_ASKED))
def test_what_says_nothing_of_the_destination_holds_nobody_back(heading, first, second):
    result = mapped(
        f"""
        Destination | Provider      | {heading}
        College     | Downs College | {first}
        College     | Downs College | {second}
        """
    )
    assert asked(result) == set()
    assert codes(result) == [("C10", heading)]


def test_the_kind_of_eet_says_more_than_eet_or_neet():
    result = mapped(
        """
        EET / NEET | EET type       | Provider
        EET        | FE College     | Downs College
        NEET       |                |
        EET        | Apprenticeship | Acme Ltd
        """
    )
    assert values(result, "activity") == ["230", "619", "310"]


TICKS = """
    6th Form | FE College | Apprenticeship | NEET | Not known | Where
    x        |            |                |      |           | Oakfield School
             | X          |                |      |           | Downs College
             |            | ✓              |      |           | Acme Ltd
             |            |                |      | Yes       |
"""


def test_a_column_for_each_destination_is_read_where_it_is_ticked():
    result = mapped(TICKS)
    assert values(result, "activity") == ["210", "230", "310", "810"]
    assert values(result, "provider_name")[:3] == ["Oakfield School", "Downs College", "Acme Ltd"]
    # Each answer comes from the cell of its tick.
    assert [row.columns["activity"].letter for row in result.rows] == ["E", "F", "G", "I"]
    assert [row.columns["activity"].heading for row in result.rows][1] == "FE College"
    assert codes(result) == [("C37", "6th Form")]


def test_two_ticks_in_a_row_are_asked_about():
    result = mapped(
        TICKS.replace("| X          |                |", "| X          | x              |")
    )
    assert values(result, "activity") == ["210", "", "310", "810"]
    assert ("D01", 3) in asked(result)


def test_ticks_beside_a_destination_are_questions_of_their_own():
    result = mapped(TICKS.replace("Where", "Destination").replace("Oakfield School", "College"))
    assert values(result, "activity")[0] == "230"


def test_questions_that_most_answer_twice_are_no_destination():
    with pytest.raises(SubmissionRefused) as refused:
        mapped(
            """
            6th Form | FE College | Apprenticeship
            x        | x          |
                     | x          | x
            x        |            | x
            """
        )
    assert refused.value.code == "C02"


EITHER = """
    College       | Employer | Destination
    Downs College |          | College
                  | Acme Ltd | Apprenticeship
"""


def test_a_place_from_one_of_two_columns_comes_from_its_own_cell():
    result = mapped(EITHER)
    assert values(result, "provider_name") == ["Downs College", "Acme Ltd"]
    assert [row.columns["provider_name"].letter for row in result.rows] == ["E", "F"]


def test_transferred_for_short_is_not_true():
    assert STANDARD.value_of("enrolled", "T") is None


def test_where_a_learner_went_on_leaving_is_not_what_they_did_there():
    result = mapped(
        """
        Course   | Start date | Withdrawal date | Destination on leaving
        A levels | 08/09/2025 |                 |
        Sport    | 08/09/2025 | 03/10/2025      | Apprenticeship
        """,
        SubmissionKind.ENROLMENTS,
    )
    assert values(result, "activity") == ["", ""]


def test_a_list_of_people_who_left_school_says_nothing_of_when_they_left_college():
    result = mapped(
        """
        Course   | Start date | Date left school
        A levels | 08/09/2025 | 25/07/2025
        """,
        SubmissionKind.ENROLMENTS,
    )
    assert result.rows[0].get("ended_on") is None


SCHOOLS = """
    Academy Name   | Academy URN | Destination | Provider
    Oakfield       | 900100      | FE college  | Downs College
    Ridge          | 900200      | Sixth form  | Ridge School
    Oakfield       | 900100      | FE college  | Downs College
"""


def test_on_a_list_of_a_whole_trust_the_leavers_of_its_other_schools_wait():
    assert asked(mapped(SCHOOLS)) == {("I25", 3)}


@pytest.mark.parametrize("heading", ["Previous school URN", "Y11 school URN", "Feeder school URN"])
def test_where_leavers_were_before_holds_nobody_back(heading):
    assert asked(mapped(SCHOOLS.replace("Academy URN", heading))) == set()


@pytest.mark.parametrize(
    ("typed", "name"), [("as above", "Downs College"), ("Same", ""), ("ditto", "Downs College")]
)
def test_a_cell_that_points_at_another_is_nobodys_name(typed, name):
    result = mapped(
        f"""
        Destination | Provider
        College     | Downs College
        College     | {typed}
        """
    )
    assert values(result, "provider_name") == ["Downs College", name]
    assert (("D08", 3) in asked(result)) == (not name)


QUESTIONS = """
    What is your first name?            | forename
    What is your surname?               | surname
    What is your date of birth?         | born_on
    What is your current main activity? | activity
    When did you start?                 | started_on
    Name of university, college or employer | provider_name
    Yr 11 Destination                   | activity
    Leaving Destination                 | activity
    Leaver Destination Name             | provider_name
    Leaver Destination Start Date       | started_on
    Intended destination 1              | intended
    My Plan after Year 11               | intended
    Situation Start                     | started_on
    OfferingName                        | course
    Academy URN                         | school_urn
    UNIQUE_LEARN_NO                     | uln
    Trainee Surname                     | surname
    What course are you studying?       | course
    Where are you studying?             | provider_name
    Where enrolled                      | provider_name
    Post 16 Start Date                  | started_on
    LearnAimRefTitle                    | course
    POT Term Date                       | ended_on
    Aim Actual End                      | ended_on
    Aim Status                          | enrolled
    Destination Uni                     | provider_name
    Destination Estab (LAESTAB)         | provider_laestab
"""


@pytest.mark.parametrize(("heading", "field"), drawn(QUESTIONS))
def test_headings_of_forms_and_exports(heading, field):
    assert STANDARD.field_of((heading,)) == field


PLANS = "Which of these best describes your post-16 plan? | PostSecondaryPlan | What I hope to do"


@pytest.mark.parametrize("heading", [one.strip() for one in PLANS.split("|")])
def test_a_plan_in_words_that_we_know_is_asked_about_as_a_plan(heading):
    cells = [
        Cell(word, word, CellKind.TEXT) for word in ("College", "Apprenticeship", "Sixth form")
    ]
    made = [one.field for one in propose_fields((heading,), cells, STANDARD) if one.is_made]
    assert made == ["intended"]
