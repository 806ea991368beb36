"""Titles: what the tab and the lines around a table say of it, in the words that headings use."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from imports.crosswalk.periods import Period, PeriodUnit, parse_months, parse_period, parse_years
from imports.text.headings import heading_words, word_set
from models.handoffs.sheets import Title
from models.vocabulary import academic_year

_MOST_WORDS = 12  # what is longer is guidance, and names no table


class Nature(StrEnum):
    """What kind of answer a title or a heading speaks of."""

    INTENDED = "where leavers mean to go"
    OFFER = "offers"
    APPLIED = "applications"
    ACTUAL = "where leavers are"

    @property
    def is_plan(self) -> bool:
        """Whether nobody need be there: an offer is not an enrolment."""
        return self is not Nature.ACTUAL


_WORDS = {
    Nature.INTENDED: word_set(
        "intended intention intentions intend intends intending planned planning aspiration "
        "aspirations hoped predicted anticipated expected"
    ),
    Nature.OFFER: word_set("offer offers offered guarantee conditional unconditional"),
    Nature.APPLIED: word_set("application applications applied applicants applying applies"),
    Nature.ACTUAL: word_set(
        "actual confirmed verified current enrolled enrolment enrolments enrollment enrollments "
        "started starters attending sustained"
    ),
}
_COHORT_WORDS = word_set("leaver leavers leaving left cohort cohorts class summer")
_OLD = re.compile(
    r"(?i)\b(?:do\s*n[o']?t\s+use|do not use|not (?:to be )?used|no longer used|superseded|"
    r"out of date|obsolete|old version|previous version|ignore this|archived?)\b"
)
_OLD_TAB = re.compile(
    r"(?i)(?:^|[^a-z])(?:old(?! hall| school| town)|backup|back up|ignore)(?![a-z])"
)
_COPY = re.compile(r"(?i)\bcopy of\b|\bcopy\W*\d*\W*$|[- ]copy\b|\(\d\)\s*$")
_REMOVED = re.compile(
    r"(?i)\b(?:removed|deleted|taken|moved|went|come|came)\s+(?:from|off)\s+(?:the\s+)?(?:school\s+)?"
    r"rolls?\b|\boff[\s-]?roll(?:ed|s)?\b|\b(?:mid|in)[\s-]?year (?:leavers?|moves|movers)\b|"
    r"\bno longer on (?:the )?roll\b|\bleft (?:early|before|during)\b|\bearly leavers\b|"
    r"\btransferred out\b|\bleft in[\s-]year\b"
)
_YEAR_GROUP = re.compile(
    r"(?i)(?<![a-z0-9])(?:year|yr|y|nc|ncy)[\s.-]*(1[1-4])(?![0-9])|^\W*(1[1-4])[a-z]{0,2}\W*$"
)
# The words for year groups: "KS4", "Lower Sixth", "A level leavers".
_STAGE_WORDS = {
    11: re.compile(r"(?i)\b(?:ks|key[\s-]stage)[\s-]?4\b"),
    12: re.compile(r"(?i)\b(?:lower[\s-](?:sixth|6th)|l6)\b"),
    13: re.compile(
        r"(?i)\b(?:(?:ks|key[\s-]stage)[\s-]?5|upper[\s-](?:sixth|6th)|u6|"
        r"(?<!lower )(?:(?:sixth|6th)[\s-]form(?:ers?)?|post[\s-]?16|a[\s-]levels?)[\s-]leavers)\b"
    ),
}
_NOW_IN = re.compile(
    r"(?i)\b(?:now|currently|current)\s+(?:in(?:to)?\s+)?(?:year|yr|y)[\s.-]*(?:1[2-6])\b"
)
# Those who leave from these have not ended their last year; a whole tab, or beside "leavers".
_YOUNGER = re.compile(
    r"(?i)(?<![a-z0-9])(?:years?|yr|y|ncy?)[\s.-]*(?:7|8|9|10)(?![0-9/\-\u2013])(?!\s*(?:to|and|&)\s)"
)
# Where one line speaks of the leavers and of their answers: "Destinations 2025/26 - Year 11 leavers
# of summer 2025", "Year 11 leavers 2024 in Year 12".
_CLAUSE = re.compile(
    r"\s+[\-\u2013\u2014|]+\s+|[\u2013\u2014:;,()|]|"
    r"(?=\b(?:now|currently|current)\s+(?:in(?:to)?\s+)?(?:year|yr|y)\s*1[2-6])|"
    r"\bin(?:to)?\s+(?=(?:year|yr|y)\s*1[2-6])|"
    r"\b(?:for|of)\s+(?:the\s+)?(?=(?:year|yr|y)\s*1[1-4])",
    re.IGNORECASE,
)
_NOT_OF_ANSWERS = word_set(
    "printed exported generated produced created updated run ofsted page report born review"
)
_SUMMER = range(5, 9)  # the months in which leavers leave


@dataclass(frozen=True, slots=True)
class TitleFacts:
    """What a title says of its table; nothing where it is silent or says two things.

    `leaving_year` is the September in which the leaving year starts; `is_sure` where words such as
    "leavers" stand beside it.  `moments` are months, `years_after` a number of years after leaving.
    """

    natures: frozenset[Nature] = frozenset()
    is_in_tab: bool = False  # whether the tab itself speaks of the natures
    moment: date | None = None
    years_after: int | None = None
    leaving_year: int | None = None
    is_sure: bool = False
    year_group: int | None = None
    is_of_leavers: bool = False  # whether it speaks of leavers in so many words
    tab_period: Period | None = None  # of a tab that is called after a year and nothing else
    other_years: frozenset[int] = frozenset()  # which it also calls the leaving year, as surely
    answers: Period | None = None  # the year or year group of the answers, told from the leavers'
    is_old: bool = False
    is_copy: bool = False
    is_removed: bool = False


def natures_of(text: str) -> frozenset[Nature]:
    """The kinds of answer that the words of a line or a heading speak of."""
    words = frozenset(heading_words(text))
    if len(words) > _MOST_WORDS:
        return frozenset()
    return frozenset(nature for nature, spoken in _WORDS.items() if words & spoken)


def read_title(title: Title) -> TitleFacts:
    """The facts of a title; of each, what the nearest line says."""
    facts = _read_lines(title, title.lines)
    if title.before and facts == _read_lines(title, (title.tab,)):
        return _read_lines(title, (*title.lines, *title.before))
    return facts


def _read_lines(title: Title, typed: Sequence[str]) -> TitleFacts:
    lines = [line for line in typed if line and len(heading_words(line)) <= _MOST_WORDS]
    clauses = [clause for line in lines for clause in _clauses(line)]
    dated = [_dates(clause) for clause in clauses]
    natures = frozenset[Nature]().union(*map(natures_of, lines))
    years = [(year, sure) for _, _, year, sure in dated if year is not None]
    leaving = next((pair for pair in years if pair[1]), years[0] if years else (None, False))
    group = _group_of_leavers(clauses)
    return TitleFacts(
        natures=natures,
        is_in_tab=bool(natures_of(title.tab)),
        moment=next((moment for moment, _, _, _ in dated if moment), None),
        years_after=next((count for _, count, _, _ in dated if count), None),
        leaving_year=leaving[0],
        is_sure=leaving[1],
        year_group=group,
        is_of_leavers=any(map(_speaks_of_leavers, lines)),
        tab_period=_only_a_year(title.tab),
        other_years=_other_years(title, leaving[0]) if leaving[1] else frozenset(),
        answers=_answers(clauses, group, leaving[0] if leaving[1] else None),
        is_old=bool(_OLD_TAB.search(title.tab)) or any(map(_OLD.search, lines)),
        is_copy=bool(_COPY.search(title.tab)),
        is_removed=any(map(_REMOVED.search, lines)) or _is_of_younger_pupils(title.tab, lines),
    )


def _clauses(line: str) -> list[str]:
    """The parts of a line that speaks of leavers and of their answers; else the line."""
    parts = [part for part in _CLAUSE.split(line) if part and part.strip()]
    leavers = [part for part in parts if _speaks_of_leavers(part)]
    others = [part for part in parts if part not in leavers and _has_other_words(part)]
    if leavers and any(map(_NOW_IN.search, others)):
        return [*leavers, *others]
    for read in (_years, _year_group):
        whose, when = {read(part) for part in leavers}, {read(part) for part in others}
        if (whose - {None, ()}) and (when - whose - {None, ()}):
            return [*leavers, *others]
    return [line]


def _has_other_words(part: str) -> bool:
    """Whether a part is more than a year, which may be one end of a range of years."""
    return any(character.isalpha() for character in part)


def _years(part: str) -> tuple[int, ...]:
    months = (academic_year(month.year, month.month) for month in parse_months(part))
    return tuple(dict.fromkeys((*parse_years(part), *months)))


def _speaks_of_leavers(line: str) -> bool:
    return not _COHORT_WORDS.isdisjoint(heading_words(line))


def _group_of_leavers(clauses: Sequence[str]) -> int | None:
    """The year group that leavers left from: the one beside "leavers", else the nearest."""
    groups = [
        (group, _speaks_of_leavers(clause)) for clause in clauses if (group := _year_group(clause))
    ]
    beside_leavers = [group for group, is_of_leavers in groups if is_of_leavers]
    return next(iter(beside_leavers), groups[0][0] if groups else None)


def _other_years(title: Title, leaving_year: int | None) -> frozenset[int]:
    """Leaving years that the tab and the lines above say as surely as the one they say first.

    A tab that says whose leavers in full, as senders are asked to, settles it.
    """
    tab, *above = (_dates(line) for line in (title.tab, *title.above))
    if tab[2] is not None and tab[3] and _speaks_of_leavers(title.tab):
        return frozenset()
    said = {year for _, _, year, is_sure in (tab, *above) if is_sure and year is not None}
    return frozenset(said - {leaving_year}) if leaving_year in said else frozenset()


def _answers(clauses: Sequence[str], group: int | None, leaving_year: int | None) -> Period | None:
    """The year, or the year group, that the answers are of, where another part says whose."""
    if not any(map(_speaks_of_leavers, clauses)):
        return None
    for clause in clauses:
        period = None if _speaks_of_leavers(clause) else parse_period(clause)
        if period is None or parse_months(clause):
            continue
        unit, number = period[0].unit, period[0].number
        is_now = _NOW_IN.search(clause) is not None
        if unit is PeriodUnit.AGE and (is_now or group is not None and number > group):
            return period[0]
        if unit is PeriodUnit.YEAR and leaving_year is not None and not period[0].is_bare:
            return period[0] if number > leaving_year else None
    return None


def _is_of_younger_pupils(tab: str, lines: Sequence[str]) -> bool:
    """Whether a table is of pupils from below the last year of any school that has leavers."""
    if any(map(_year_group, lines)):
        return False
    whole_tab = _YOUNGER.fullmatch(tab.strip()) is not None
    return whole_tab or any(_YOUNGER.search(line) and _speaks_of_leavers(line) for line in lines)


def _only_a_year(tab: str) -> Period | None:
    period = parse_period(tab)
    if period is None or period[0].unit is not PeriodUnit.YEAR or period[1] or parse_months(tab):
        return None
    return period[0]


def _year_group(line: str) -> int | None:
    line = _NOW_IN.sub(" ", line)
    groups = {int(first or second) for first, second in _YEAR_GROUP.findall(line)}
    groups = groups or {group for group, words in _STAGE_WORDS.items() if words.search(line)}
    return groups.pop() if len(groups) == 1 else None


def _dates(line: str) -> tuple[date | None, int | None, int | None, bool]:
    """The moment, the years after leaving, and the leaving year of a line, and whether it is sure.

    "Leavers July 2025" left in July; "Leavers 2025, November 2025" left in 2025 and were asked in
    November.
    """
    speaks_of_leavers = _speaks_of_leavers(line) or bool(_year_group(line))
    if not _NOT_OF_ANSWERS.isdisjoint(heading_words(line)):
        return None, None, None, False
    months = parse_months(line)
    left = [month for month in months if speaks_of_leavers and month.month in _SUMMER]
    moments = [month for month in months if month not in left]
    years = {academic_year(month.year, month.month) for month in left} | set(parse_years(line))
    period = parse_period(line)
    count = period[0].number if period and period[0].unit is PeriodUnit.COUNT else None
    return (
        moments[0] if len(moments) == 1 else None,
        None if moments else count,
        years.pop() if len(years) == 1 else None,
        speaks_of_leavers,
    )
