"""What an analyst gets: the promised columns, one order, and every row accounted for."""

import json
import re
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import Session
from typer.testing import CliRunner

from destinations.cli import app
from destinations.platform.settings import get_settings
from destinations.reports.exports import RECORD_EXPORTS, export
from tests.builders.hub import COLLEGE, OTHER_SCHOOL, SCHOOL, a_hub
from tests.builders.record import U1, U2, a_submission, recorded
from tests.builders.rows import a_row, must_fix

DOCS = Path(__file__).parents[1] / "docs"

# What readers rely on, word for word; more columns may follow these.
PROMISED = {
    "destinations": "person, urn, cohort, stage, wave, activity_code, activity_group, "
    "provider_name, provider_urn, provider_ukprn, started_on, ended_on, as_at, source, evidence, "
    "recorded_at, superseded, counts, sustained, because, submission, file, sheet, row, column",
    "leavers": "person, urn, cohort, stage, upn, uln, forename, surname, born_on, sex, sen, "
    "disadvantaged, excluded, submission, file, sheet, row",
    "matches": "person, submission, file, sheet, row, level, decided_by, reason",
    "findings": "submission, urn, file, sheet, row, column, heading, code, severity",
    "summary": "hub, urn, cohort, stage, wave, breakdown, part, leavers, excluded, "
    "cannot_be_counted, known, known_evidenced, eet, eet_evidenced, neet, other, not_known, "
    "sustained, not_sustained, cannot_tell, sustained_base, coverage_percent, "
    "sustained_percent_of_leavers, not_sustained_percent_of_leavers, sustained_fe, "
    "sustained_school_sixth_form, sustained_sixth_form_college, sustained_other_education, "
    "sustained_apprenticeship, sustained_employment",
}
OF_THE_RECORD = [name for name in PROMISED if name != "summary"]


def table(engine: Engine, what: str, **keep: str) -> list[dict[str, object]]:
    with Session(engine) as session:
        columns, rows = export(session, what, **keep)
        return [dict(zip(columns, row, strict=True)) for row in rows]


@pytest.fixture
def filled(engine: Engine) -> Engine:
    a_hub(engine)
    recorded(
        engine,
        a_submission(engine, OTHER_SCHOOL, cohort=2022, sent_on="2023-11-05"),
        ["-, Khan, Omar, 2007-01-02, 810"],
    )
    recorded(
        engine,
        a_submission(engine),
        [
            a_row(3, f"{U2}, Lee, Ana, 2008-03-14, 619"),
            a_row(2, f"{U1}, Lee, Sam, 2008-03-14, 230, Downs Coast College, 2024-09-03"),
            a_row(4, "-, Waits, Who, 2008-03-14, 230"),
        ],
        [must_fix(4)],
    )
    recorded(
        engine, a_submission(engine, sent_on="2024-12-05"), [f"{U1}, Lee, Sam, 2008-03-14, 310"]
    )
    recorded(
        engine,
        a_submission(engine, COLLEGE, "2024-10-08", cohort=None),
        ["-, Lee, Sam, 2008-03-14", "-, Baker, Tom, 2008-05-05"],
    )
    return engine


@pytest.mark.parametrize("what", PROMISED)
def test_the_promised_columns_come_first_and_the_dictionary_has_every_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    monkeypatch.setenv("DESTINATIONS_HOME", str(tmp_path / "var"))
    get_settings.cache_clear()
    runner = CliRunner()
    assert runner.invoke(app, ["setup"]).exit_code == 0
    header = runner.invoke(app, ["export", what]).stdout.splitlines()[0].split(",")
    promised = PROMISED[what].split(", ")
    assert header[: len(promised)] == promised
    page = (DOCS / "exports.md").read_text(encoding="utf-8")
    table = page.partition(f"## destinations export {what}\n")[2].partition("\n## ")[0]
    assert re.findall(r"^\| `(\w+)` \| [A-Za-z]\S", table, re.MULTILINE) == header


def test_the_dictionary_gives_closed_lists_as_they_are_exported(filled: Engine) -> None:
    for what in OF_THE_RECORD:
        for column in RECORD_EXPORTS[what].columns:
            listed = {entry.partition(" (")[0] for entry in column.one_of}
            seen = {row[column.name] for row in table(filled, what)} - {None, ""}
            assert not listed or seen <= listed, (what, column.name)


def test_leavers(filled: Engine) -> None:
    told = table(filled, "leavers")
    assert [(one["urn"], one["cohort"], one["forename"]) for one in told] == [
        (SCHOOL, "2023/24", "Sam"),
        (SCHOOL, "2023/24", "Ana"),
        (OTHER_SCHOOL, "2022/23", "Omar"),
    ]
    assert (told[0]["upn"], told[0]["born_on"], told[0]["stage"]) == (U1, "2008-03-14", "Y11")


def test_destinations_with_what_superseded_what(filled: Engine) -> None:
    told = table(filled, "destinations", cohort="2023/24")
    assert [
        (one["activity_code"], one["activity_group"], one["source"], one["superseded"])
        for one in sorted(told, key=lambda one: int(str(one["destination"])))
    ] == [
        ("619", "NEET", "school", "N"),
        ("230", "EET", "school", "Y"),
        ("310", "EET", "school", "N"),
        ("230", "EET", "provider", "N"),
    ]
    first = next(one for one in told if one["superseded"] == "Y")
    assert (first["provider_urn"], first["provider_ukprn"]) == (COLLEGE, "10990097")
    assert (first["started_on"], first["as_at"]) == ("2024-09-03", "2024-11-05")
    assert (first["sheet"], first["row"], first["column"]) == ("Leavers", 2, "E")
    assert str(first["recorded_at"]).startswith("2026-11-23T06:")
    assert str(first["recorded_at"]).endswith("+00:00")


def test_every_row_read_is_among_the_matches(filled: Engine) -> None:
    told = [
        (one["row"], one["person"], one["level"]) for one in table(filled, "matches", urn=SCHOOL)
    ]
    new = "like nobody known in the cohort: a new leaver"
    assert told == [
        (2, "2", new),
        (3, "3", new),
        (4, None, "waits for a fix"),
        (2, "2", "same UPN"),
    ]
    listed = [
        (one["row"], one["person"], one["level"]) for one in table(filled, "matches", urn=COLLEGE)
    ]
    assert listed == [(2, "2", "same name and date of birth"), (3, None, "like nobody known")]


def test_findings_say_where_and_never_what(filled: Engine) -> None:
    found = table(filled, "findings")
    (told,) = [row for row in found if row["severity"] == "must_fix"]
    assert (told["urn"], told["row"], told["column"], told["heading"]) == (
        SCHOOL,
        4,
        "B",
        "Surname",
    )
    assert (told["code"], told["severity"]) == ("P01", "must_fix")
    assert not any("value" in row for row in found)


def test_a_school_and_a_cohort_can_be_asked_for(filled: Engine) -> None:
    assert len(table(filled, "leavers", urn=OTHER_SCHOOL)) == 1
    assert len(table(filled, "leavers", cohort="2022/23")) == 1
    assert table(filled, "leavers", cohort="2019/20") == []
    with pytest.raises(ValueError, match="2024/25"):
        table(filled, "leavers", cohort="2024")
    with pytest.raises(KeyError):
        table(filled, "people")


@pytest.mark.parametrize("what", OF_THE_RECORD)
def test_an_export_is_the_same_each_time_and_goes_into_json(filled: Engine, what: str) -> None:
    first, second = table(filled, what), table(filled, what)
    assert first == second
    assert json.loads(json.dumps(first)) == first


def test_dates_are_dates_of_the_calendar(filled: Engine) -> None:
    for one in table(filled, "destinations"):
        assert date.fromisoformat(str(one["as_at"])).year >= 2023
