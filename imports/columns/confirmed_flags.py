"""Confirmed flags: "Confirmed? Y/N" beside a destination says whether it was, not where.

The destination stays what the school says; where it says that nothing confirmed it, that is said.
"""

from collections.abc import Sequence
from dataclasses import replace

from imports.columns.mapped_table import ColumnMapping, TableMapping, cell_at, holds_yes_no
from imports.columns.typed_values import displayed_text, says_nothing
from imports.crosswalk.column_map import ColumnMap
from imports.crosswalk.fields import NOT_OURS
from imports.text.headings import SPEAKS_OF_PROOF, heading_words
from models.handoffs.findings import Issue
from models.handoffs.sheets import Cell, SheetRow

_NOT_KNOWN = "8"  # begins each code for it
_TICKS = frozenset({"\u2713", "\u2714", "\u2611", "\u2705", "x", "\u2717", "\u2718"})


def read_confirmed_flags(
    layout: TableMapping, column_map: ColumnMap
) -> tuple[TableMapping, list[Issue]]:
    """The layout without its flags, and an issue for each that says of some that they are not."""
    if not layout.has("activity"):
        return layout, []
    mappings, issues = list(layout.mappings), []
    for column in layout.columns(""):
        if not _is_flag(layout, column, column_map):
            continue
        mappings[column.at] = replace(column, field=NOT_OURS)
        count = sum(_is_unconfirmed(layout, row, column, column_map) for row in layout.table.rows)
        if count:
            facts = (("count", f"{count:,}"), ("heading", column.heading))
            issues.append(
                Issue("C75", layout.table.sheet, None, column.letter, column.heading, facts=facts)
            )
    return replace(layout, mappings=tuple(mappings)), issues


def _is_flag(layout: TableMapping, column: ColumnMapping, column_map: ColumnMap) -> bool:
    if SPEAKS_OF_PROOF.isdisjoint(heading_words(" ".join(column.parts))):
        return False
    cells = [cell for cell in _answers(layout, column) if displayed_text(cell) not in _TICKS]
    return bool(layout.cells(column)) and (not cells or holds_yes_no(cells, column_map))


def _answers(layout: TableMapping, column: ColumnMapping) -> Sequence[Cell]:
    return [cell for cell in layout.cells(column) if not says_nothing("activity", cell)]


def _is_unconfirmed(
    layout: TableMapping, row: SheetRow, flag: ColumnMapping, column_map: ColumnMap
) -> bool:
    """Whether a row says "No" beside a destination.  That nothing is known needs no proof."""
    if column_map.value_of("disadvantaged", displayed_text(cell_at(row, flag.at))) != "no":
        return False
    destinations = [cell_at(row, column.at) for column in layout.columns("activity")]
    codes = [
        column_map.value_of("activity", displayed_text(cell)) or ""
        for cell in destinations
        if not says_nothing("activity", cell)
    ]
    return any(not code.startswith(_NOT_KNOWN) for code in codes)
