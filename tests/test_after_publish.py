"""What is decided after the week's publish is taken up by the next intake, as before it."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from openpyxl import load_workbook
from sqlmodel import Session
from typer.testing import CliRunner, Result

from destinations.cli import app
from destinations.platform.settings import get_settings
from destinations.reports.exports import export
from flows.pipeline import stages
from flows.pipeline.process_again import process_chunk
from models.database import open_database
from tests.builders.hub import a_hub_at_home, publish, send, take_in

pytestmark = pytest.mark.slow

URN = "900100"
TODAY = date(2025, 11, 24)
BY = ("--by", "A. Officer")

# The second and third file hold rows that may be about the two Omars, or about a brother of theirs.
FIRST = """
    UPN           | Surname | Forename | Date of Birth | Destination       | Where
    L900100018001 | Khan    | Omar     | 02/01/2009    | Further Education | Downs College
                  | Okafor  | Omar     | 12/03/2009    | Sixth form        | Oakfield
"""
UNSURE = """
    UPN | Surname | Forename | Date of Birth | Destination    | Where
        | Khan    | Ali      | 02/01/2009    | Apprenticeship | Acme Ltd
        | Okafor  | Ali      | 12/03/2009    | Apprenticeship | Smith Ltd
"""
NAMELESS = """
    UPN | Surname | Forename | Date of Birth | Destination       | Where
        | Bell    | Jo       | 20/06/2009    | Apprenticeship    | Acme Ltd
        |         | Sam      | 21/06/2009    | Further Education | Downs College
"""
UNKNOWN_HEADING = """
    Surname | Forename | Date of Birth | Which option now?
    Bell    | Jo       | 20/06/2009    | Further Education
    Marsh   | Peter    | 14/05/2009    | Apprenticeship
    Quill   | Ann      | 15/05/2009    | Sixth form
"""
LEFT_OUT = """
    UPN | Surname | Forename | Date of Birth | Destination       | Tutor group name
        | Bell    | Jo       | 20/06/2009    | Further Education | 11X
"""


ODD = """
    UPN | Surname | Forename | Date of Birth | Destination       | Where
        | Okafor  | Ada      | 12/03/2008    | Further Education | Downs College
        | Marsh   | Peter    | 14/05/2009    | Apprenticeship    | Acme Ltd
        | Bell    | Jo       | 20/06/2009    | Sixth form        | Oakfield
"""


@pytest.fixture
def storage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A hub of one school on a fresh database: the folder of its storage."""
    with a_hub_at_home(tmp_path, monkeypatch, URN):
        yield tmp_path / "storage"


def run(*words: str) -> Result:
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0, done.output
    return done


def where(number: int) -> dict[str, object]:
    return json.loads(run("where", str(number), "--json").stdout)  # type: ignore[no-any-return]


def rows_recorded(number: int) -> list[int]:
    """The rows of a submission that gave a destination."""
    with Session(open_database(get_settings().database)) as session:
        columns, lines = export(session, "destinations")
        told = [dict(zip(columns, line, strict=True)) for line in lines]
    return sorted(int(str(line["row"])) for line in told if line["file"] == f"sheet {number}.xlsx")


def receipt(storage: Path, name: str) -> str:
    (file,) = (storage / "returns" / URN).glob(f"*{name}*receipt.xlsx")
    page = load_workbook(file)["Receipt"]
    return " ".join(str(cell) for row in page.iter_rows(values_only=True) for cell in row if cell)


def sent_and_published(*sheets: str) -> None:
    """Sheets taken in a morning after the other, and then the week's publish."""
    for number, sheet in enumerate(sheets, start=1):
        send(URN, sheet, f"sheet {number}.xlsx")
        take_in(TODAY)
    publish(TODAY)


def settle(submission: int, row: int, *who: str) -> None:
    run("settle", str(submission), str(row), *who, *BY, "--reason", "rang the school")


def a_run_killed_after(number: int) -> None:
    """Take what needs processing so many stages down the road, then drop everything."""
    with stages.open_run(get_settings()) as way:
        stages.receive_files(way, TODAY)
        (ids,) = stages.unfinished(way)
        for stage in (
            stages.read_chunk,
            stages.map_chunk,
            stages.validate_chunk,
            stages.match_and_record_chunk,
            stages.apply_responses_chunk,
        )[:number]:
            ids = stage(way, ids)


def test_a_row_settled_after_publish_is_recorded_and_the_receipt_says_so(storage: Path) -> None:
    sent_and_published(FIRST, UNSURE)
    assert (where(2)["stage"], where(2)["unsure"], rows_recorded(2)) == ("published", 2, [])
    before = receipt(storage, "sheet 2")
    settle(2, 2, "--new")
    assert where(2)["stage"] == "published"  # progress never goes backward by being asked
    assert "next intake" in str(where(2)["why"])
    take_in(TODAY)
    assert (where(2)["unsure"], where(2)["why"], rows_recorded(2)) == (1, "", [2])
    assert receipt(storage, "sheet 2") != before
    # What it says now is in no summary yet; the next publish puts it there.
    assert where(2)["stage"] == "recorded"
    publish(TODAY)
    assert where(2)["stage"] == "published"


def test_two_rows_settled_one_after_the_other_are_both_recorded(storage: Path) -> None:
    sent_and_published(FIRST, UNSURE)
    settle(2, 2, "--new")
    settle(2, 3, "--person", "2")
    take_in(TODAY)
    assert (where(2)["unsure"], rows_recorded(2)) == (0, [2, 3])
    publish(TODAY)
    publish(TODAY)
    assert where(2)["stage"] == "published"


def test_a_settled_row_and_a_publish_in_between_are_not_lost(storage: Path) -> None:
    sent_and_published(FIRST, UNSURE)
    settle(2, 2, "--new")
    publish(TODAY)
    publish(TODAY)
    take_in(TODAY)
    settle(2, 3, "--new")
    publish(TODAY)
    take_in(TODAY)
    assert rows_recorded(2) == [2, 3]


@pytest.mark.parametrize("far", [1, 2, 3, 4, 5])
def test_a_run_killed_with_a_settled_row_in_hand_is_taken_up_again(storage: Path, far: int) -> None:
    sent_and_published(FIRST, UNSURE)
    before = receipt(storage, "sheet 2")
    settle(2, 2, "--new")
    a_run_killed_after(far)
    take_in(TODAY)
    assert rows_recorded(2) == [2]
    assert receipt(storage, "sheet 2") != before
    with stages.open_run(get_settings()) as way:
        assert stages.unfinished(way) == []


@pytest.mark.parametrize("far", [1, 2, 3, 4, 5])
def test_a_row_settled_while_a_run_has_the_sheet_in_hand_is_not_lost(
    storage: Path, far: int
) -> None:
    sent_and_published(FIRST, UNSURE)
    settle(2, 2, "--new")
    with stages.open_run(get_settings()) as way:
        (chunk,) = stages.unfinished(way)
        for number, stage in enumerate(
            (
                stages.read_chunk,
                stages.map_chunk,
                stages.validate_chunk,
                stages.match_and_record_chunk,
                stages.apply_responses_chunk,
            ),
            start=1,
        ):
            chunk = stage(way, chunk)
            if number == far:
                settle(2, 3, "--new")
        stages.return_chunk(way, chunk)
    take_in(TODAY)
    assert rows_recorded(2) == [2, 3]


def test_a_rule_waived_after_publish_lets_its_rows_in(storage: Path) -> None:
    sent_and_published(NAMELESS)
    assert (where(1)["waiting"], rows_recorded(1)) == (1, [2])
    lines = run_findings(1)
    (code,) = {line["code"] for line in lines if line["severity"] == "must_fix"}
    run("waive", code, "--school", URN, *BY, "--reason", "no surname", "--until", "2099-08-31")
    publish(TODAY)
    assert where(1)["stage"] == "published"
    a_run_killed_after(1)
    publish(TODAY)
    take_in(TODAY)
    assert (where(1)["waiting"], rows_recorded(1)) == (0, [2, 3])
    assert f"set rule {code} aside" in receipt(storage, "sheet 1")


def test_a_rule_waived_while_a_new_sheet_is_in_hand_holds_for_it(storage: Path) -> None:
    send(URN, NAMELESS, "sheet 1.xlsx")
    take_in(TODAY)
    (code,) = {line["code"] for line in run_findings(1) if line["severity"] == "must_fix"}
    send(URN, NAMELESS.replace("Sam", "Max"), "sheet 2.xlsx")
    with stages.open_run(get_settings()) as way:
        stages.receive_files(way, TODAY)
        (chunk,) = stages.unfinished(way)
        chunk = stages.map_chunk(way, stages.read_chunk(way, chunk))
        chunk = stages.validate_chunk(way, chunk, TODAY)
        run("waive", code, "--school", URN, *BY, "--reason", "no surname", "--until", "2099-08-31")
        chunk = stages.match_and_record_chunk(way, chunk, TODAY)
        stages.return_chunk(way, stages.apply_responses_chunk(way, chunk))
    take_in(TODAY)
    assert where(2)["waiting"] == 0


def test_a_heading_accepted_after_publish_takes_in_a_refused_file(storage: Path) -> None:
    sent_and_published(FIRST, UNKNOWN_HEADING)
    assert where(2)["stage"] == "refused"
    run("map", "accept", "2", *BY)
    publish(TODAY)
    a_run_killed_after(1)
    publish(TODAY)
    take_in(TODAY)
    assert (where(2)["stage"], rows_recorded(2)) == ("recorded", [2, 3, 4])
    assert "3 leaver" in receipt(storage, "sheet 2")


def test_a_heading_set_after_publish_has_a_recorded_file_read_again(storage: Path) -> None:
    sent_and_published(LEFT_OUT)
    assert any(line["heading"] == "Tutor group name" for line in run_findings(1))
    run("map", "set", "1", "Tutor group name", "leave out", *BY)
    assert where(1)["stage"] == "published"
    a_run_killed_after(1)
    publish(TODAY)
    take_in(TODAY)
    assert not any(line["heading"] == "Tutor group name" for line in run_findings(1))
    assert rows_recorded(1) == [2]


def test_a_heading_accepted_while_a_run_is_on_its_way_is_not_lost(storage: Path) -> None:
    sent_and_published(FIRST, UNKNOWN_HEADING)
    with stages.open_run(get_settings()) as way:  # has read what people accepted up to now
        run("map", "accept", "2", *BY)
        for chunk in stages.unfinished(way):
            process_chunk(way, chunk, TODAY)
    take_in(TODAY)
    assert rows_recorded(2) == [2, 3, 4]


def test_an_oddity_confirmed_after_publish_is_not_asked_in_the_next_round(storage: Path) -> None:
    sent_and_published(ODD)
    (code,) = {line["code"] for line in run_findings(1) if line["row"] == 2}
    run("confirm", "1", "2", code, *BY)
    send(URN, ODD.replace("Downs", "Weald"), "sheet 2.xlsx")
    take_in(TODAY)
    assert [line["row"] for line in run_findings(2) if line["code"] == code] == []
    assert where(1)["stage"] == "published"


def run_findings(number: int) -> list[dict[str, str]]:
    lines = CliRunner().invoke(app, ["findings", str(number), "--json"]).stdout.splitlines()
    return [json.loads(line) for line in lines]


def test_what_is_recorded_while_a_publish_runs_waits_for_the_next(storage: Path) -> None:
    send(URN, FIRST, "sheet 1.xlsx")
    take_in(TODAY)
    with stages.open_run(get_settings()) as run_, stages.one_moment(run_) as way:
        summarised = stages.summarise_all(way, TODAY)
        send(URN, ODD, "sheet 2.xlsx")
        take_in(TODAY)
        stages.publish_all(way, summarised, TODAY)
    assert [where(number)["stage"] for number in (1, 2)] == ["published", "recorded"]
    assert "sheet 2.xlsx" not in evidence_pack(storage)
    publish(TODAY)
    assert [where(number)["stage"] for number in (1, 2)] == ["published", "published"]
    assert "sheet 2.xlsx" in evidence_pack(storage)


def test_what_is_recorded_anew_while_a_publish_runs_waits_for_the_next(storage: Path) -> None:
    sent_and_published(FIRST, UNSURE)
    settle(2, 2, "--new")
    take_in(TODAY)
    settle(2, 3, "--new")
    with stages.open_run(get_settings()) as run_, stages.one_moment(run_) as way:
        summarised = stages.summarise_all(way, TODAY)
        take_in(TODAY)
        stages.publish_all(way, summarised, TODAY)
    assert where(2)["stage"] == "recorded"


def evidence_pack(storage: Path) -> str:
    (file,) = (storage / "returns" / URN).glob("evidence *.xlsx")
    pages = load_workbook(file).worksheets
    rows = (row for page in pages for row in page.iter_rows(values_only=True))
    return " ".join(str(cell) for row in rows for cell in row if cell)


def test_a_file_refused_as_it_arrives_is_answered_and_leaves_the_queue(storage: Path) -> None:
    inbox = storage / "inbox" / URN
    inbox.mkdir(parents=True)
    (inbox / "empty.xlsx").write_bytes(b"")
    take_in(TODAY)
    assert where(1)["stage"] == "refused"
    assert receipt(storage, "empty")
    with stages.open_run(get_settings()) as way:
        assert stages.unfinished(way) == []
