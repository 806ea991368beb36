"""The hand-offs between stages: a sheet as sent, a sheet in our words, and what is wrong with it.

Everything here is frozen.  Row numbers and column letters are those that Excel shows, set once
where the file is read and never computed again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import StrEnum

from models.handoffs.returned_workbook import Returned
from models.vocabulary import WAVES, Kind, LeavingStage, Severity

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
class Row:
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
class Table:
    """One table of a sheet, as sent."""

    sheet: str
    headings: tuple[Heading, ...]
    rows: tuple[Row, ...]
    heading_rows: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ReadFile:
    """Every table that a file holds, and what was left out and why."""

    file_format: str
    tables: tuple[Table, ...]
    regions: tuple[Region, ...] = ()
    remarks: tuple["Remark", ...] = ()  # "macros were not read", "this .xls is really a web page"
    returned: Returned | None = None  # a workbook that we marked, sent back


@dataclass(frozen=True, slots=True)
class Remark:
    """Something a stage noticed, by its catalogue code and place; the catalogue has the words.

    `value` is the cell as typed, for showing to its sender only; it is never stored or logged.
    `facts` fill the places in the catalogue's sentence (headings, counts, limits; no cell values).
    """

    code: str
    sheet: str = ""
    row: int | None = None
    column: str = ""
    heading: str = ""
    value: str = ""
    suggests: tuple[str, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that the sender of a submission should know."""

    code: str
    severity: Severity
    says: str
    do: str
    sheet: str = ""
    row: int | None = None
    column: str = ""
    heading: str = ""
    value: str = ""
    suggests: tuple[str, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()


class SubmissionRefused(Exception):  # noqa: N818 - a refusal is an answer, not an error
    """A file we cannot go on with.  Carries the catalogue code and what fills its sentence."""

    def __init__(self, code: str, **facts: str) -> None:
        """`code` is in the catalogue; `facts` never hold a cell's value."""
        super().__init__(code)
        self.code = code
        self.facts = tuple(sorted(facts.items()))


@dataclass(frozen=True, slots=True)
class Declared:
    """What is known of a submission before its rows are: from its sender, or worked out.

    `academic_year` is the September in which the leaving year starts: 2022 for 2022/23.  `waves`
    is for how many autumns the hub follows a cohort: nothing is of a later one.
    """

    submission_id: int
    urn: str
    sent_on: date
    kind: Kind | None = None
    academic_year: int | None = None
    leaving_stage: LeavingStage | None = None
    wave: int | None = None
    waves: int = WAVES


@dataclass(frozen=True, slots=True)
class Column:
    """Where one of our fields stands in a table; year columns name the wave they answer."""

    field: str
    sheet: str
    letter: str
    heading: str
    wave: int | None = None


@dataclass(frozen=True, slots=True)
class MappedRow:
    """One row in our words, for one wave.  A row with a column a year gives one for each year.

    `raw` holds what was typed, by field, blanks left out; `values` what we make of it, None where
    we cannot; `marks` what happened to a value on its way ("damaged", "placeholder").
    `columns` is shared by the rows of a table: where each field stands.
    """

    sheet: str
    row: int
    wave: int | None
    raw: Mapping[str, str]
    values: Mapping[str, Value]
    columns: Mapping[str, Column]
    marks: Mapping[str, str] = field(default_factory=dict)

    def get(self, name: str) -> Value:
        """The value of a field, None where the row has none."""
        return self.values.get(name)

    def text(self, name: str) -> str:
        """The value of a field as text, '' where the row has none."""
        value = self.values.get(name)
        return "" if value is None else str(value)


@dataclass(frozen=True, slots=True)
class Mapped:
    """A submission in our words: what it is, its rows in reading order, and what was noticed."""

    declared: Declared
    rows: tuple[MappedRow, ...]
    remarks: tuple[Remark, ...] = ()
    suggests: Mapping[tuple[str, int, str], tuple[str, ...]] = field(default_factory=dict)
    unused: tuple[Column, ...] = ()  # columns that no map knows, kept by name
    file_format: str = ""
    regions: tuple[Region, ...] = ()
