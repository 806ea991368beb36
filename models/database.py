"""The database: one SQLite file by default, PostgreSQL by one setting; the same code for both."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import (
    Connection,
    Engine,
    ExceptionContext,
    Table,
    cast,
    column,
    create_engine,
    event,
    func,
    literal,
    make_url,
    select,
    values,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

# Every table must be known before the metadata is used.
from models import base, destinations, leavers, places, responses, submissions  # noqa: F401
from models.base import SQLModel

# Rows in one statement.  SQLite allows 32,766 bound values; this stays far below.
CHUNK = 1_000
# How long somebody waits for another who writes to the same SQLite file.
BUSY_MILLISECONDS = 30_000
_ONLY_READS = "only_reads"


def open_database(url: str, *, is_durable: bool = False) -> Engine:
    """The engine for a database address.  Bound values never appear in its errors or logs.

    `is_durable` has SQLite wait until each transaction is on the disk, as PostgreSQL does: for
    what must outlive a power cut that something else, written after it, outlives.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
        engine = create_engine(parsed, hide_parameters=True, pool_pre_ping=True)
        event.listen(engine, "handle_error", _strip_values_from_error)
        return engine
    if parsed.database and parsed.database != ":memory:":
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(parsed, hide_parameters=True, connect_args={"check_same_thread": False})
    event.listen(engine, "connect", _configure_sqlite)
    if is_durable:
        event.listen(engine, "connect", _wait_for_disk)
    event.listen(engine, "begin", _begin_immediate)
    return engine


def _strip_values_from_error(context: ExceptionContext) -> None:
    """PostgreSQL's own words quote the row that failed, so they are replaced by its place."""
    driver_error, wrapped_error = context.original_exception, context.sqlalchemy_exception
    diagnostics = getattr(driver_error, "diag", None)
    if diagnostics is None or diagnostics.sqlstate is None or wrapped_error is None:
        return  # raised on the way to the server, which saw no row
    # Classes 22 and 23 are about values: even their first line may quote one.
    about_values = diagnostics.sqlstate[:2] in ("22", "23")
    named = (diagnostics.table_name, diagnostics.column_name, diagnostics.constraint_name)
    words = " ".join(filter(None, named)) if about_values else diagnostics.message_primary
    words = f"{diagnostics.sqlstate} {words or ''}".rstrip()
    driver_error.args = (words,)
    wrapped_error.args = (f"({type(driver_error).__name__}) {words}",)


def _configure_sqlite(connection: Any, _: object) -> None:
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "foreign_keys=ON",
        f"busy_timeout={BUSY_MILLISECONDS}",
        "synchronous=NORMAL",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _wait_for_disk(connection: Any, _: object) -> None:
    connection.execute("PRAGMA synchronous=FULL")


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
    """All rows, up to `CHUNK` to a statement; all must have the same columns."""
    if rows:
        _execute_many(session, _table(model).insert(), rows)


def insert_returning(
    session: Session, model: type[SQLModel], rows: Sequence[Mapping[str, Any]]
) -> list[int]:
    """The ids of the rows put in, in the order given, up to `CHUNK` rows to a statement.

    All rows must have the same columns, and none an id of its own.
    """
    if not rows:
        return []
    if _dialect(session) == "sqlite":
        return _insert_numbered(session, model, rows)
    table = _table(model)
    result = session.connection().execute(
        table.insert().returning(table.c.id, sort_by_parameter_order=True),
        [dict(row) for row in rows],
    )
    return [row.id for row in result]


def _insert_numbered(
    session: Session, model: type[SQLModel], rows: Sequence[Mapping[str, Any]]
) -> list[int]:
    """The same where many rows come back in any order, as SQLite says: ids given beforehand.

    They are those that SQLite would give.  Nobody can take one in between: a transaction has the
    one lock for writing from its beginning, and one that began by only reading fails instead.
    """
    last = session.connection().scalar(select(func.max(_table(model).c.id))) or 0
    ids = list(range(last + 1, last + 1 + len(rows)))
    numbered = zip(ids, rows, strict=True)
    insert_all(session, model, [{**row, "id": number} for number, row in numbered])
    return ids


def update_all(session: Session, model: type[SQLModel], rows: Sequence[Mapping[str, Any]]) -> None:
    """Rows given new values, up to `CHUNK` to a statement; `id` says which row each is.

    All rows must have the same columns.
    """
    if not rows:
        return
    table = _table(model)
    types = {name: table.c[name].type for name in rows[0]}
    # A column of nothing but NULL is text to PostgreSQL; a CAST to a date is a number to SQLite.
    typed: Any = literal if _dialect(session) == "sqlite" else cast
    for chunk in _chunks(rows, CHUNK):
        # A common table expression, for SQLite cannot name the columns of VALUES in FROM.
        new = (
            values(*(column(f"new_{name}", kind) for name, kind in types.items()), name="new")
            .data([tuple(typed(row[name], kind) for name, kind in types.items()) for row in chunk])
            .cte()
        )
        session.connection().execute(
            table.update()
            .where(table.c.id == new.c.new_id)
            .values({name: new.c[f"new_{name}"] for name in types if name != "id"})
        )


def upsert(
    session: Session,
    model: type[SQLModel],
    rows: Sequence[Mapping[str, Any]],
    *,
    key: Sequence[str],
    update: Sequence[str] = (),
) -> None:
    """Rows put in, or brought up to date where `key` is there already; nothing when `update` is ().

    All rows must have the same columns.  Of two with the same key the later holds where there is
    something to bring up to date, else the earlier, as if they had been sent one by one.
    """
    if not rows:
        return
    table = _table(model)
    statement: Any = (postgresql if _dialect(session) == "postgresql" else sqlite).insert(table)
    statement = (
        statement.on_conflict_do_update(
            index_elements=list(key), set_={name: statement.excluded[name] for name in update}
        )
        if update
        else statement.on_conflict_do_nothing(index_elements=list(key))
    )
    _execute_many(session, statement, _deduplicate_by_key(rows, key, update))


def _execute_many(session: Session, statement: Any, rows: Sequence[Mapping[str, Any]]) -> None:
    # SQLAlchemy puts many rows into one statement only where something is asked back; otherwise
    # sqlite3 and psycopg send a call with many rows row by row.
    key_column, *_ = statement.table.primary_key
    session.connection().execute(
        statement.returning(key_column), [dict(row) for row in rows]
    ).close()


def _deduplicate_by_key(
    rows: Sequence[Mapping[str, Any]], key: Sequence[str], update: Sequence[str]
) -> list[dict[str, Any]]:
    """The rows as they would end; PostgreSQL brings no row up to date twice in one statement."""
    rows_by_key: dict[tuple[Any, ...], dict[str, Any]] = {}
    for at, row in enumerate(rows):
        values_of_key = tuple(row[name] for name in key)
        if None in values_of_key:  # which is like no other
            values_of_key = (at, *values_of_key)
        earlier = rows_by_key.setdefault(values_of_key, dict(row))
        earlier |= {name: row[name] for name in update}
    return list(rows_by_key.values())


def _dialect(session: Session) -> str:
    return session.get_bind().dialect.name


def _table(model: type[SQLModel]) -> Table:
    table: Table = model.__table__  # type: ignore[attr-defined]
    return table


def _chunks(rows: Sequence[Mapping[str, Any]], size: int) -> Iterable[list[dict[str, Any]]]:
    return ([dict(row) for row in rows[at : at + size]] for at in range(0, len(rows), size))
