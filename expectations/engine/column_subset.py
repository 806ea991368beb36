"""Narrow: the rules of one field get a table of what they look at, and of nothing else.

The library copies its table some times over for every rule, and once more for every condition of
a rule.  So each group of rules has a few columns of its own, in which a condition is already met:
where it does not hold there is nothing to judge.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from expectations.rule import Rule

MUST_BE_FILLED = "ExpectColumnValuesToNotBeNull"
_COLUMNS = ("column", "column_A", "column_B")


def rules_by_field(rules: Iterable[Rule]) -> dict[str, tuple[Rule, ...]]:
    """The rules by the field that they are about, '' for the whole row."""
    found: defaultdict[str, list[Rule]] = defaultdict(list)
    for rule in rules:
        found[rule.field].append(rule)
    return {field: tuple(alike) for field, alike in found.items()}


def narrowed_kwargs(rule: Rule) -> dict[str, Any]:
    """What the library is asked of a rule: its `kwargs`, the condition met by the column."""
    asked = {name: value for name, value in rule.kwargs.items() if name != "when"}
    if "column_list" in asked:
        asked["column_list"] = list(asked["column_list"])
    if rule.kwargs.get("when"):
        name = _first(asked)
        asked[name] = _own_column(rule)
    return asked


def select_columns(table: pd.DataFrame, rules: Sequence[Rule]) -> pd.DataFrame:
    """The columns that these rules look at.  One that is not there is left for the library to miss.

    Positions are those of the table.
    """
    made: dict[str, Any] = {}
    for rule in rules:
        asked = narrowed_kwargs(rule)
        names = [asked[name] for name in _COLUMNS if name in asked] + asked.get("column_list", [])
        made |= {name: table[name] for name in names if name in table.columns}
        if rule.kwargs.get("when"):
            made |= _with_condition_met(table, rule)
    return pd.DataFrame(made, index=table.index).reset_index(drop=True)


def _with_condition_met(table: pd.DataFrame, rule: Rule) -> dict[str, Any]:
    name = rule.kwargs[_first(rule.kwargs)]
    when = rule.kwargs["when"]
    if not {name, *(needed for needed, *_ in when)} <= set(table.columns):
        return {}
    column, holds = table[name], _holds(table, when)
    if rule.kind == MUST_BE_FILLED:
        filled = pd.Series("yes", index=table.index, dtype="object")
        return {_own_column(rule): filled.where(column.notna() | ~holds)}
    return {_own_column(rule): column.where(holds)}


def _holds(table: pd.DataFrame, when: Iterable[tuple[Any, ...]]) -> "pd.Series[bool]":
    """All of these must hold for a row to be judged: ("sen", "is", "N"), ("upn", "filled") ..."""
    holds = pd.Series(True, index=table.index)
    for name, how, *what in when:
        column = table[name]
        if how == "filled":
            holds &= column.notna()
        elif how == "blank":
            holds &= column.isna()
        else:
            listed = column.isin(what if how == "is" else what[0])
            holds &= ~listed if how == "not in" else listed
    return holds


def _first(kwargs: Mapping[str, Any]) -> str:
    """The argument whose column carries the condition: what is missing in it is not judged."""
    return next(name for name in _COLUMNS if name in kwargs)


def _own_column(rule: Rule) -> str:
    return f"{rule.kwargs[_first(rule.kwargs)]} for {rule.code}"
