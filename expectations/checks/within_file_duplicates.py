"""Within-file duplicates: rows about one person, and rows that share a number by mistake.

Two rows are about one person when most of what both say of the person agrees.  Only rows that
share a number, or a name and a date of birth, are looked at one by one: they are few.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

import pandas as pd

ComparisonColumns = dict[str, "pd.Series[Any]"]
ROW = ["submission_id", "sheet", "row"]
LOOK_BACK = 20  # rows of one group that a row is compared with: a number filled down a column
CELLS = ("sheet", "row", "surname", "forename", "born_on", "upn_sound", "moment")
# All that is looked at here, so that no more of a wide table is copied.
LOOKED_AT = (
    *(*ROW, "wave", "activity", "intended", "surname", "forename", "upn_sound", "uln_sound"),
    *("born_on", "born_earliest", "born_latest", "course", "started_on", "moment"),
)


class WaveAnswer(NamedTuple):
    """The codes that a row has for one wave; -1 for a row of no wave."""

    wave: float
    activity: str | None
    intended: str | None


class RowIdentity(NamedTuple):
    """One row of a sheet as far as it says who it is about; None for what it does not say."""

    at: int
    sheet: str
    row: int
    surname: str | None
    forename: str | None
    born_on: pd.Timestamp | None
    upn: str | None
    moment: pd.Timestamp | None


@dataclass(frozen=True, slots=True)
class RowComparison:
    """What the comparison finds, by the first index of a row.

    Each of COMPARISON_COLUMNS becomes a column; `answers` are what the rows say.
    """

    answers: Mapping[int, Sequence[WaveAnswer]]
    same_as: dict[int, str]
    same_but: dict[int, str]
    otherwise_on: dict[int, str]
    upn_also_on: dict[int, str]
    uln_also_on: dict[int, str]
    namesake_on: dict[int, str]
    done: set[int] = field(default_factory=set)  # rows with an earlier duplicate


COMPARISON_COLUMNS = (
    "same_as",
    "same_but",
    "otherwise_on",
    "upn_also_on",
    "uln_also_on",
    "namesake_on",
)


def compare_leaver_rows(table: pd.DataFrame) -> ComparisonColumns:
    """What rows of leaver sheets have to do with one another, by index.

    `same_as`: another row that is about this leaver too ("row 5"); where it says something else,
    the later of the two has `same_but`, and the earlier one `otherwise_on` instead.
    `upn_also_on`, `uln_also_on`: a row that has this number for somebody else.  `namesake_on`: a
    row of somebody of this name and birthday with another UPN.
    """
    people = _people(table)
    numbered = {name: list(_group_people(people, name)) for name in ("upn_sound", "uln_sound")}
    named = list(_group_people(people, "name", "born_on"))
    every = [
        person for groups in (*numbered.values(), named) for group in groups for person in group
    ]
    comparison = RowComparison(_answers_by_row(table, every), {}, {}, {}, {}, {}, {})
    for group in numbered["upn_sound"]:
        _compare_same_number(group, comparison, comparison.upn_also_on)
    for group in numbered["uln_sound"]:
        _compare_same_number(group, comparison, comparison.uln_also_on)
    for group in named:
        _compare_same_name(group, comparison)
    return {
        name: _spread_over_waves(table, getattr(comparison, name)) for name in COMPARISON_COLUMNS
    }


def compare_enrolment_rows(table: pd.DataFrame) -> ComparisonColumns:
    """For rows of enrolment lists, by index: the earlier row with the same enrolment."""
    people = _people(table)
    people["who"] = people["upn_sound"].fillna(people["name"])
    earlier_rows = {
        later.at: _describe_row(group[0], later)
        for group in _group_people(people, "who", "course", "started_on", "born_on")
        for later in group[1:]
    }
    return {"same_enrolment_as": _spread_over_waves(table, earlier_rows)}


def _people(table: pd.DataFrame) -> pd.DataFrame:
    """One row for each row of each sheet, whatever its waves, with a name to compare by."""
    people = table.drop_duplicates(ROW).copy()
    for name in ("surname", "forename"):
        letters = {text: _letters_only(text) for text in people[name].dropna().unique()}
        people[name] = people[name].map(letters).astype("str")
    people["name"] = people["surname"] + "|" + people["forename"]
    # A birthday that must be wrong makes nobody somebody else.
    wrong = (people["born_on"] < people["born_earliest"]) | (
        people["born_on"] > people["born_latest"]
    )
    people["born_on"] = people["born_on"].mask(wrong)
    return people


def _letters_only(text: str) -> str | None:
    """A name by its letters alone, None where it has none."""
    return re.sub(r"[\W\d_]", "", text.casefold()) or None


def _group_people(people: pd.DataFrame, *keys: str) -> Iterator[list[RowIdentity]]:
    """The people of one submission that agree on all the keys, where there is more than one."""
    filled = people.dropna(subset=[keys[0]])
    shared = filled[filled.duplicated(["submission_id", *keys], keep=False)]
    groups: dict[Any, list[RowIdentity]] = defaultdict(list)
    keys_of_rows = _as_objects(shared[["submission_id", *keys]]).itertuples(index=False, name=None)
    cells = _as_objects(shared[list(CELLS)]).itertuples(name=None)
    for key, identity in zip(keys_of_rows, cells, strict=True):
        groups[key].append(RowIdentity(*identity))
    yield from groups.values()


def _as_objects(cells: pd.DataFrame) -> pd.DataFrame:
    """The cells as plain values, None where there is nothing."""
    cells = cells.astype("object")
    return cells.where(cells.notna(), None)


def _answers_by_row(
    table: pd.DataFrame, people: Sequence[RowIdentity]
) -> dict[int, list[WaveAnswer]]:
    """What each of the people is said to do, wave by wave, by the first index of their row."""
    indexes = {person.at for person in people}
    if not indexes:
        return {}
    row_numbers = table.groupby(ROW, sort=False, dropna=False).ngroup()
    first_index = dict(zip(row_numbers[list(indexes)], indexes, strict=True))
    rows_of_people = table[row_numbers.isin(list(first_index))]
    waves = rows_of_people["wave"].fillna(-1)
    answers: dict[int, list[WaveAnswer]] = defaultdict(list)
    codes = _as_objects(rows_of_people[["activity", "intended"]]).itertuples(index=False, name=None)
    for number, wave, (activity, intended) in zip(
        row_numbers[rows_of_people.index], waves, codes, strict=True
    ):
        answers[first_index[number]].append(WaveAnswer(wave, activity, intended))
    return answers


def _spread_over_waves(table: pd.DataFrame, by_row: Mapping[int, str]) -> "pd.Series[Any]":
    """What is given by the first index of a row, repeated on each of its waves."""
    on_first = pd.Series(by_row, dtype="str").reindex(table.index)
    if not by_row:
        return on_first
    firsts = table[ROW].assign(text=on_first).groupby(ROW, sort=False, dropna=False)["text"]
    spread: pd.Series[Any] = firsts.transform("first")
    return spread


def _compare_same_number(
    group: Sequence[RowIdentity], comparison: RowComparison, also_on: dict[int, str]
) -> None:
    for n, later in enumerate(group):
        for earlier in group[: min(n, LOOK_BACK)]:
            if _is_same_person(later, earlier):
                _note_same_person(later, earlier, comparison)
            else:
                also_on.setdefault(later.at, _describe_row(earlier, later))
                also_on.setdefault(earlier.at, _describe_row(later, earlier))


def _compare_same_name(group: Sequence[RowIdentity], comparison: RowComparison) -> None:
    for n, later in enumerate(group):
        for earlier in group[: min(n, LOOK_BACK)]:
            if later.upn and earlier.upn and later.upn != earlier.upn:
                comparison.namesake_on.setdefault(later.at, _describe_row(earlier, later))
                comparison.namesake_on.setdefault(earlier.at, _describe_row(later, earlier))
            else:
                _note_same_person(later, earlier, comparison)


def _is_same_person(row: RowIdentity, other_row: RowIdentity) -> bool:
    """Whether two rows with one number are about one person.

    One of surname, first name and birth may differ; but twins share all the rest, so a first name
    that begins otherwise is somebody else's.
    """
    pairs = [
        (getattr(row, name), getattr(other_row, name))
        for name in ("surname", "forename", "born_on")
    ]
    differ = sum(a != b for a, b in pairs if a is not None and b is not None)
    initials = {name[0] for name in pairs[1] if name}
    return differ < 2 and len(initials) < 2


def _note_same_person(later: RowIdentity, earlier: RowIdentity, comparison: RowComparison) -> None:
    mine, theirs = comparison.answers[later.at], comparison.answers[earlier.at]
    shared = {wave for wave, *_ in mine} & {wave for wave, *_ in theirs}
    if not shared:
        return  # a tab for each year has every leaver once in each
    if later.moment and earlier.moment and later.moment != earlier.moment:
        return  # the later counts, and the earlier is history
    born = {later.born_on, earlier.born_on} - {None}
    differ = len(born) > 1 or any(_contradict(mine, theirs, wave) for wave in shared)
    if later.at not in comparison.done:  # the first that it is like decides whether it waits
        comparison.done.add(later.at)
        comparison.same_as[later.at] = _describe_row(earlier, later)
        if differ:
            comparison.same_but[later.at] = "yes"
    if not differ:
        comparison.same_as.setdefault(earlier.at, _describe_row(later, earlier))
    elif later.at in comparison.same_but and earlier.at not in comparison.same_but:
        comparison.otherwise_on.setdefault(earlier.at, _describe_row(later, earlier))


def _contradict(mine: Sequence[WaveAnswer], theirs: Sequence[WaveAnswer], wave: float) -> bool:
    """Whether both say where the leaver is, or means to go, at a wave, and differ."""
    return any(
        _differ(_codes_at(mine, wave, part), _codes_at(theirs, wave, part)) for part in _PARTS
    )


def _codes_at(
    answers: Sequence[WaveAnswer], wave: float, part: Literal["activity", "intended"]
) -> set[str | None]:
    codes = (getattr(answer, part) for answer in answers if answer.wave == wave)
    return {_SAME_ANSWER.get(code, code) for code in codes}


def _differ(codes: set[str | None], other_codes: set[str | None]) -> bool:
    return bool(codes - {None} and other_codes - {None} and codes != other_codes)


# "Not known" and "cannot be contacted" are two ways to say that nobody knows.
_SAME_ANSWER: Mapping[str | None, str] = {"820": "810"}
_PARTS: tuple[Literal["activity", "intended"], ...] = ("activity", "intended")


def _describe_row(row: RowIdentity, seen_from: RowIdentity) -> str:
    """Where a row is, as its sender would say it; the sheet only where it is another."""
    return f"row {row.row}" + ("" if row.sheet == seen_from.sheet else f" of {row.sheet}")
