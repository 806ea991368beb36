"""Understood: what we took a sheet to say, for its sender to see at a glance that it is so.

Which rows were read as whose answers, and each of the sender's words beside what we call it.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass

from models.facts.counts import count_of
from models.handoffs.normalised import NormalisedRow, NormalisedSubmission
from models.vocabulary import activities, stage_name, year_name

_MOST_WORDS = 60  # more than a page holds; the most typed come first
_ANSWERS = ("activity", "intended")


@dataclass(frozen=True, slots=True)
class PartRead:
    """Rows of one tab that are of one cohort and one moment."""

    tab: str
    leavers_of: str
    moment: str
    rows: int


@dataclass(frozen=True, slots=True)
class WordRead:
    """A destination as it was typed, what we call it, and how many rows have it."""

    typed: str
    kind: str
    rows: int


@dataclass(frozen=True, slots=True)
class Understood:
    """What was read of a file: by tab, cohort and moment, and word by word.

    `leavers` is how many people the file names, once it is recorded.
    """

    parts: tuple[PartRead, ...] = ()
    words: tuple[WordRead, ...] = ()
    leavers: int | None = None


def understood(rows: NormalisedSubmission, *, leavers: int | None = None) -> Understood:
    """What we took the rows of a submission to say; their cells are for their sender alone."""
    places: defaultdict[tuple[str, str, str], set[int]] = defaultdict(set)
    for row in rows.rows:
        places[row.sheet, _leavers_of(row), _moment(row)].add(row.row)
    parts = tuple(PartRead(*part, len(numbers)) for part, numbers in places.items())
    return Understood(parts, _words(rows), leavers)


def part_in_words(part: PartRead) -> str:
    """One part on a line: Year 11 leavers of 2024/25, first autumn after leaving: 28 rows."""
    tab = f"“{part.tab}”: " if part.tab else ""
    about = ", ".join(filter(None, (part.leavers_of, part.moment)))
    return f"{tab}{about or 'people enrolled'}: {count_of(part.rows, 'row')}"


def _leavers_of(row: NormalisedRow) -> str:
    if row.cohort is None:
        return ""
    return (
        f"{stage_name(row.cohort.leaving_stage)} leavers of {year_name(row.cohort.academic_year)}"
    )


def _moment(row: NormalisedRow) -> str:
    if row.cohort is None or row.wave is None:
        return ""
    if row.wave == 0:
        return "what they mean to do"
    return f"autumn {row.cohort.academic_year + row.wave}"


def _words(rows: NormalisedSubmission) -> tuple[WordRead, ...]:
    labels = {code: activity.label for code, activity in activities().items()}
    counts: Counter[tuple[str, str]] = Counter()
    spellings: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for row in rows.rows:
        for field in _ANSWERS:
            typed, value = row.raw.get(field, "").strip(), row.values.get(field)
            if typed and isinstance(value, str):
                key = (typed.casefold(), labels.get(value, value))
                counts[key] += 1
                spellings[key][typed] += 1
    return tuple(
        WordRead(spellings[key].most_common(1)[0][0], key[1], count)
        for key, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:_MOST_WORDS]
    )
