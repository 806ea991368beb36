"""Bulk: what a sheet costs in statements does not grow with its rows."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event, select
from sqlmodel import Session

from models.database import insert_returning, transaction, update_all, upsert
from models.facts.calendar import now
from models.leavers import Leaver, Person
from models.places import Hub
from models.submissions import CoverNote, FindingRecord, Submission
from tests.builders.hub import a_hub_at_home, send, take_in

SCHOOL, OTHER_SCHOOL = "900101", "900102"
MOST = 40
MOST_OF_A_MORNING = 100  # receiving, the other stages and the receipt included
WORDS = ("Sixth form", "College", "Apprenticeship", "University", "Job")
# The cohort of the year before, the other school's, then three files of one cohort: at the wave of
# the summer, at that of the autumn, and the autumn's once more, corrected.
SENT = {
    "year before": (SCHOOL, date(2025, 11, 20)),
    "other school": (OTHER_SCHOOL, date(2026, 9, 18)),
    "first": (SCHOOL, date(2026, 9, 20)),
    "second": (SCHOOL, date(2026, 11, 20)),
    "third": (SCHOOL, date(2026, 11, 27)),
}


_KEEPS_MATCHES = ("INSERT INTO match", 'INSERT INTO "match"')  # as PostgreSQL and SQLite say it


class Sent:
    """The statements that reach the database, a row-by-row call counted once for each row.

    `recordings` has those of each transaction that records a sheet, from its BEGIN to its COMMIT.
    """

    def __init__(self) -> None:
        self.count = 0
        self.recordings: list[list[str]] = []

    def hear(self, *event_values: Any) -> None:
        connection, _, statement, parameters, _, has_many = event_values
        times = len(parameters) if has_many and isinstance(parameters, list) else 1
        self.count += times
        connection.info.setdefault("sent", []).extend([statement] * times)

    def end(self, connection: Connection) -> None:
        statements = connection.info.pop("sent", [])
        if any(statement.startswith(_KEEPS_MATCHES) for statement in statements):
            self.recordings.append(statements)


@contextmanager
def statements() -> Iterator[Sent]:
    sent = Sent()
    listeners = {
        "before_cursor_execute": sent.hear,
        "commit": sent.end,
        "rollback": lambda connection: connection.info.pop("sent", None),
    }
    for name, listener in listeners.items():
        event.listen(Engine, name, listener)
    try:
        yield sent
    finally:
        for name, listener in listeners.items():
            event.remove(Engine, name, listener)


def a_sheet(rows: int, file: str) -> str:
    """Leavers, a few to be fixed; a corrected file has none of these, a few new, and one twice.

    Each file has another answer of every third.  Of the year before one in ten has the name and
    birth that somebody has now and another UPN; of the other school one in ten has a number of one
    of this school.
    """
    corrected = file in ("second", "third")
    lines = ["UPN | ULN | Surname | Forename | Date of Birth | SEN | Destination | Provider", "-+-"]
    for number in [*range(rows if corrected else rows * 4 // 5), *([3] if corrected else [])]:
        kept = number % 10 == 5
        of_others = {"year before": 20_000, "other school": 40_000}.get(file, 0)
        letters = "".join(
            chr(97 + int(digit))
            for digit in str(10_000 + number + (0 if number % 10 == 1 else of_others))
        )
        word = WORDS[(number + len(file) * (number % 3 == 0)) % len(WORDS)]
        month = number % 12 + 1
        born = f"{number % 28 + 1:02d}/{month:02d}/{2009 if month < 9 else 2008}"
        born = "" if number % 7 == 0 and file == "first" else born
        sen = "K" if corrected and number % 2 else ""
        upn = a_upn(number if kept and file != "year before" else number + of_others)
        uln = a_uln(number if kept and file != "year before" else number + of_others)
        name = (f"Sur{letters}", f"Fore{letters}")
        cells = (*((upn, uln) if number % 4 else ("", "")), *name, born, sen, word)
        lines.append(" | ".join((*cells, f"Place {number % 9}")))
    return "\n".join(lines)


def a_upn(number: int) -> str:
    digits = f"886{4101 + number // 900:04d}{20 + number % 5:02d}{number % 900:03d}"
    letters = "ABCDEFGHJKLMNPQRTUVWXYZ"
    return letters[sum(int(digit) * at for at, digit in enumerate(digits, 2)) % 23] + digits


def a_uln(number: int) -> str:
    digits = f"{100_000_000 + number * 10:09d}"
    rest = sum(int(digit) * weight for digit, weight in zip(digits, range(10, 1, -1), strict=True))
    return f"{digits}{10 - rest % 11}" if rest % 11 else a_uln(number + 5_000_000)


@pytest.mark.parametrize("rows", [20, 400, pytest.param(2_500, marks=pytest.mark.slow)])
@pytest.mark.parametrize("database", ["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def test_all_that_recording_a_sheet_of_any_size_costs_is_under_40_statements(
    database: str,
    rows: int,
    request: pytest.FixtureRequest,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if database == "postgresql":
        url = request.getfixturevalue("postgresql_url")
        monkeypatch.setenv("DESTINATIONS_DATABASE_URL", _fresh(url, request))
    costs: dict[str, int] = {}
    whole: dict[str, int] = {}
    with a_hub_at_home(tmp_path, monkeypatch, SCHOOL, OTHER_SCHOOL) as engine:
        for file, (urn, day) in SENT.items():
            send(urn, a_sheet(rows, file), f"{file}.xlsx")
            with statements() as sent:
                take_in(day)
            [recording] = sent.recordings
            costs[file] = len(recording)
            whole[file] = sent.count
        with Session(engine) as session:
            assert len(session.scalars(select(Leaver)).all()) > 2 * rows
            follows = session.execute(select(Submission.name, Submission.follows_id)).all()
            assert [name for name, before in follows if before] == ["second.xlsx", "third.xlsx"]
            told = set(session.scalars(select(FindingRecord.code)))
            assert told >= {"M01", "M02", "P03", "R01", "X03"}
    assert max(costs.values()) < MOST, costs
    assert max(whole.values()) < MOST_OF_A_MORNING, whole


def _fresh(url: str, request: pytest.FixtureRequest) -> str:
    from tests import servers

    database = servers.postgresql_database(url)
    fresh = database.__enter__()
    request.addfinalizer(lambda: database.__exit__(None, None, None))
    return fresh


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
