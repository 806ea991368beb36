"""Unread: cells that show a mark such as #N/A, or a formula whose value the file does not hold."""

from imports.columns.table_mapping import ColumnMapping
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
_OTHERS = "C26"
_WHAT = {
    "error": "a mark such as #N/A instead",
    "formula": "a formula whose value was not saved",
}


def unreadable_issue(
    sheet: str, row: int, one: ColumnMapping, cell: Cell, mark: str
) -> tuple[Issue, ...]:
    """What to say of a cell that holds something nobody can read; nothing for any other mark."""
    what = _WHAT.get(mark)
    if what is None:
        return ()
    return (
        Issue(
            _CODES.get(one.field, _OTHERS),
            sheet=sheet,
            row=row,
            column=one.letter,
            heading=one.heading,
            value=cell.text,
            facts=(("heading", one.heading), ("what", what)),
        ),
    )
