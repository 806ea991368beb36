"""Headings: the same words however they are written, and never a neighbour's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imports.crosswalk.column_map import load_map
from imports.crosswalk.fields import FIELDS
from imports.crosswalk.periods import parse_period
from imports.text.headings import heading_words, names_another_person
from models.vocabulary import LeavingStage

STANDARD = load_map()

OURS = {
    "upn": "UPN | upn | U.P.N. | UniquePupilNumber | Unique Pupil No. | Pupil UPN | UPN*",
    "uln": "ULN | Unique Learner No | UniqueLearnerNo | Unique Learner Number (ULN) | Learner ULN",
    "surname": "Surname | SURNAME\xa0 | Legal Surname | FamilyName | Last Name | Pupil's surname",
    "forename": "Forename | First name | GivenName | Legal Forename | Forename(s) | Fore-name",
    "full_name": "Name | Pupil Name | Student | Full name | Surname, Forename | Leaver",
    "born_on": "DOB | D.O.B. | DoB | Date of Birth | Date of birth (dd/mm/yyyy) | Student DOB | "
    "date_of_birth | Birth date | DATE OF BIRTH*",
    "sex": "Sex | Gender | M/F | Legal Sex",
    "postcode": "Postcode | Post Code | Home postcode | PCode",
    "sen": "SEN | SEN Status | SEND | SEN Provision | SEN (N/K/E)",
    "disadvantaged": "PP | FSM | FSM6 | Pupil Premium | Disadvantaged? | Ever 6 FSM | PP (Y/N)",
    "form": "Reg | Form | Tutor Group | Reg Group | Registration group",
    "year_group": "Year Group | NC Year | Yr | Year",
    "activity": "Destination | Destination Type | Activity Code | ActivityCode | Actual destination"
    " | Current Activity | Leaver's destination | NCCIS code | EET Status | Post-16 destination | "
    "What are they doing now? | Dest.",
    "intended": "Intended destination | IntendedDestinationYr11 | Intended Destination (Y11)",
    "provider_name": "Provider | Destination Institution | EstablishmentName | College / Employer "
    "| School/College/Employer name | Where | Training provider | Future School | Employer",
    "provider_ukprn": "UKPRN | UKProviderReferenceNumber | Provider UKPRN",
    "provider_laestab": "DfENo | EstablishmentNumber | DfE No.",
    "course": "Course | Course title | GoalDescription | Programme & Level | Subject | Job role",
    "level": "Level | GoalLevel | QualLevel | Course level | Level of study",
    "started_on": "Start Date | StartDate | LearnStartDate | OutStartDate | Date started",
    "ended_on": "End date | EndDate | OutEndDate | Withdrawal date | LearnActEndDate",
    "as_at": "As at | Date confirmed | DateVerified | OutCollDate | Date Ascertained",
    "source": "Source | Source of information | Confirmed by | Information source",
    "consent": "Consent | Consent to contact | Consent given?",
    "cohort_status": "Cohort status | NCCIS cohort status",
    "notes": "Notes | Comments | Any other information | Notes/Comments",
    "school_name": "School | Previous School | Last school attended | Feeder school",
    "school_urn": "URN | School URN",
    "leaving_year": "Leaving year | Cohort | Year of leaving",
}  # fmt: skip

NOT_OURS = """
    Parent DOB | Parent/carer name | Emergency contact | Mother's surname | Predicted grade |
    Head of year | School postcode | Provider postcode | Destination postcode | Employer address |
    Contact name | Contact telephone | Previous surname | Former name | Name (parent) | No SEN |
    Keyworker name | Total | Count of leavers | Attendance 2023 | Exam number | Form tutor's name |
    Sibling UPN | Second contact date of birth | Next of kin | Teacher name | Planned end date |
    Expected end date | School email | GP name | Number | Parent postcode | College telephone |
    16-19 bursary | Printed 03/11/2023 | Year 11 leavers 2023 | Guardian's date of birth
"""


@pytest.mark.parametrize(("field", "written"), OURS.items(), ids=OURS)
def test_headings_that_are_ours(field, written):
    for heading in written.split("|"):
        assert STANDARD.field_of((heading,)) == field, heading


@pytest.mark.parametrize("heading", [one.strip() for one in NOT_OURS.split("|")])
def test_headings_that_are_not(heading):
    assert STANDARD.field_of((heading,)) is None


TWO_ROWS = """
    Destination      | Type            | activity
    Destination      | Where           | provider_name
    Destination      | Name            | provider_name
    Destination      | Course          | course
    Destination      | Postcode        |
    Pupil            | DOB             | born_on
    Pupil details    | UPN             | upn
    Pupil            | Tutor Group     | form
    Leavers 2023     | Surname         | surname
    Leavers 2023     | Destination     | activity
    Autumn 2023      | Type            | activity
    Autumn 2023      | Where           | provider_name
    Autumn 2023      | Start date      | started_on
    Parent           | DOB             |
    Emergency contact | Surname        |
    College          | Postcode        |
    Year 1           |                 | activity
                     | UPN             | upn
"""


@pytest.mark.parametrize("line", [one for one in TWO_ROWS.splitlines() if one.strip()])
def test_headings_on_two_rows(line):
    upper, lower, field = (part.strip() for part in line.split("|"))
    assert (STANDARD.field_of((upper, lower)) or "") == field


# heading | what it is | wave for Y11 leavers of 2022/23 | for Y13 leavers of 2022/23
YEARS = """
    Sept 23                 | activity      | 1 | 1
    where Sept 23           | provider_name | 1 | 1
    Sep-24                  | activity      | 2 | 2
    Sept '25                | activity      | 3 | 3
    Autumn 2025             | activity      | 3 | 3
    Autumn term 2025        | activity      | 3 | 3
    Nov 2025 destination    | activity      | 3 | 3
    Position at 1 Nov 2023  | activity      | 1 | 1
    1st November 2023       | activity      | 1 | 1
    March 2024              | activity      | 1 | 1
    01/11/2024              | activity      | 2 | 2
    2024-11-01 00:00:00     | activity      | 2 | 2
    23-Sep                  | activity      | 1 | 1
    where 24-Sep            | provider_name | 2 | 2
    2023                    | activity      | 1 | 1
    Destination 2024        | activity      | 2 | 2
    2024/25                 | activity      | 2 | 2
    2024-25                 | activity      | 2 | 2
    2024-2025 provider      | provider_name | 2 | 2
    24/25                   | activity      | 2 | 2
    Y1                      | activity      | 1 | 1
    Year 2                  | activity      | 2 | 2
    Yr 3 dest               | activity      | 3 | 3
    1 year on               | activity      | 1 | 1
    Two years after leaving | activity      | 2 | 2
    First autumn            | activity      | 1 | 1
    Wave 2                  | activity      | 2 | 2
    12 months               | activity      | 1 | 1
    After 24 months         | activity      | 2 | 2
    Y12 destination         | activity      | 1 | -1
    Year 13                 | activity      | 2 | 0
    Y14                     | activity      | 3 | 1
    Provider (Autumn 2024)  | provider_name | 2 | 2
    Year 1 - where          | provider_name | 1 | 1
    Year 1 (Sept 2023)      | activity      | 1 | 1
    Course Sept 24          | course        | 2 | 2
"""


@pytest.mark.parametrize("line", [one for one in YEARS.splitlines() if one.strip()])
def test_year_columns(line):
    heading, field, of_y11, of_y13 = (part.strip() for part in line.split("|"))
    meaning = STANDARD.meaning((heading,))
    assert meaning.field == field
    assert meaning.period.wave(2022, LeavingStage.Y11) == int(of_y11)
    assert meaning.period.wave(2022, LeavingStage.Y13) == int(of_y13)


@pytest.mark.parametrize(
    "heading",
    ["Destination", "Year 11", "Year group", "Destinations of 2023 leavers", "16-19", "SEN 2023"],
)
def test_headings_without_a_moment(heading):
    meaning = STANDARD.meaning((heading,))
    assert meaning is None or meaning.period is None


def test_a_moment_leaves_the_rest_of_its_heading():
    assert parse_period("where Sept 23")[1] == "where"
    assert parse_period("UPN") is None


def test_initials_brackets_and_quotes_are_nothing():
    assert heading_words("Pupil\u2019s D.O.B.") == ("pupil", "dob")
    assert heading_words("DfENo") == ("df", "e", "no")
    assert not names_another_person("Pupil DOB")
    assert names_another_person("Parent\u2019s DOB")


@given(st.text(max_size=60))
def test_any_heading_is_one_of_ours_or_none(text):
    assert STANDARD.field_of((text,)) in (None, *FIELDS)


@given(st.lists(st.text(max_size=20), max_size=4).map(tuple))
def test_any_parts_are_one_of_ours_or_none(parts):
    assert STANDARD.field_of(parts) in (None, *FIELDS)


@given(
    st.sampled_from(sorted(STANDARD.headings_as_written["born_on"])),
    st.sampled_from("_- \n\xa0.*:"),
)
def test_spaces_case_and_punctuation_are_nothing(heading, between):
    changed = between.join(heading.split()).upper()
    assert STANDARD.field_of((changed,)) == "born_on"
