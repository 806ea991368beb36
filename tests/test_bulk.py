"""Bulk: what a sheet costs in statements does not grow with its rows."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event, select
from sqlmodel import Session, col

from flows.pipeline.stages import match_and_record
from models.database import insert_returning, transaction, update_all, upsert
from models.destinations import Destination
from models.facts.calendar import now
from models.leavers import Leaver, Person
from models.places import Hub
from models.submissions import CoverNote
from tests.builders.hub import a_hub_at_home, send, take_in

SCHOOL = "900101"
MOST = 40
WORDS = ("Sixth form", "College", "Apprenticeship", "NEET", "Job")
DAYS = {"first": date(2026, 9, 20), "second": date(2026, 11, 20)}


class Sent:
    """The statements that reach the database, a row-by-row call counted once for each row."""

    def __init__(self) -> None:
        self.count = 0

    def hear(self, *told: Any) -> None:
        _, _, _, parameters, _, has_many = told
        self.count += len(parameters) if has_many and isinstance(parameters, list) else 1


@contextmanager
def statements() -> Iterator[Sent]:
    sent = Sent()
    event.listen(Engine, "before_cursor_execute", sent.hear)
    try:
        yield sent
    finally:
        event.remove(Engine, "before_cursor_execute", sent.hear)


def a_sheet(rows: int, *, corrected: bool = False) -> str:
    """Leavers, a few to be fixed; corrected: every third somewhere else, and a blank filled."""
    lines = ["UPN | Surname | Forename | Date of Birth | SEN | Destination | Provider", "-+-"]
    for number in range(rows):
        letters = "".join(chr(97 + int(digit)) for digit in str(1000 + number))
        word = WORDS[(number + (corrected and number % 3 == 0)) % len(WORDS)]
        month = number % 12 + 1
        born = f"{number % 28 + 1:02d}/{month:02d}/{2009 if month < 9 else 2008}"
        born = "" if number % 7 == 0 and not corrected else born
        sen = "K" if corrected and number % 2 else ""
        cells = ("", f"Sur{letters}", f"Fore{letters}", born, sen, word, f"Place {number % 9}")
        lines.append(" | ".join(cells))
    return "\n".join(lines)


@pytest.mark.parametrize("database", ["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def test_a_sheet_of_any_size_is_recorded_in_under_40_statements(
    database: str, request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole: dict[tuple[int, str], int] = {}
    recorded: dict[tuple[int, str], int] = {}
    for rows in (20, 400):
        if database == "postgresql":
            url = request.getfixturevalue("postgresql_url")
            monkeypatch.setenv("DESTINATIONS_DATABASE_URL", _fresh(url, request))
        with a_hub_at_home(tmp_path / str(rows), monkeypatch, SCHOOL) as engine:
            for round_, day in DAYS.items():
                send(SCHOOL, a_sheet(rows, corrected=round_ == "second"), f"{round_}.xlsx")
                with monkeypatch.context() as patched, statements() as sent:
                    costs: list[int] = []
                    patched.setattr(
                        match_and_record,
                        "record_submission",
                        _weighed(match_and_record.record_submission, sent, costs),
                    )
                    take_in(day)
                whole[rows, round_] = sent.count
                (recorded[rows, round_],) = costs
            with Session(engine) as session:
                assert len(session.scalars(select(Leaver)).all()) == rows
                assert len(session.scalars(select(Destination)).all()) > rows
                named = session.scalars(select(Leaver.sen).where(col(Leaver.sen) == "K")).all()
                assert len(named) == rows // 2
        if database == "postgresql":
            monkeypatch.delenv("DESTINATIONS_DATABASE_URL")
    assert max(recorded.values()) < MOST, recorded
    for round_ in DAYS:  # a large sheet is asked one or two things more, once
        assert whole[400, round_] <= whole[20, round_] + 5, whole


def _fresh(url: str, request: pytest.FixtureRequest) -> str:
    from tests import servers

    database = servers.postgresql_database(url)
    fresh = database.__enter__()
    request.addfinalizer(lambda: database.__exit__(None, None, None))
    return fresh


def _weighed(record: Callable[..., Any], sent: Sent, costs: list[int]) -> Callable[..., Any]:
    def weighed(*given: Any, **named: Any) -> Any:
        before = sent.count
        done = record(*given, **named)
        costs.append(sent.count - before)
        return done

    return weighed


def test_ids_come_back_in_the_order_of_the_rows_whatever_their_number(session: Session) -> None:
    names = [f"Hub {number:04d}" for number in reversed(range(2_500))]
    with statements() as sent:
        ids = insert_returning(session, Hub, [{"name": name} for name in names])
    assert sent.count <= 5
    by_id = {row.id: row.name for row in session.execute(select(Hub.id, Hub.name))}
    assert [by_id[one] for one in ids] == names
    assert insert_returning(session, Hub, []) == []


def test_ids_are_nobody_elses_where_two_write_at_once(engine: Engine) -> None:
    from concurrent.futures import ThreadPoolExecutor

    def make(_: int) -> list[int]:
        with transaction(engine) as session:
            return insert_returning(session, Person, [{"made_at": now()}] * 50)

    with ThreadPoolExecutor(4) as pool:
        made = [one for ids in pool.map(make, range(12)) for one in ids]
    assert len(set(made)) == len(made) == 600


def test_rows_that_are_brought_up_to_date_stay_what_they_are_otherwise(session: Session) -> None:
    day = date(2026, 9, 1)
    rows: list[dict[str, Any]] = [
        {"urn": SCHOOL, "name": f"{number}.xlsx", "sha256": str(number), "sent_on": day, "wave": 1}
        for number in range(30)
    ]
    ids = insert_returning(session, CoverNote, rows)
    with statements() as sent:
        update_all(session, CoverNote, [{"id": ids[at], "wave": None} for at in (3, 4)])
        update_all(session, CoverNote, [{"id": ids[5], "wave": 2, "sent_on": date(2026, 10, 1)}])
        update_all(session, CoverNote, [])
    assert sent.count == 2
    kept = session.execute(select(CoverNote.name, CoverNote.wave, CoverNote.sent_on)).all()
    expected = {f"{number}.xlsx": (1, day) for number in range(30)}
    expected |= {"3.xlsx": (None, day), "4.xlsx": (None, day), "5.xlsx": (2, date(2026, 10, 1))}
    assert {name: (wave, sent_on) for name, wave, sent_on in kept} == expected


def test_of_two_rows_with_one_key_the_later_holds(session: Session) -> None:
    row = {"urn": SCHOOL, "sha256": "a", "sent_on": date(2026, 9, 1)}
    twice = [row | {"name": "first"}, row | {"name": "second"}]
    upsert(session, CoverNote, twice, key=("urn", "sha256"), update=("name",))
    assert session.scalars(select(CoverNote.name)).all() == ["second"]
    upsert(session, CoverNote, [row | {"name": "never"}], key=("urn", "sha256"))
    assert session.scalars(select(CoverNote.name)).all() == ["second"]
