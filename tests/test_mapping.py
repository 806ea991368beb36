"""Map: a file as sent becomes rows in our words, one a leaver and wave; nothing is guessed."""

import csv
import logging
from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from expectations.catalogue import rule_words
from imports.crosswalk.column_map import load_map
from imports.mapping import map_columns_and_values
from models.handoffs.findings import SubmissionRefused
from models.handoffs.normalised import FieldColumn
from models.handoffs.sheets import Cell, CellKind, Table
from models.vocabulary import LeavingStage, SubmissionKind, group_of, year_start
from tests.builders.rows import a_declaration
from tests.builders.sheets import a_read_file, a_table

STANDARD = load_map()
HUB = Path(__file__).parents[2] / "shared" / "samples" / "hub_a"
UNDECLARED = {"kind": None, "academic_year": None, "leaving_stage": None, "wave": None}

PLAIN = """
    UPN           | Surname | Forename | Date of Birth | PP | SEN | Destination | Provider
    N845400011023 | OKAFOR  | Ada      | 17/03/2007    | Y  | K   | 6th form    | Firle High School
    w845400011018 | Bell    | Jo       | 04/11/2006    | N  |     | =230        |
"""


def mapped(*tables, above=(), columns=STANDARD, **declared):
    return map_columns_and_values(
        a_read_file(*tables, above=above), a_declaration(**declared), columns
    )


def refused(*tables, **declared):
    with pytest.raises(SubmissionRefused) as caught:
        mapped(*tables, **declared)
    return caught.value


def codes(result):
    return [remark.code for remark in result.remarks]


def words_of(remark):
    return rule_words(remark.code, dict(remark.facts))


def values(result, name):
    return [row.get(name) for row in result.rows]


def test_a_plain_sheet_in_our_words():
    result = mapped(PLAIN)
    first, second = result.rows
    assert first.values == {
        "upn": "N845400011023",
        "surname": "OKAFOR",
        "forename": "Ada",
        "born_on": date(2007, 3, 17),
        "disadvantaged": True,
        "sen": "K",
        "activity": "210",
        "provider_name": "Firle High School",
    }
    assert first.raw["activity"] == "6th form"
    assert (first.sheet, first.row, first.wave) == ("Leavers", 2, 1)
    assert second.get("upn") == "W845400011018"
    assert second.raw["upn"] == "w845400011018"
    assert second.get("activity") == "230"
    assert "provider_name" not in second.raw
    assert first.columns["activity"] == FieldColumn("activity", "Leavers", "G", "Destination")
    assert result.remarks == ()
    assert result.unused == ()


def test_a_word_no_map_knows_stays_as_typed_with_the_nearest():
    result = mapped(PLAIN.replace("6th form", "Colledge tbc"))
    row = result.rows[0]
    assert row.get("activity") is None
    assert row.raw["activity"] == "Colledge tbc"
    assert result.suggests["Leavers", 2, "activity"][0] == "Full-time education: further education"


def test_a_upn_that_lost_its_letter_is_asked_never_repaired():
    result = mapped(PLAIN.replace("N845400011023", "845400011023"))
    assert result.rows[0].get("upn") == "845400011023"
    assert result.suggests["Leavers", 2, "upn"] == ("N845400011023",)


def test_headings_on_two_rows():
    result = mapped(
        """
        Surname | Forename | DOB        | UPN           | Type | Where         | Postcode
        Okafor  | Ada      | 17/03/2007 | N845400011023 | SPI  | Plumpton      | BN7 3AE
        """,
        above=("Pupil", "Pupil", "Pupil", "Pupil", "Destination", "Destination", "Destination"),
    )
    assert result.rows[0].get("activity") == "280"
    assert result.rows[0].get("provider_name") == "Plumpton"
    assert "postcode" not in result.rows[0].columns
    assert [one.heading for one in result.unused] == ["Postcode"]


def test_a_heading_that_leaves_it_open_may_stand_below_a_group():
    result = mapped(
        """
        Surname | Forename | DOB        | Attainment 8 | Gone on to
        Okafor  | Ada      | 17/03/2007 | 40           | College
        Bell    | Jo       | 04/11/2006 | 51           | Apprenticeship
        Hall    | Di       | 05/11/2006 | 33           | NEET
        """,
        above=(*["Personal details"] * 4, "Post 16 destination"),
    )
    assert values(result, "activity") == ["230", "310", "619"]
    assert result.unused == ()


def test_tabs_with_other_orders_of_columns():
    result = map_columns_and_values(
        a_read_file(
            a_table("Surname|Forename|DOB|Destination\nOkafor|Ada|17/03/2007|FE", "11A"),
            a_table("Destination|DOB|Forename|Surname\nNK|18/03/2007|Jo|Bell", "11B"),
        ),
        a_declaration(),
        STANDARD,
    )
    assert [(row.sheet, row.text("surname"), row.get("activity")) for row in result.rows] == [
        ("11A", "Okafor", "230"),
        ("11B", "Bell", "810"),
    ]
    assert result.rows[1].columns["activity"].letter == "A"


# --- years -------------------------------------------------------------------------------------

YEARLY = """
    Surname | Forename | DOB        | Sept 23  | where Sept 23 | Sept 24 | where Sept 24 | Sept 25
    Okafor  | Ada      | 17/03/2007 | 6th form | Firle High    | App     | Cook-Dodd     |
    Bell    | Jo       | 18/03/2007 | NK       |               |         |               |
    Carr    | Al       | 19/03/2007 |          |               |         |               |
"""


def test_a_column_a_year_gives_a_row_a_year():
    result = mapped(YEARLY, wave=None, sent_on=date(2024, 11, 9))
    assert result.metadata.wave == 2
    assert [(row.text("surname"), row.wave, row.get("activity")) for row in result.rows] == [
        ("Okafor", 1, "210"),
        ("Okafor", 2, "310"),
        ("Bell", 1, "810"),
        ("Bell", 2, None),
        ("Carr", 2, None),
    ]
    assert result.rows[1].get("provider_name") == "Cook-Dodd"
    assert result.rows[1].columns["provider_name"].wave == 2
    assert result.rows[1].columns["activity"].letter == "F"
    assert codes(result) == []


YEARS = """
    Post 16 destination 2024 | Post 16 destination 2025
    Post-16 (2024)           | Post-16 (2025)
    Outcome (2024)           | Outcome (2025)
    Status Oct 24            | Status Oct 25
    Where in 2024            | Where in 2025
    Progressed to (Sept 24)  | Progressed to (Sept 25)
    AY2024-25                | AY2025-26
    Aut 24                   | Aut 25
    1/11/2024                | 1/11/2025
    Dest. Yr1                | Dest. Yr2
"""


@pytest.mark.parametrize("wave", [2, None])
@pytest.mark.parametrize("years", [line.strip() for line in YEARS.splitlines() if line.strip()])
def test_each_year_is_an_answer_of_its_own(years, wave):
    result = mapped(
        f"""
        Surname | Forename | DOB        | {years}
        Okafor  | Ada      | 17/03/2008 | College | Apprenticeship
        Bell    | Jo       | 04/11/2007 | NEET    | College
        Hall    | Di       | 05/11/2007 | College | College
        """,
        academic_year=2023,
        sent_on=date(2025, 11, 5),
        wave=wave,
    )
    told = [(row.row, row.wave, row.get("activity")) for row in result.rows]
    assert told == [
        *((2, 1, "230"), (2, 2, "310")),
        *((3, 1, "619"), (3, 2, "230")),
        *((4, 1, "230"), (4, 2, "230")),
    ]


def test_what_stands_again_behind_each_year_is_of_that_year():
    result = mapped(
        """
        Surname | Forename | DOB        | Sept 23 | Where?        | Sept 24        | Where?
        Okafor  | Ada      | 17/03/2007 | College | Downs College | Apprenticeship | Tyler Ltd
        Bell    | Jo       | 04/11/2006 | College | Downs College | NEET           |
        """,
        sent_on=date(2024, 11, 5),
        wave=None,
    )
    told = [(row.wave, row.get("activity"), row.get("provider_name")) for row in result.rows]
    assert told == [
        (1, "230", "Downs College"),
        (2, "310", "Tyler Ltd"),
        (1, "230", "Downs College"),
        (2, "619", None),
    ]
    assert codes(result) == []


def test_a_year_that_has_not_come_is_not_recorded_but_said():
    result = mapped(YEARLY.replace("| Cook-Dodd     |", "| Cook-Dodd     | Uni"), wave=None)
    assert {row.wave for row in result.rows} == {1}
    assert codes(result) == ["C15", "C15", "C15"]
    assert words_of(result.remarks[0])[0] == (
        "We did not use 'Sept 24': it asks about an autumn that had not come when it was sent"
    )


def test_years_counted_from_leaving():
    result = mapped(
        "Surname|Forename|DOB|Year 1|Year 1 provider|Year 2\nOkafor|Ada|17/03/2007|FE|Downs|Job",
        wave=2,
        sent_on=date(2024, 11, 9),
    )
    assert [(row.wave, row.get("activity")) for row in result.rows] == [(1, "230"), (2, "330")]


def test_year_groups_of_a_year_13_cohort():
    result = mapped(
        "Surname|Forename|DOB|Y13 destination|Y14 destination\nOkafor|Ada|17/03/2005|Uni|Job",
        leaving_stage=LeavingStage.Y13,
    )
    assert result.rows[0].wave == 1
    assert len(result.rows) == 1


def test_an_answer_before_leaving_is_an_intention():
    result = mapped(
        "Surname|Forename|DOB|Summer 2023|Sept 23\nOkafor|Ada|17/03/2007|College|App", wave=1
    )
    row = result.rows[0]
    assert (row.get("intended"), row.get("activity"), row.wave) == (
        "other education or training",
        "310",
        1,
    )


def test_one_dated_destination_that_fits_no_year_is_the_answer_of_the_wave():
    result = mapped("Surname|Forename|DOB|Destination 2021\nOkafor|Ada|17/03/2007|College", wave=1)
    assert [(row.wave, row.get("activity")) for row in result.rows] == [(1, "230")]


def test_one_bare_year_names_the_leavers_and_a_month_names_the_moment():
    sheet = "Surname|Forename|DOB|{}\nOkafor|Ada|17/03/2007|College"
    second = {"wave": 2, "sent_on": date(2024, 11, 9)}
    assert [row.wave for row in mapped(sheet.format("Destination 2023"), **second).rows] == [2]
    assert [row.wave for row in mapped(sheet.format("Sept 2023"), **second).rows] == [1]


# --- two columns for one field -----------------------------------------------------------------


def test_a_type_beside_a_name_says_where_they_went():
    result = mapped(
        """
        Surname | Forename | DOB        | Destination   | Destination type
        Okafor  | Ada      | 17/03/2007 | Downs College | FE
        Bell    | Jo       | 18/03/2007 | Cook-Dodd     | App
        """
    )
    assert values(result, "activity") == ["230", "310"]
    assert values(result, "provider_name") == ["Downs College", "Cook-Dodd"]
    assert codes(result) == ["C13"]


def test_two_columns_of_one_thing_are_said_and_the_plainest_used():
    result = mapped(
        """
        Surname | Forename | Preferred name | DOB        | Destination | FSM | PP
        Okafor  | Adaeze   | Ada            | 17/03/2007 | FE          | N   | Y
        """
    )
    assert values(result, "forename") == ["Adaeze"]
    assert values(result, "disadvantaged") == [True]
    assert codes(result) == ["C12", "C12"]
    assert words_of(result.remarks[0])[0] == (
        "Both 'Preferred name' and 'Forename' hold the same thing; we used 'Forename'"
    )


CODE_AND_WORDS = """
    Surname | Forename | DOB        | Destination code | Destination
    Okafor  | Ada      | 17/03/2007 | 230              | College
    Bell    | Jo       | 18/03/2007 | 310              | University
    Carr    | Al       | 19/03/2007 | {}               |
    Dunn    | Bo       | 20/03/2007 | 619              | NEET
"""


def test_a_code_beside_words_is_kept_to_be_held_against_them():
    result = mapped(CODE_AND_WORDS.format("330"))
    assert codes(result) == []
    assert values(result, "activity") == ["230", "240", "330", "619"]
    assert values(result, "activity_beside") == ["230", "310", None, "619"]
    # What only the code says comes from the cell of the code.
    assert [row.columns["activity"].letter for row in result.rows] == ["E", "E", "D", "E"]
    assert [row.raw["activity"] for row in result.rows] == ["College", "University", "330", "NEET"]


def test_a_code_that_nobody_knows_beside_no_words_is_that_rows_destination():
    result = mapped(CODE_AND_WORDS.format("999"))
    [unknown] = [row for row in result.rows if row.values["activity"] is None]
    assert (unknown.raw["activity"], unknown.columns["activity"].letter) == ("999", "D")


def test_an_open_heading_beside_codes_is_held_against_them_where_it_says_the_same():
    rows = """
        Surname | Forename | DOB        | NCCIS Code | Now doing
        Okafor  | Ada      | 17/03/2007 | 230        | College
        Bell    | Jo       | 04/11/2006 | 310        | Apprenticeship
        Hall    | Di       | 05/11/2006 | 619        | NEET
        Ives    | Lu       | 06/11/2006 |            | XXX
        """
    result = mapped(rows.replace("|            | XXX", "|            | Sixth form"))
    assert values(result, "activity") == ["230", "310", "619", "210"]
    assert codes(result) == []
    result = mapped(rows.replace("| Apprenticeship", "| Sixth form"))
    assert values(result, "activity") == ["230", "310", "619", None]
    assert codes(result) == ["C11"]


@pytest.mark.parametrize(
    ("heading", "cells"),
    [
        ("Actual destination", ("NEET", "University", "FE")),  # where they were, where they are
        ("Destination code", ("619", "310", "230")),  # codes of something else
    ],
)
def test_two_columns_of_words_or_that_mostly_differ_are_two_questions(heading, cells):
    first, second, third = cells
    result = mapped(
        f"""
        Surname | Forename | DOB        | Destination | {heading}
        Okafor  | Ada      | 17/03/2007 | College     | {first}
        Bell    | Jo       | 18/03/2007 | University  | {second}
        Carr    | Al       | 19/03/2007 | FE          | {third}
        """
    )
    assert codes(result) == ["C12"]
    assert all("activity_beside" not in row.columns for row in result.rows)


def test_two_columns_that_never_both_speak_are_one():
    result = mapped(
        """
        Surname | Forename | DOB        | Destination | College | Employer
        Okafor  | Ada      | 17/03/2007 | FE          | Downs   |
        Bell    | Jo       | 18/03/2007 | App         |         | Cook-Dodd
        """
    )
    assert values(result, "provider_name") == ["Downs", "Cook-Dodd"]
    assert codes(result) == []


def test_a_heading_that_leaves_it_open_is_a_destination_where_its_words_are():
    sheet = """
        Surname | Forename | DOB        | Status
        Okafor  | Ada      | 17/03/2007 | {}
        Bell    | Jo       | 18/03/2007 | NEET
        Carr    | Al       | 19/03/2007 | App
    """
    assert values(mapped(sheet.format("FE")), "activity") == ["230", "619", "310"]
    assert (
        refused(sheet.format("FE").replace("NEET", "Married").replace("App", "Tall")).code == "C02"
    )


# --- columns missing, columns unknown ------------------------------------------------------------


@pytest.mark.parametrize(
    "typed", ["-", "\u2013", "--", ".", "n/a", "N/A", "None", "nil", "Unknown", "TBC"]
)
def test_a_word_for_nothing_where_a_name_belongs_is_nothing(typed):
    row = mapped(PLAIN.replace("Firle High School", typed)).rows[0]
    assert "provider_name" not in row.raw
    assert row.get("activity") == "210"


@pytest.mark.parametrize("typed", ["-", "\u2014", "--"])
def test_a_dash_is_a_blank_in_every_column(typed):
    row = mapped(PLAIN.replace("17/03/2007", typed).replace("6th form", typed)).rows[0]
    assert not {"born_on", "activity"} & row.raw.keys()


def test_two_columns_of_names_are_one_where_the_other_says_that_it_does_not_apply():
    result = mapped(
        """
        Surname | Forename | DOB        | Destination    | College       | Employer
        Okafor  | Ada      | 17/03/2007 | College        | Downs College | n/a
        Bell    | Jo       | 04/11/2006 | Apprenticeship | n/a           | Tyler Ltd
        """
    )
    assert values(result, "provider_name") == ["Downs College", "Tyler Ltd"]


def test_no_names_at_all_is_refused_with_what_was_found():
    said = refused("UPN | DOB | Destination\nN845400011023 | 17/03/2007 | FE")
    assert said.code == "C01"
    assert rule_words(said.code, dict(said.facts))[0] == (
        "There is no column called 'Surname' or 'Forename'; right now it has columns called "
        "'UPN', 'DOB', 'Destination'"
    )


def test_no_destination_is_refused_and_the_likely_column_named():
    said = refused(
        """
        Surname | Forename | DOB        | Which option now?
        Okafor  | Ada      | 17/03/2007 | College
        Bell    | Jo       | 18/03/2007 | 6th form
        Carr    | Al       | 19/03/2007 | NEET
        """
    )
    assert said.code == "C02"
    assert rule_words(said.code, dict(said.facts))[1] == (
        "Add a column called 'Destination', or rename the one that holds it. "
        "We read 'Which option now?' as Destination. Right? (its words are destinations that we "
        "know) If so, tell your hub, and you need not send it again"
    )


def test_a_table_without_names_is_left_out_and_said():
    result = map_columns_and_values(
        a_read_file(
            a_table("Surname|Forename|DOB|Destination\nOkafor|Ada|17/03/2007|FE", "11A"),
            a_table("UPN|DOB|Destination\nN845400011023|18/03/2007|FE", "Extra"),
        ),
        a_declaration(),
        STANDARD,
    )
    assert len(result.rows) == 1
    assert words_of(result.remarks[0])[0] == (
        "We left out a table on this sheet: it has no column called 'Surname' or 'Forename'"
    )


def test_an_unknown_column_is_kept_by_name_and_said_once():
    tab = "Surname|Forename|DOB|Destination|Bus pass|Destinaton level\nOkafor|Ada|17/03/2007|FE|Y|3"
    result = map_columns_and_values(
        a_read_file(a_table(tab, "11A"), a_table(tab, "11B")), a_declaration(), STANDARD
    )
    assert [one.heading for one in result.unused] == ["Bus pass", "Destinaton level"] * 2
    assert codes(result) == ["C10", "C11"]
    assert result.remarks[1].suggests == ("Level",)


def test_what_we_know_and_do_not_need_is_passed_over():
    result = mapped(
        "Surname|Forename|DOB|Destination|Parent DOB|Email\nOkafor|Ada|17/03/2007|FE|01/02/1980|x"
    )
    assert codes(result) == []
    assert values(result, "born_on") == [date(2007, 3, 17)]


def test_what_a_person_confirmed_is_used():
    mine = STANDARD.extended(aliases={"Where are they now?": "activity"})
    result = mapped(
        "Surname|Forename|DOB|Where are they now?\nOkafor|Ada|17/03/2007|FE", columns=mine
    )
    assert values(result, "activity") == ["230"]


# --- what is this file -------------------------------------------------------------------------

UNSAID = [
    # dates of birth        | sent on    | more                | year | stage | wave
    ("2006-12-17 2007-03-04", "2023-11-09", "", 2022, "Y11", 1),
    ("2006-12-17 2007-03-04", "2024-11-09", "", 2022, "Y11", 2),
    ("2006-12-17 2007-03-04", "2025-11-09", "11A", 2022, "Y11", 3),
    ("2006-12-17 2007-03-04", "2025-11-09", "13B", 2024, "Y13", 1),
    ("2004-12-17 2005-03-04", "2023-11-09", "13A", 2022, "Y13", 1),
    ("2006-12-17 2007-03-04", "2025-11-09", "", None, "", None),
    ("", "2023-11-09", "", None, "", None),
]


@pytest.mark.parametrize(("births", "sent", "form", "year", "stage", "wave"), UNSAID)
def test_the_cohort_is_worked_out_from_what_the_sheet_holds(births, sent, form, year, stage, wave):
    days = births.split() or ["", ""]
    sheet = "Surname|Forename|DOB|Form|Destination\n" + "\n".join(
        f"Okafor|Ada{at}|{'@' if day else ''}{day}|{form}|FE" for at, day in enumerate(days)
    )
    unsaid = UNDECLARED | {"sent_on": date.fromisoformat(sent)}
    if year is None:
        assert refused(sheet, **unsaid).code == "C04"
        return
    result = mapped(sheet, **unsaid)
    found = result.metadata
    assert (found.kind, found.academic_year, found.leaving_stage, found.wave) == (
        SubmissionKind.LEAVERS,
        year,
        stage,
        wave,
    )
    assert codes(result) == ["C35"]


def test_the_stage_of_a_declared_cohort_is_worked_out_from_births():
    young = "Surname|Forename|DOB|Destination\nOkafor|Ada|17/03/2007|FE\nBell|Jo|18/03/2007|FE"
    assert mapped(young, leaving_stage=None).metadata.leaving_stage is LeavingStage.Y11
    old = young.replace("2007", "2005")
    assert mapped(old, leaving_stage=None).metadata.leaving_stage is LeavingStage.Y13


def test_another_cohort_than_was_declared_waits_with_a_question():
    rows = "\n".join(f"Okafor|Ada|{day}/03/2007|FE" for day in range(10, 20))
    said = refused(
        f"Surname|Forename|DOB|Destination\n{rows}", academic_year=2023, sent_on=date(2024, 11, 9)
    )
    assert said.code == "C08"
    assert dict(said.facts)["why"] == (
        "it was sent as Year 11 leavers of 2023/24, and 10 of the 10 were born in the year of "
        "Year 11 leavers of 2022/23"
    )


def test_an_enrolment_list_is_known_by_its_columns():
    result = mapped(
        """
        Forename | Surname | DOB         | UPN           | DfENo   | StartDate   | Date left
        Ada      | Okafor  | @2007-03-17 | N845400011023 | 8458001 | @2023-09-05 | @2024-01-20
        """,
        **UNDECLARED,
    )
    row = result.rows[0]
    assert result.metadata.kind is SubmissionKind.ENROLMENTS
    assert row.wave is None
    assert row.get("provider_laestab") == "8458001"
    assert row.get("started_on") == date(2023, 9, 5)
    assert row.get("ended_on") == date(2024, 1, 20)


def test_neither_leavers_nor_an_enrolment_list():
    assert refused("Surname|Forename|DOB\nOkafor|Ada|17/03/2007", **UNDECLARED).code == "C05"


def test_the_day_a_school_was_left_is_not_the_end_of_a_destination():
    result = mapped(
        "Surname|Forename|DOB|Leaving date|Destination\nOkafor|Ada|17/03/2007|20/07/2023|FE"
    )
    assert result.rows[0].get("ended_on") is None


# --- dates and numbers ---------------------------------------------------------------------------


def test_dates_are_decided_by_column_on_all_tabs_together():
    result = map_columns_and_values(
        a_read_file(
            a_table("Surname|Forename|DOB|Destination\nOkafor|Ada|03/04/2007|FE", "11A"),
            a_table("Surname|Forename|DOB|Destination\nBell|Jo|25/04/2007|FE", "11B"),
        ),
        a_declaration(),
        STANDARD,
    )
    assert values(result, "born_on") == [date(2007, 4, 3), date(2007, 4, 25)]
    assert [dict(row.marks) for row in result.rows] == [{}, {}]


def test_american_dates_are_read_and_said():
    result = mapped(
        "Surname|Forename|DOB|Destination\nOkafor|Ada|03/25/2007|FE\nBell|Jo|03/04/2007|FE"
    )
    assert values(result, "born_on") == [date(2007, 3, 25), date(2007, 3, 4)]
    assert codes(result) == ["C20"]


def test_half_converted_dates_of_birth_go_back_with_one_message():
    days = [f"{day}/03/2007" for day in (13, 14, 25, 26, 27, 28)]
    real = [f"@2007-{month:02d}-03" for month in (1, 4, 5, 6, 10, 12)]
    rows = "\n".join(f"Okafor|Ada|{day}|FE" for day in days + real)
    said = refused(f"Surname|Forename|DOB|Destination\n{rows}")
    assert said.code == "C03"
    assert "American dates" in rule_words(said.code, dict(said.facts))[0]


def test_both_orders_in_one_column_go_back():
    assert (
        refused(
            "Surname|Forename|DOB|Destination\n"
            "Okafor|Ada|03/25/2007|FE\nBell|Jo|25/03/2007|FE\nCarr|Al|01/02/2007|FE"
        ).code
        == "C06"
    )


def test_an_impossible_date_is_nothing_and_stays_as_typed():
    result = mapped("Surname|Forename|DOB|Destination\nOkafor|Ada|31/02/2007|FE")
    assert result.rows[0].get("born_on") is None
    assert result.rows[0].raw["born_on"] == "31/02/2007"


def test_an_ambiguous_date_is_marked():
    result = mapped("Surname|Forename|DOB|Start date|Destination\nOkafor|Ada||03/04/2023|FE")
    assert result.rows[0].get("started_on") == date(2023, 4, 3)
    assert result.rows[0].marks == {"started_on": "ambiguous"}


NUMBERS = [
    # field | cell | value | mark
    ("ULN", Cell("9276308686", 9276308686, CellKind.NUMBER, "9276308686"), "9276308686", None),
    ("ULN", Cell("9276308686.0", 9276308686.0, CellKind.NUMBER, ""), "9276308686", None),
    ("ULN", Cell("9.07084E+09", 9070840000.0, CellKind.NUMBER, "9.07084E+09"), "9.07084E+09",
     "damaged"),
    ("ULN", Cell("9070840000", 9070840000.0, CellKind.NUMBER, "9070840000"), "9070840000",
     "damaged"),
    ("ULN", Cell("9.07E+09", "9.07E+09", CellKind.TEXT), "9.07E+09", "damaged"),
    ("ULN", Cell("9999999999", "9999999999", CellKind.TEXT), None, "placeholder"),
    ("ULN", Cell("TBC", "TBC", CellKind.TEXT), None, "placeholder"),
    ("ULN", Cell(" 9276 308 686\xa0", " 9276 308 686\xa0", CellKind.TEXT), "9276308686", None),
    ("ULN", Cell("#N/A", None, CellKind.ERROR), None, "error"),
    ("ULN", Cell("", None, CellKind.FORMULA), None, "formula"),
    ("UPN", Cell("n845400011023", "n845400011023", CellKind.TEXT), "N845400011023", None),
    ("UPN", Cell("8.454E+11", 845400000000.0, CellKind.NUMBER, "8.454E+11"), "8.454E+11",
     "damaged"),
    ("DfENo", Cell("845/4000", "845/4000", CellKind.TEXT), "8454000", None),
    ("DfENo", Cell("8459999", "8459999", CellKind.TEXT), None, "placeholder"),
    ("UKPRN", Cell("10004165.0", 10004165.0, CellKind.NUMBER, ""), "10004165", None),
    ("Postcode", Cell("tr12ab", "tr12ab", CellKind.TEXT), "TR1 2AB", None),
    ("Postcode", Cell("ZZ99 3VZ", "ZZ99 3VZ", CellKind.TEXT), None, "placeholder"),
]  # fmt: skip


@pytest.mark.parametrize(("heading", "cell", "value", "mark"), NUMBERS)
def test_numbers_in_one_spelling_and_what_excel_did_to_them(heading, cell, value, mark):
    result = map_columns_and_values(_with_cell(heading, cell), a_declaration(), STANDARD)
    name = STANDARD.field_of((heading,))
    assert result.rows[0].get(name) == value
    assert result.rows[0].marks.get(name) == mark
    assert result.rows[0].raw[name] == cell.text


def test_zeros_that_a_cell_shows_are_put_back_and_said():
    cell = Cell("123456", 123456, CellKind.NUMBER, "123456", "0000000000")
    result = map_columns_and_values(_with_cell("ULN", cell), a_declaration(), STANDARD)
    assert result.rows[0].get("uln") == "0000123456"
    assert words_of(result.remarks[0])[0] == (
        "In 'ULN' we put back zeros that 1 of its numbers show but do not hold"
    )


def _with_cell(heading, cell):
    table = a_table(f"Surname|Forename|DOB|Destination|{heading}\nOkafor|Ada|17/03/2007|FE|x")
    row = table.rows[0]
    cells = (*row.cells[:-1], cell)
    return a_read_file(replace(table, rows=(replace(row, cells=cells),)))


# --- names ---------------------------------------------------------------------------------------

FULL_NAMES = [
    ("Name", "Okafor, Ada | Bell, Jo", [("Okafor", "Ada"), ("Bell", "Jo")]),
    ("Name", "OKAFOR Ada | BELL Jo", [("OKAFOR", "Ada"), ("BELL", "Jo")]),
    ("Name", "Ada OKAFOR | Jo DE LA CRUZ", [("OKAFOR", "Ada"), ("DE LA CRUZ", "Jo")]),
    ("Name", "Ada Okafor | Jo Bell", [(None, None), (None, None)]),
    ("First name and surname", "Ada Okafor | Jo Bell", [("Okafor", "Ada"), ("Bell", "Jo")]),
    ("Surname Forename", "Okafor Ada | Bell Jo", [("Okafor", "Ada"), ("Bell", "Jo")]),
    ("Name", "Okafor, Ada | Jo Bell | Carr, Al", [("Okafor", "Ada"), (None, None), ("Carr", "Al")]),
    (
        "Student",
        "Ella Okafor | Jack Bell | Oliver van der Berg | Mary Jane Hall | Bo Cy Hill",
        [("Okafor", "Ella"), ("Bell", "Jack"), ("van der Berg", "Oliver"), ("Hall", "Mary Jane")]
        + [(None, None)],
    ),
    (
        "Student",
        "Okafor Ella | Bell Jack | Van der Berg Oliver | Hall Mary Jane",
        [("Okafor", "Ella"), ("Bell", "Jack"), ("Van der Berg", "Oliver"), ("Hall", "Mary Jane")],
    ),
    (
        "First name and surname",
        "Ada (Addie) Okafor | Jo Bell",
        [("Okafor", "Ada (Addie)"), ("Bell", "Jo")],
    ),
    (
        "Surname, Forename",
        "Ella Okafor | Jack Bell | Oliver Hall",
        [("Okafor", "Ella"), ("Bell", "Jack"), ("Hall", "Oliver")],
    ),
    ("Student", "Ella Jack | Jack Oliver | Oliver Ella", [(None, None)] * 3),
    (
        "Pupil name",
        "Zoe Adams|Jo Bell|Al Carr|Ben Dale|Cy East|Ada Fox|Di Grant|Bo Hill",
        [("Adams", "Zoe"), ("Bell", "Jo")],
    ),
]


@pytest.mark.parametrize(("heading", "names", "expected"), FULL_NAMES)
def test_full_names_are_told_apart_where_the_column_proves_how(heading, names, expected):
    rows = "\n".join(
        f"{name.strip()}|{at + 10}/03/2007|FE" for at, name in enumerate(names.split("|"))
    )
    result = mapped(f"{heading}|DOB|Destination\n{rows}")
    found = [(row.get("surname"), row.get("forename")) for row in result.rows]
    assert found[: len(expected)] == expected
    assert ("C22" in codes(result)) == any(surname for surname, _ in expected)
    if "C22" in codes(result):
        assert result.rows[0].columns["surname"].letter == "A"


def test_names_lose_stray_spaces_and_curly_quotes_but_keep_their_case():
    result = mapped("Surname|Forename|DOB|Destination\nO\u2019NEILL \xa0 Shaw|aDa|17/03/2007|FE")
    assert result.rows[0].get("surname") == "O'NEILL Shaw"
    assert result.rows[0].get("forename") == "aDa"
    assert "\u2019" in result.rows[0].raw["surname"]


def test_a_name_beside_a_forename_is_the_surname():
    result = mapped("Name|Forename|DOB|Destination\nOkafor|Ada|17/03/2007|FE")
    assert values(result, "surname") == ["Okafor"]


# --- properties ----------------------------------------------------------------------------------


@given(st.permutations(range(8)))
@settings(max_examples=40)
def test_the_order_of_columns_is_nothing(order):
    table = a_table(PLAIN)
    turned = Table(
        table.sheet,
        tuple(table.headings[at] for at in order),
        tuple(replace(row, cells=tuple(row.cells[at] for at in order)) for row in table.rows),
        table.heading_rows,
    )
    plain, other = (
        map_columns_and_values(a_read_file(one), a_declaration(), STANDARD)
        for one in (table, turned)
    )
    assert [dict(row.values) for row in other.rows] == [dict(row.values) for row in plain.rows]


@given(st.lists(st.text(max_size=12), min_size=8, max_size=8), st.integers(0, 3))
def test_no_cell_makes_it_raise(cells, kind):
    table = a_table(PLAIN)
    kinds = [CellKind.TEXT, CellKind.NUMBER, CellKind.ERROR, CellKind.FORMULA]
    strange = tuple(Cell(text, text, kinds[(kind + at) % 4]) for at, text in enumerate(cells))
    odd = replace(table, rows=(replace(table.rows[0], cells=strange), *table.rows[1:]))
    result = map_columns_and_values(a_read_file(odd), a_declaration(), STANDARD)
    assert len(result.rows) == 2
    assert result.rows[1].get("surname") == "Bell"


def test_rows_shorter_than_their_headings_are_blank_at_the_end():
    table = a_table(PLAIN)
    short = replace(table, rows=tuple(replace(row, cells=row.cells[:7]) for row in table.rows))
    assert values(
        map_columns_and_values(a_read_file(short), a_declaration(), STANDARD), "activity"
    ) == [
        "210",
        "230",
    ]


def test_a_file_without_a_table_is_refused():
    assert refused().code == "C01"
    assert refused(**UNDECLARED).code == "C05"


def test_no_cell_is_in_a_log_or_a_refusal(caplog):
    with caplog.at_level(logging.DEBUG):
        mapped(PLAIN.replace("6th form", "Secretword"))
        said = refused("UPN|DOB|Destination\nN845400011023|17/03/2007|Secretword")
    for secret in ("OKAFOR", "N845400011023", "Secretword", "17/03/2007", "2007"):
        assert secret not in caplog.text
        assert secret not in str(said.facts) + str(said)


# --- a made-up hub ------------------------------------------------------------------------------


@pytest.mark.samples
@pytest.mark.skipif(not HUB.exists(), reason="the sample hubs are not beside the checkout")
def test_a_whole_hub_in_our_words():
    from imports.reading import read_file

    wrong: Counter[str] = Counter()
    right = 0
    true = _truth()
    for sent in _lines("manifest.csv"):
        path = HUB / "inbox" / sent["urn"] / sent["file"]
        read = read_file(path.name, path.read_bytes(), STANDARD.field_of)
        declared = a_declaration(
            kind=SubmissionKind(sent["kind"]),
            academic_year=year_start(sent["cohort"]) if sent["cohort"] else None,
            leaving_stage=None,
            wave=int(sent["wave"]) if sent["wave"] else None,
            sent_on=date.fromisoformat(sent["sent_on"]),
        )
        result = map_columns_and_values(read, declared, STANDARD)
        for row in result.rows:
            person = true.people.get((sent["file"], row.sheet, row.row))
            if person is None:
                wrong["rows that are not there"] += 1
            elif (sent["file"], row.sheet, row.row) not in true.planted:
                right += 1
                wrong["born on"] += row.get("born_on") != true.born[person]
                known = group_of(str(row.get("activity") or "810")) != "not known"
                if result.metadata.kind is SubmissionKind.LEAVERS and (
                    known or not row.get("activity")
                ):
                    wrong["destination"] += row.get("activity") != true.codes[person, row.wave]
    assert right > 2_000
    assert wrong.total() == 0, wrong


class _Truth:
    def __init__(self):
        self.people = {
            (line["file"], line["sheet"], int(line["row"])): line["person"]
            for line in _lines("truth/rows.csv")
        }
        self.planted = {
            (line["file"], line["sheet"], int(line["row"])) for line in _lines("truth/planted.csv")
        }
        self.codes = {
            (line["person"], int(line["wave"])): line["code"]
            for line in _lines("truth/destinations.csv")
        }
        self.born = {
            line["person"]: date.fromisoformat(line["dob"]) for line in _lines("truth/people.csv")
        }


_truth = _Truth


def _lines(name):
    with (HUB / name).open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))
