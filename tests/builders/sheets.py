"""Sheets drawn as text: as a workbook's bytes, and as tables the way reading hands them on.

In a table a cell is text; "@2007-03-17" is a real date, "=210" a number, "=9.07E+09" one in E
notation.  A workbook's cells are all text.
"""

from collections.abc import Sequence
from datetime import date
from io import BytesIO

from openpyxl import Workbook

from models.handoffs.sheets import BLANK, Cell, CellKind, Heading, ReadFile, SheetRow, Table
from tests.builders.workbooks import letter


def drawn(text: str) -> list[list[str]]:
    """The rows of a drawn table: cells between bars, blank lines left out."""
    return [
        [cell.strip() for cell in line.split("|")] for line in text.splitlines() if line.strip()
    ]


def a_workbook(text: str, *, sheet: str = "Leavers") -> bytes:
    """A workbook of one sheet whose cells are all text, from a drawn table."""
    workbook = Workbook()
    page = workbook.active
    page.title = sheet
    for number, row in enumerate(drawn(text), start=1):
        for column, cell in enumerate(row, start=1):
            if cell:
                page.cell(number, column, cell)
    kept = BytesIO()
    workbook.save(kept)
    return kept.getvalue()


def a_cell(text: str, number_format: str = "") -> Cell:
    """A cell as reading hands it on."""
    if not text:
        return BLANK
    if text.startswith("@"):
        return Cell(text[1:], date.fromisoformat(text[1:]), CellKind.DATE)
    if text.startswith("="):
        return Cell(text[1:], float(text[1:]), CellKind.NUMBER, text[1:], number_format)
    return Cell(text, text, CellKind.TEXT)


def a_table(text: str, sheet: str = "Leavers", above: Sequence[str] = ()) -> Table:
    """A table from its drawing: headings on the first line, the first row of cells is row 2.

    `above` are headings on a row of their own over the others, one a column.
    """
    lines = drawn(text)
    upper_row = [*above, *[""] * (len(lines[0]) - len(above))]
    headings = tuple(
        Heading(letter(at), (upper, lower) if upper else (lower,))
        for at, (upper, lower) in enumerate(zip(upper_row, lines[0], strict=True))
    )
    rows = tuple(
        SheetRow(number, tuple(map(a_cell, line))) for number, line in enumerate(lines[1:], 2)
    )
    return Table(sheet, headings, rows, (1,))


def a_read_file(
    *tables: Table | str, sheet: str = "Leavers", above: Sequence[str] = ()
) -> ReadFile:
    """A file that was read, of those tables or drawings."""
    made = [a_table(table, sheet, above) if isinstance(table, str) else table for table in tables]
    return ReadFile("xlsx", tuple(made))
