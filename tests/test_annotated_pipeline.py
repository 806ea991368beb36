"""A marked workbook on its way: published, put right, and taken as the next round."""

from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook
from sqlmodel import Session, select
from typer.testing import CliRunner

from destinations.cli import app
from destinations.platform.keys import MARKING, marking_key
from destinations.platform.settings import Settings, get_settings
from flows.pipeline import stages
from models.database import open_database, transaction
from models.destinations import Publication
from models.facts.calendar import now
from models.handoffs.returned_workbook import MARK_SHEET, YES
from models.responses import Confirmation
from models.submissions import Submission
from tests.builders.hub import a_hub_at_home
from tests.builders.sheets import a_workbook
from tests.test_annotated import TAB, lines_of

URN, OTHER, TODAY = "900100", "900101", date(2025, 11, 24)
LEAVERS = """
    UPN           | Surname | Forename | Date of Birth | Destination       | Where
    B801200005001 | Lee     | Ana      | 12/03/2009    | Further Education | Downs College
    Q801200005002 | Marsh   | Peter    | 14/05/2009    | went to sea       | Acme Ltd
    E801200005003 | Hill    | Jo       | 20/06/2007    | Apprenticeship    | Acme Ltd
    U801200005004 | Khan    | Omar     | 21/06/2009    | Apprenticeship    | Acme Ltd
"""


@pytest.fixture(name="hub")
def _hub(tmp_path, monkeypatch):
    """Two schools of a hub, and the settings of a fresh home."""
    with a_hub_at_home(tmp_path, monkeypatch, URN, OTHER):
        yield get_settings()


def send(settings: Settings, name: str, content: bytes, *, urn: str = URN) -> None:
    inbox = Path(settings.store) / "inbox" / urn
    inbox.mkdir(parents=True, exist_ok=True)
    (inbox / name).write_bytes(content)


def run(settings: Settings) -> int:
    """One intake; how many documents were written."""
    written = 0
    with stages.open_run(settings) as way:
        stages.receive_files(way, TODAY)
        for ids in stages.unfinished(way):
            chunk = stages.map_chunk(way, stages.read_chunk(way, ids))
            chunk = stages.validate_chunk(way, chunk, TODAY)
            chunk = stages.match_and_record_chunk(way, chunk, TODAY)
            written += stages.return_chunk(way, stages.apply_responses_chunk(way, chunk))
    return written


def returns(settings: Settings, urn: str = URN) -> dict[str, bytes]:
    folder = Path(settings.store) / "returns" / urn
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*please fix.xlsx"))}


def everything(settings: Settings, table):
    engine = open_database(settings.database)
    with Session(engine) as session:
        found = session.exec(select(table)).all()
    engine.dispose()
    return found


def run_again(settings: Settings) -> int:
    """The same intake once more, as if it had been killed before it was done."""
    engine = open_database(settings.database)
    with transaction(engine) as session:
        for one in session.exec(select(Submission)):
            one.needs_processing_since = now()
    engine.dispose()
    return run(settings)


def put_right(content: bytes, *, confirm: bool = True) -> bytes:
    book = load_workbook(BytesIO(content))
    book["Leavers"]["E3"] = "Further Education"
    for line in lines_of(book):
        if confirm and line["weight"].value == "Please check":
            line["Confirm"].value = YES
    kept = BytesIO()
    book.save(kept)
    return kept.getvalue()


def test_a_marked_workbook_goes_there_and_back(hub):
    send(hub, "leavers.xlsx", a_workbook(LEAVERS))
    run(hub)
    ((name, marked),) = returns(hub).items()
    assert name.endswith(" leavers - please fix.xlsx")
    told = {line["Rule"].value for line in lines_of(load_workbook(BytesIO(marked)))}
    assert "D01" in told
    odd = {line["Rule"].value for line in lines_of(load_workbook(BytesIO(marked)))
           if line["Cell"].value == "D4"}  # fmt: skip
    assert odd

    send(hub, "leavers put right.xlsx", put_right(marked))
    run(hub)
    first, second = everything(hub, Submission)
    assert second.follows_id == first.id
    assert (second.rows_read, second.rows_waiting) == (4, 0)
    assert {one.code for one in everything(hub, Confirmation)} >= odd
    left = [
        line["Rule"].value
        for content in [returns(hub).get(name.replace("leavers -", "leavers put right -"))]
        if content
        for line in lines_of(load_workbook(BytesIO(content)))
    ]
    assert not {"D01", "C35", *odd} & set(left)


def test_a_marked_workbook_keeps_the_name_of_the_file_in_every_round(hub):
    send(hub, "leavers.xlsx", a_workbook(LEAVERS))
    run(hub)
    ((name, marked),) = returns(hub).items()
    send(hub, name, put_right(marked, confirm=False))
    run(hub)
    day = TODAY.isoformat()
    assert list(returns(hub)) == [
        f"{day} leavers (2) - please fix.xlsx",
        f"{day} leavers - please fix.xlsx",
    ]
    send(hub, name.replace(".xlsx", " (1).xlsx"), marked)
    run(hub)
    assert len([one for one in returns(hub) if " leavers " in one]) == len(returns(hub))


def test_running_again_writes_nothing_more(hub):
    send(hub, "leavers.xlsx", a_workbook(LEAVERS))
    assert run(hub) == 2
    run_again(hub)  # what it is about was worked out by the first run, and is not asked any more
    before = returns(hub)
    published = everything(hub, Publication)
    assert run_again(hub) == 0
    assert returns(hub) == before
    assert everything(hub, Publication) == published


def killed_before_its_receipts(settings: Settings, *, applied: bool = True) -> None:
    """An intake that ends once everything is recorded or refused, and nobody has been told.

    Where not `applied`, it ends before what the senders answered is.
    """
    with stages.open_run(settings) as way:
        stages.receive_files(way, TODAY)
        for ids in stages.unfinished(way):
            chunk = stages.map_chunk(way, stages.read_chunk(way, ids))
            chunk = stages.validate_chunk(way, chunk, TODAY)
            chunk = stages.match_and_record_chunk(way, chunk, TODAY)
            if applied:
                stages.apply_responses_chunk(way, chunk)


def all_returned(settings: Settings) -> dict[str, bytes]:
    folder = Path(settings.store) / "returns" / URN
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*"))}


def words_of(content: bytes) -> list[object]:
    """Everything that a workbook says, but for the minute and the mark of its own hub."""
    pages = [page for page in load_workbook(BytesIO(content)) if page.title != MARK_SHEET]
    said = [cell for page in pages for row in page.iter_rows(values_only=True) for cell in row]
    return [cell for cell in said if not str(cell).startswith("Received ")]


def test_a_run_killed_before_the_receipts_sends_them_when_run_again(hub, tmp_path, monkeypatch):
    def sent(settings):
        send(settings, "leavers.xlsx", a_workbook(LEAVERS))
        send(settings, "broken.xlsx", b"PK\x03\x04 not a workbook at all")

    sent(hub)
    run(hub)
    whole = all_returned(hub)
    assert len(whole) == 3

    with a_hub_at_home(tmp_path / "killed", monkeypatch, URN, OTHER):
        killed = get_settings()
        sent(killed)
        killed_before_its_receipts(killed)
        assert all_returned(killed) == {}
        assert run(killed) == 3
    for name, content in all_returned(killed).items():
        assert words_of(content) == words_of(whole[name])
    published = everything(killed, Publication)
    assert run(killed) == 0
    assert everything(killed, Publication) == published
    assert [(one.rows_read, one.rows_waiting) for one in everything(killed, Submission)] == [
        (one.rows_read, one.rows_waiting) for one in everything(hub, Submission)
    ]


def test_what_another_school_sends_is_no_round_of_ours(hub):
    send(hub, "leavers.xlsx", a_workbook(LEAVERS))
    run(hub)
    (marked,) = returns(hub).values()
    send(hub, "stolen.xlsx", put_right(marked), urn=OTHER)
    run(hub)
    assert [one.follows_id for one in everything(hub, Submission)] == [None, None]
    assert everything(hub, Confirmation) == []


def test_a_file_that_cannot_be_read_or_has_no_fault_gets_no_marked_workbook(hub):
    send(hub, "broken.xlsx", b"PK\x03\x04 not a workbook at all")
    run(hub)
    assert returns(hub) == {}


def test_the_key_is_ours_alone(tmp_path):
    key = marking_key(None, tmp_path)
    assert marking_key(None, tmp_path) == key
    assert (tmp_path / MARKING).stat().st_mode & 0o777 == 0o600
    assert marking_key("a secret of the hub", tmp_path) != key
    assert len(marking_key("a secret of the hub", tmp_path)) == 32


def test_a_check_can_write_the_marked_workbook(hub, tmp_path):
    sent, out = tmp_path / "leavers.xlsx", tmp_path / "fix.xlsx"
    sent.write_bytes(a_workbook(LEAVERS))
    said = CliRunner().invoke(
        app, ["check", str(sent), "--cohort", "2024/25", "--marked", str(out)]
    )
    assert said.exit_code == 1, said.output
    assert load_workbook(out).sheetnames[0] == TAB
    assert everything(hub, Submission) == []
