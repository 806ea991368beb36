"""Cells above: what is merged over several rows, or ditto, is said of each of them."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from imports.values.nothing_words import is_ditto
from imports.workbook.grid import Grid, GridRow
from models.handoffs.sheets import Cell, CellKind

_TEXT = CellKind.TEXT
_LONGEST = 16  # "same as above"

MergedCells = dict[int, dict[int, GridRow]]  # by row and column, the row of the cell merged over it


def merges_over_rows(grid: Grid, below: int) -> MergedCells:
    """The cells that are merged into one above them, under the row of that number."""
    rows = {row.number: row for row in grid.rows}
    over: MergedCells = {}
    for first, column, last, _ in grid.merges:
        top = rows.get(first)
        if last > first > below and top is not None and column in top.cells:
            for number in range(first + 1, last + 1):
                if number in rows:
                    over.setdefault(number, {})[column] = top
    return over


def fill_from_above(row: GridRow, over: MergedCells, above: Mapping[int, Cell]) -> GridRow:
    """A row with what is merged over it, and with the cells of the leaver above for its dittos."""
    merged = {
        column: top.cells[column]
        for column, top in over.get(row.number, {}).items()
        if column not in row.cells
    }
    dittos = {
        column: above[column]
        for column, cell in row.cells.items()
        if cell.kind is _TEXT
        and len(cell.text) <= _LONGEST
        and column in above
        and is_ditto(cell.text.strip())
    }
    if not (merged or dittos):
        return row
    return replace(row, cells=dict(sorted({**row.cells, **merged, **dittos}.items())))


def merged_columns(over: MergedCells, numbers: Iterable[int]) -> dict[tuple[int, int], int]:
    """By row and column of the rows of those numbers, the row of the cell merged over it."""
    return {
        (number, column): top.number
        for number in numbers
        for column, top in over.get(number, {}).items()
    }
