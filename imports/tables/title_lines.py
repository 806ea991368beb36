"""Title lines: what stands around a table on its sheet, for what it says of the table."""

from collections.abc import Collection, Iterable

from imports.workbook.grid import Grid, GridRow
from models.handoffs.sheets import Table, Title

_MOST_LINES = 6
_MOST_CELLS = 3  # a line with more in it is a row of something
_LONGEST = 120  # characters: what is longer is guidance


def title_of(grid: Grid, table: Table, used: Collection[int]) -> Title:
    """The title of a table: its tab, the lines above its headings, those directly below it.

    `used` has the numbers of the rows that are headings or leavers of any table of the sheet.
    """
    by_number = {row.number: row for row in grid.rows}
    above = _above(grid, min(table.heading_rows), used)
    below: list[str] = []
    number = table.rows[-1].number + 1
    while number in by_number and number not in used and len(below) < _MOST_LINES:
        below += _texts([by_number[number]])
        number += 1
    if number in used:  # they stand above the next table, and are its own
        below = []
    return Title(grid.name, above, tuple(below))


def is_titled(grid: Grid, at: int) -> bool:
    """Whether a line of its own stands right above the headings at that place, from 0."""
    if at == 0:
        return False
    row, above = grid.rows[at], grid.rows[at - 1]
    return row.number == above.number + 1 and bool(_texts([above])) and len(_cells(above)) == 1


def _cells(row: GridRow) -> list[str]:
    """The different texts of a row: a banner merged over all columns is one."""
    return list(
        dict.fromkeys(cell.text.strip() for cell in row.cells.values() if cell.text.strip())
    )


def _above(grid: Grid, first: int, used: Collection[int]) -> tuple[str, ...]:
    rows: list[GridRow] = []
    for row in reversed([row for row in grid.rows if row.number < first]):
        if row.number in used or len(rows) == _MOST_LINES:
            break
        rows.append(row)
    return tuple(_texts(rows))


def _texts(rows: Iterable[GridRow]) -> list[str]:
    lines = []
    for row in rows:
        texts = [cell.text.strip() for _, cell in sorted(row.cells.items()) if cell.text.strip()]
        line = " ".join(dict.fromkeys(texts))
        if texts and len(texts) <= _MOST_CELLS and len(line) <= _LONGEST:
            lines.append(line)
    return lines
