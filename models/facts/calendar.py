"""Calendar: which day it is where schools are, and a day as people write it.

Nobody else asks the machine what time it is or which day: its clock may be set to any zone, and a
day begins in London an hour before it does in UTC for half of the year.
"""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)


def now() -> datetime:
    """The moment it is, with its time zone (UTC)."""
    return datetime.now(UTC)


def today_in_london() -> date:
    """The day it is in London."""
    return in_london(now()).date()


def in_london(moment: datetime) -> datetime:
    """A moment as London's clocks show it; one without a zone is in UTC, as SQLite keeps it."""
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(LONDON)


def in_words(day: date) -> str:
    """A day as people write it: 4 May 2025."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"
