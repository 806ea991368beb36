"""Alike: which rows of a submission are about one person, and which share a number by mistake.

Two rows are about one person when most of what both say of the person agrees.  Only rows that
share a number, or a name and a date of birth, are looked at one by one: they are few.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import pandas as pd

Told = dict[str, "pd.Series[Any]"]
ROW = ["submission_id", "sheet", "row"]
LOOK_BACK = 20  # rows of one group that a row is compared with: a number filled down a column
CELLS = ("sheet", "row", "surname", "forename", "born_on", "upn_sound")
# All that is looked at here, so that no more of a wide table is copied.
LOOKED_AT = (
    *(*ROW, "wave", "activity", "intended", "surname", "forename", "upn_sound", "uln_sound"),
    *("born_on", "born_earliest", "born_latest", "course", "started_on"),
)


class RowIdentity(NamedTuple):
    """One row of a sheet as far as it says who it is about; None for what it does not say."""

    at: int
    sheet: str
    row: int
    surname: str | None
    forename: str | None
    born_on: pd.Timestamp | None
    upn: str | None


@dataclass(frozen=True, slots=True)
class RowComparison:
    """What is found out, by a row's first index; and its answers: (wave, activity, intended)."""

    answers: Mapping[int, Sequence[tuple[Any, Any, Any]]]
    same_as: dict[int, str]
    same_but: dict[int, str]
    otherwise_on: dict[int, str]
    upn_also_on: dict[int, str]
    uln_also_on: dict[int, str]
    namesake_on: dict[int, str]
    done: set[int] = field(default_factory=set)  # rows whose earlier one has been found


FOUND = ("same_as", "same_but", "otherwise_on", "upn_also_on", "uln_also_on", "namesake_on")


def compare_leaver_rows(table: pd.DataFrame) -> Told:
    """What rows of leaver sheets have to do with one another, by index.

    `same_as`: another row that is about this leaver too ("row 5"); where it says something else,
    the later of the two has `same_but`, and the earlier one `otherwise_on` instead.
    `upn_also_on`, `uln_also_on`: a row that has this number for somebody else.  `namesake_on`: a
    row of somebody of this name and birthday with another UPN.
    """
    people = _people(table)
    numbered = {name: list(_groups(people, name)) for name in ("upn_sound", "uln_sound")}
    named = list(_groups(people, "name", "born_on"))
    every = [
        person for groups in (*numbered.values(), named) for group in groups for person in group
    ]
    alike = RowComparison(_answers(table, every), {}, {}, {}, {}, {}, {})
    for group in numbered["upn_sound"]:
        _same_number(group, alike, alike.upn_also_on)
    for group in numbered["uln_sound"]:
        _same_number(group, alike, alike.uln_also_on)
    for group in named:
        _same_name(group, alike)
    return {name: _spread(table, getattr(alike, name)) for name in FOUND}


def compare_enrolment_rows(table: pd.DataFrame) -> Told:
    """For rows of enrolment lists, by index: the earlier row with the same enrolment."""
    people = _people(table)
    people["who"] = people["upn_sound"].fillna(people["name"])
    told = {
        later.at: _place(group[0], later)
        for group in _groups(people, "who", "course", "started_on", "born_on")
        for later in group[1:]
    }
    return {"same_enrolment_as": _spread(table, told)}


def _people(table: pd.DataFrame) -> pd.DataFrame:
    """One row for each row of each sheet, whatever its waves, with a name to compare by."""
    people = table.drop_duplicates(ROW).copy()
    for name in ("surname", "forename"):
        letters = {text: _letters(text) for text in people[name].dropna().unique()}
        people[name] = people[name].map(letters).astype("str")
    people["name"] = people["surname"] + "|" + people["forename"]
    # A birthday that must be wrong makes nobody somebody else.
    wrong = (people["born_on"] < people["born_earliest"]) | (
        people["born_on"] > people["born_latest"]
    )
    people["born_on"] = people["born_on"].mask(wrong)
    return people


def _letters(text: str) -> str | None:
    """A name by its letters alone, None where it has none."""
    return re.sub(r"[\W\d_]", "", text.casefold()) or None


def _groups(people: pd.DataFrame, *keys: str) -> Iterator[list[RowIdentity]]:
    """The people of one submission that agree on all the keys, where there is more than one."""
    filled = people.dropna(subset=[keys[0]])
    shared = filled[filled.duplicated(["submission_id", *keys], keep=False)]
    groups: dict[Any, list[RowIdentity]] = defaultdict(list)
    alike = _plain(shared[["submission_id", *keys]]).itertuples(index=False, name=None)
    cells = _plain(shared[list(CELLS)]).itertuples(name=None)
    for key, one in zip(alike, cells, strict=True):
        groups[key].append(RowIdentity(*one))
    yield from groups.values()


def _plain(cells: pd.DataFrame) -> pd.DataFrame:
    """The cells as plain values, None where there is nothing."""
    cells = cells.astype("object")
    return cells.where(cells.notna(), None)


def _answers(
    table: pd.DataFrame, people: Sequence[RowIdentity]
) -> dict[int, list[tuple[Any, Any, Any]]]:
    """What each of the people is said to do, wave by wave."""
    indexes = {person.at for person in people}
    if not indexes:
        return {}
    leaf = table.groupby(ROW, sort=False, dropna=False).ngroup()
    first = dict(zip(leaf[list(indexes)], indexes, strict=True))
    few = table[leaf.isin(list(first))]
    waves = few["wave"].fillna(-1)
    answers: dict[int, list[tuple[Any, Any, Any]]] = defaultdict(list)
    said = _plain(few[["activity", "intended"]]).itertuples(index=False, name=None)
    for number, wave, (activity, intended) in zip(leaf[few.index], waves, said, strict=True):
        answers[first[number]].append((wave, activity, intended))
    return answers


def _spread(table: pd.DataFrame, found: Mapping[int, str]) -> "pd.Series[Any]":
    """What was found of a row, on each of its waves."""
    told = pd.Series(found, dtype="str").reindex(table.index)
    if not found:
        return told
    firsts = table[ROW].assign(told=told).groupby(ROW, sort=False, dropna=False)["told"]
    spread: pd.Series[Any] = firsts.transform("first")
    return spread


def _same_number(
    group: Sequence[RowIdentity], alike: RowComparison, also_on: dict[int, str]
) -> None:
    for n, later in enumerate(group):
        for earlier in group[: min(n, LOOK_BACK)]:
            if _same_person(later, earlier):
                _tell_same(later, earlier, alike)
            else:
                also_on.setdefault(later.at, _place(earlier, later))
                also_on.setdefault(earlier.at, _place(later, earlier))


def _same_name(group: Sequence[RowIdentity], alike: RowComparison) -> None:
    for n, later in enumerate(group):
        for earlier in group[: min(n, LOOK_BACK)]:
            if later.upn and earlier.upn and later.upn != earlier.upn:
                alike.namesake_on.setdefault(later.at, _place(earlier, later))
                alike.namesake_on.setdefault(earlier.at, _place(later, earlier))
            else:
                _tell_same(later, earlier, alike)


def _same_person(one: RowIdentity, other: RowIdentity) -> bool:
    """Whether two rows with one number are about one person.

    One of surname, first name and birth may differ; but twins share all the rest, so a first name
    that begins otherwise is somebody else's.
    """
    pairs = [
        (getattr(one, name), getattr(other, name)) for name in ("surname", "forename", "born_on")
    ]
    differ = sum(a != b for a, b in pairs if a is not None and b is not None)
    initials = {name[0] for name in pairs[1] if name}
    return differ < 2 and len(initials) < 2


def _tell_same(later: RowIdentity, earlier: RowIdentity, alike: RowComparison) -> None:
    mine, theirs = alike.answers[later.at], alike.answers[earlier.at]
    shared = {wave for wave, *_ in mine} & {wave for wave, *_ in theirs}
    if not shared:
        return  # a tab for each year has every leaver once in each
    born = {later.born_on, earlier.born_on} - {None}
    differ = len(born) > 1 or any(_contradict(mine, theirs, wave) for wave in shared)
    if later.at not in alike.done:  # the first that it is like decides whether it waits
        alike.done.add(later.at)
        alike.same_as[later.at] = _place(earlier, later)
        if differ:
            alike.same_but[later.at] = "yes"
    if not differ:
        alike.same_as.setdefault(earlier.at, _place(later, earlier))
    elif later.at in alike.same_but and earlier.at not in alike.same_but:
        alike.otherwise_on.setdefault(earlier.at, _place(later, earlier))


def _contradict(
    mine: Sequence[tuple[Any, Any, Any]], theirs: Sequence[tuple[Any, Any, Any]], wave: float
) -> bool:
    """Whether both say where the leaver is, or means to go, at a wave, and differ."""
    for said in (1, 2):
        one, other = (
            {_SAME_ANSWER.get(answer[said], answer[said]) for answer in rows if answer[0] == wave}
            for rows in (mine, theirs)
        )
        if one - {None} and other - {None} and one != other:
            return True
    return False


# "Not known" and "cannot be contacted" are two ways to say that nobody knows.
_SAME_ANSWER = {"820": "810"}


def _place(there: RowIdentity, here: RowIdentity) -> str:
    """Where a row is, as its sender would say it; the sheet only where it is another."""
    return f"row {there.row}" + ("" if there.sheet == here.sheet else f" of {there.sheet}")
