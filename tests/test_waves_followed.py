"""Waves followed: a hub that follows its leavers for two autumns, or five, gets just those."""

import csv
import json
from collections.abc import Callable
from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from typer.testing import CliRunner

from destinations.cli import app
from destinations.platform.settings import get_settings
from flows.pipeline import stages
from tests.builders.hub import a_hub_at_home, take_in
from tests.builders.sheets import a_workbook

SCHOOL, COLLEGE = "900101", "900102"
LEAVERS = "Surname | Forename | Date of Birth"
ADA = "Okafor | Ada | 14/09/2003"
BY_SEPTEMBER = (
    f"{LEAVERS} | Sept 20 | Sept 21 | Sept 22 | Sept 23 | Sept 24\n"
    f"{ADA} | College | College | College | College | Job"
)
BY_COUNT = (
    f"{LEAVERS} | Destination year 1 | Destination year 2 | Destination year 3 | "
    "Destination year 4 | Destination year 5\n"
    f"{ADA} | College | College | College | College | Job"
)
BY_WAVE = (
    f"{LEAVERS} | Wave 1 | Wave 2 | Wave 3 | Wave 4 | Wave 5\n"
    f"{ADA} | College | College | College | College | Job"
)
TODAY = date(2024, 11, 23)
Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run() -> Run:
    def run(*words: object) -> tuple[int, str]:
        done = CliRunner().invoke(app, [str(word) for word in words])
        return done.exit_code, done.output

    return run


def the_hub_asks_for(waves: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DESTINATIONS_WAVES", str(waves))
    get_settings.cache_clear()


def exported(run: Run, what: str) -> list[dict[str, str]]:
    code, output = run("export", what)
    assert code == 0, output
    lines = csv.DictReader(StringIO(output))
    return [line for line in lines if line.get("breakdown", "all") == "all"]


@pytest.mark.parametrize(
    ("waves", "sheet"),
    [
        *((waves, BY_SEPTEMBER) for waves in (1, 2, 3, 5)),
        *((waves, BY_COUNT) for waves in (2, 5)),
        (5, BY_WAVE),
    ],
)
def test_a_sheet_with_a_column_a_year_is_recorded_for_the_waves_that_are_asked_for(
    waves: int, sheet: str, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    the_hub_asks_for(waves, monkeypatch)
    with a_hub_at_home(tmp_path, monkeypatch, SCHOOL):
        file = tmp_path / "leavers.xlsx"
        file.write_bytes(a_workbook(sheet))
        said = ("--cohort", "2019/20", "--stage", "Y11", "--sent-on", TODAY)
        code, told = run("check", file, *said, "--json")
        assert code in (0, 1), told
        unused = [json.loads(line) for line in told.splitlines() if '"C15"' in line]
        assert len(unused) == 5 - waves
        years = {1: "one year", 2: "two years", 3: "three years"}.get(waves, "")
        assert all(f"asks about more than {years} after leaving" in one["says"] for one in unused)
        assert run("submit", file, "--school", SCHOOL, *said, "--wave", waves)[0] == 0
        take_in(TODAY)
        with stages.open_run(get_settings()) as way:
            stages.open_due_waves(way, TODAY)
            lines = stages.summarise_all(way, TODAY)
            assert stages.publish_all(way, lines, TODAY) > 0
        expected = [str(wave) for wave in range(1, waves + 1)]
        assert [row["wave"] for row in exported(run, "destinations")] == expected
        of_school = [row for row in exported(run, "summary") if row["urn"] == SCHOOL]
        assert [row["wave"] for row in of_school] == expected
        assert all(row["known"] == "1" for row in of_school)


@pytest.mark.parametrize("waves", [2, 5])
def test_a_wave_that_is_not_asked_for_is_wrong_usage(
    waves: int, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    the_hub_asks_for(waves, monkeypatch)
    with a_hub_at_home(tmp_path, monkeypatch, SCHOOL):
        file = tmp_path / "leavers.xlsx"
        file.write_bytes(a_workbook(BY_SEPTEMBER))
        manifest = tmp_path / "manifest.csv"
        columns = "urn,file,kind,cohort,wave,sent_on"
        manifest.write_text(
            f"{columns}\n{SCHOOL},leavers.xlsx,leavers,2019/20,{waves + 1},{TODAY}\n"
        )
        allowed = {2: "0, 1 or 2", 5: "0, 1, 2, 3, 4 or 5"}[waves]
        for words in (
            ("submit", file, "--school", SCHOOL, "--wave", waves + 1),
            ("submit", file, "--school", SCHOOL, "--wave", -1),
            ("check", file, "--wave", waves + 1),
            ("submit", "--manifest", manifest, "--folder", tmp_path),
        ):
            code, output = run(*words)
            assert code == 2, output
            assert f"type {allowed} (0 is what was intended)" in " ".join(
                output.replace("│", " ").split()
            )


@pytest.mark.parametrize(("waves", "last"), [(2, "second"), (3, "third"), (5, "")])
def test_an_undated_sheet_is_of_the_last_wave_at_most(
    waves: int, last: str, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    the_hub_asks_for(waves, monkeypatch)
    with a_hub_at_home(tmp_path, monkeypatch, SCHOOL):
        file = tmp_path / "leavers.xlsx"
        file.write_bytes(a_workbook(f"{LEAVERS} | Destination\n{ADA} | College"))
        said = ("--cohort", "2019/20", "--stage", "Y11", "--sent-on", TODAY)
        _, told = run("check", file, *said, "--json")
        asked = [json.loads(line)["says"] for line in told.splitlines() if '"C32"' in line]
        words = f"These leavers left 5 years ago; we took it as their {last} year's answer"
        assert asked == ([words] if last else [])
        run("submit", file, "--school", SCHOOL, *said)
        take_in(TODAY)
        assert [row["wave"] for row in exported(run, "destinations")] == [str(waves)]


@pytest.mark.parametrize(("waves", "expected"), [(3, []), (5, ["5"])])
def test_a_college_confirms_the_waves_that_are_asked_for(
    waves: int, expected: list[str], run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    the_hub_asks_for(waves, monkeypatch)
    with a_hub_at_home(tmp_path, monkeypatch, SCHOOL, COLLEGE):
        leavers, enrolled = tmp_path / "leavers.xlsx", tmp_path / "enrolled.xlsx"
        leavers.write_bytes(a_workbook(f"{LEAVERS} | Destination\n{ADA} | College"))
        enrolled.write_bytes(
            a_workbook(f"{LEAVERS} | Course | Start date\n{ADA} | HND Art | 01/09/2024")
        )
        run("submit", leavers, "--school", SCHOOL, "--cohort", "2019/20", "--stage", "Y11",
            "--wave", "1", "--sent-on", "2020-11-20")  # fmt: skip
        run("submit", enrolled, "--school", COLLEGE, "--kind", "enrolments", "--sent-on", TODAY)
        take_in(TODAY)
        rows = [row for row in exported(run, "destinations") if row["source"] == "provider"]
        assert [row["wave"] for row in rows] == expected


@pytest.mark.parametrize(
    "heading", ["Year 6", "Y7", "Year 10", "4 years", "Year 5 teacher", "Y6 school"]
)
def test_a_year_of_school_is_no_year_after_leaving(heading: str) -> None:
    from imports.crosswalk.periods import PeriodUnit, parse_period

    found = parse_period(heading)
    assert found is None or found[0].unit is not PeriodUnit.COUNT
