"""Waves: the calendar of a cohort becomes the dates on which we ask.

Wave 0 asks what leavers intend before they go; waves 1, 2 and 3 ask each autumn where they are on
1 November, the day of the Annual Activity Survey (sources.md: the collection year).  The
reasons, and why the dates are a hub's and not a school's: docs/decisions/0003-waves.md.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from sqlmodel import Session, col, select

from models.database import upsert
from models.leavers import Cohort, Wave
from models.vocabulary import WAVES, academic_year


@dataclass(frozen=True, slots=True)
class WaveCalendar:
    """When each wave is asked, as (month, day); a hub may set other days or follow leavers longer.

    The leaving year of a cohort starts in September A and ends in summer A+1.  Wave 0 falls in
    that summer, wave n in the autumn of A+n.
    """

    waves: int = WAVES
    intended_opens: tuple[int, int] = (1, 1)
    intended_asked: tuple[int, int] = (6, 30)
    intended_due: tuple[int, int] = (7, 31)
    opens: tuple[int, int] = (9, 1)
    asked: tuple[int, int] = (11, 1)
    due: tuple[int, int] = (11, 30)


WAVE_CALENDAR = WaveCalendar()


@dataclass(frozen=True, slots=True)
class WaveDates:
    """One wave of one leaving year.  It can be answered from `opens_on` until `closes_on`."""

    number: int
    opens_on: date
    asked_on: date  # the day whose answer is wanted
    due_on: date
    closes_on: date  # the first day on which the next wave is asked for instead


@dataclass(frozen=True, slots=True)
class OpenedWave:
    """A wave that was not open before."""

    cohort_id: int
    urn: str
    academic_year: int
    leaving_stage: str
    number: int
    due_on: date


def open_waves(
    session: Session,
    *,
    today: date,
    calendar: WaveCalendar = WAVE_CALENDAR,
    opened_at: datetime | None = None,
) -> list[OpenedWave]:
    """Open the waves that are due for every cohort and not open yet; gives those.

    Doing it twice opens nothing more.  A cohort first heard of after its wave 0 closed never gets
    one: nobody can be asked afterwards what they had meant to do.
    """
    moment = opened_at or datetime.combine(today, time(), tzinfo=UTC)
    opened = list(_unopened(session, today, calendar))
    rows = [
        {
            "cohort_id": cohort.id,
            "number": dates.number,
            "opens_on": dates.opens_on,
            "asked_on": dates.asked_on,
            "due_on": dates.due_on,
            "opened_at": moment,
        }
        for cohort, dates in opened
    ]
    upsert(session, Wave, rows, key=("cohort_id", "number"))
    return [
        OpenedWave(
            cohort.id or 0,
            cohort.urn,
            cohort.academic_year,
            cohort.leaving_stage,
            dates.number,
            dates.due_on,
        )
        for cohort, dates in opened
    ]


def _unopened(
    session: Session, today: date, calendar: WaveCalendar
) -> Iterator[tuple[Cohort, WaveDates]]:
    opened = set(session.exec(select(Wave.cohort_id, Wave.number)))
    order = (col(Cohort.urn), col(Cohort.academic_year), col(Cohort.leaving_stage))
    for cohort in session.exec(select(Cohort).order_by(*order)):
        for dates in due_waves(cohort.academic_year, today, calendar):
            missed = dates.number == 0 and today >= dates.closes_on
            if not missed and (cohort.id, dates.number) not in opened:
                yield cohort, dates


def due_waves(
    cohort_year: int, today: date, calendar: WaveCalendar = WAVE_CALENDAR
) -> tuple[WaveDates, ...]:
    """Every wave of a leaving year that has opened by today, first to last."""
    return tuple(dates for dates in all_waves(cohort_year, calendar) if dates.opens_on <= today)


def open_now(
    cohort_year: int, today: date, calendar: WaveCalendar = WAVE_CALENDAR
) -> WaveDates | None:
    """The one wave of a leaving year that can be answered today; None between and beyond."""
    for dates in all_waves(cohort_year, calendar):
        if dates.opens_on <= today < dates.closes_on:
            return dates
    return None


def wave_of(cohort_year: int, day: date, calendar: WaveCalendar = WAVE_CALENDAR) -> int | None:
    """The wave that an answer given on this day belongs to; None before the first, after the last.

    Raises nothing; a leaving year is the September in which it starts.
    """
    dates = open_now(cohort_year, day, calendar)
    return dates.number if dates else None


def latest_leaving_year(today: date) -> int:
    """The September in which the year of the newest leavers began: 2025 for 23 November 2026."""
    return academic_year(today.year, today.month) - 1


def all_waves(cohort_year: int, calendar: WaveCalendar = WAVE_CALENDAR) -> Sequence[WaveDates]:
    """Every wave of a leaving year, opened or not."""
    return [wave_dates(cohort_year, number, calendar) for number in range(calendar.waves + 1)]


def wave_dates(cohort_year: int, number: int, calendar: WaveCalendar = WAVE_CALENDAR) -> WaveDates:
    """The days of one wave.  Raises ValueError for a wave before 0."""
    if number < 0:
        message = "waves are numbered from 0"
        raise ValueError(message)
    closes_on = date(cohort_year + number + 1, *calendar.opens)
    if number == 0:
        return WaveDates(
            0,
            date(cohort_year + 1, *calendar.intended_opens),
            date(cohort_year + 1, *calendar.intended_asked),
            date(cohort_year + 1, *calendar.intended_due),
            closes_on,
        )
    year = cohort_year + number
    return WaveDates(
        number,
        date(year, *calendar.opens),
        date(year, *calendar.asked),
        date(year, *calendar.due),
        closes_on,
    )
