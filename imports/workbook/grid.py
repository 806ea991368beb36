"""Grid: one sheet with its cells as their sender sees them, blank ones left out."""

from collections.abc import Iterator
from dataclasses import dataclass

from imports.workbook.displayed_cells import DisplayedCells
from imports.workbook.raw_cells import Merge, RawSheet
from models.handoffs.sheets import BLANK, Cell, CellKind

_TEXT = CellKind.TEXT


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
                if start <= column < stop and cell.kind is _TEXT
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


def grid_of(sheet: RawSheet, displayed: DisplayedCells) -> Grid:
    """The grid of a raw sheet.  Cells with nothing but spaces are left out."""
    rows = []
    for number, hidden, raw_cells in sheet.rows:
        cells = {raw[0]: cell for raw in raw_cells if (cell := displayed[raw[1:]]) is not BLANK}
        if cells:
            rows.append(GridRow(number, hidden, cells))
    return Grid(
        sheet.name, tuple(rows), tuple(sheet.merges), sheet.hidden_columns, sheet.knows_merges
    )
