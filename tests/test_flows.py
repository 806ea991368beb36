"""One morning, end to end, with a real Prefect server: runs, artifacts, and privacy."""

import logging
import os
import sqlite3
import subprocess
import sys
import time
import urllib.request
from datetime import date
from pathlib import Path

import pytest
from sqlmodel import Session, select

from models.submissions import Submission
from tests.builders.hub import a_hub_at_home
from tests.builders.sheets import a_workbook
from tests.clean_shell import until
from tests.servers import free_port

pytestmark = pytest.mark.slow

URN = "900100"
SURNAME = "Quillfeather-Obafemi"
UPN = "L900100018001"
TODAY = date(2025, 11, 24)

LEAVERS = f"""
    UPN           | Surname   | Forename | Date of Birth | Destination       | Where
    {UPN}         | {SURNAME} | Ottoline | 12/03/2009    | Further Education | Downs College
                  | Marsh     | Peter    | 14/05/2009    | Apprenticeship    | Acme Ltd
"""


@pytest.fixture(scope="session")
def prefect_server(tmp_path_factory):
    """A real Prefect server of the tests' own: its address and its database file."""
    home = tmp_path_factory.mktemp("prefect")
    port = free_port()
    env = {
        **os.environ,
        "PREFECT_HOME": str(home),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1"]
        + ["--port", str(port)],
        env=env,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}/api"
    try:
        until(lambda: _is_healthy(address))
        yield address, home / "prefect.db"
    finally:
        process.terminate()
        process.wait(30)


@pytest.fixture
def hub(tmp_path, monkeypatch, prefect_server):
    """A hub of one school on a fresh database and storage, and Prefect pointed at the server."""
    from prefect.settings import PREFECT_API_URL, temporary_settings

    address = temporary_settings({PREFECT_API_URL: prefect_server[0]})
    with a_hub_at_home(tmp_path, monkeypatch, URN) as engine, address:
        yield engine, tmp_path / "storage" / "inbox" / URN


def test_a_morning_records_what_was_sent_and_a_second_changes_nothing(hub):
    from flows.intake import intake

    engine, inbox = hub
    _put(inbox, "leavers 2025.xlsx", a_workbook(LEAVERS))
    _put(inbox, "broken.xlsx", b"PK\x03\x04 not a workbook at all")

    intake(TODAY)
    with Session(engine) as session:
        first = {s.name: (s.stage, s.refused_code) for s in session.exec(select(Submission))}
    rows = _counts(engine)
    intake(TODAY)

    assert first["leavers 2025.xlsx"] == ("recorded", None)
    assert first["broken.xlsx"][1].startswith("F")
    assert _counts(engine) == rows


def test_a_data_officer_sees_counts_after_each_run(hub, prefect_server):
    from flows.follow_up import follow_up
    from flows.intake import intake
    from flows.publish import publish

    _put(hub[1], "leavers 2025.xlsx", a_workbook(LEAVERS))
    intake(TODAY)
    follow_up(TODAY)
    publish(TODAY)

    assert list(hub[1].parents[1].glob(f"hubs/test-hub/{TODAY.isoformat()}/quality.html"))
    keys = {row[0] for row in _query(prefect_server[1], "select distinct key from artifact")}
    assert keys >= {
        "submissions-by-stage",
        "findings-by-rule",
        "rules-and-schools",
        "suites-not-adopted",
        "coverage-by-school",
        "intake-progress",
        "who-has-not-sent",
    }
    time.sleep(3)  # Prefect sends its log lines a little later
    # What goes from stage to stage is all of a sheet, and Prefect sees none of it.
    for planted in (SURNAME, UPN, "Ottoline", "12/03/2009", "leavers 2025.xlsx"):
        assert not _tables_with(prefect_server[1], planted)


def test_no_detail_of_a_person_reaches_prefect_or_a_log(hub, prefect_server, monkeypatch, caplog):
    from flows.intake import intake
    from flows.pipeline import stages
    from flows.redaction import StageFailed

    _put(hub[1], f"leavers {SURNAME}.xlsx", a_workbook(LEAVERS))

    def fail(*_: object, **__: object) -> None:
        raise ValueError(f"cannot use {SURNAME} {UPN} 12/03/2009")

    # Once where a submission is at fault, and once where a whole stage falls over.
    monkeypatch.setattr("imports.prepare.map_columns_and_values", fail)
    with caplog.at_level(logging.DEBUG), pytest.raises(StageFailed):
        intake(TODAY)
    monkeypatch.setattr(stages, "unfinished", fail)
    monkeypatch.setattr(stages, "receive_files", fail)
    with caplog.at_level(logging.DEBUG), pytest.raises(Exception, match="stopped on ValueError"):
        intake(TODAY)
    time.sleep(3)  # Prefect sends its log lines a little later

    for planted in (SURNAME, UPN, "Ottoline", "12/03/2009"):
        assert planted not in caplog.text
        assert not _tables_with(prefect_server[1], planted)


def _put(inbox: Path, name: str, content: bytes) -> None:
    inbox.mkdir(parents=True, exist_ok=True)
    (inbox / name).write_bytes(content)


def _counts(engine) -> dict[str, int]:
    from models.base import SQLModel

    with engine.connect() as connection:
        return {
            name: connection.exec_driver_sql(f'select count(*) from "{name}"').scalar_one()  # noqa: S608
            for name in SQLModel.metadata.tables
        }


def _query(database: Path, sql: str) -> list[tuple]:
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=30)
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()


def _tables_with(database: Path, planted: str) -> list[str]:
    """The tables of Prefect's database that hold the planted words anywhere."""
    found = []
    for (name,) in _query(database, "select name from sqlite_master where type = 'table'"):
        for row in _query(database, f'select * from "{name}"'):  # noqa: S608
            if any(planted.lower() in str(cell).lower() for cell in row):
                found.append(name)
                break
    return found


def _is_healthy(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/health", timeout=5):
            return True
    except OSError:
        return False
