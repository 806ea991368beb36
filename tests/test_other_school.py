"""Whose leavers: a sheet sent in another school's name stops, and a few who moved stop nothing."""

from datetime import date

import pytest
from sqlalchemy import Engine, update
from sqlmodel import Session, col, select
from typer.testing import CliRunner

from destinations.cli import app
from models.database import transaction
from models.facts.identifiers import upn_check_letter
from models.leavers import Cohort, Leaver
from models.places import Institution
from models.submissions import Submission
from tests.builders.hub import a_hub_at_home, send, take_in

HILL, VALE, TODAY = "900100", "900101", date(2025, 11, 24)
PEOPLE = (
    ("Okafor", "Ada", "12/03/2009"),
    ("Bell", "Jo", "14/05/2009"),
    ("Marsh", "Peter", "21/06/2009"),
    ("Khan", "Omar", "02/02/2009"),
    ("Lee", "Ana", "19/10/2008"),
    ("Hill", "Sam", "03/01/2009"),
)
OTHERS = (
    ("Quaife", "Zack", "12/04/2009"),
    ("Tremlett", "Mollie", "15/05/2009"),
    ("Yelland", "Imogen", "22/06/2009"),
    ("Jardine", "Wilf", "03/02/2009"),
)


def upn(number: int, school: str = "8012000") -> str:
    body = f"{school}{number:05d}"
    return upn_check_letter(body) + body


def a_sheet(people=PEOPLE, *, school: str = "8012000", numbered: bool = True) -> str:
    lines = ["UPN | Surname | Forename | Date of Birth | Destination"]
    for person in people:
        surname, forename, born = person
        number = (*PEOPLE, *OTHERS).index(person) + 1
        number_cell = upn(number, school) if numbered else ""
        lines.append(f"{number_cell} | {surname} | {forename} | {born} | Further Education")
    return "\n".join(lines)


@pytest.fixture(name="engine")
def _engine(tmp_path, monkeypatch):
    with a_hub_at_home(tmp_path, monkeypatch, HILL, VALE) as engine:
        yield engine


def leavers(engine: Engine, urn: str) -> int:
    with Session(engine) as session:
        return len(
            session.scalars(
                select(Leaver.id)
                .join(Cohort, col(Cohort.id) == col(Leaver.cohort_id))
                .where(Cohort.urn == urn)
            ).all()
        )


def refusal(engine: Engine, urn: str) -> str | None:
    with Session(engine) as session:
        return session.scalars(select(Submission.refused_code).where(Submission.urn == urn)).one()


@pytest.mark.parametrize("numbered", [True, False])
def test_another_schools_sheet_stops_and_makes_nobody_a_leaver(engine, numbered):
    send(HILL, a_sheet(numbered=numbered))
    take_in(TODAY)
    send(VALE, a_sheet(numbered=numbered), name="vale.xlsx")
    take_in(TODAY)
    assert (leavers(engine, HILL), leavers(engine, VALE)) == (6, 0)
    assert refusal(engine, VALE) == "X10"


def test_its_sender_is_asked_once(engine):
    send(HILL, a_sheet())
    send(VALE, a_sheet(), name="vale.xlsx")
    take_in(TODAY)
    told = CliRunner().invoke(app, ["findings", "2", "--json"]).output
    assert told.count('"code"') == 1
    assert "6 of the 6 leavers of this file are recorded as leavers of another school" in told


def test_a_few_who_moved_stop_nothing(engine):
    send(HILL, a_sheet())
    take_in(TODAY)
    send(VALE, a_sheet((*PEOPLE[:2], *OTHERS)), name="vale.xlsx")
    take_in(TODAY)
    assert leavers(engine, VALE) == 6
    assert refusal(engine, VALE) is None


def test_the_numbers_of_another_school_stop_a_sheet_that_comes_first(engine):
    with transaction(engine) as session:
        for urn, number in ((HILL, "8012000"), (VALE, "8012001")):
            session.execute(
                update(Institution).where(col(Institution.urn) == urn).values(laestab=number)
            )
    send(VALE, a_sheet(), name="vale.xlsx")
    take_in(TODAY)
    assert (leavers(engine, VALE), refusal(engine, VALE)) == (0, "X10")


def test_an_officer_says_that_they_are_the_schools_own(engine):
    send(HILL, a_sheet())
    send(VALE, a_sheet(), name="vale.xlsx")
    take_in(TODAY)
    answer = ["waive", "X10", "--school", VALE, "--by", "A. Officer"]
    done = CliRunner().invoke(app, [*answer, "--reason", "one sixth form", "--until", "2099-01-01"])
    assert done.exit_code == 0, done.output
    take_in(TODAY)
    assert leavers(engine, VALE) == 6
    assert refusal(engine, VALE) is None


def test_the_right_school_is_read_once_the_wrong_sheet_is_taken_back(engine):
    send(VALE, a_sheet(), name="vale.xlsx")
    take_in(TODAY)
    send(HILL, a_sheet())
    take_in(TODAY)
    assert refusal(engine, HILL) == "X10"
    taken_back = ["undo", "1", "--by", "A. Officer", "--reason", "sent in the wrong name"]
    done = CliRunner().invoke(app, taken_back)
    assert done.exit_code == 0, done.output
    take_in(TODAY)
    assert leavers(engine, HILL) == 6
    assert refusal(engine, HILL) is None


def test_a_next_round_of_the_schools_own_leavers_is_not_asked_about(engine):
    send(HILL, a_sheet())
    send(VALE, a_sheet(OTHERS), name="vale.xlsx")
    take_in(TODAY)
    send(VALE, a_sheet((*OTHERS, *PEOPLE[:2])), name="vale_again.xlsx")
    take_in(TODAY)
    with Session(engine) as session:
        assert not any(session.scalars(select(Submission.refused_code)))


def test_names_and_days_of_birth_of_another_school_are_asked_about_and_stop_nothing(engine):
    send(HILL, a_sheet(numbered=False))
    send(VALE, a_sheet(numbered=False).replace("Further Education", "NEET"), name="vale.xlsx")
    take_in(TODAY)
    assert leavers(engine, VALE) == 6
    told = CliRunner().invoke(app, ["findings", "2", "--json"]).output
    assert "6 of the 6 leavers of this file are, by number or by name" in told
    assert told.count('"X11"') == 1
