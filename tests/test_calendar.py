"""Calendar: the day is London's, whatever zone the machine's clock is set to."""

import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session, select

from imports import cover_notes
from models.facts import calendar
from models.facts.calendar import in_london, in_words, today_in_london
from models.submissions import CoverNote
from tests.builders.hub import a_hub_at_home
from tests.test_cli import Run, written
from tests.test_cli import run as run  # a fixture

# A moment, and the day it is in London.
MOMENTS = """
    2026-07-09T22:59:59 | 2026-07-09
    2026-07-09T23:00:00 | 2026-07-10
    2026-12-09T23:59:59 | 2026-12-09
    2026-12-10T00:00:00 | 2026-12-10
    2026-03-29T00:59:59 | 2026-03-29
    2026-10-24T23:30:00 | 2026-10-25
"""


@pytest.fixture(params=["Pacific/Auckland", "America/Los_Angeles", "UTC", "Europe/London"])
def zone(request: pytest.FixtureRequest) -> Iterator[str]:
    """The machine's clock, set to that zone."""
    with pytest.MonkeyPatch.context() as set_to:
        set_to.setenv("TZ", request.param)
        time.tzset()
        yield request.param
    time.tzset()


@pytest.mark.parametrize("drawn", MOMENTS.strip().splitlines())
def test_today_is_londons(zone: str, monkeypatch: pytest.MonkeyPatch, drawn: str) -> None:
    moment, day = (cell.strip() for cell in drawn.split("|"))
    at = datetime.fromisoformat(moment).replace(tzinfo=UTC)
    monkeypatch.setattr(calendar, "now", lambda: at)
    assert today_in_london() == date.fromisoformat(day)


def test_what_is_sent_after_midnight_in_summer_was_sent_that_day(
    zone: str, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half past eleven in UTC, half past midnight in London: `submit` notes London's day."""
    at = datetime(2026, 7, 9, 23, 30, tzinfo=UTC)
    monkeypatch.setattr(cover_notes, "now", lambda: at)
    with a_hub_at_home(tmp_path / "home", monkeypatch, "900100") as engine:
        sheet = written(tmp_path, "leavers.xlsx", "Surname | Forename\nAsh | Ada")
        assert run("submit", sheet, "--school", "900100").code == 0
        with Session(engine) as session:
            assert session.scalars(select(CoverNote.sent_on)).all() == [date(2026, 7, 10)]


def test_a_moment_without_a_zone_is_in_utc() -> None:
    bare = datetime(2026, 7, 9, 23, 30)  # as SQLite gives it back
    assert in_london(bare) == in_london(bare.replace(tzinfo=UTC))
    assert f"{in_london(bare):%d %H:%M}" == "10 00:30"


@given(st.dates(date(1000, 1, 1)))
def test_a_day_in_words_is_as_people_write_it(day: date) -> None:
    assert in_words(day) == f"{day.day} {day:%B %Y}"
