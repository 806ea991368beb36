"""Grids: one sheet with its cells as their sender sees them, blank ones left out."""

from collections.abc import Iterator
from dataclasses import dataclass

from imports.cells import ToCell
from imports.raw import Merge, RawSheet
from models.sheets import Cell, CellKind


@dataclass(frozen=True, slots=True)
class GridRow:
    """One row of a sheet: the number that Excel shows, and its cells by column from 0."""

    number: int
    hidden: bool
    cells: dict[int, Cell]

    def first_text(self, start: int, stop: int) -> str:
        """The first text from one column on and before another, '' where there is none."""
        return next(
            (
                cell.text.strip()
                for column, cell in self.cells.items()
                if start <= column < stop and cell.kind is CellKind.TEXT
            ),
            "",
        )


@dataclass(frozen=True, slots=True)
class Grid:
    """A visible sheet: its rows with something in them, in order, and its merged cells."""

    name: str
    rows: tuple[GridRow, ...]
    merges: tuple[Merge, ...]
    hidden_columns: frozenset[int]
    knows_merges: bool

    def merges_on(self, number: int) -> Iterator[Merge]:
        """The merged cells that begin on a row."""
        return (merge for merge in self.merges if merge[0] == number)


def grid_of(sheet: RawSheet, to_cell: ToCell) -> Grid:
    """The grid of a raw sheet.  Spaces alone, non-breaking ones too, are nothing."""
    rows = []
    for number, hidden, raw_cells in sheet.rows:
        cells = {}
        for column, kind, stored, number_format in raw_cells:
            cell = to_cell(kind, stored, number_format)
            if cell.kind is CellKind.FORMULA or not (cell.text.isspace() or not cell.text):
                cells[column] = cell
        if cells:
            rows.append(GridRow(number, hidden, cells))
    return Grid(
        sheet.name, tuple(rows), tuple(sheet.merges), sheet.hidden_columns, sheet.knows_merges
    )
