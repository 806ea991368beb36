"""Column subset: the rules of one field get a table of the columns they look at, and no more.

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
    grouped: defaultdict[str, list[Rule]] = defaultdict(list)
    for rule in rules:
        grouped[rule.field].append(rule)
    return {field: tuple(field_rules) for field, field_rules in grouped.items()}


def narrowed_kwargs(rule: Rule) -> dict[str, Any]:
    """The library's arguments for a rule: its `kwargs`, a condition made a column of its own."""
    kwargs = {name: value for name, value in rule.kwargs.items() if name != "when"}
    if "column_list" in kwargs:
        kwargs["column_list"] = list(kwargs["column_list"])
    if rule.kwargs.get("when"):
        name = _condition_argument(kwargs)
        kwargs[name] = _own_column(rule)
    return kwargs


def select_columns(table: pd.DataFrame, rules: Sequence[Rule]) -> pd.DataFrame:
    """The columns that these rules look at.  One that is not there is left for the library to miss.

    Positions are those of the table.
    """
    columns: dict[str, Any] = {}
    for rule in rules:
        kwargs = narrowed_kwargs(rule)
        names = [kwargs[name] for name in _COLUMNS if name in kwargs] + kwargs.get(
            "column_list", []
        )
        columns |= {name: table[name] for name in names if name in table.columns}
        if rule.kwargs.get("when"):
            columns |= _with_condition_met(table, rule)
    return pd.DataFrame(columns, index=table.index).reset_index(drop=True)


def _with_condition_met(table: pd.DataFrame, rule: Rule) -> dict[str, Any]:
    name = rule.kwargs[_condition_argument(rule.kwargs)]
    when = rule.kwargs["when"]
    if not {name, *(needed for needed, *_ in when)} <= set(table.columns):
        return {}
    column, holds = table[name], _condition_holds(table, when)
    if rule.kind == MUST_BE_FILLED:
        filled = pd.Series("yes", index=table.index, dtype="object")
        return {_own_column(rule): filled.where(column.notna() | ~holds)}
    return {_own_column(rule): column.where(holds)}


def _condition_holds(table: pd.DataFrame, when: Iterable[tuple[Any, ...]]) -> "pd.Series[bool]":
    """All of these must hold for a row to be judged: ("sen", "is", "N"), ("upn", "filled") ..."""
    holds = pd.Series(True, index=table.index)
    for name, operator, *arguments in when:
        column = table[name]
        if operator == "filled":
            holds &= column.notna()
        elif operator == "blank":
            holds &= column.isna()
        else:
            listed = column.isin(arguments if operator == "is" else arguments[0])
            holds &= ~listed if operator == "not in" else listed
    return holds


def _condition_argument(kwargs: Mapping[str, Any]) -> str:
    """The argument whose column carries the condition: what is missing in it is not judged."""
    return next(name for name in _COLUMNS if name in kwargs)


def _own_column(rule: Rule) -> str:
    return f"{rule.kwargs[_condition_argument(rule.kwargs)]} for {rule.code}"
