"""Unreadable cells: a mark such as #N/A, or a formula without its value, becomes an issue."""

from imports.columns.mapped_table import ColumnMapping
from models.handoffs.findings import Issue
from models.handoffs.sheets import Cell

# What the row cannot do without has a rule of its own, which must be put right.
_CODES = {
    "born_on": "P07",
    "surname": "P08",
    "forename": "P09",
    "full_name": "P14",
    "activity": "D13",
}
_ANY_OTHER = "C26"
_DESCRIPTIONS = {
    "error": "a mark such as #N/A instead",
    "formula": "a formula whose value was not saved",
}


def unreadable_issue(
    sheet: str, row: int, column: ColumnMapping, cell: Cell, mark: str
) -> tuple[Issue, ...]:
    """The issue of a cell marked "error", "formula" or "later"; nothing for any other mark."""
    if mark == "later":
        return (
            Issue(
                "D26",
                sheet=sheet,
                row=row,
                column=column.letter,
                heading=column.heading,
                value=cell.text,
            ),
        )
    description = _DESCRIPTIONS.get(mark)
    if description is None:
        return ()
    return (
        Issue(
            _CODES.get(column.field, _ANY_OTHER),
            sheet=sheet,
            row=row,
            column=column.letter,
            heading=column.heading,
            value=cell.text,
            facts=(("heading", column.heading), ("what", description)),
        ),
    )
