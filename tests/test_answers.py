"""What answers say beside their words: a moment, a number of a list, nothing at all."""

from datetime import date

import pytest

from imports.crosswalk.column_map import load_map
from imports.mapping import map_columns_and_values
from imports.reading import read_file
from imports.text.invisible import strip_invisible
from imports.values.moment_in_answer import is_still_to_come
from imports.values.nothing_words import is_ditto
from models.handoffs.findings import SubmissionRefused
from models.vocabulary import LeavingStage
from tests.builders.rows import a_declaration
from tests.builders.sheets import a_read_file

STANDARD = load_map()
SHEET = """
    Surname | Forename | DOB        | Destination | Provider
    Okafor  | Ada      | 17/03/2007 | {}          | {}
    Bell    | Jo       | 04/11/2006 | College     | Downs College
"""


def mapped(text, **declared):
    return map_columns_and_values(a_read_file(text), a_declaration(**declared), STANDARD)


def answer(destination, provider="", **declared):
    """What one row with that destination gives, and the codes of what is said of its file."""
    result = mapped(SHEET.format(destination, provider), **declared)
    return result.rows[0], {issue.code for issue in result.remarks}


# Sent on 9 November 2023.
@pytest.mark.parametrize(
    ("typed", "code", "said"),
    [
        ("College September 2024", "615", "C60"),
        ("Apprenticeship Jan 2024", "615", "C60"),
        ("Apprenticeship (starts 12/01/2024)", None, ""),  # asked what it means
        ("secured a place at college for 2024", "615", "C60"),
        ("Apprenticeship January", "615", "C60"),
        ("Uni 2024", None, "D26"),
        ("University September 2024", None, "D26"),
        ("College September 2023", "230", ""),
        ("College Sept", "230", ""),
        ("Gap year, university 2024", "260", ""),
        ("University, deferred entry Sept 2024", "260", ""),
    ],
)
def test_what_was_still_to_begin_is_nowhere_yet(typed, code, said):
    row, codes = answer(typed, leaving_stage=LeavingStage.Y13)
    assert row.get("activity") == code
    assert codes & {"C60", "D26"} == ({said} if said else set())


@pytest.mark.parametrize(
    "typed", ["College until July 2025", "College 2023-2025", "College 2023/24", "FE since January"]
)
def test_an_end_and_a_span_of_years_are_no_start_to_come(typed):
    assert not is_still_to_come(typed, date(2023, 11, 9))


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("1. School sixth form", "210"),
        ("2) FE college", "230"),
        ("(3) Apprenticeship", "310"),
        ("b) NEET", "619"),
        ("5 - Not known", "810"),
        ("N - College", None),
        ("x. College", None),
    ],
)
def test_the_number_of_an_option_is_no_part_of_it(typed, code):
    assert answer(typed)[0].get("activity") == code


@pytest.mark.parametrize(
    "typed",
    ["0", "=0", "n/a", "None", "nil", "NULL", "nan", "Please select", "-- Select --", "Select..."]
    + ["Choose an item.", "Please choose one", "<select>"],
)
def test_nothing_is_nothing_in_every_column(typed):
    row, codes = answer(typed, typed)
    assert "activity" not in row.raw
    assert "provider_name" not in row.raw
    assert not codes


@pytest.mark.parametrize("typed", ["x", "Various", "?", "unknown", "TBC"])
def test_no_place_is_called_various(typed):
    assert "provider_name" not in answer("College", typed)[0].raw


def test_a_declined_offer_is_not_a_refusal_to_say():
    assert answer("Declined")[0].get("activity") is None
    assert answer("Declined to say")[0].get("activity") == "830"


def test_words_of_ucas_are_known_among_those_who_apply_through_it():
    assert answer("Placed", leaving_stage=LeavingStage.Y13)[0].get("activity") == "240"
    assert answer("Placed", leaving_stage=LeavingStage.Y11)[0].get("activity") is None
    assert answer("RBD", leaving_stage=LeavingStage.Y13)[0].get("activity") is None


@pytest.mark.parametrize("mark", ['"', "\u201d", "\u3003", "''", '-"-', "ditto", "as above"])
def test_every_shape_of_a_ditto_mark(mark):
    assert is_ditto(mark)


def test_what_nobody_sees_is_in_no_text_and_no_number():
    typed = "UPN,Surname,Forename,DOB,Destination\n" + (
        "N8454\u200b00011023,\u200ePelling\u200b,Sa\u00adfiya,17/03/2007,FE college\u2060\n"
        "W845400011018\u202c,Bell,Jo,04/11/2006,NEET\n"
    )
    read = read_file("leavers.csv", typed.encode(), STANDARD.field_of)
    rows = map_columns_and_values(read, a_declaration(), STANDARD).rows
    assert [row.get("upn") for row in rows] == ["N845400011023", "W845400011018"]
    assert (rows[0].get("surname"), rows[0].get("forename")) == ("Pelling", "Safiya")
    assert (rows[0].raw["surname"], rows[0].get("activity")) == ("Pelling", "230")
    assert strip_invisible("\ufeffa\u2066b\u2069") == "ab"


def test_text_that_a_program_wrote_as_a_formula_is_that_text():
    typed = (
        "Surname,Forename,DOB,Destination,UPN\n"
        '="Bell",Jo,"=""17/03/2007""",College,="N845400011023"\n'
    )
    read = read_file("leavers.csv", typed.encode(), STANDARD.field_of)
    row = map_columns_and_values(read, a_declaration(), STANDARD).rows[0]
    assert row.get("surname") == "Bell"
    assert row.get("upn") == "N845400011023"
    assert row.get("born_on") == date(2007, 3, 17)


BESIDE = """
    Surname | Forename | DOB        | Intended destination | Actual destination | Provider
    Okafor  | Ada      | 17/03/2007 | College              | {}                 | Downs College
    Bell    | Jo       | 04/11/2006 | Apprenticeship       | NEET               |
    Zhang   | Lin      | 01/12/2006 | Apprenticeship       | School sixth form  |
"""


@pytest.mark.parametrize("typed", ["As intended", "Same", "Yes", "as planned", "\u2713"])
def test_as_intended_is_the_intended_destination_and_said_once(typed):
    result = mapped(BESIDE.format(typed))
    assert [row.get("activity") for row in result.rows] == ["230", "619", "210"]
    assert [issue.code for issue in result.remarks] == ["C62"]


@pytest.mark.parametrize("typed", ["No", "not as planned", "different"])
def test_what_did_not_go_as_intended_is_asked_about(typed):
    assert mapped(BESIDE.format(typed)).rows[0].get("activity") is None


UNKNOWN = """
    Surname | Forename | DOB        | {}                 | Provider / Employer
    Okafor  | Ada      | 17/03/2007 | FE College         | Downs College
    Bell    | Jo       | 04/11/2006 | {}                 | Ridge School
    Zhang   | Lin      | 01/12/2006 | NK                 |
    Price   | Tom      | 01/01/2007 | Unemployed         |
"""


def test_an_unknown_heading_over_destinations_alone_is_the_destination():
    result = mapped(UNKNOWN.format("Where are they now?", "Sixth form"))
    assert [row.get("activity") for row in result.rows] == ["230", "210", "810", "619"]
    assert [issue.code for issue in result.remarks] == ["C61"]


def test_of_an_unknown_plan_it_is_the_intended_one():
    result = mapped(UNKNOWN.format("Plan in May", "Sixth form"))
    assert {row.get("activity") for row in result.rows} == {None}
    assert result.rows[1].get("intended") == "same school"


@pytest.mark.parametrize(
    ("heading", "second"),
    [
        ("Where are they now?", "gone to sea"),  # a word that nobody knows
        ("Offers", "Sixth form"),
        ("Was", "Sixth form"),
        ("Previous", "Sixth form"),
    ],
)
def test_places_never_stand_in_for_a_column_that_waits_for_a_person(heading, second):
    with pytest.raises(SubmissionRefused):
        mapped(UNKNOWN.format(heading, second))


@pytest.mark.parametrize(
    ("heading", "year"),
    [
        ("Sept/Oct 2025", 2025),
        ("Dec/Jan 2026", 2025),
        ("October & November 2024 destination", 2024),
    ],
)
def test_a_heading_with_two_months_is_of_the_year_of_both(heading, year):
    meaning = STANDARD.meaning((heading,))
    assert (meaning.field, meaning.period.number) == ("activity", year)


def test_marks_leave_a_name_and_are_said_once():
    result = mapped("""
        Surname            | Forename     | DOB        | Destination
        Okafor*            | Ada          | 17/03/2007 | College
        Bell (EHCP)        | Jo           | 04/11/2006 | College
        Zhang - LAC        | Lin          | 01/12/2006 | College
        Price PP           | Tom (LEFT)   | 01/01/2007 | College
        Hall [SEN K]       | Eve          | 02/01/2007 | College
        Smith-Jones (Ali)  | Benjamin (Ben) | 03/01/2007 | College
        Left               | Al           | 03/01/2007 | College
    """)
    assert [row.get("surname") for row in result.rows] == [
        *("Okafor", "Bell", "Zhang", "Price", "Hall", "Smith-Jones (Ali)", "Left")
    ]
    assert result.rows[3].get("forename") == "Tom"
    assert [(issue.code, issue.heading) for issue in result.remarks] == [
        ("C63", "Surname"),
        ("C63", "Forename"),
    ]


def test_each_name_is_split_as_its_own_row_shows():
    result = mapped("""
        Student                        | DOB        | Destination
        IQBAL, Noah (Mimi)             | 17/03/2007 | College
        Duddridge, Jaydon James        | 17/03/2007 | College
        Miss Lewis Nettleship          | 04/11/2006 | College
        JELLICOE Kezia                 | 01/12/2006 | College
        HALL, Miss Eve                 | 01/12/2006 | College
    """)
    assert [(row.get("surname"), row.get("forename")) for row in result.rows] == [
        ("IQBAL", "Noah (Mimi)"),
        ("Duddridge", "Jaydon James"),
        ("Nettleship", "Lewis"),
        ("JELLICOE", "Kezia"),
        ("HALL", "Eve"),
    ]


def test_a_star_that_a_line_below_explains_is_asked_about():
    typed = (
        "Surname,Forename,DOB,Destination\nBell,Jo,04/11/2006,College*\nHall,Eve,05/11/2006,NEET\n"
    )
    for below, code in (("", "230"), ("\n* offer only\n", None)):
        read = read_file("leavers.csv", (typed + below).encode(), STANDARD.field_of)
        rows = map_columns_and_values(read, a_declaration(), STANDARD).rows
        assert [row.get("activity") for row in rows] == [code, "619"]
