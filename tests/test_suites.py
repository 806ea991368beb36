"""Suites: what judges a kind of sheet in a year, and the snapshots that are reviewed."""

import json
from pathlib import Path

import pytest

from expectations.catalogue import catalogue
from expectations.engine import suites
from expectations.engine.suites import SuiteChange, rules, snapshot, snapshots, suite, suite_hash
from models.vocabulary import SubmissionKind

SNAPSHOTS = Path(suites.__file__).parent / "snapshots"


def test_the_snapshots_are_fresh():
    kept = {path.name: path.read_text(encoding="utf-8") for path in SNAPSHOTS.glob("*.json")}
    assert kept == snapshots(), "run `make suites`"


def test_written_anew_they_are_the_same_files(tmp_path):
    (tmp_path / "of_no_year.json").write_text("{}", encoding="utf-8")
    write_anew(tmp_path)
    written = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert written == {path.name: path.read_bytes() for path in SNAPSHOTS.glob("*.json")}


def write_anew(folder: Path) -> None:
    """Every suite as it judges, in the folder, and no others."""
    for path in folder.glob("*.json"):
        path.unlink()
    for name, text in snapshots().items():
        (folder / name).write_text(text, encoding="utf-8")


def test_a_snapshot_can_be_read_and_holds_no_id():
    for text in snapshots().values():
        written = json.loads(text)
        codes = [rule["code"] for rule in written["rules"]]
        assert codes == sorted(codes)
        assert all("id" not in rule for rule in written["rules"])


def test_years_with_other_rules_have_another_hash():
    assert suite_hash(SubmissionKind.LEAVERS, 2023) != suite_hash(SubmissionKind.LEAVERS, 2024)
    assert suite_hash(SubmissionKind.LEAVERS, 2024) == suite_hash(SubmissionKind.LEAVERS, 2026)
    assert suite_hash(SubmissionKind.LEAVERS, 2026) != suite_hash(SubmissionKind.ENROLMENTS, 2026)
    assert suite_hash(SubmissionKind.LEAVERS, 1999) == suite_hash(SubmissionKind.LEAVERS, 2018)


def test_a_year_is_the_year_before_and_what_changed(monkeypatch):
    change = SuiteChange(
        added=("E02",), changed={"D20": {"value_set": ["240", "250"]}}, removed=("D21",)
    )
    monkeypatch.setitem(suites.CHANGES[SubmissionKind.LEAVERS], 2030, change)
    before = {rule.code: rule for rule in rules(SubmissionKind.LEAVERS, 2029)}
    after = {rule.code: rule for rule in rules(SubmissionKind.LEAVERS, 2030)}
    assert {*after} - {*before} == {"E02"}
    assert {*before} - {*after} == {"D21"}
    assert [code for code in after if code in before and after[code] != before[code]] == ["D20"]


@pytest.mark.parametrize(
    "change",
    [SuiteChange(added=("I01",)), SuiteChange(removed=("E02",)), SuiteChange(changed={"Q99": {}})],
)
def test_a_year_cannot_change_what_is_not_there(monkeypatch, change):
    monkeypatch.setitem(suites.CHANGES[SubmissionKind.LEAVERS], 2030, change)
    with pytest.raises(ValueError, match="a year cannot"):
        rules(SubmissionKind.LEAVERS, 2030)


def test_only_rules_that_judge_rows_are_in_a_suite():
    chosen = {rule.code for kind in SubmissionKind for rule in rules(kind, 2026)}
    assert chosen == {code for code, rule in catalogue().items() if rule.kind}


@pytest.mark.parametrize("kind", SubmissionKind)
def test_the_suite_carries_the_catalogue(kind):
    built = suite(kind, 2026).expectations
    by_code = {one.meta["rule_code"]: one for one in built}
    for rule in rules(kind, 2026):
        assert by_code[rule.code].description == rule.says
        assert by_code[rule.code].severity == suites.GX_SEVERITY[rule.severity]
    assert len(built) == len(rules(kind, 2026))


@pytest.mark.parametrize("kind", SubmissionKind)
def test_rules_on_several_cells_say_what_a_missing_one_means(kind):
    for one in suite(kind, 2026).expectations:
        kwargs = one.configuration.kwargs
        if "column_A" in kwargs or "column_list" in kwargs:
            assert kwargs.get("ignore_row_if") in (
                "either_value_is_missing",
                "any_value_is_missing",
            ), one.meta["rule_code"]
        if "regex" in kwargs:
            assert "$" not in kwargs["regex"]
            assert "\\d" not in kwargs["regex"]


def test_snapshot_names_no_version():
    assert "great_expectations" not in snapshot(SubmissionKind.LEAVERS, 2026)


if __name__ == "__main__":
    write_anew(SNAPSHOTS)
