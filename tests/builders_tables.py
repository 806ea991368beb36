"""Tables drawn as text, as reading hands them on.

A cell is text; "@2007-03-17" is a real date, "=210" a number, "=9.07E+09" one in E notation.
"""

from datetime import date

from models.handoffs.normalised import SubmissionMetadata
from models.handoffs.sheets import BLANK, Cell, CellKind, Heading, ReadFile, SheetRow, Table
from models.vocabulary import LeavingStage, SubmissionKind
from tests.builders import drawn

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def a_cell(text, number_format=""):
    if not text:
        return BLANK
    if text.startswith("@"):
        day = date.fromisoformat(text[1:])
        return Cell(text[1:], day, CellKind.DATE)
    if text.startswith("="):
        number = float(text[1:])
        return Cell(text[1:], number, CellKind.NUMBER, text[1:], number_format)
    return Cell(text, text, CellKind.TEXT)


def a_table(text, sheet="Leavers", above=()):
    """A table from its drawing: headings on the first line, the first row of cells is row 2.

    `above` are headings on a row of their own over the others, one a column.
    """
    lines = drawn(text)
    above = [*above, *[""] * (len(lines[0]) - len(above))]
    headings = tuple(
        Heading(LETTERS[at], (upper, lower) if upper else (lower,))
        for at, (upper, lower) in enumerate(zip(above, lines[0], strict=True))
    )
    rows = tuple(
        SheetRow(number, tuple(map(a_cell, line))) for number, line in enumerate(lines[1:], 2)
    )
    return Table(sheet, headings, rows, (1,))


def a_read_file(*tables, sheet="Leavers", above=()):
    made = [a_table(one, sheet, above) if isinstance(one, str) else one for one in tables]
    return ReadFile("xlsx", tuple(made))


def a_declaration(**more):
    """Year 11 leavers of 2022/23, sent in their first autumn."""
    known = {
        "submission_id": 1,
        "urn": "900700",
        "sent_on": date(2023, 11, 9),
        "kind": SubmissionKind.LEAVERS,
        "academic_year": 2022,
        "leaving_stage": LeavingStage.Y11,
        "wave": 1,
    }
    return SubmissionMetadata(**(known | more))
