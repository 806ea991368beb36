"""Raw cells: what a file stores of its cells, before anything is made of them."""

import marshal
from collections.abc import Sequence
from dataclasses import astuple, dataclass

from models.handoffs.findings import Issue

# How a cell says what it holds; one letter, because there are many of them.
TEXT, NUMBER, DATE, BOOLEAN, ERROR, FORMULA = "t", "n", "d", "b", "e", "f"

RawCell = tuple[int, str, str, str]  # column from 0, kind, as stored, number format
RawRow = tuple[int, bool, list[RawCell]]  # number as Excel shows it, hidden, cells with something
Merge = tuple[int, int, int, int]  # first row, first column, last row, last column


@dataclass(frozen=True, slots=True)
class RawSheet:
    """One sheet: only rows and cells with something in them, in order.

    Dates are kept as ISO text, booleans as "1" and "0".  `merges` have rows as Excel shows them
    and columns from 0.
    """

    name: str
    hidden: bool = False
    rows: Sequence[RawRow] = ()
    merges: Sequence[Merge] = ()
    hidden_columns: frozenset[int] = frozenset()
    knows_merges: bool = True


@dataclass(frozen=True, slots=True)
class RawFile:
    """Every sheet of a file, and what was noticed while it was opened."""

    file_format: str
    sheets: Sequence[RawSheet]
    is_1904: bool = False
    remarks: tuple[Issue, ...] = ()


def pack(raw: RawFile) -> bytes:
    """A raw file as bytes, for the pipe between a child and its parent.

    Raises MemoryError where there is not enough for it.
    """
    sheets = [
        (
            sheet.name,
            sheet.hidden,
            sheet.rows,
            sheet.merges,
            sorted(sheet.hidden_columns),
            sheet.knows_merges,
        )
        for sheet in raw.sheets
    ]
    remarks = [astuple(remark) for remark in raw.remarks]
    try:
        return marshal.dumps((raw.file_format, sheets, raw.is_1904, remarks))
    except ValueError as error:
        # What is handed over can always be written; marshal says this where memory runs out.
        raise MemoryError from error


def unpack(packed: bytes) -> RawFile:
    """The raw file that was packed."""
    file_format, sheets, is_1904, remarks = marshal.loads(packed)
    return RawFile(
        file_format,
        [
            RawSheet(name, hidden, rows, merges, frozenset(columns), knows_merges)
            for name, hidden, rows, merges, columns, knows_merges in sheets
        ],
        is_1904,
        tuple(Issue(*remark) for remark in remarks),
    )
