"""Kinds of list: rolls, second rounds by number alone, and what a council or a college sends."""

import csv
import io
from datetime import date

import pytest
from sqlmodel import Session
from typer.testing import CliRunner

from destinations.cli import app
from destinations.outcomes.outstanding_returns import outstanding_returns
from destinations.platform.settings import get_settings
from flows.pipeline import stages
from tests.builders.hub import a_hub_at_home, take_in
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
    return list(csv.DictReader(io.StringIO(command("export", what))))


def open_waves(today: date) -> None:
    """What a follow-up begins with."""
    with stages.open_run(get_settings()) as run:
        stages.open_due_waves(run, today)


def submit(folder, drawn: str, *words: str) -> None:
    """A drawn sheet, sent with what its sender says of it."""
    path = folder / "sheet.xlsx"
    path.write_bytes(a_workbook(drawn))
    command("submit", str(path), "--school", SCHOOL, "--sent-on", "2025-11-20", *words)


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
    assert "we read this as the list of your leavers: 3 of them" in command("findings", "1")


def test_a_roll_answers_for_no_autumn_so_its_school_is_still_asked(tmp_path, engine):
    submit(tmp_path, ROLL, "--kind", "leavers", "--cohort", "2024/25")
    take_in(SENT)
    open_waves(SENT)
    with Session(engine) as session:
        due = [due.what for due in outstanding_returns(session, today=SENT) if due.urn == SCHOOL]
    assert due == ["Year 11, 2024/25: wave 1"]
