"""Returned workbook: what a workbook that we marked says of itself when it is sent back.

Those who write such a workbook and those who read it know each other's words only from here.
"""

from dataclasses import dataclass

MARK_SHEET = "_destinations"  # hidden: label in the first column, what it says in the second
MARK, FIX_LIST, CHOICES = "mark", "list", "choices"
BEFORE = "before"  # then the sheet, and a cell that is called and looks like one was before

# The headings of the list of what to fix that are read again.
SHEET, CELL, TYPED, CONFIRM, RULE = "Sheet", "Cell", "As you typed it", "Confirm", "Rule"
WRONG = "What is wrong"
YES = "Yes, this is right"


@dataclass(frozen=True, slots=True)
class ConfirmedCell:
    """One "yes, this is right": the rule, the place it was told of, and the cell as typed then.

    The place is that of the file that was marked, whatever has moved since.  `column` is '' for
    what was told of a row as a whole, `row` 0 for what was told of a sheet, a column or the whole
    file; `says` is what was told, in our words.
    """

    code: str
    sheet: str
    row: int
    column: str
    value: str
    says: str = ""


@dataclass(frozen=True, slots=True)
class OriginalFormat:
    """A cell that we coloured, and the row of the hidden sheet that keeps how it was before."""

    sheet: str
    row: int
    column: str
    kept_on: int
    had_list: bool = False  # from another tab, which the hidden sheet cannot keep


@dataclass(frozen=True, slots=True)
class ReturnedWorkbook:
    """What stands in a workbook of ours: its mark, still to be checked, and what was confirmed."""

    mark: str
    confirmed: tuple[ConfirmedCell, ...] = ()
    tabs: tuple[str, ...] = ()  # ours: the list of what to fix, the choices, the mark
    before: tuple[OriginalFormat, ...] = ()
