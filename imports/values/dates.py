"""Dates: a typed date becomes a day; day and month are ordered by column, never by value.

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


_TYPED_KINDS = (CellKind.TEXT, CellKind.NUMBER)
_NO_DATE = TypedDate()
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
    typed = [parse_typed_date(cell.text) for cell in cells if cell.kind in _TYPED_KINDS]
    pairs = [typed_date.pair for typed_date in typed if typed_date.pair]
    day_first = sum(first > 12 for first, _, _ in pairs)
    month_first = sum(second > 12 >= first for first, second, _ in pairs)
    real = [day for cell in cells if cell.kind is CellKind.DATE and (day := _cell_day(cell))]
    if month_first and day_first:
        return _resolve_both_orders(day_first, month_first)
    if day_first and _is_half_converted(typed, real, window):
        return DayMonthOrder.HALF_CONVERTED
    if month_first:
        return (
            DayMonthOrder.DAY_FIRST
            if _is_single_slip(month_first, pairs, window)
            else DayMonthOrder.MONTH_FIRST
        )
    if day_first or any(typed_date.dotted for typed_date in typed):
        return DayMonthOrder.DAY_FIRST
    return _infer_by_window([pair for pair in pairs if pair[0] != pair[1]], window)


def read_date(cell: Cell, order: DayMonthOrder, latest: date) -> tuple[date | None, str]:
    """The day a cell names and "ambiguous" where day and month could be the other way round.

    `latest` is the last day it can plausibly be: a two-digit year is in the century that keeps it
    at or before the end of that year.
    """
    if cell.kind is CellKind.DATE:
        return _cell_day(cell), ""
    if cell.kind not in _TYPED_KINDS:
        return None, ""
    typed = parse_typed_date(cell.text)
    if typed.day:
        named = typed.day
        year = _four_digit_year(named.year % 100, latest) if typed.short else named.year
        return _make_date(year, named.month, named.day), ""
    if typed.pair is None or order in (DayMonthOrder.BOTH, DayMonthOrder.HALF_CONVERTED):
        return None, ""
    first, second, year = typed.pair
    if order is DayMonthOrder.MONTH_FIRST:
        first, second = second, first
    day = _make_date(_four_digit_year(year, latest), second, first)
    doubtful = order is DayMonthOrder.EITHER and first != second and first <= 12 and second <= 12
    return day, "ambiguous" if day and doubtful else ""


def is_serial_date(cell: Cell) -> bool:
    """Whether a cell holds a day as the number that Excel counts it by."""
    text = re.sub(r"\.0+$", "", cell.text.strip())
    return (
        cell.kind in _TYPED_KINDS and len(text) == 5 and text.isdecimal() and int(text) in _SERIALS
    )


@memoise_text(50_000)
def parse_typed_date(text: str) -> TypedDate:
    """A text parsed as a date, its order left open; an empty TypedDate where it is none."""
    text = " ".join(text.replace("\u00a0", " ").split())
    text = _CLOCK.sub("", _WEEKDAY.sub("", text.strip("'\" "))).strip(" ,.")
    if match := _NUMBERS.fullmatch(text):
        pair = (int(match[1]), int(match[3]), int(match[4]))
        return TypedDate(pair=pair, dotted=match[2] == ".", converts=match[2] in "/-")
    if match := _YEAR_FIRST.fullmatch(text):
        return TypedDate(day=_make_date(int(match[1]), int(match[2]), int(match[3])))
    if match := _DAY_MONTH.fullmatch(text):
        return _parse_named_month(match[3], match[2], match[1])
    if match := _MONTH_DAY.fullmatch(text):
        return _parse_named_month(match[3], match[1], match[2])
    number = re.sub(r"\.0+$", "", text)
    return _parse_digits(number) if _COMPACT.fullmatch(number) else _NO_DATE


def _parse_named_month(year: str, month: str, day: str) -> TypedDate:
    number = _MONTHS.get(month.lower())
    if number is None:
        return _NO_DATE
    short = len(year) == 2
    return TypedDate(day=_make_date(int(year) + 2000 * short, number, int(day)), short=short)


def _parse_digits(number: str) -> TypedDate:
    if len(number) == 8:
        by_year = _make_date(int(number[:4]), int(number[4:6]), int(number[6:]))
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
    return _NO_DATE


def _resolve_both_orders(day_first: int, month_first: int) -> DayMonthOrder:
    # One slip among many is a slip, found at its cell; more is a column nobody can be sure of.
    if month_first == 1 and day_first >= 3 or month_first * 10 <= day_first:
        return DayMonthOrder.DAY_FIRST
    if day_first == 1 and month_first >= 3 or day_first * 10 <= month_first:
        return DayMonthOrder.MONTH_FIRST
    return DayMonthOrder.BOTH


def _is_half_converted(
    typed: Sequence[TypedDate], converted: Sequence[date], window: Window | None
) -> bool:
    unconverted = [
        typed_date.pair for typed_date in typed if typed_date.pair and typed_date.converts
    ]
    if not unconverted or not converted or any(first <= 12 for first, _, _ in unconverted):
        return False
    if any(day.day > 12 for day in converted):
        return False
    if window is not None and _fits_unswapped(converted, window):
        return False
    if _LOW_DAY ** len(converted) * _HIGH_DAY ** len(unconverted) < _CHANCE:
        return True
    return window is not None and any(
        not _is_within(day, window) and _is_within(_swap_day_and_month(day), window)
        for day in converted
    )


def _fits_unswapped(days: Sequence[date], window: Window) -> bool:
    """Whether more days belong to the cohort as they stand than with day and month swapped."""
    as_they_stand = sum(_is_within(day, window) for day in days)
    return as_they_stand > sum(_is_within(_swap_day_and_month(day), window) for day in days)


def _is_single_slip(
    month_first: int, pairs: Sequence[tuple[int, int, int]], window: Window | None
) -> bool:
    """Whether the one date that could only be month first is a slip: the others lie day first."""
    others = [pair for pair in pairs if pair[1] <= 12]
    if month_first > 1 or window is None or len(others) < 2:
        return False
    return _infer_by_window(others, window) is DayMonthOrder.DAY_FIRST and not all(
        _is_within(_make_date(_four_digit_year(year, window[1]), first, second), window)
        for first, second, year in others
    )


def _infer_by_window(pairs: Sequence[tuple[int, int, int]], window: Window | None) -> DayMonthOrder:
    if window is None or not pairs:
        return DayMonthOrder.EITHER
    last = window[1]
    day_first = sum(
        _is_within(_make_date(_four_digit_year(y, last), b, a), window) for a, b, y in pairs
    )
    month_first = sum(
        _is_within(_make_date(_four_digit_year(y, last), a, b), window) for a, b, y in pairs
    )
    if day_first > month_first and day_first * 5 >= len(pairs) * 4:
        return DayMonthOrder.DAY_FIRST
    if month_first == len(pairs) >= 5 and day_first * 2 <= month_first:
        return DayMonthOrder.MONTH_FIRST
    return DayMonthOrder.EITHER


def _is_within(day: date | None, window: Window) -> bool:
    return day is not None and window[0] <= day <= window[1]


def _swap_day_and_month(day: date) -> date:
    return date(day.year, day.day, day.month)


def _cell_day(cell: Cell) -> date | None:
    value = cell.value
    return (
        value.date() if isinstance(value, datetime) else value if isinstance(value, date) else None
    )


def _four_digit_year(year: int, latest: date) -> int:
    if year >= 100:
        return year
    return 2000 + year if 2000 + year <= latest.year else 1900 + year


def _make_date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def infer_common_order(orders: Iterable[DayMonthOrder]) -> DayMonthOrder | None:
    """The order that the other columns of a file prove, where they prove only one."""
    proved = {
        order for order in orders if order in (DayMonthOrder.DAY_FIRST, DayMonthOrder.MONTH_FIRST)
    }
    return proved.pop() if len(proved) == 1 else None
