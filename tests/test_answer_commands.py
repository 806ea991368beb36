"""A school's files on the road, and what a person answers on the command line."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from openpyxl import load_workbook
from sqlmodel import Session, select
from typer.testing import CliRunner, Result

from destinations.cli import app
from destinations.crosschecks.thresholds import Thresholds
from destinations.platform.settings import get_settings
from destinations.reports.exports import export
from expectations.tolerances import Tolerances
from models.database import open_database
from models.submissions import Submission
from tests.builders.hub import a_hub_at_home, send, take_in
from tests.builders.sheets import a_workbook

URN = "900100"
TODAY = date(2025, 11, 24)

ROUND = """
    UPN           | Surname | Forename | Date of Birth | Destination       | Where
                  | Okafor  | Ada      | 12/03/2008    | Further Education | Downs College
                  | Marsh   | Peter    | 14/05/2009    | Apprenticeship    | Acme Ltd
                  |         | Jo       | 20/06/2009    | Sixth form        | Oakfield
"""


@pytest.fixture
def storage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A hub of one school on a fresh database: the folder of its storage."""
    with a_hub_at_home(tmp_path, monkeypatch, URN):
        yield tmp_path / "storage"


def run(*words: str) -> Result:
    return CliRunner().invoke(app, words)


def findings_told(number: int) -> list[tuple[str, int | None]]:
    lines = run("findings", str(number), "--json").stdout.splitlines()
    return [(one["code"], one["row"]) for one in map(json.loads, lines)]


def exported(what: str) -> list[tuple[object, ...]]:
    with Session(open_database(get_settings().database)) as session:
        return list(export(session, what)[1])


def where(number: int) -> dict[str, object]:
    return json.loads(run("where", str(number), "--json").stdout)  # type: ignore[no-any-return]


def receipt(storage: Path, name: str) -> str:
    (found,) = (storage / "returns" / URN).glob(f"*{name}*receipt.xlsx")
    page = load_workbook(found)["Receipt"]
    rows = page.iter_rows(values_only=True)
    return " ".join(str(cell) for row in rows for cell in row if cell)


@pytest.mark.slow
def test_an_oddity_that_was_confirmed_is_not_in_the_next_round(storage: Path) -> None:
    send(URN, ROUND, "leavers.xlsx")
    take_in(TODAY)
    odd = [one for one in findings_told(1) if one[0].startswith("P") and one[1] == 2]
    assert odd
    done = run("confirm", "1", "2", odd[0][0], "--by", "A. Head")
    assert done.exit_code == 0, done.output
    send(URN, ROUND.replace("Acme", "Smith"), "leavers 2.xlsx")
    take_in(TODAY)
    assert odd[0] not in findings_told(2)
    send(URN, ROUND.replace("12/03/2008", "13/03/2008"), "leavers 3.xlsx")
    take_in(TODAY)
    assert odd[0] in findings_told(3)


@pytest.mark.slow
@pytest.mark.parametrize(
    "words",
    [("9", "2", "P10"), ("1", "99", "P10"), ("1", "4", "P01")],
    ids=["no submission", "no row", "must be fixed"],
)
def test_what_cannot_be_confirmed_is_said(storage: Path, words: tuple[str, ...]) -> None:
    send(URN, ROUND, "leavers.xlsx")
    take_in(TODAY)
    done = run("confirm", *words, "--by", "A. Head")
    assert done.exit_code == 2


@pytest.mark.slow
def test_a_rule_set_aside_lets_its_rows_in_and_is_listed(storage: Path) -> None:
    send(URN, ROUND, "leavers.xlsx")
    take_in(TODAY)
    (code,) = {code for code, row in findings_told(1) if row == 4}
    assert where(1)["waiting"] == 1
    words = ("--school", URN, "--by", "A. Officer", "--reason", "no surname", "--until")
    assert run("waive", code, *words, "2025-01-01").exit_code == 2
    assert run("waive", "Z99", *words, "2099-08-31").exit_code == 2
    assert run("waive", "F01", *words, "2099-08-31").exit_code == 2
    assert run("waive", code, *words, "2099-08-31").exit_code == 0
    take_in(TODAY)
    assert (where(1)["waiting"], [one for one in findings_told(1) if one[1] == 4]) == (0, [])
    line = json.loads(run("waivers", "--json").stdout)
    assert (line["rule"], line["urn"], line["by"]) == (code, URN, "A. Officer")
    assert (
        f"1 thing is not asked about: your hub has set rule {code} aside for you. Your evidence "
        "pack says by whom, why and until when."
    ) in receipt(storage, "leavers")
    # A check leaves it out for that school, says so, and not for another.
    file = storage.parent / "leavers.xlsx"
    file.write_bytes(a_workbook(ROUND))
    mine, other = (
        run("check", str(file), "--school", urn, "--sent-on", TODAY.isoformat())
        for urn in (URN, "900999")
    )
    aside = f"set aside for this school ({code};"
    assert (aside in mine.stdout, aside in other.stdout) == (True, False)
    assert run("unwaive", str(line["waiver"]), "--by", "A. Officer").exit_code == 0
    assert run("waivers", "--json").stdout == ""
    assert run("unwaive", "99", "--by", "A. Officer").exit_code == 2


@pytest.mark.slow
def test_a_submission_taken_back_counts_no_longer_and_may_be_sent_anew(storage: Path) -> None:
    send(URN, ROUND, "leavers.xlsx")
    take_in(TODAY)
    send(URN, ROUND.replace("Apprenticeship", "Sixth form"), "round 2.xlsx")
    before = exported("leavers"), exported("destinations")
    take_in(TODAY)
    assert len(exported("destinations")) > len(before[1])
    done = run("undo", "2", "--by", "A. Officer", "--reason", "the wrong file")
    assert done.exit_code == 0, done.output
    assert (exported("leavers"), exported("destinations")) == before
    assert where(2)["stage"] == "taken back"
    assert "A. Officer" in str(where(2)["why"])
    assert "already" in run("undo", "2", "--by", "A. Officer").output
    assert run("undo", "9", "--by", "A. Officer").exit_code == 2
    (storage / "inbox" / URN / "round 2.xlsx").unlink()
    take_in(TODAY)
    send(URN, ROUND.replace("Apprenticeship", "Sixth form"), "round 2 again.xlsx")
    take_in(TODAY)
    assert where(3)["stage"] == "recorded"
    assert len(exported("destinations")) > len(before[1])


@pytest.mark.slow
def test_what_another_sheet_says_too_stands_as_soon_as_the_first_is_taken_back(
    storage: Path,
) -> None:
    send(URN, ROUND, "leavers.xlsx")
    take_in(TODAY)
    send(URN, ROUND.replace("Acme", "Smith"), "round 2.xlsx")
    take_in(TODAY)
    assert run("undo", "1", "--by", "A. Officer").exit_code == 0
    leavers = exported("leavers")
    assert [(row[7], row[8], row[14]) for row in leavers] == [
        ("Okafor", "2008-03-12", "round 2.xlsx"),
        ("Marsh", "2009-05-14", "round 2.xlsx"),
    ]
    assert {row[18] for row in exported("destinations")} == {"round 2.xlsx"}


@pytest.mark.slow
def test_a_receipt_says_what_a_round_changed(storage: Path) -> None:
    send(URN, ROUND, "leavers.xlsx")
    take_in(TODAY)
    send(URN, ROUND.replace("Apprenticeship", "Sixth form"), "round 2.xlsx")
    take_in(TODAY)
    said = receipt(storage, "round 2")
    since = "Since “leavers.xlsx”, sent on 24 November 2025: "
    assert since + "0 new, 1 changed, 0 gone, 0 would have become blank" in said
    send(URN, ROUND.replace("Apprenticeship", "SIXTH FORM"), "round 3.xlsx")
    take_in(TODAY)
    said = receipt(storage, "round 3")
    assert "You sent these same rows on 24 November 2025, in round 2.xlsx" in said
    assert "Nothing has changed since “round 2.xlsx”, sent on 24 November 2025." in said


@pytest.mark.slow
def test_the_same_bytes_are_answered_kindly_and_once(storage: Path) -> None:
    send(URN, ROUND, "leavers.xlsx")
    take_in(TODAY)
    inbox = storage / "inbox" / URN
    (inbox / "copy.xlsx").write_bytes((inbox / "leavers.xlsx").read_bytes())
    take_in(TODAY)
    said = receipt(storage, "copy sent before")
    assert "You sent exactly this file on 24 November 2025, as leavers.xlsx" in said
    returned = sorted((storage / "returns" / URN).iterdir())
    take_in(TODAY)
    assert sorted((storage / "returns" / URN).iterdir()) == returned
    with Session(open_database(get_settings().database)) as session:
        assert len(session.exec(select(Submission)).all()) == 1


def test_every_tolerance_is_a_setting_with_the_same_default(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    get_settings.cache_clear()
    settings = get_settings()
    assert settings.tolerances(Tolerances) == Tolerances()
    assert settings.tolerances(Thresholds) == Thresholds()
    monkeypatch.setenv("DESTINATIONS_TOLERANCE_ENROLLED_TO_AGE", "30")
    get_settings.cache_clear()
    assert get_settings().tolerances(Tolerances).enrolled_to_age == 30
    get_settings.cache_clear()


def test_every_setting_stands_in_the_example() -> None:
    example = (Path(__file__).parents[1] / ".env.example").read_text(encoding="utf-8")
    named = {f"DESTINATIONS_{name.upper()}" for name in type(get_settings()).model_fields}
    assert {name for name in named if name not in example} == set()


def test_what_a_round_would_change_is_said_before_it_is_sent(storage: Path) -> None:
    sheet = storage.parent / "next round.xlsx"

    def says(text: str, *words: str) -> str:
        sheet.write_bytes(a_workbook(text))
        done = run("check", str(sheet), "--cohort", "2024/25", "--sent-on", "2025-11-25", *words)
        return done.output.splitlines()[-1]

    again = ROUND.replace("| Acme Ltd", "|").replace("Okafor", "Okafor-Price")
    assert "Since" not in says(again, "--school", URN)  # nothing was sent before
    send(URN, ROUND, "leavers.xlsx")
    take_in(TODAY)
    before = exported("destinations")
    new = again + "                  | Cole | Kit | 21/06/2009    | Sixth form        | Oakfield\n"
    assert says(new, "--school", URN).startswith("Since “leavers.xlsx”, sent on ")
    assert "1 new, " in says(new, "--school", URN)
    assert ", 1 would become blank and stay as they are." in says(new, "--school", URN)
    assert says(ROUND, "--school", URN).startswith("Nothing would change since “leavers.xlsx”")
    assert "Since" not in says(new)  # nobody said whose it is
    assert exported("destinations") == before
    assert run("where", "2", "--json").stdout == ""
