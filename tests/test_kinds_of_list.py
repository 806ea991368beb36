"""Kinds of list: rolls, second rounds by number alone, and what a council or a college sends."""

import csv
import io
import json
from datetime import date
from io import BytesIO

import pytest
from openpyxl import load_workbook
from sqlmodel import Session, select
from typer.testing import CliRunner

from destinations.cli import app
from destinations.outcomes.outstanding_returns import outstanding_returns
from destinations.outcomes.survivorship import leaver_outcomes
from destinations.platform.settings import get_settings
from flows.pipeline import stages
from models.database import transaction
from models.submissions import Submission
from tests.builders.hub import a_hub_at_home, institution, join_hub, take_in
from tests.builders.sheets import a_workbook

SCHOOL, OTHER, SENT = "900100", "900101", date(2025, 11, 24)


@pytest.fixture(name="engine", autouse=True)
def _engine(tmp_path, monkeypatch):
    with a_hub_at_home(tmp_path, monkeypatch, SCHOOL, OTHER) as engine:
        yield engine


def command(*words: str) -> str:
    told = CliRunner().invoke(app, [*words])
    assert told.exit_code in (0, 1), told.output
    return told.stdout


def exported(what: str) -> list[dict[str, str]]:
    lines = csv.DictReader(io.StringIO(command("export", what)))
    return [line for line in lines if line.get("breakdown", "all") == "all"]


def open_waves(today: date) -> None:
    """What a follow-up begins with."""
    with stages.open_run(get_settings()) as run:
        stages.open_due_waves(run, today)


def submit(folder, drawn: str, *words: str) -> None:
    """A drawn sheet, sent with what its sender says of it."""
    path = folder / "sheet.xlsx"
    path.write_bytes(a_workbook(drawn))
    day = () if "--sent-on" in words else ("--sent-on", "2025-11-20")
    command("submit", str(path), "--school", SCHOOL, *day, *words)


ROLL = """
    UPN | Legal surname | Legal forename | DOB | Year | Reg
        | Adams | Ann | 14/03/2009 | 11 | 11A
        | Brown | Bob | 15/04/2009 | 11 | 11A
        | Clark | Cat | 16/05/2009 | 11 | 11B
"""


def test_a_roll_of_leavers_begins_the_cohort_with_everybody_not_known(tmp_path):
    submit(tmp_path, ROLL, "--kind", "leavers", "--cohort", "2024/25")
    take_in(SENT)
    open_waves(SENT)
    assert {line["cohort"] for line in exported("leavers")} == {"2024/25"}
    assert exported("destinations") == []
    assert {
        (line["leavers"], line["known"], line["not_known"])
        for line in exported("summary")
        if line["urn"] == SCHOOL and line["wave"] == "1"
    } == {("3", "0", "3")}
    told = command("findings", "1", "--json")
    assert "we read this as the list of your leavers: 3 of them" in told


def test_a_roll_answers_for_no_autumn_so_its_school_is_still_asked(tmp_path, engine):
    submit(tmp_path, ROLL, "--kind", "leavers", "--cohort", "2024/25")
    take_in(SENT)
    open_waves(SENT)
    with Session(engine) as session:
        due = [due.what for due in outstanding_returns(session, today=SENT) if due.urn == SCHOOL]
    assert due == ["Year 11, 2024/25: wave 1"]


WAS_AND_NOW = """
    Surname | Forename | DOB        | Was     | Left on    | Now            | Where now | Started
    Ashby   | Ada      | 15/09/2006 | College | 12/01/2024 | NEET           |           |
    Birch   | Ben      | 25/09/2006 | College | 12/01/2024 | Apprenticeship | Smith Ltd | 22/01/2024
    Croft   | Cara     | 15/10/2006 | College |            | Job            | Smith Ltd | 22/01/2024
"""


def test_was_left_on_and_now_are_two_facts_in_order(tmp_path, engine):
    sent = ("--kind", "leavers", "--cohort", "2022/23", "--sent-on", "2024-01-23")
    submit(tmp_path, WAS_AND_NOW, *sent)
    take_in(date(2024, 1, 24))
    names = {line["person"]: line["surname"] for line in exported("leavers")}
    facts = [
        (names[line["person"]], line["activity_code"], line["ended_on"], line["superseded"])
        for line in exported("destinations")
    ]
    assert sorted(facts) == [
        ("Ashby", "230", "2024-01-12", "N"),
        ("Ashby", "619", "", "N"),
        ("Birch", "230", "2024-01-12", "N"),
        ("Birch", "310", "", "N"),
        ("Croft", "330", "", "N"),
    ]
    with Session(engine) as session:
        on_1_november = {
            names[str(outcome.person_id)]: outcome.activity_code
            for outcome in leaver_outcomes(session, today=date(2024, 2, 1))
            if outcome.wave == 1
        }
    assert on_1_november == {"Ashby": "230", "Birch": "230", "Croft": None}


def test_what_was_is_recorded_once_however_often_its_sheet_is_read(tmp_path):
    sent = ("--kind", "leavers", "--cohort", "2022/23", "--sent-on", "2024-01-23")
    submit(tmp_path, WAS_AND_NOW, *sent)
    take_in(date(2024, 1, 24))
    before = exported("destinations")
    submit(tmp_path, WAS_AND_NOW + "\n", *sent)
    take_in(date(2024, 1, 25))
    assert exported("destinations") == before


MIS_EXPORT = """
    UPN | Legal Surname | Legal Forename | Date of Birth | Leaving Date | Destination School
        | Zielinski     | Jaydon         | 15/01/2009    | 27/06/2025   | Downs Coast College
        | Mowbray       | Kezia          | 17/06/2009    | 27/06/2025   | Firle High School
        | Lambourne     | Mollie         | 19/12/2008    | 27/06/2025   | Acme Motors
        | Ashdown       | Yasmin         | 25/06/2009    | 27/06/2025   |
"""


def test_an_mis_export_with_a_destination_school_is_asked_about_and_its_leavers_are_in(
    tmp_path, engine
):
    with transaction(engine) as session:
        session.add(institution("900190", "Downs Coast College", type_name="Further education"))
    submit(tmp_path, MIS_EXPORT)
    take_in(SENT)
    assert len(exported("leavers")) == 4
    assert exported("destinations") == []
    told = command("findings", "1", "--json")
    assert "We read 'Destination School' as Destination. Right?" in told
    command("map", "accept", "1", "--by", "Jo Bell")
    take_in(SENT)
    assert [(line["wave"], line["activity_code"]) for line in exported("destinations")] == [
        ("1", "230")
    ]
    assert len(exported("leavers")) == 4


FIRST_ROUND = """
    UPN           | Surname   | Forename | DOB        | Destination    | Provider
    D845405620072 | Tremlett  | Mollie   | 22/01/2009 | FE college     | Downs Coast College
    T845405620073 | Yelland   | Imogen   | 02/11/2008 | Apprenticeship | Acme Motors
    K845405620076 | Sandhurst | Safiya   | 22/10/2008 | NEET           |
"""
SECOND_ROUND = """
    UPN           | Destination    | Provider
    D845405620072 | NEET           |
    T845405620073 | FE college     | Downs Coast College
    {}            | FE college     | Downs Coast College
"""
KNOWN, UNKNOWN = "K845405620076", "G845405620074"


def where(submission: str) -> dict[str, str]:
    return dict(json.loads(command("where", submission, "--json")))


def test_a_second_round_by_upn_alone_is_read_where_every_upn_is_known(tmp_path):
    submit(tmp_path, FIRST_ROUND)
    take_in(SENT)
    submit(tmp_path, SECOND_ROUND.format(KNOWN), "--sent-on", "2025-11-27")
    take_in(date(2025, 11, 28))
    assert len(exported("leavers")) == 3
    assert [line for line in exported("findings") if line["submission"] == "2"] == []
    second = [line for line in exported("destinations") if line["as_at"] == "2025-11-27"]
    assert sorted((line["cohort"], line["wave"], line["activity_code"]) for line in second) == [
        ("2024/25", "1", "230"),
        ("2024/25", "1", "230"),
        ("2024/25", "1", "619"),
    ]
    assert {line["level"] for line in exported("matches") if line["submission"] == "2"} == {
        "same UPN"
    }


def test_a_row_with_a_upn_that_nobody_has_waits_and_makes_nobody_a_leaver(tmp_path):
    submit(tmp_path, FIRST_ROUND)
    take_in(SENT)
    submit(tmp_path, SECOND_ROUND.format(UNKNOWN), "--sent-on", "2025-11-27")
    take_in(date(2025, 11, 28))
    assert (where("2")["recorded"], where("2")["waiting"]) == (2, 1)
    assert len(exported("leavers")) == 3
    asked = [line["row"] for line in exported("findings") if line["code"] == "C74"]
    assert asked == ["4"]


def test_where_no_upn_is_known_the_advice_followed_to_the_letter_works(tmp_path):
    submit(tmp_path, SECOND_ROUND.format(KNOWN))
    take_in(SENT)
    assert where("1")["stage"] == "refused"
    assert "with the surname, forename and date of birth" in where("1")["why"]
    submit(tmp_path, FIRST_ROUND)
    take_in(SENT)
    assert where("2")["recorded"] == 3


def test_another_schools_upns_are_not_this_schools(tmp_path):
    submit(tmp_path, FIRST_ROUND)
    take_in(SENT)
    path = tmp_path / "sheet.xlsx"
    path.write_bytes(a_workbook(SECOND_ROUND.format(KNOWN)))
    command("submit", str(path), "--school", OTHER, "--sent-on", "2025-11-27")
    take_in(date(2025, 11, 28))
    assert where("2")["stage"] == "refused"


LEARNERS = """
    Learner      | DOB        | Course   | Start date | Actual end date | Status     | Destination
    Okafor, Ada  | 14/09/2008 | Sport L2 | 08/09/2025 | 17/10/2025      | Withdrawn  | Employment
    Price, Tom   | 30/01/2009 | Sport L2 | 08/09/2025 |                 | Continuing |
"""


@pytest.mark.parametrize(
    ("type_name", "kind"), [("Further education", "enrolments"), ("Community school", "leavers")]
)
def test_a_list_of_learners_with_a_destination_is_what_its_sender_is(
    tmp_path, engine, type_name, kind
):
    with transaction(engine) as session:
        session.add(institution("900190", "Downs Coast College", type_name=type_name))
        join_hub(session, "Test Hub", "900190")
    path = tmp_path / "learners.xlsx"
    path.write_bytes(a_workbook(LEARNERS))
    command("submit", str(path), "--school", "900190", "--sent-on", "2025-11-20")
    take_in(SENT)
    with Session(engine) as session:
        assert [sent.kind for sent in session.exec(select(Submission))] == [kind]
    assert len(exported("leavers")) == (0 if kind == "enrolments" else 2)


def test_a_word_nobody_knows_in_a_cell_merged_over_two_leavers_keeps_both_waiting(tmp_path):
    workbook = load_workbook(
        BytesIO(
            a_workbook(
                """
                Surname | Forename | DOB        | Destination
                Okafor  | Ada      | 15/09/2008 | went to sea
                Price   | Tom      | 25/09/2008 |
                Zhang   | Lin      | 15/10/2008 | NEET
                """
            )
        )
    )
    workbook.active.merge_cells("D2:D3")
    path = tmp_path / "merged.xlsx"
    workbook.save(path)
    command("submit", str(path), "--school", SCHOOL, "--sent-on", "2025-11-20")
    take_in(SENT)
    assert where("1")["waiting"] == 2
    assert [line["row"] for line in exported("findings") if line["severity"] == "must_fix"] == ["2"]
    assert len(exported("destinations")) == 1
