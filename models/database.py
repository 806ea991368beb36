"""The database: one SQLite file by default, PostgreSQL by one setting; the same code for both."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, ExceptionContext, Table, create_engine, event, make_url
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

# Every table must be known before the metadata is used.
from models import answers, base, destinations, leavers, places, submissions  # noqa: F401
from models.base import SQLModel

# Rows in one statement.  SQLite allows 32,766 bound values; this stays far below.
CHUNK = 1_000
_ONLY_READS = "only_reads"


def open_database(url: str) -> Engine:
    """The engine for a database address.  Bound values never appear in its errors or logs."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
        engine = create_engine(parsed, hide_parameters=True, pool_pre_ping=True)
        event.listen(engine, "handle_error", _say_where_only)
        return engine
    if parsed.database and parsed.database != ":memory:":
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(parsed, hide_parameters=True, connect_args={"check_same_thread": False})
    event.listen(engine, "connect", _settle_sqlite)
    event.listen(engine, "begin", _begin_immediate)
    return engine


def _say_where_only(context: ExceptionContext) -> None:
    """PostgreSQL's own words quote the row that failed, so they are replaced by its place."""
    fault, told = context.original_exception, context.sqlalchemy_exception
    place = getattr(fault, "diag", None)
    if place is None or place.sqlstate is None or told is None:
        return  # said by the way to the server, which saw no row
    # Classes 22 and 23 are about values: even their first line may quote one.
    about_values = place.sqlstate[:2] in ("22", "23")
    named = (place.table_name, place.column_name, place.constraint_name)
    words = " ".join(filter(None, named)) if about_values else place.message_primary
    words = f"{place.sqlstate} {words or ''}".rstrip()
    fault.args = (words,)
    told.args = (f"({type(fault).__name__}) {words}",)


def _settle_sqlite(connection: Any, _: object) -> None:
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "foreign_keys=ON",
        "busy_timeout=30000",
        "synchronous=NORMAL",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_immediate(connection: Connection) -> None:
    # The default transaction loses updates between two writers without an error.
    only_reads = connection.get_execution_options().get(_ONLY_READS)
    connection.exec_driver_sql("BEGIN" if only_reads else "BEGIN IMMEDIATE")


def migrate(engine: Engine, to: str = "head") -> None:
    """The database at the given revision, made or moved there."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        (command.downgrade if to == "base" else command.upgrade)(config, to)
        connection.commit()


@contextmanager
def transaction(engine: Engine) -> Iterator[Session]:
    """One transaction: all of it happens, or none of it."""
    with Session(engine, expire_on_commit=False) as session, session.begin():
        yield session


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """A session that only reads, and so waits for nobody who writes, even in this very process."""
    with Session(engine.execution_options(**{_ONLY_READS: True})) as session:
        yield session


@contextmanager
def reading_at_one_moment(engine: Engine) -> Iterator[Session]:
    """As `reading`, and whatever is read stays as it was at the first of it."""
    options: dict[str, Any] = {_ONLY_READS: True}  # SQLite: a transaction is a snapshot
    if engine.dialect.name == "postgresql":
        options["isolation_level"] = "REPEATABLE READ"
    with Session(engine.execution_options(**options)) as session:
        yield session


def insert_all(session: Session, model: type[SQLModel], rows: Sequence[Mapping[str, Any]]) -> None:
    """All rows, many to a statement; ORM objects a row at a time cost ten times as much."""
    if rows:
        session.connection().execute(_table(model).insert(), [dict(row) for row in rows])


def insert_returning(
    session: Session, model: type[SQLModel], rows: Sequence[Mapping[str, Any]]
) -> list[int]:
    """The ids of the rows put in, in the order given."""
    table = _table(model)
    ids: list[int] = []
    for chunk in _chunks(rows, CHUNK):
        result = session.connection().execute(
            table.insert().returning(table.c.id, sort_by_parameter_order=True), list(chunk)
        )
        ids.extend(row[0] for row in result)
    return ids


def upsert(
    session: Session,
    model: type[SQLModel],
    rows: Sequence[Mapping[str, Any]],
    *,
    key: Sequence[str],
    update: Sequence[str] = (),
) -> None:
    """Rows put in, or brought up to date where `key` is there already; nothing when `update` is ().

    All rows must have the same columns.
    """
    if not rows:
        return
    table = _table(model)
    dialect = session.get_bind().dialect.name
    statement: Any = (postgresql if dialect == "postgresql" else sqlite).insert(table)
    statement = (
        statement.on_conflict_do_update(
            index_elements=list(key), set_={name: statement.excluded[name] for name in update}
        )
        if update
        else statement.on_conflict_do_nothing(index_elements=list(key))
    )
    session.connection().execute(statement, [dict(row) for row in rows])


def _table(model: type[SQLModel]) -> Table:
    table: Table = model.__table__  # type: ignore[attr-defined]
    return table


def _chunks(rows: Sequence[Mapping[str, Any]], size: int) -> Iterable[list[dict[str, Any]]]:
    return ([dict(row) for row in rows[at : at + size]] for at in range(0, len(rows), size))
