"""Sheets: a file as sent, its tables, their headings and rows, cell by cell.

Row numbers and column letters are those that Excel shows, set once
where the file is read and never computed again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import StrEnum

from models.handoffs.findings import Issue
from models.handoffs.returned_workbook import ReturnedWorkbook

Value = str | int | float | bool | date | datetime | time | None


class CellKind(StrEnum):
    """What a cell holds, as the file says it; csv files hold text only."""

    BLANK = "blank"
    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    BOOLEAN = "boolean"
    ERROR = "error"
    FORMULA = "formula without a value"


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: the text its sender sees, the value behind it, and how it is stored."""

    text: str = ""
    value: Value = None
    kind: CellKind = CellKind.BLANK
    stored: str = ""  # the number as the file writes it: "9.07084E+09" is not "9070840000"
    number_format: str = ""


BLANK = Cell()


@dataclass(frozen=True, slots=True)
class Heading:
    """One column of a table: its letter and what stands above it, outermost first."""

    letter: str
    parts: tuple[str, ...]  # ("Destination", "Type") where headings stand on two rows
    hidden: bool = False

    @property
    def text(self) -> str:
        """The heading as its sender would say it: the lowest part that says anything."""
        return next((part for part in reversed(self.parts) if part), "")


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row below the headings, a cell for each of them."""

    number: int
    cells: tuple[Cell, ...]
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Region:
    """A stretch of a sheet and what was made of it, for the receipt."""

    sheet: str
    first_row: int
    last_row: int
    used: bool
    why: str  # "hidden sheet", "title above the headings", "total below the table" ...


@dataclass(frozen=True, slots=True)
class Title:
    """What stands around a table: its tab, and the lines above and below it, the nearest first.

    `before` are the lines above an earlier table of the sheet, with the same headings: they hold
    for this one where its own say nothing.
    """

    tab: str = ""
    above: tuple[str, ...] = ()
    below: tuple[str, ...] = ()
    before: tuple[str, ...] = ()

    @property
    def lines(self) -> tuple[str, ...]:
        """Every line of it, the nearest first."""
        return (self.tab, *self.above, *self.below)


@dataclass(frozen=True, slots=True)
class Table:
    """One table of a sheet, as sent."""

    sheet: str
    headings: tuple[Heading, ...]
    rows: tuple[SheetRow, ...]
    heading_rows: tuple[int, ...]
    # By row and column letter, the row of the cell into which that one is merged, above it.
    merged_into: Mapping[tuple[int, str], int] = field(default_factory=dict)
    footnotes: frozenset[str] = frozenset()  # the marks, such as a star, that lines below explain
    title: Title = Title()


@dataclass(frozen=True, slots=True)
class ReadFile:
    """Every table that a file holds, and what was left out and why."""

    file_format: str
    tables: tuple[Table, ...]
    regions: tuple[Region, ...] = ()
    remarks: tuple[Issue, ...] = ()  # "macros were not read", "this .xls is really a web page"
    returned: ReturnedWorkbook | None = None  # a workbook that we marked, sent back
