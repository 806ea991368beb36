"""What every test may ask for: servers of the whole run, and a fresh database for each test."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import Engine
from sqlmodel import Session

from models.database import migrate, open_database
from tests import servers

# How long a draw takes says something of the machine, never of the code.
settings.register_profile(
    "any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("any machine")


@pytest.fixture(scope="session")
def s3_server() -> Iterator[servers.S3Server]:
    """A real S3 server over http, for the whole run."""
    with servers.s3_server() as server:
        yield server


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """The address of a real PostgreSQL server's own database, for the whole run."""
    with servers.postgresql_server() as url:
        yield url


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with every table and no row, to be copied."""
    made = tmp_path_factory.mktemp("migrated") / "empty.db"
    engine = open_database(f"sqlite:///{made}")
    migrate(engine)
    with engine.connect() as connection:
        connection.exec_driver_sql("commit")
        connection.exec_driver_sql("pragma wal_checkpoint(truncate)")
    engine.dispose()
    return made


@pytest.fixture(scope="session")
def migrated_postgresql(postgresql_url: str) -> Iterator[str]:
    """The name of a PostgreSQL database with every table and no row, to be copied."""
    with servers.postgresql_database(postgresql_url) as url:
        engine = open_database(url)
        migrate(engine)
        engine.dispose()
        name = open_database(url).url.database
        assert name
        yield name


@pytest.fixture
def postgresql_database(postgresql_url: str, migrated_postgresql: str) -> Iterator[str]:
    """The address of a fresh PostgreSQL database with every table and no row."""
    with servers.postgresql_database(postgresql_url, template=migrated_postgresql) as url:
        yield url


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """A fresh database with every table and no row, on SQLite and then on PostgreSQL."""
    if request.param == "sqlite":
        made = tmp_path / "destinations.db"
        shutil.copy(request.getfixturevalue("migrated_sqlite"), made)
        url = f"sqlite:///{made}"
    else:
        url = request.getfixturevalue("postgresql_database")
    opened = open_database(url)
    yield opened
    opened.dispose()


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """A session on that database; what is not committed is gone after the test."""
    with Session(engine, expire_on_commit=False) as opened:
        yield opened
