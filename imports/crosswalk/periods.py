"""Periods: the autumn or year that a heading such as "Sept 23" or "Year 2" asks about."""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from imports.text.headings import heading_words
from imports.text.memoise import memoise_text
from models.vocabulary import MOST_WAVES, LeavingStage, academic_year

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january", "feb february", "mar march", "apr april", "may", "jun june",
            "jul july", "aug august", "sep sept september", "oct october", "nov november",
            "dec december",
        ),
        1,
    )
    for name in names.split()
}  # fmt: skip
_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DATE = re.compile(r"\b(?:\d{1,2}[/.\-])?(?P<m>0?[1-9]|1[0-2])[/.\-](?P<y>20\d\d)\b")
_ISO_DATE = re.compile(r"\b(?P<y>20\d\d)-(?P<m>0[1-9]|1[0-2])-\d\d(?:[ T][\d:.]+)?")
# A season stands for its first month at school.
_SEASONS = {"autumn": 9, "aut": 9, "winter": 12, "spring": 2, "spr": 2, "summer": 6, "sum": 6}
_COUNTS = {
    name: number
    for number, names in enumerate(
        (
            "1 one first 1st", "2 two second 2nd", "3 three third 3rd", "4 four fourth 4th",
            "5 five fifth 5th", "6 six sixth 6th", "7 seven seventh 7th", "8 eight eighth 8th",
            "9 nine ninth 9th", "10 ten tenth 10th",
        ),
        1,
    )
    for name in names.split()
}  # fmt: skip
_YEARS_BY_MONTHS = {"6": 1} | {str(12 * years): years for years in range(1, MOST_WAVES + 1)}
# From the fourth on, "Year 6" may be a year group: it is a year after leaving only beside one of
# these.  Nobody's "4th year" or "4 years" is one by itself either.
_MOST_CERTAIN = 3
_AFTER_LEAVING = frozenset(
    "after on later leaving out post destination destinations dest destn activity status".split()
)


class PeriodUnit(StrEnum):
    """How a heading counts time."""

    YEAR = "academic year"  # the September it starts in
    COUNT = "years after leaving"
    AGE = "year group"  # 12 for Year 12


@dataclass(frozen=True, slots=True)
class Period:
    """The period a column asks about: `number` counts as `unit` says (2023, 2 or 12)."""

    unit: PeriodUnit
    number: int
    is_bare: bool = False  # "2023" alone may also be the summer in which a cohort left

    def wave(self, leaving_year: int, stage: LeavingStage) -> int:
        """The wave of a cohort: 1 is the first autumn after leaving, 0 or less is before it.

        `leaving_year` is the September in which the leaving year starts.
        """
        if self.unit is PeriodUnit.YEAR:
            return self.number - leaving_year
        if self.unit is PeriodUnit.AGE:
            return self.number - stage.year_group
        return self.number


@memoise_text(20_000)
def parse_period(text: str) -> tuple[Period, str] | None:
    """The period in a heading and what is left of the heading; None when it has none.

    "where Sept 23" is September 2023 and "where"; "1 year on" is one year after and "".
    """
    words = list(heading_words(_join_dates(text)))
    for parse in (
        _month_and_year,
        _academic_year,
        _year_and_month,
        _year_group,
        _years_after,
        _plain_year,
    ):
        parsed = parse(words)
        if parsed:
            period, first, last = parsed
            return period, " ".join(words[:first] + words[last:])
    return None


@memoise_text(20_000)
def parse_months(text: str) -> tuple[date, ...]:
    """The months with their years that a text names, as the first day of each."""
    words = list(heading_words(_join_dates(text)))
    months = []
    for word, follows in zip(words, words[1:], strict=False):
        for name, year in ((word, follows), (follows, word)):
            month, number = _MONTHS.get(name) or _SEASONS.get(name), _year(year)
            if month and number and number >= _FIRST_YEAR:
                months.append(date(number, month, 1))
                break
    return tuple(dict.fromkeys(months))


@memoise_text(20_000)
def parse_years(text: str) -> tuple[int, ...]:
    """The years that a text names without a month, as leaving years: 2024 for 2025 and 2024/25."""
    words = list(heading_words(_join_dates(text)))
    years = []
    for at, word in enumerate(words):
        beside = {*words[max(at - 1, 0) : at], *words[at + 1 : at + 2]}
        span = re.fullmatch(r"ay(20\d\d)to(?:20)?(\d\d)", word)
        if span and (int(span[1]) + 1) % 100 == int(span[2]):
            years.append(int(span[1]))
        elif re.fullmatch(r"20[1-4]\d", word) and beside.isdisjoint(
            {*_MONTHS, *_SEASONS} - {"summer"}
        ):
            years.append(int(word) - 1)
    return tuple(dict.fromkeys(years))


_FIRST_YEAR = 2015  # "May 14" in a title is a day


def _join_dates(text: str) -> str:
    # A whole date is its month and year; "2024/25" and "2024-25" are one word for what follows;
    # "Sept23" is two.
    text = _DATE.sub(lambda date: f" {_NAMES[int(date['m']) - 1]} {date['y']} ", text)
    text = _ISO_DATE.sub(lambda date: f" {_NAMES[int(date['m']) - 1]} {date['y']} ", text)
    text = re.sub(r"(?i)\bay\s*(?=20\d\d\b)", " ", text)
    text = re.sub(r"\b(20\d\d)\s*[/\-\u2013\u2014_]\s*((?:20)?\d\d)\b", r" ay\1to\2 ", text)
    text = re.sub(r"\b(20\d)(\d)\s*/\s*(\d)(?![\d/])", _year_and_digit, text)
    text = _TWO_MONTHS.sub(_month_of_two, text)
    text = _SHORT_YEARS.sub(_two_short_years, text)
    text = _YEARS_ON.sub(r"year \1 on", text)
    text = _SHORT_YEAR.sub(r"\1 20\2", text)
    return re.sub(r"\b([A-Za-z]{3,9})(\d{2}|20\d\d)\b", r"\1 \2", text)


# "+1" stands for a year after leaving, "Dest 24" for 2024.
_YEARS_ON = re.compile(r"^\s*\+\s*([1-9]|10)\s*$")
_SHORT_YEAR = re.compile(
    r"\b(dest|destn|destinations?|activity|status)[\s\-\u2013']+(2\d)\s*$", re.IGNORECASE
)
# "Sept/Oct 2025" and "September - October 2025" are of the autumn in which they begin.
_TWO_MONTHS = re.compile(
    rf"\b(?P<first>{'|'.join(_MONTHS)})\s*(?:[/&+\-\u2013\u2014]|and|or|to)\s*"
    rf"(?P<second>{'|'.join(_MONTHS)})\b(?=[\s,'\u2019-]*(?:20)?\d\d\b)",
    re.IGNORECASE,
)
_SHORT_YEARS = re.compile(r"(?<![\d/.\-])([12]\d)\s*[/\-\u2013]\s*([123]\d)(?![\d/.\-])")


def _month_of_two(months: re.Match[str]) -> str:
    # The year is that of the second: "Dec/Jan 2026" is of January 2026.
    first, second = months["first"], months["second"]
    return second if _MONTHS[first.lower()] > _MONTHS[second.lower()] else first


def _year_and_digit(years: re.Match[str]) -> str:
    # "2023/4" is a year; "2023/7" is a month of it.
    follow = (int(years[2]) + 1) % 10 == int(years[3])
    return f" ay{years[1]}{years[2]}to{int(years[1][2:] + years[2]) + 1} " if follow else years[0]


def _two_short_years(years: re.Match[str]) -> str:
    # "23-24" is a year; "16-19" is not.
    follow = int(years[1]) + 1 == int(years[2])
    return f" ay20{years[1]}to{years[2]} " if follow else years[0]


_ParsedPeriod = tuple[Period, int, int] | None


def _month_and_year(words: list[str]) -> _ParsedPeriod:
    for at, (word, year) in enumerate(zip(words, words[1:], strict=False)):
        month = _MONTHS.get(word) or _SEASONS.get(word)
        number = _year(year)
        if month is None and word == "term":
            continue
        if month and number:
            return Period(PeriodUnit.YEAR, academic_year(number, month)), at, at + 2
        if month and year == "term" and len(words) > at + 2 and (number := _year(words[at + 2])):
            return Period(PeriodUnit.YEAR, academic_year(number, month)), at, at + 3
    return None


def _year_and_month(words: list[str]) -> _ParsedPeriod:
    # "2023 Sept", and "23-Sep": what Excel makes of "Sept 23".
    for at, (year, word) in enumerate(zip(words, words[1:], strict=False)):
        month = _MONTHS.get(word) or _SEASONS.get(word)
        number = _year(year)
        if month and number and number >= 2020:
            return Period(PeriodUnit.YEAR, academic_year(number, month)), at, at + 2
    return None


def _academic_year(words: list[str]) -> _ParsedPeriod:
    for at, word in enumerate(words):
        years = re.fullmatch(r"ay(20\d\d)to(\d\d|20\d\d)", word)
        if years and (int(years[1]) + 1) % 100 == int(years[2]) % 100:
            return Period(PeriodUnit.YEAR, int(years[1])), at, at + 1
    return None


def _year_group(words: list[str]) -> _ParsedPeriod:
    for at, word in enumerate(words):
        group = re.fullmatch(r"(?:y|yr|year)(1[2-6])", word)
        if group:
            return Period(PeriodUnit.AGE, int(group[1])), at, at + 1
        follows = words[at + 1] if len(words) > at + 1 else ""
        if word in ("y", "yr", "year") and re.fullmatch("1[2-6]", follows):
            return Period(PeriodUnit.AGE, int(follows)), at, at + 2
    return None


def _years_after(words: list[str]) -> _ParsedPeriod:
    for at, word in enumerate(words):
        together = re.fullmatch(r"(y|yr|year|wave|w)([1-9]|10)", word)
        follows = words[at + 1] if len(words) > at + 1 else ""
        count, last = 0, at + 2
        if together:
            count, last = _count_if_sure(int(together[2]), together[1], words), at + 1
        elif word in _YEAR_AFTER and follows in _COUNTS:
            count = _count_if_sure(_COUNTS[follows], word, words)
        elif word in _COUNTS and follows in _YEARS_AFTER:
            count = _count_if_sure(_COUNTS[word], follows, words)
        elif word in _YEARS_BY_MONTHS and follows in ("month", "months", "mths"):
            count = _count_if_sure(_YEARS_BY_MONTHS[word], follows, words)
        if count:
            return Period(PeriodUnit.COUNT, count), *_with_neighbours(words, at, last)
    return None


_YEAR_AFTER = ("y", "yr", "year", "wave", "autumn", "checkpoint")
_YEARS_AFTER = ("year", "years", "yr", "yrs", "autumn")


def _count_if_sure(count: int, unit: str, words: list[str]) -> int:
    """The count where the words leave no doubt that it is one of years after leaving; else 0."""
    is_sure = (
        count <= _MOST_CERTAIN
        or unit in ("wave", "w", "autumn", "checkpoint")
        or not _AFTER_LEAVING.isdisjoint(words)
    )
    return count if is_sure else 0


def _with_neighbours(words: list[str], first: int, last: int) -> tuple[int, int]:
    # "after 1 year", "1 year on", "12 months after leaving", "1 year later"
    if first and words[first - 1] == "after":
        first -= 1
    while last < len(words) and words[last] in ("on", "after", "later", "leaving", "out", "post"):
        last += 1
    return first, last


def _plain_year(words: list[str]) -> _ParsedPeriod:
    for at, word in enumerate(words):
        if re.fullmatch(r"20\d\d", word):
            return Period(PeriodUnit.YEAR, int(word), is_bare=True), at, at + 1
    return None


def _year(word: str) -> int | None:
    if re.fullmatch(r"20[0-4]\d", word):
        return int(word)
    return 2000 + int(word) if re.fullmatch(r"[0-4]\d", word) else None
