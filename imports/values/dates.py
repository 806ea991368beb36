"""Dates as typed: the order of day and month is decided by column, never by value.

Rules and figures: sources.md, spreadsheets.  A column opened in an Excel set to American dates
turns "03/04/2007" into a real date with day and month swapped and leaves "23/04/2007" as text;
range checks alone miss half of such dates, the two kinds of cell side by side give them away.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from imports.text.memoise import memoise_text
from models.handoffs.sheets import Cell, CellKind

Window = tuple[date, date]


class DayMonthOrder(StrEnum):
    """What the cells of one column say about which number is the day."""

    DAY_FIRST = "day first"
    MONTH_FIRST = "month first"
    EITHER = "cannot be told"
    BOTH = "both orders in one column"
    HALF_CONVERTED = "half converted"


@dataclass(frozen=True, slots=True)
class TypedDate:
    """A date as typed: a day where it can only be one, else two numbers and a year.

    `dotted` is "17.03.07", which nobody writes month first.
    """

    day: date | None = None
    pair: tuple[int, int, int] | None = None
    short: bool = False  # the year of `day` was two digits and waits for its century
    dotted: bool = False
    converts: bool = False  # would become a real date in Excel if its order allowed it


_WRITTEN = (CellKind.TEXT, CellKind.NUMBER)
_NOTHING = TypedDate()
_MONTHS = {
    name[:size]: number
    for number, name in enumerate(
        (
            "january", "february", "march", "april", "may", "june", "july", "august",
            "september", "october", "november", "december",
        ),
        1,
    )
    for size in (3, 4, len(name))
}  # fmt: skip
_WEEKDAY = re.compile(r"^(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*[,.]?\s+", re.IGNORECASE)
_CLOCK = re.compile(
    r"[ T]+\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?\s*(?:am|pm)?(?:Z|[+-]\d\d:?\d\d)?$", re.I
)
_NUMBERS = re.compile(r"(\d{1,2})\s*([/.\-\\ ])\s*(\d{1,2})\s*[/.\-\\ ]\s*(\d{4}|\d{2})")
_YEAR_FIRST = re.compile(r"(\d{4})\s*[/.\-\\ ]\s*(\d{1,2})\s*[/.\-\\ ]\s*(\d{1,2})")
_DAY_MONTH = re.compile(
    r"(\d{1,2})(?:st|nd|rd|th)?\s*(?:of\b)?[\s,.\-/]*([a-z]{3,9})[\s,.\-/']*(\d{4}|\d{2})", re.I
)
_MONTH_DAY = re.compile(
    r"([a-z]{3,9})[\s,.\-/]*(\d{1,2})(?:st|nd|rd|th)?[\s,.\-/]+'?(\d{4}|\d{2})", re.I
)
_COMPACT = re.compile(r"\d{5,8}")
# Excel's day numbers for 1982 to 2064; below and above them a number is something else.
_SERIALS = range(30_000, 60_001)
_EXCEL_DAY_0 = date(1899, 12, 30)
_YEARS = range(1900, 2100)

# How unlikely an honest mixture of text and real dates must be before we call it half converted:
# two dates in five have a day up to 12.
_CHANCE = 0.01
_LOW_DAY, _HIGH_DAY = 0.4, 0.6


def infer_order(cells: Sequence[Cell], window: Window | None = None) -> DayMonthOrder:
    """The order that the cells of one column prove.

    `window` is the days between which most of the column should lie, where that is known; it only
    ever decides where the numbers themselves do not.
    """
    typed = [parse_typed_date(cell.text) for cell in cells if cell.kind in _WRITTEN]
    pairs = [one.pair for one in typed if one.pair]
    day_first = sum(first > 12 for first, _, _ in pairs)
    month_first = sum(second > 12 >= first for first, second, _ in pairs)
    real = [day for cell in cells if cell.kind is CellKind.DATE and (day := _day_of(cell))]
    if month_first and day_first:
        return _of_both(day_first, month_first)
    if day_first and _half_converted(typed, real, window):
        return DayMonthOrder.HALF_CONVERTED
    if month_first:
        return (
            DayMonthOrder.DAY_FIRST
            if _is_one_slip(month_first, pairs, window)
            else DayMonthOrder.MONTH_FIRST
        )
    if day_first or any(one.dotted for one in typed):
        return DayMonthOrder.DAY_FIRST
    return _by_window([pair for pair in pairs if pair[0] != pair[1]], window)


def read_date(cell: Cell, order: DayMonthOrder, latest: date) -> tuple[date | None, str]:
    """The day a cell names and "ambiguous" where day and month could be the other way round.

    `latest` is the last day it can plausibly be: a two-digit year is in the century that keeps it
    at or before the end of that year.
    """
    if cell.kind is CellKind.DATE:
        return _day_of(cell), ""
    if cell.kind not in _WRITTEN:
        return None, ""
    typed = parse_typed_date(cell.text)
    if typed.day:
        named = typed.day
        year = _whole_year(named.year % 100, latest) if typed.short else named.year
        return _day(year, named.month, named.day), ""
    if typed.pair is None or order in (DayMonthOrder.BOTH, DayMonthOrder.HALF_CONVERTED):
        return None, ""
    first, second, year = typed.pair
    if order is DayMonthOrder.MONTH_FIRST:
        first, second = second, first
    day = _day(_whole_year(year, latest), second, first)
    doubtful = order is DayMonthOrder.EITHER and first != second and first <= 12 and second <= 12
    return day, "ambiguous" if day and doubtful else ""


def is_serial_date(cell: Cell) -> bool:
    """Whether a cell holds a day as the number that Excel counts it by."""
    text = re.sub(r"\.0+$", "", cell.text.strip())
    return cell.kind in _WRITTEN and len(text) == 5 and text.isdecimal() and int(text) in _SERIALS


@memoise_text(50_000)
def parse_typed_date(text: str) -> TypedDate:
    """What a text says of a date; nothing at all where it is not one."""
    text = " ".join(text.replace("\u00a0", " ").split())
    text = _CLOCK.sub("", _WEEKDAY.sub("", text.strip("'\" "))).strip(" ,.")
    if found := _NUMBERS.fullmatch(text):
        pair = (int(found[1]), int(found[3]), int(found[4]))
        return TypedDate(pair=pair, dotted=found[2] == ".", converts=found[2] in "/-")
    if found := _YEAR_FIRST.fullmatch(text):
        return TypedDate(day=_day(int(found[1]), int(found[2]), int(found[3])))
    if found := _DAY_MONTH.fullmatch(text):
        return _named(found[3], found[2], found[1])
    if found := _MONTH_DAY.fullmatch(text):
        return _named(found[3], found[1], found[2])
    number = re.sub(r"\.0+$", "", text)
    return _compact(number) if _COMPACT.fullmatch(number) else _NOTHING


def _named(year: str, month: str, day: str) -> TypedDate:
    number = _MONTHS.get(month.lower())
    if number is None:
        return _NOTHING
    short = len(year) == 2
    return TypedDate(day=_day(int(year) + 2000 * short, number, int(day)), short=short)


def _compact(number: str) -> TypedDate:
    if len(number) == 8:
        by_year = _day(int(number[:4]), int(number[4:6]), int(number[6:]))
        if by_year and by_year.year in _YEARS:
            return TypedDate(day=by_year)
    if len(number) in (7, 8) and int(number[-4:]) in _YEARS:
        # A number cell loses the 0 of "08042007".
        number = number.zfill(8)
        return TypedDate(pair=(int(number[:2]), int(number[2:4]), int(number[4:])))
    if len(number) == 5 and int(number) in _SERIALS:
        return TypedDate(day=_EXCEL_DAY_0 + timedelta(days=int(number)))
    if len(number) == 6:
        return TypedDate(pair=(int(number[:2]), int(number[2:4]), int(number[4:])))
    return _NOTHING


def _of_both(day_first: int, month_first: int) -> DayMonthOrder:
    # One slip among many is a slip, found at its cell; more is a column nobody can be sure of.
    if month_first == 1 and day_first >= 3 or month_first * 10 <= day_first:
        return DayMonthOrder.DAY_FIRST
    if day_first == 1 and month_first >= 3 or day_first * 10 <= month_first:
        return DayMonthOrder.MONTH_FIRST
    return DayMonthOrder.BOTH


def _half_converted(
    typed: Sequence[TypedDate], real: Sequence[date], window: Window | None
) -> bool:
    left = [one.pair for one in typed if one.pair and one.converts]
    if not left or not real or any(first <= 12 for first, _, _ in left):
        return False
    if any(day.day > 12 for day in real):
        return False
    if window is not None and _lie_as_meant(real, window):
        return False
    if _LOW_DAY ** len(real) * _HIGH_DAY ** len(left) < _CHANCE:
        return True
    return window is not None and any(
        not _within(day, window) and _within(_swapped(day), window) for day in real
    )


def _lie_as_meant(real: Sequence[date], window: Window) -> bool:
    """Whether more days belong to the cohort as they stand than with day and month swapped."""
    as_they_stand = sum(_within(day, window) for day in real)
    return as_they_stand > sum(_within(_swapped(day), window) for day in real)


def _is_one_slip(
    month_first: int, pairs: Sequence[tuple[int, int, int]], window: Window | None
) -> bool:
    """Whether the one date that could only be month first is a slip: the others lie day first."""
    others = [pair for pair in pairs if pair[1] <= 12]
    if month_first > 1 or window is None or len(others) < 2:
        return False
    return _by_window(others, window) is DayMonthOrder.DAY_FIRST and not all(
        _within(_day(_whole_year(year, window[1]), first, second), window)
        for first, second, year in others
    )


def _by_window(pairs: Sequence[tuple[int, int, int]], window: Window | None) -> DayMonthOrder:
    if window is None or not pairs:
        return DayMonthOrder.EITHER
    last = window[1]
    day_first = sum(_within(_day(_whole_year(y, last), b, a), window) for a, b, y in pairs)
    month_first = sum(_within(_day(_whole_year(y, last), a, b), window) for a, b, y in pairs)
    if day_first > month_first and day_first * 5 >= len(pairs) * 4:
        return DayMonthOrder.DAY_FIRST
    if month_first == len(pairs) >= 5 and day_first * 2 <= month_first:
        return DayMonthOrder.MONTH_FIRST
    return DayMonthOrder.EITHER


def _within(day: date | None, window: Window) -> bool:
    return day is not None and window[0] <= day <= window[1]


def _swapped(day: date) -> date:
    return date(day.year, day.day, day.month)


def _day_of(cell: Cell) -> date | None:
    value = cell.value
    return (
        value.date() if isinstance(value, datetime) else value if isinstance(value, date) else None
    )


def _whole_year(year: int, latest: date) -> int:
    if year >= 100:
        return year
    return 2000 + year if 2000 + year <= latest.year else 1900 + year


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def infer_common_order(orders: Iterable[DayMonthOrder]) -> DayMonthOrder | None:
    """The order that the other columns of a file prove, where they prove only one."""
    proved = {one for one in orders if one in (DayMonthOrder.DAY_FIRST, DayMonthOrder.MONTH_FIRST)}
    return proved.pop() if len(proved) == 1 else None
