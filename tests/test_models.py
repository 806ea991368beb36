"""The database: both kinds do what the rest of the system takes for granted."""

import threading
import traceback
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, func, inspect, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlmodel import Session, SQLModel, col

from models.database import (
    insert_all,
    insert_returning,
    migrate,
    open_database,
    transaction,
    update_all,
    upsert,
)
from models.destinations import Destination
from models.facts.calendar import now
from models.leavers import Cohort, Leaver, Person, Wave
from models.places import Hub, Institution
from models.submissions import CoverNote, FindingRecord, Submission
from tests import servers

PLANTED = ("Sasha Planted", "Z123456789012", "1 January 2009", "2009-01-01")


def a_submission(**changes: Any) -> dict[str, Any]:
    sent = {"urn": "900100", "name": "a.csv", "sha256": "0" * 64, "size": 1, "stored_as": "x"}
    return sent | {"sent_on": date(2025, 11, 3)} | changes


def a_leaver(session: Session, **changes: Any) -> dict[str, Any]:
    """A leaver's row, with everything it must point to in place."""
    upsert(session, Institution, [{"urn": "900100", "name": "Oakfield"}], key=("urn",))
    cohort = {"urn": "900100", "leaving_stage": "Y11", "academic_year": 2024}
    upsert(session, Cohort, [cohort], key=tuple(cohort))
    cohort_id = session.execute(select(col(Cohort.id))).scalar_one()
    sent = a_submission(sha256=format(session.execute(COUNT).scalar_one(), "064"))
    [submission_id] = insert_returning(session, Submission, [sent])
    [person_id] = insert_returning(session, Person, [{"made_at": now()}])
    made = {"person_id": person_id, "cohort_id": cohort_id, "submission_id": submission_id}
    return made | {"row": 2, "cells": {}} | changes


COUNT = select(func.count()).select_from(Submission)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """A database with nothing in it, not even tables."""
    if request.param == "sqlite":
        engine = open_database(f"sqlite:///{tmp_path / 'new folder' / 'empty.db'}")
        yield engine
        engine.dispose()
        return
    with servers.postgresql_database(request.getfixturevalue("postgresql_url")) as url:
        engine = open_database(url)
        yield engine
        engine.dispose()


def test_migrations_go_up_and_down_and_up_again_and_make_what_the_models_say(empty):
    migrate(empty)
    assert set(SQLModel.metadata.tables) <= set(inspect(empty).get_table_names())
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parents[1] / "models/migrations"))
    with empty.connect() as connection:
        config.attributes["connection"] = connection
        command.check(config)  # raises when a model has something that no migration makes
    migrate(empty, "base")
    assert set(inspect(empty).get_table_names()) <= {"alembic_version"}
    migrate(empty)
    migrate(empty)
    with transaction(empty) as session:
        insert_all(session, Hub, [{"name": "Downs Hub"}])


def test_every_check_of_a_model_is_in_the_database(engine):
    # Alembic does not look at these, so a closed list that grew would be missed.
    asked = inspect(engine)
    for name, table in SQLModel.metadata.tables.items():
        meant = {str(each.name) for each in table.constraints if "Check" in type(each).__name__}
        there = {each["name"] for each in asked.get_check_constraints(name)}
        assert meant <= there, name


UNKNOWN_WORDS = [
    (Submission, a_submission(stage="almost")),
    (Submission, a_submission(kind="pupils")),
    (Submission, a_submission(leaving_stage="Y10")),
    (Cohort, {"urn": "900100", "leaving_stage": "Y10", "academic_year": 2024}),
    (Wave, {"cohort_id": 1, "number": -1} | dict.fromkeys(("opens_on", "asked_on", "due_on"))),
    (FindingRecord, {"submission_id": 1, "code": "P01", "severity": "fatal"}),
]


@pytest.mark.parametrize(("model", "row"), UNKNOWN_WORDS)
def test_a_word_outside_a_closed_list_is_refused(session, model, row):
    whole = {name: value or date(2025, 1, 1) for name, value in row.items()}
    a_leaver(session)
    session.commit()
    with pytest.raises(IntegrityError, match=r"(?i)check|_known"):
        insert_all(session, model, [whole])


def test_a_wave_before_the_first_is_refused_for_a_destination(session):
    [leaver_id] = insert_returning(session, Leaver, [a_leaver(session)])
    told = {"leaver_id": leaver_id, "wave": -1, "activity_code": "210", "as_at": date(2025, 1, 1)}
    with pytest.raises(IntegrityError, match=r"(?i)check|_known"):
        insert_all(
            session,
            Destination,
            [told | {"source": "school", "evidence": "x", "submission_id": 1, "row": 2}],
        )


def test_what_points_to_nothing_is_refused(session):
    row = {"urn": "999999", "leaving_stage": "Y11", "academic_year": 2024}
    with pytest.raises(IntegrityError):
        insert_all(session, Cohort, [row])


@pytest.mark.parametrize("changes", [{}, {"person_id": 999_999}, {"sex": None, "row": None}])
def test_a_failing_load_tells_nobody_s_name(session, changes):
    name, upn, _, born = PLANTED
    row = a_leaver(session, surname=name, upn=upn, born_on=date.fromisoformat(born))
    with pytest.raises(IntegrityError) as raised:  # the same person twice, or nobody, or no row
        insert_all(session, Leaver, [row, row | changes] if not changes else [row | changes])
    told = "".join(traceback.format_exception(raised.value)) + repr(raised.value)
    for planted in PLANTED:
        assert planted not in told
    assert "leaver" in told.lower()  # while it still says where


def test_a_value_of_the_wrong_kind_tells_nobody_s_name(engine):
    asked = "cast(:it as integer)" if engine.dialect.name == "postgresql" else "json(:it)"
    with engine.connect() as connection, pytest.raises(DBAPIError) as raised:
        connection.execute(text(f"select {asked}"), {"it": PLANTED[0]})
    told = "".join(traceback.format_exception(raised.value)) + repr(raised.value)
    assert PLANTED[0] not in told


def test_ids_come_back_in_the_order_of_the_rows(session):
    rows = [{"name": f"Hub {number:05}"} for number in range(2_500)]
    ids = insert_returning(session, Hub, rows)
    there = {hub.id: hub.name for hub in session.execute(select(Hub)).scalars()}
    assert [there[one] for one in ids] == [row["name"] for row in rows]


@pytest.mark.parametrize("name", ["Zoë", "a\0b", '\\"[1]', '{"a": 1}', "😀", "007", "\u2028"])
def test_a_text_is_stored_as_it_is_but_for_a_nul(session, name):
    [first, second] = insert_returning(session, Hub, [{"name": name}, {"name": f"{name} 2"}])
    insert_all(session, Hub, [{"name": f"{name} 3"}])
    names = session.execute(select(col(Hub.name)).order_by(col(Hub.id))).scalars().all()
    assert names == [f"{name}{suffix}".replace("\0", "") for suffix in ("", " 2", " 3")]
    update_all(session, Hub, [{"id": second, "name": f"{name} 4"}])
    renamed = session.execute(select(col(Hub.name)).where(col(Hub.id) == second)).scalar_one()
    assert renamed == f"{name} 4".replace("\0", "")
    assert first < second


def test_putting_in_twice_is_putting_in_once(session):
    row = {"urn": "900100", "sha256": "0" * 64, "name": "a.csv", "sent_on": date(2025, 11, 3)}
    key = ("urn", "sha256")
    for name in ("a.csv", "b.csv", "b.csv"):
        upsert(session, CoverNote, [row | {"name": name}], key=key, update=("name",))
    upsert(session, CoverNote, [row | {"name": "never"}], key=key)
    upsert(session, CoverNote, [], key=key)
    assert session.execute(select(col(CoverNote.name))).scalars().all() == ["b.csv"]


def test_a_moment_keeps_its_microseconds_and_its_time_zone(session):
    moment = datetime(2025, 7, 1, 12, 0, 0, 123_456, tzinfo=UTC)
    insert_all(session, Submission, [a_submission(received_at=moment)])
    assert session.execute(select(col(Submission.received_at))).scalar_one() == moment


def test_all_of_a_transaction_happens_or_none(engine):
    def half() -> None:
        with transaction(engine) as session:
            insert_all(session, Hub, [{"name": "Downs Hub"}])
            raise RuntimeError

    with pytest.raises(RuntimeError):
        half()
    with transaction(engine) as session:
        assert session.execute(select(Hub)).first() is None


def test_two_writers_at_once_lose_nothing(tmp_path, migrated_sqlite):
    file = tmp_path / "shared.db"
    file.write_bytes(migrated_sqlite.read_bytes())
    engine = open_database(f"sqlite:///{file}")
    with transaction(engine) as session:
        insert_all(session, Submission, [a_submission()])

    def count_up() -> None:
        for _ in range(50):
            with transaction(engine) as session:
                sent = session.execute(select(Submission)).scalar_one()
                sent.rows_read += 1

    threads = [threading.Thread(target=count_up) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with transaction(engine) as session:
        assert session.execute(select(col(Submission.rows_read))).scalar_one() == 200
    engine.dispose()
