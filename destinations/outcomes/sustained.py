"""Sustained: a leaver's spells become yes, no or cannot be told for one destination year.

The Department for Education's rule (sources.md: sustained).
In the destination year, a leaver
  - was in education in each month of the first two terms, October to March, at one provider or
    more; or
  - was in work in five of those six months; or
  - was in one or the other in each of them; or
  - was an apprentice for six months on end at any time from August to July.

The dates we are given say less than DfE's registers do, so the rule is applied twice: to the days
we know of, and to those and every day of which nothing is known.  Yes is what the first gives, no
is what even the second cannot give, and all else cannot be told.  docs/decisions/0004-sustained.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cache, lru_cache

from destinations.outcomes.spells import (
    LEARNING,
    NOT_TAKING_PART,
    WORKING,
    Spell,
    SpellEvidence,
    build_spells,
    spell_order,
)
from models.facts.calendar import in_words
from models.vocabulary import ActivityType

MONTHS_IN_WORK = 5
# The shortest six calendar months of a year, September to February, in days.
SIX_MONTHS = 181


class Sustained(StrEnum):
    """The three answers; the last is never rounded to either of the others."""

    YES = "yes"
    NO = "no"
    CANNOT_TELL = "cannot be told"


@dataclass(frozen=True, slots=True)
class SustainedVerdict:
    """The answer, and why in words that may stand beside it."""

    answer: Sustained
    because: str


def is_sustained(
    statements: Sequence[SpellEvidence], *, destination_year: int, today: date
) -> SustainedVerdict:
    """Whether a leaver's destination lasted, in the academic year that starts in that September.

    Statements may be given in any order and may speak of any year; what is said later of the same
    stay makes it longer.  Nothing after `today` is taken as having happened.
    """
    return judge_sustained(build_spells(statements, today=today), destination_year, today)


def judge_sustained(
    spells: tuple[Spell, ...], destination_year: int, today: date
) -> SustainedVerdict:
    """The verdict for the destination year that starts in August of `destination_year`."""
    # What comes after the year is kept: a stay without a start may have begun in it.
    begins = date(destination_year, 8, 1)
    relevant = tuple(spell for spell in spells if _latest_day(spell) >= begins)
    # So does a stay before the year of which nobody said that it ended: it may have gone on.
    is_first = not any(
        spell.ended_on is None and spell.activity_type not in NOT_TAKING_PART
        for spell in spells
        if _latest_day(spell) < begins
    )
    is_over = today > date(destination_year + 1, 3, 31)
    return _verdict_of_year(relevant, destination_year, is_over, is_first)


def _latest_day(spell: Spell) -> date:
    return max(spell.last, spell.ended_on or spell.last)


@lru_cache(maxsize=65_536)
def _verdict_of_year(
    spells: tuple[Spell, ...], year: int, is_over: bool, is_first: bool
) -> SustainedVerdict:
    days = _destination_year(year)
    learning = working = apprenticed = not_taking_part = 0
    for spell in spells:
        stretch = days.stretch(spell.first, spell.last)
        if spell.activity_type in NOT_TAKING_PART:
            not_taking_part |= stretch
        if spell.activity_type in LEARNING:
            learning |= stretch
        if spell.activity_type in WORKING:
            working |= stretch
        if spell.activity_type is ActivityType.APPRENTICESHIP:
            apprenticed |= stretch
    taking_part = learning | working
    if not taking_part | not_taking_part:
        return SustainedVerdict(Sustained.CANNOT_TELL, _nothing_known(year, is_over))
    # Where two sources contradict each other about a day, it is as if nothing were said of it.
    undisputed = [
        days_of_type & ~not_taking_part for days_of_type in (learning, working, apprenticed)
    ]
    because = days.rule_met(*undisputed)
    if because:
        return SustainedVerdict(Sustained.YES, because)
    if not is_over:
        return SustainedVerdict(Sustained.CANNOT_TELL, _too_early(year))
    stops = _stop_days(spells, days)
    late_start = _first_start(spells) if is_first else None
    away = _days_after_stops(stops, spells, days) | _days_before(late_start, days)
    absent = (away | not_taking_part) & ~taking_part
    unknown = days.all & ~absent & ~(taking_part & ~not_taking_part)
    if days.rule_met(*(days_of_type | unknown for days_of_type in undisputed)):
        return SustainedVerdict(Sustained.CANNOT_TELL, "too little is known of October to March")
    return SustainedVerdict(Sustained.NO, _why_not_sustained(stops, late_start, absent, days))


def _nothing_known(year: int, is_over: bool) -> str:
    return "nothing is known of that year" if is_over else _too_early(year)


def _too_early(year: int) -> str:
    return f"too early: March {year + 1} is not over"


def _stop_days(spells: tuple[Spell, ...], days: "_DestinationYear") -> list[tuple[date, bool]]:
    """The days after which a leaver is not taken to have gone on, and whether it was a leaving.

    A stated end in the year is one.  So is a day in the two terms on which they were NEET.
    """
    leavings = [
        (spell.ended_on, True)
        for spell in spells
        if spell.activity_type not in NOT_TAKING_PART
        and spell.ended_on
        and days.september <= spell.ended_on <= days.last
    ]
    idle = [
        (spell.last, False)
        for spell in spells
        if spell.activity_type is ActivityType.NEET
        and spell.ended_on is None
        and days.october <= spell.last <= days.march
    ]
    return sorted(leavings + idle)


def _first_start(spells: tuple[Spell, ...]) -> date | None:
    """The stated first day of taking part; None where it has none, or where a stay came before."""
    taking_part = [spell for spell in spells if spell.activity_type not in NOT_TAKING_PART]
    first = min(taking_part, key=spell_order, default=None)
    return first.first if first is not None and first.has_start else None


def _days_before(start: date | None, days: "_DestinationYear") -> int:
    """The days of the year before a stated first start: nobody says that they took part then.

    As after a stated end, silence is taken at its word.
    """
    return days.stretch(days.first, start - timedelta(1)) if start else 0


def _days_after_stops(
    stops: Sequence[tuple[date, bool]], spells: tuple[Spell, ...], days: "_DestinationYear"
) -> int:
    """The days after each stop, to the day before the next thing known or to the year's end."""
    out = 0
    taking_part = [spell for spell in spells if spell.activity_type not in NOT_TAKING_PART]
    for day, _ in stops:
        if any(spell.first <= day < spell.last for spell in taking_part):
            continue  # gone on elsewhere at the time
        later_spells = [spell for spell in taking_part if spell.first > day]
        if not later_spells:
            out |= days.stretch(day + timedelta(1), days.last)
        elif (following := min(later_spells, key=spell_order)).has_start:
            out |= days.stretch(day + timedelta(1), following.first - timedelta(1))
    return out


def _why_not_sustained(
    stops: Sequence[tuple[date, bool]],
    late_start: date | None,
    absent: int,
    days: "_DestinationYear",
) -> str:
    """Why it did not last: the day from which a whole month of the two terms is missing."""
    missing = next((month for month in days.months if not month & ~absent), 0)
    before = [stop for stop in stops if missing and days.stretch(days.first, stop[0]) < missing]
    if not before:
        if late_start and late_start > days.october:
            return f"the first start we know of is {in_words(late_start)}, too late for two terms"
        if not stops:
            return "not in education or work for long enough"
    day, has_left = (before or stops)[-1]
    day_in_words = in_words(day)
    if has_left:
        return f"left on {day_in_words}, and nothing that followed makes up two terms"
    return f"NEET on {day_in_words}, and nothing that followed makes up two terms"


class _DestinationYear:
    """The days of a destination year, 1 August to 31 July, as the bits of one number."""

    def __init__(self, year: int) -> None:
        self.first, self.last = date(year, 8, 1), date(year + 1, 7, 31)
        self.september, self.october = date(year, 9, 1), date(year, 10, 1)
        self.march = date(year + 1, 3, 31)
        self.all = self.stretch(self.first, self.last)
        self.terms = self.stretch(self.october, self.march)
        starts = [date(year, month, 1) for month in (10, 11, 12)]
        starts += [date(year + 1, month, 1) for month in (1, 2, 3, 4)]
        self.months = [
            self.stretch(start, after - timedelta(1))
            for start, after in zip(starts, starts[1:], strict=False)
        ]

    def stretch(self, first: date, last: date) -> int:
        """The days from first to last, both included, that fall in the year, as bits."""
        first, last = max(first, self.first), min(last, self.last)
        if last < first:
            return 0
        return ((1 << ((last - first).days + 1)) - 1) << (first - self.first).days

    def rule_met(self, learning: int, working: int, apprenticed: int) -> str:
        """Which part of DfE's rule these days meet, in words; '' when none.

        Each argument holds days of the destination year as bits, 1 August first.
        """
        if self._months_with(learning) == len(self.months):
            return "in education from October to March"
        if _has_run(apprenticed, SIX_MONTHS):
            return "an apprentice for six months on end"
        if self._months_with(working) >= MONTHS_IN_WORK:
            return "in work in five of the six months from October to March"
        if working & self.terms and self._months_with(learning | working) == len(self.months):
            return "in education or work in each month from October to March"
        return ""

    def _months_with(self, days: int) -> int:
        return sum(1 for month in self.months if days & month)


@cache
def _destination_year(year: int) -> _DestinationYear:
    return _DestinationYear(year)


def _has_run(days: int, length: int) -> bool:
    """Whether `length` consecutive bits of `days` are set."""
    run = 1
    while days and run < length:
        step = min(run, length - run)
        days &= days >> step
        run += step
    return bool(days)
