"""Fields by words: an unknown heading whose cells are all destinations is a destination.

It is said, once.  Where the heading speaks of an offer, of a time before or of somebody else, or
two columns would do, nothing is read and a person is asked.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from imports.columns.mapped_table import (
    ColumnMapping,
    TableMapping,
    holds_yes_no,
    share_of_known_destinations,
)
from imports.columns.typed_values import displayed_text, says_nothing
from imports.crosswalk.column_map import ColumnMap
from imports.crosswalk.periods import PeriodUnit, parse_period
from imports.text.headings import (
    SPEAKS_OF_BEFORE,
    SPEAKS_OF_OFFERS,
    SPEAKS_OF_PLANS,
    heading_words,
    names_another_person,
    word_set,
)
from models.handoffs.findings import Issue
from models.handoffs.sheets import Cell, CellKind

_ENOUGH, _MANY = 3, 0.5
_SHORT = 3  # letters: "Y" and "NA" are words of many lists
_CHOICES = word_set("choice choices preference preferences preferred prefer")
_INTENTION = SPEAKS_OF_PLANS - _CHOICES
# Not where anybody is: what they were offered or thought of, and where they were before.
_ELSEWHEN = (
    SPEAKS_OF_BEFORE
    | SPEAKS_OF_OFFERS
    | _CHOICES
    | word_set("option options until reason reasons advice backup reserve second alternative")
)
_CALLED = {"activity": "the destination", "intended": "the intended destination"}


def read_by_words(layout: TableMapping, column_map: ColumnMap) -> TableMapping:
    """The layout with a destination, meant or actual, where one unknown column is full of them."""
    mappings = list(layout.mappings)
    candidates = [
        _with_period(column)
        for column in layout.columns("")
        if _is_all_destinations(layout, column, column_map)
    ]
    for field in ("activity", "intended"):
        columns = [column for column in candidates if _field_meant(column) == field]
        if columns and not layout.has(field) and _ask_for_a_year_each(columns):
            for column in columns:
                mappings[column.at] = replace(column, field=field, is_by_words=True)
    return replace(layout, mappings=tuple(mappings))


def _with_period(column: ColumnMapping) -> ColumnMapping:
    # "After Year 13" is no moment.
    parsed = parse_period(" ".join(column.parts))
    is_moment = parsed is not None and parsed[0].unit is not PeriodUnit.AGE
    return replace(column, period=parsed[0]) if parsed and is_moment else column


def _ask_for_a_year_each(columns: Sequence[ColumnMapping]) -> bool:
    """Whether it is one column, or the same question of several years."""
    if len(columns) == 1:
        return True
    asked = [parse_period(" ".join(column.parts)) for column in columns]
    years = [parsed[0] for parsed in asked if parsed]
    questions = {parsed[1] for parsed in asked if parsed}
    return len(questions) == 1 and len(set(years)) == len(columns)


def holds_many_destinations(layout: TableMapping, column_map: ColumnMap) -> bool:
    """Whether a column that nobody knows holds destinations, half of its cells or more.

    Until a person says what it is, no other column stands in for it.
    """
    return any(
        len(cells := _filled_cells(layout, column)) >= _ENOUGH
        and not _are_flags(cells)
        and not holds_yes_no(cells, column_map)
        and share_of_known_destinations(cells, column_map) >= _MANY
        for column in layout.columns("")
        if _field_meant(column)
    )


def by_words_issues(layouts: Iterable[TableMapping]) -> list[Issue]:
    """An issue for each column whose words alone say what it is."""
    return [
        Issue(
            "C61",
            sheet=layout.table.sheet,
            column=column.letter,
            heading=column.heading,
            facts=(("heading", column.heading), ("what", _CALLED[column.field])),
        )
        for layout in layouts
        for column in layout.mappings
        if column.is_by_words and column.field in _CALLED
    ]


def _field_meant(column: ColumnMapping) -> str:
    """The field that a column of destinations may be, by its heading; '' for none."""
    text = " ".join(column.parts)
    words = heading_words(text)
    if not words or names_another_person(text) or not _ELSEWHEN.isdisjoint(words):
        return ""
    return "activity" if _INTENTION.isdisjoint(words) else "intended"


def _is_all_destinations(
    layout: TableMapping, column: ColumnMapping, column_map: ColumnMap
) -> bool:
    cells = _filled_cells(layout, column)
    return (
        len(cells) >= _ENOUGH
        and not _are_flags(cells)
        and not holds_yes_no(cells, column_map)
        and share_of_known_destinations(cells, column_map) >= _MANY
        and all(_is_destination_or_plan(cell, column_map) for cell in cells)
    )


def _is_destination_or_plan(cell: Cell, column_map: ColumnMap) -> bool:
    """Under a title that speaks of plans, some are "Undecided"."""
    typed = displayed_text(cell)
    return any(column_map.value_of(name, typed) is not None for name in _CALLED)


def _filled_cells(layout: TableMapping, column: ColumnMapping) -> list[Cell]:
    return [cell for cell in layout.cells(column) if not says_nothing("activity", cell)]


def _are_flags(cells: Sequence[Cell]) -> bool:
    return all(
        cell.kind is not CellKind.TEXT or len(displayed_text(cell)) <= _SHORT for cell in cells
    )
