"""Spreadsheets drawn as text, built in memory."""

from io import BytesIO

from openpyxl import Workbook


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
