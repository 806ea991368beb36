"""The road in this process: a home with a hub of schools, a sheet sent, a morning's intake."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine

from destinations.platform.settings import get_settings
from flows.pipeline import process_again, stages
from models.database import migrate, open_database, transaction
from models.places import Hub, Institution, Membership
from tests.builders import a_workbook


@contextmanager
def a_hub_at_home(home: Path, monkeypatch: pytest.MonkeyPatch, *urns: str) -> Iterator[Engine]:
    """A fresh database and storage there, with a hub of these schools; the settings are its own."""
    monkeypatch.setenv("DESTINATIONS_HOME", str(home))
    monkeypatch.setenv("COLUMNS", "250")  # so that no table of the command line is cut
    get_settings.cache_clear()
    engine = open_database(get_settings().database)
    migrate(engine)
    with transaction(engine) as session:
        hub = Hub(name="Test Hub")
        session.add_all([hub, *(Institution(urn=urn, name=f"School {urn}") for urn in urns)])
        session.flush()
        session.add_all(
            Membership(hub_id=hub.id, urn=urn, joined_on=date(2020, 9, 1)) for urn in urns
        )
    yield engine
    engine.dispose()
    get_settings.cache_clear()


def send(urn: str, drawn: str, name: str = "leavers.xlsx") -> None:
    """A drawn sheet as a workbook in a school's inbox."""
    inbox = Path(get_settings().store) / "inbox" / urn
    inbox.mkdir(parents=True, exist_ok=True)
    (inbox / name).write_bytes(a_workbook(drawn))


def take_in(today: date) -> None:
    """What a morning's intake does, stage by stage, without Prefect."""
    with stages.open_run(get_settings()) as way:
        stages.receive_files(way, today)
        for ids in [*stages.unfinished(way), *stages.lists_to_match_again(way)]:
            process_again.process_chunk(way, ids, today)
        process_again.answer_repeated_files(way)


def publish(today: date) -> None:
    """What a week's publish does, stage by stage, without Prefect."""
    with stages.open_run(get_settings()) as run, stages.one_moment(run) as way:
        stages.publish_all(way, stages.summarise_all(way, today), today)
