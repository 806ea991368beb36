"""No table: a file without a table of leavers becomes the most exact refusal there is."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from imports.tables.guess_header_row import guess_table
from imports.tables.heading_rows import KEYS, HeadingLookup, identifies_leavers
from imports.values.cell_heuristics import may_be_birth_date, may_be_person_identifier
from imports.values.dates import parse_typed_date
from imports.workbook.grid import Grid, GridRow
from imports.workbook.raw_cells import RawFile
from models.facts.counts import count_of
from models.handoffs.findings import SubmissionRefused
from models.handoffs.sheets import Cell, CellKind, Table

_COLUMNS_TRIED, _ROWS_TRIED, _HEADINGS_TOLD = 4, 80, 12
_ROWS_LIKE_LEAVERS, _CELLS_OF_A_LEAVER = 3, 3
_ROWS_IN_ONE_COLUMN, _MARKS_A_ROW = 2, 2
_MARKS = {"\t": "tabs", ";": "semicolons", "|": "upright strokes", ",": "commas"}
_UPN = re.compile(r"\A\s*[A-Za-z]?[0-9]{11,12}[A-Za-z0-9]?\s*\Z")


class NoTableFound(SubmissionRefused):
    """The refusal of a file whose headings we know too little of, with what its tables may be."""

    def __init__(self, code: str, tables: Sequence[Table], **facts: str) -> None:
        """`tables` are for a person to look at, who may say what their headings are."""
        super().__init__(code, **facts)
        self.tables = tuple(tables)


def explain_no_table(
    raw: RawFile, grids: Sequence[Grid], lookup: HeadingLookup, *, is_headed: bool
) -> SubmissionRefused:
    """The refusal of a file without a table of leavers, by what it has instead.

    `is_headed` where headings were found and nobody under them.  Codes T01 to T09 and T14.
    """
    if is_headed:
        return SubmissionRefused("T05")
    if not any(grid.rows for grid in grids):
        return SubmissionRefused("T07" if any(sheet.hidden for sheet in raw.sheets) else "T06")
    in_one_column = next(filter(None, map(_one_column, grids)), None)
    if in_one_column:
        return in_one_column
    lookup.next_sheet()
    if any(_is_sideways(grid, lookup) for grid in grids):
        return SubmissionRefused("T03")
    candidates = [table for grid in grids if (table := guess_table(grid, lookup))]
    best = max((_best_heading_row(grid, lookup) for grid in grids), key=len, default=[])
    if len(best) >= 2:
        return NoTableFound("T04", candidates, found=", ".join(best[:_HEADINGS_TOLD]))
    if candidates:
        return NoTableFound("T09", candidates, place=_describe_place(candidates[0]))
    if any(_is_headless(grid) for grid in grids):
        return SubmissionRefused("T02")
    hidden = sum(sheet.hidden for sheet in raw.sheets)
    if hidden:
        return SubmissionRefused("T08", hidden=count_of(hidden, "tab"))
    return SubmissionRefused("T01")


def _describe_place(table: Table) -> str:
    number = f"Row {table.heading_rows[0]}"
    return f"{number} of '{table.sheet}'" if table.sheet else number


def _one_column(grid: Grid) -> SubmissionRefused | None:
    """The refusal of a sheet whose cells stand in one column, with the same mark between words."""
    rows = [list(row.cells.items()) for row in grid.rows[:_ROWS_TRIED]]
    columns = {column for row in rows for column, _ in row}
    if len(rows) < _ROWS_IN_ONE_COLUMN or len(columns) != 1:
        return None
    texts = [cell.text for row in rows for _, cell in row]
    for mark, name in _MARKS.items():
        width, times = Counter(text.count(mark) for text in texts).most_common(1)[0]
        if width >= _MARKS_A_ROW and times * 2 > len(texts):
            place = f" on the tab '{grid.name}'" if grid.name else ""
            return SubmissionRefused("T14", marks=name, place=place)
    return None


def _is_sideways(grid: Grid, lookup: HeadingLookup) -> bool:
    """Whether headings go down a column instead of along a row."""
    columns = sorted({column for row in grid.rows[:_ROWS_TRIED] for column in row.cells})
    return any(
        identifies_leavers(
            [
                lookup.field_of((" ".join(row.cells[column].text.split()),))
                for row in grid.rows[:_ROWS_TRIED]
                if column in row.cells and row.cells[column].kind is CellKind.TEXT
            ]
        )
        for column in columns[:_COLUMNS_TRIED]
    )


def _best_heading_row(grid: Grid, lookup: HeadingLookup) -> list[str]:
    """The headings that we know on the row that has most of them, each once.

    A day, a year or a number alone may stand above a column, but tells nobody what the row is.
    """
    rows = [list(dict.fromkeys(_mapped_headings(row, lookup))) for row in grid.rows[:_ROWS_TRIED]]
    best = max(rows, key=len, default=[])
    fields = {lookup.answers.get((text,)) for text in best}
    return best if fields & KEYS or len(fields) > 2 else []


def _mapped_headings(row: GridRow, lookup: HeadingLookup) -> Iterator[str]:
    for cell in row.cells.values():
        text = " ".join(cell.text.split())
        if (
            cell.kind is CellKind.TEXT
            and any(sign.isalpha() for sign in text)
            and lookup.answers.get((text,))
        ):
            yield text


def _is_headless(grid: Grid) -> bool:
    """Whether several rows, and most of those with three cells, have what only leavers have."""
    rows = [list(row.cells.values()) for row in grid.rows if len(row.cells) >= _CELLS_OF_A_LEAVER]
    leaver_like = sum(map(_is_like_a_leaver, rows))
    return leaver_like >= max(1, min(_ROWS_LIKE_LEAVERS, len(rows))) and leaver_like * 2 > len(rows)


def _is_like_a_leaver(cells: list[Cell]) -> bool:
    numbers = sum(may_be_person_identifier(cell) and bool(_UPN.match(cell.text)) for cell in cells)
    dates = sum(cell.kind is CellKind.DATE or _is_day(cell) for cell in cells)
    words = sum(cell.kind is CellKind.TEXT and cell.text.strip().isalpha() for cell in cells)
    return (numbers > 0 or dates > 0) and words >= 2


def _is_day(cell: Cell) -> bool:
    # Most cells are no days, and this is quickly seen of them.
    if cell.kind is not CellKind.TEXT or len(cell.text.strip()) > 20 or not may_be_birth_date(cell):
        return False
    typed = parse_typed_date(cell.text)
    return typed.day is not None or typed.pair is not None
