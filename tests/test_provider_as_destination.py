"""A destination told by the name of a place, in a sheet and down the road."""

from dataclasses import replace
from datetime import date

import pytest
from sqlmodel import Session, select

from destinations.register.providers import ProviderRegister, RegisterEntry, studying_at
from flows.pipeline.reference_data import load_crosswalk
from imports.crosswalk.column_map import load_map
from imports.crosswalk.provider_as_destination import destination_at_place
from imports.mapping import map_columns_and_values
from imports.reading import read_file
from models.database import transaction
from models.destinations import Destination
from models.handoffs.findings import SubmissionRefused
from models.handoffs.normalised import SubmissionMetadata
from models.places import Institution
from models.submissions import FindingRecord
from models.vocabulary import LeavingStage, SubmissionKind
from tests.builders.hub import a_hub_at_home, send, take_in
from tests.builders.sheets import a_workbook, drawn

HERE, AFAR = "845", "208"
COLLEGE, SIXTH, UNIVERSITY = (
    "Further education",
    "Sixth form centres",
    ("Higher education institutions"),
)


def place(urn, name, kind="", la=HERE, *, sixth=False):
    return RegisterEntry(urn, None, None, name, type_name=kind, has_sixth_form=sixth, la_code=la)


REGISTER = ProviderRegister(
    [
        place("1", "Downs Coast College", COLLEGE),
        place("2", "Brighton, Hove & Sussex Sixth Form College", SIXTH),
        place("3", "University of the Downs", UNIVERSITY, AFAR),
        place("4", "Ridge School", "Community school", sixth=True),
        place("5", "Valley School", "Community school"),
        place("6", "The Bridge", "Special post 16 institution", AFAR),
        place("7", "The Haven", "Special post 16 institution"),
        place("8", "Priory College", COLLEGE, AFAR),
        place("9", "Priory College", COLLEGE, "210"),
        place("10", "College", COLLEGE, AFAR),
        place("11", "Central Academy", "Academy", AFAR, sixth=True),
        RegisterEntry(None, "10090100", None, "Acme Training College"),
    ]
)

# What is typed, the code, and the place.
TOLD = """
    Downs Coast College                          | 230 | Downs Coast College
    downs coast college                          | 230 | downs coast college
    Downs Coast College - A levels               | 230 | Downs Coast College
    Downs Coast College (Level 2 Sport)          | 230 | Downs Coast College
    Downs Coast College, part time               | 250 | Downs Coast College
    Downs Coast College: Apprenticeship          | 310 | Downs Coast College
    Apprenticeship at Downs Coast College        | 310 | Downs Coast College
    Apprenticeship - Downs Coast College         | 310 | Downs Coast College
    Traineeship with Downs Coast College         | 450 | Downs Coast College
    Sixth form at Downs Coast College            | 230 | Downs Coast College
    Brighton, Hove and Sussex 6th Form College   | 220 | Brighton, Hove and Sussex 6th Form College
    Ridge School                                 | 210 | Ridge School
    Ridge School Sixth Form                      | 210 | Ridge School Sixth Form
    University of the Downs                      | 240 | University of the Downs
    The Haven                                    | 280 | The Haven
    Apprenticeship with Acme Ltd                 | 310 | Acme Ltd
    Apprenticeship - Acme Plumbing Limited       | 310 | Acme Plumbing Limited
    Full time work (Acme Ltd)                    | 330 | Acme Ltd
    Valley School                                |     |
    Valley School Sixth Form                     |     |
    The Bridge                                   |     |
    Priory College                               |     |
    Central Academy                              |     |
    Acme Training College                        |     |
    Downs Coast College or work                  |     |
    Downs Coast College, Ridge School            |     |
    Downs Coast College - offer                  |     |
    Downs Coast College - withdrawn              |     |
    Downs Coast College (tbc)                    |     |
    Downs Coast College?                         |     |
    Left Downs Coast College                     |     |
    not at Downs Coast College                   |     |
    Downs Coast College - NEET                   |     |
    NEET - Downs Coast College                   |     |
    Downs Coast College - works in the kitchen   |     |
    Gap year, University of the Downs            |     |
    Downs Coast                                  |     |
    Acme Ltd                                     |     |
    Apprenticeship with somebody                 |     |
    Interview with Acme Ltd                      |     |
    NEET - Acme Ltd                              |     |
"""


def at(name):
    return studying_at(REGISTER, name, la_code=HERE)


@pytest.mark.parametrize(("typed", "code", "name"), drawn(TOLD))
def test_what_a_name_says_of_somebody(typed, code, name):
    columns = load_map()
    assert columns.value_of("activity", typed) is None
    found = destination_at_place(typed, columns.value_of, at)
    assert (found and (found.code, found.name)) == ((code, name) if code else None)


SHEET = """
    UPN           | Surname | Forename | DOB        | Destination              | {heading}
    B801200005001 | Lee     | Ana      | 12/03/2009 | Downs Coast College      | {cell}
    Q801200005002 | Marsh   | Peter    | 14/05/2009 | Downs Coast College - BTEC |
    E801200005003 | Hill    | Jo       | 20/06/2009 | Apprenticeship           |
    U801200005004 | Khan    | Omar     | 21/06/2009 | Downs Coast College or work |
"""


def mapped(text, kind=SubmissionKind.LEAVERS):
    columns = replace(load_map(), places=lambda name, urn: at(name))
    read = read_file("leavers.xlsx", a_workbook(text), columns.field_of)
    declared = SubmissionMetadata(1, "900100", date(2025, 11, 20), kind, 2024, LeavingStage.Y11, 1)
    return map_columns_and_values(read, declared, columns)


def test_the_place_is_where_they_went_and_it_is_said_once():
    found = mapped(SHEET.format(heading="Notes", cell=""))
    assert [(row.text("activity"), row.text("provider_name")) for row in found.rows] == [
        ("230", "Downs Coast College"),
        ("230", "Downs Coast College"),
        ("310", ""),
        ("", ""),
    ]
    (said,) = [one for one in found.remarks if one.code == "C36"]
    assert (said.column, dict(said.facts)["count"]) == ("E", "2")
    assert {row for _, row, _ in found.suggests} <= {5}


def test_a_column_of_places_says_more_surely_where():
    (first, *_) = mapped(SHEET.format(heading="Provider", cell="Ridge School")).rows
    assert (first.text("activity"), first.text("provider_name")) == ("230", "Ridge School")


MEANT = """
    UPN           | Surname | Forename | DOB        | Intended destination | {heading}
    B801200005001 | Lee     | Ana      | 12/03/2009 | Downs Coast College  | {cell}
    Q801200005002 | Marsh   | Peter    | 14/05/2009 | Ridge School         | {cell}
    E801200005003 | Hill    | Jo       | 20/06/2009 | Apprenticeship       | {cell}
"""


def test_an_intention_is_told_by_a_place_and_is_not_where_they_went():
    rows = mapped(MEANT.format(heading="Destination", cell="Apprenticeship")).rows
    assert [row.get("intended") for row in rows] == [
        "other education or training",
        None,
        "apprenticeship or traineeship",
    ]
    assert [row.text("provider_name") for row in rows] == ["", "", ""]
    rows = mapped(MEANT.format(heading="Notes", cell="")).rows
    assert rows[0].text("provider_name") == "Downs Coast College"


ONLY_WHERE = """
    UPN           | Surname | Forename | DOB        | {heading}
    B801200005001 | Lee     | Ana      | 12/03/2009 | Downs Coast College
    Q801200005002 | Marsh   | Peter    | 14/05/2009 | Ridge School
    E801200005003 | Hill    | Jo       | 20/06/2009 | {third}
    U801200005004 | Khan    | Omar     | 21/06/2009 |
"""


@pytest.mark.parametrize("heading", ["College", "School or college", "Post-16 provider"])
def test_a_sheet_that_only_says_where_says_what_by_it(heading):
    rows = mapped(ONLY_WHERE.format(heading=heading, third="Apprenticeship")).rows
    assert [row.text("activity") for row in rows] == ["230", "210", "310", ""]
    assert [row.text("provider_name") for row in rows] == [
        "Downs Coast College",
        "Ridge School",
        "",
        "",
    ]


def test_where_most_places_are_unknown_a_sheet_without_destinations_is_sent_back():
    with pytest.raises(SubmissionRefused) as refused:
        mapped(ONLY_WHERE.format(heading="College", third="Somewhere").replace("Ridge", "Some"))
    assert refused.value.code == "C02"


def test_the_college_in_an_enrolment_list_is_no_destination():
    text = ONLY_WHERE.format(heading="College", third="Downs Coast College")
    found = mapped(text, kind=SubmissionKind.ENROLMENTS)
    assert {row.text("activity") for row in found.rows} == {""}
    assert found.rows[0].text("provider_name") == "Downs Coast College"


@pytest.mark.parametrize("heading", ["Where are they now?", "Whereabouts", "Moving on"])
@pytest.mark.parametrize("kind", [None, SubmissionKind.LEAVERS])
def test_leavers_with_a_course_are_never_taken_for_people_enrolled(heading, kind):
    text = """
        UPN           | Surname | Forename | DOB        | {}             | Course
        B801200005001 | Lee     | Ana      | 12/03/2009 | Apprenticeship | Plumbing
        Q801200005002 | Marsh   | Peter    | 14/05/2009 | FE college     | A levels
        E801200005003 | Hill    | Jo       | 20/06/2009 | Work           |
    """
    found = mapped(text.format(heading), kind=kind)
    assert found.metadata.kind is SubmissionKind.LEAVERS
    assert all(row.text("activity") for row in found.rows)
    assert "C61" in {issue.code for issue in found.remarks}  # it is said as what it was read


PLACES = """
    UPN           | Surname | Forename | DOB        | College             | Course
    B801200005001 | Lee     | Ana      | 12/03/2009 | Downs Coast College | A levels
    Q801200005002 | Marsh   | Peter    | 14/05/2009 | Ridge School        | A levels
    E801200005003 | Hill    | Jo       | 20/06/2009 | {}                  |
"""


@pytest.mark.parametrize("third", ["Not known", "Work", "Gap year", "NEET"])
def test_a_list_that_says_who_is_nowhere_is_one_of_leavers(third):
    rows = mapped(PLACES.format(third), kind=None).rows
    assert [row.text("activity") for row in rows[:2]] == ["230", "210"]
    assert rows[2].text("activity")


def test_a_list_of_several_places_without_dates_may_be_either():
    with pytest.raises(SubmissionRefused) as refused:
        mapped(PLACES.format("Ridge School"), kind=None)
    assert refused.value.code == "C05"


@pytest.mark.parametrize("dates", ["Start date", "End date", "Enrolment status"])
def test_a_colleges_own_list_needs_no_word_of_what_it_is(dates):
    text = PLACES.replace("Ridge School       ", "Downs Coast College").format("")
    found = mapped(text.replace("Course", f"Course | {dates}"), kind=None)
    assert found.metadata.kind is SubmissionKind.ENROLMENTS


def test_a_list_with_a_course_alone_may_be_either():
    text = PLACES.replace("Ridge School       ", "Downs Coast College").format("")
    with pytest.raises(SubmissionRefused) as refused:
        mapped(text, kind=None)
    assert refused.value.code == "C05"


def test_where_no_place_is_known_each_is_asked_about():
    read = read_file(
        "leavers.xlsx", a_workbook(SHEET.format(heading="Notes", cell="")), load_map().field_of
    )
    declared = SubmissionMetadata(
        1, "900100", date(2025, 11, 20), SubmissionKind.LEAVERS, 2024, LeavingStage.Y11, 1
    )
    rows = map_columns_and_values(read, declared, load_map()).rows
    assert [row.get("activity") for row in rows] == [None, None, "310", None]


def test_down_the_road_a_college_of_the_register_is_a_destination(tmp_path, monkeypatch):
    with a_hub_at_home(tmp_path, monkeypatch, "900100") as engine:
        with transaction(engine) as session:
            session.add(
                Institution(
                    urn="900300",
                    name="Downs Coast College",
                    type_name="Further education",
                    is_open=True,
                    la_code=HERE,
                )
            )
        send("900100", SHEET.format(heading="Notes", cell=""))
        take_in(date(2025, 11, 24))
        with Session(engine) as session:
            recorded = [
                (one.row, one.activity_code, one.provider_urn)
                for one in session.exec(select(Destination))
            ]
            told = {(one.code, one.row) for one in session.exec(select(FindingRecord))}
    assert recorded == [(2, "230", "900300"), (3, "230", "900300"), (4, "310", None)]
    assert {("C36", None), ("D01", 5)} <= told


def test_the_register_is_read_while_somebody_writes(tmp_path, monkeypatch):
    with a_hub_at_home(tmp_path, monkeypatch, "900100") as engine:
        college = {"urn": "900300", "name": "Downs Coast College", "la_code": HERE}
        with transaction(engine) as session:
            session.add(Institution(type_name=COLLEGE, is_open=True, **college))
        with transaction(engine) as session:
            session.add(Institution(urn="900400", name="Another School"))
            session.flush()
            columns = load_crosswalk(session).to_map("900100", ())
            assert columns.named_place("Downs Coast College", "900100") is not None


# Ticks under the names of places.  A place that the register does not have is asked about, never
# left out: else those who went there would be missing while the others count.
TICKS = """
    Surname | Forename | DOB        | Downs Coast College | Wibble Academy | Ridge School | {other}
    Lee     | Ana      | 12/03/2009 | x                   |                |              |
    Marsh   | Peter    | 14/05/2009 |                     |                | x            |
    Hill    | Jo       | 20/06/2009 |                     | x              |              |
    Khan    | Omar     | 21/06/2009 |                     |                |              | {cell}
"""


@pytest.mark.parametrize(
    ("other", "cell", "code"),
    [
        ("Apprenticeship", "x", "310"),
        ("NEET", "\u2713", "619"),
        ("Other", "Apprenticeship", "310"),
        ("Other (please state)", "at sea", ""),
    ],
)
def test_ticks_under_the_names_of_places_say_where_leavers_went(other, cell, code):
    found = mapped(TICKS.format(other=other, cell=cell))
    answers = [(row.raw["activity"], row.text("activity")) for row in found.rows]
    assert answers[:3] == [
        ("Downs Coast College", "230"),
        ("Ridge School", "210"),
        ("Wibble Academy", ""),
    ]
    assert answers[3][1] == code
    assert [row.text("provider_name") for row in found.rows][:2] == [
        "Downs Coast College",
        "Ridge School",
    ]
    assert "C37" in {issue.code for issue in found.remarks}
    assert found.unused == ()


def test_two_places_ticked_are_two_answers():
    text = TICKS.format(other="NEET", cell="x").replace("x              |  ", "x | x", 1)
    found = mapped(text)
    assert found.rows[2].raw["activity"] == "Wibble Academy / Ridge School"
    assert found.rows[2].get("activity") is None
