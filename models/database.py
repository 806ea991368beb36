"""The database: one SQLite file by default, PostgreSQL by one setting; the same code for both."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import (
    Connection,
    Engine,
    ExceptionContext,
    Select,
    Table,
    Text,
    bindparam,
    cast,
    column,
    create_engine,
    event,
    func,
    literal_column,
    make_url,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

# Every table must be known before the metadata is used.
from models import base, destinations, leavers, places, responses, submissions  # noqa: F401
from models.base import SQLModel

# Values bound in one statement, where it has them as they are up to four times over.  SQLite allows
# 32,766 of them, PostgreSQL 65,535.
CHUNK = 8_000
_POSITION, _ROWS = "position", "rows_as_json"
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
    """All rows, in one statement; all must have the same columns."""
    if rows:
        table = _table(model)
        statement = _insert_statement(table, tuple(rows[0]), _dialect(session))
        session.connection().execute(statement, _as_one_value(session, table, rows))


def insert_returning(
    session: Session, model: type[SQLModel], rows: Sequence[Mapping[str, Any]]
) -> list[int]:
    """The ids of the rows put in, in the order given, in one statement.

    All rows must have the same columns, at least one, and none an id of its own.
    """
    if not rows:
        return []
    table = _table(model)
    statement = _insert_statement(table, tuple(rows[0]), _dialect(session), gives_ids=True)
    ids = session.connection().scalars(statement, _as_one_value(session, table, rows))
    return sorted(ids)  # they rise with the rows, but come back in any order


def reserve_ids(session: Session, model: type[SQLModel], count: int) -> list[int]:
    """As many ids, rising, for rows that `insert_all` puts in later in the same transaction.

    For rows that name one another.
    """
    table = _table(model)
    if _dialect(session) == "sqlite":  # as in `_insert_statement`, nobody can take one in between
        last = session.connection().scalar(select(func.coalesce(func.max(table.c.id), 0))) or 0
        return list(range(last + 1, last + 1 + count))
    sequence = func.pg_get_serial_sequence(table.name, "id")
    numbers = func.generate_series(1, count).table_valued("number")
    ids = session.connection().scalars(select(func.nextval(sequence)).select_from(numbers))
    return sorted(ids)


def update_all(session: Session, model: type[SQLModel], rows: Sequence[Mapping[str, Any]]) -> None:
    """Rows given new values, in one statement; `id` says which row each is.

    All rows must have the same columns.
    """
    if rows:
        table = _table(model)
        statement = _update_statement(table, tuple(rows[0]), _dialect(session))
        session.connection().execute(statement, _as_one_value(session, table, rows))


def upsert(
    session: Session,
    model: type[SQLModel],
    rows: Sequence[Mapping[str, Any]],
    *,
    key: Sequence[str],
    update: Sequence[str] = (),
) -> None:
    """Rows put in, or brought up to date where `key` is there already; nothing when `update` is ().

    All rows must have the same columns, and go in one statement.  Of two with the same key the
    later holds where there is something to bring up to date, else the earlier, as if they had been
    sent one by one.
    """
    if not rows:
        return
    table, rows = _table(model), _deduplicate_by_key(rows, key, update)
    statement = _insert_statement(table, tuple(rows[0]), _dialect(session))
    statement = (
        statement.on_conflict_do_update(
            index_elements=list(key), set_={name: statement.excluded[name] for name in update}
        )
        if update
        else statement.on_conflict_do_nothing(index_elements=list(key))
    )
    session.connection().execute(statement, _as_one_value(session, table, rows))


# The statements, each put together once for a table and its columns: that takes longer than
# sending them.


@cache
def _insert_statement(
    table: Table, names: tuple[str, ...], dialect: str, *, gives_ids: bool = False
) -> Any:
    given = _rows_as_table(table, names, dialect).subquery("given")
    columns: dict[str, Any] = {name: given.c[name] for name in names}
    is_sqlite = dialect == "sqlite"
    if gives_ids and is_sqlite:
        # Those that it would give.  Nobody can take one in between: a transaction has the one
        # lock for writing from its beginning, and one that began by only reading fails instead.
        last = select(func.coalesce(func.max(table.c.id), 0)).scalar_subquery()
        columns["id"] = last + given.c[_POSITION]
    statement: Any = (sqlite if is_sqlite else postgresql).insert(table)
    statement = statement.from_select(
        list(columns), select(*columns.values()).order_by(given.c[_POSITION])
    )
    return statement.returning(table.c.id) if gives_ids else statement


@cache
def _update_statement(table: Table, names: tuple[str, ...], dialect: str) -> Any:
    new = _rows_as_table(table, names, dialect).cte("new")
    return (
        table.update()
        .where(table.c.id == new.c.id)
        .values({name: new.c[name] for name in names if name != "id"})
    )


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


def _rows_as_table(table: Table, names: tuple[str, ...], dialect: str) -> Select[Any]:
    """Rows for a table as a query of their columns and of their position, which counts from 1.

    They are one bound value, a JSON array, however many they are: a database limits the values of
    a statement, and sqlite3 and psycopg send a call with many rows row by row.
    """
    rows: Any = bindparam(_ROWS, type_=Text)
    if dialect == "sqlite":
        given = func.json_each(rows).table_valued("key", "value", name="sent")
        return select(
            *(
                literal_column(f"json_extract(sent.value, '$[{at}]')", table.c[name].type).label(
                    name
                )
                for at, name in enumerate(names)
            ),
            (given.c.key + 1).label(_POSITION),
        )
    record = f"NULL::{postgresql.dialect().identifier_preparer.format_table(table)}"  # type: ignore[no-untyped-call]
    given = func.json_populate_recordset(
        literal_column(record), cast(rows, postgresql.JSON)
    ).table_valued(
        *(column(name, table.c[name].type) for name in names),
        with_ordinality="ordinality",
        name="sent",
    )
    return select(*(given.c[name] for name in names), given.c.ordinality.label(_POSITION))


def _as_one_value(
    session: Session, table: Table, rows: Sequence[Mapping[str, Any]]
) -> dict[str, str]:
    """The rows as `_rows_as_table` takes them apart: on SQLite each by position, else by name."""
    names = list(rows[0])
    if _dialect(session) != "sqlite":
        records = [{name: _as_json(row[name]) for name in names} for row in rows]
        return {_ROWS: json.dumps(records, ensure_ascii=False)}
    dialect = session.get_bind().dialect
    types = [table.c[name].type.dialect_impl(dialect) for name in names]
    processors = [kind.bind_processor(dialect) or _without_nul for kind in types]
    values = [
        [processor(row[name]) for name, processor in zip(names, processors, strict=True)]
        for row in rows
    ]
    return {_ROWS: json.dumps(values, ensure_ascii=False)}


def _as_json(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else _without_nul(value)


def _without_nul(value: Any) -> Any:
    """A NUL in a csv file is nothing to anybody: PostgreSQL takes none, SQLite would end there."""
    return value.replace("\0", "") if isinstance(value, str) else value


def _dialect(session: Session) -> str:
    return session.get_bind().dialect.name


def _table(model: type[SQLModel]) -> Table:
    table: Table = model.__table__  # type: ignore[attr-defined]
    return table
