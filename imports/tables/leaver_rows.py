"""Leaver rows: rows below the headings become leavers, or are left out with a reason."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from imports.tables.cells_above import fill_from_above, merged_columns, merges_over_rows
from imports.tables.heading_rows import KEYS, HeadingBlock
from imports.values.cell_heuristics import (
    may_be_answer,
    may_be_birth_date,
    may_be_name,
    may_be_person_identifier,
)
from imports.workbook.grid import Grid, GridRow
from models.handoffs.sheets import BLANK, Cell, CellKind, SheetRow

HEADINGS_AGAIN = "headings repeated"
TOTAL = "total"
NOTE = "note"
EXAMPLE = "example row"
GUIDANCE = "guidance under the headings"
TITLE = "title between the rows"
NOBODY = "nobody is named"

_NAMES = ("surname", "forename", "full_name")
_EXAMPLE = re.compile(r"(?i)\A\W*(?:e\.\s?g\b|eg\s*[:.]|example\b|for example\b)")
_TOTAL = re.compile(
    r"(?i)\A\W*(?:grand\s+|sub[\s-]*|overall\s+|year\s+\w+\s+)?totals?\b|\s(?:sub-?)?totals?[\W\d]*\Z"
)
# Words that begin a note below a table.  Some are surnames too: they only decide where nothing
# else says who the row is about.
_NOTE = re.compile(
    r"(?i)\A(?:\*|count\b|notes?\b|source\b|key\b|n\.?\s?b\b|prepared\b|report\b|page\b|printed\b|"
    r"average\b|mean\b|number of\b|no\.? of\b|end of\b|generated\b|summary\b|legend\b|produced\b|"
    r"exported\b|signed\b|completed by\b|checked by\b|date\b|percentage\b|%|please\b|codes?\b|"
    r"last updated\b|updated\b)"
)
# These are no surnames, whatever stands beside them.
_NEVER = re.compile(
    r"(?i)\A\W*(?:prepared by|printed (?:on|by)|generated (?:on|by)|completed by|checked by|"
    r"exported (?:on|by|from)|last updated|report (?:run|date|printed|generated|produced)|"
    r"number of|no\.? of|page \d|date (?:printed|of report|completed))"
)
_HINT_DATE = re.compile(r"(?i)\A(?=.*[dmy])[dmy\s/.\-()]{3,}\Z")
_HINT = re.compile(
    r"(?i)\A(?:required|mandatory|optional|compulsory|text|free text|number|date|numeric|"
    r"yes\s?/\s?no|y\s?/\s?n|m\s?/\s?f|drop.?down.*|select.*|choose.*|enter.*|as on .*|"
    r"\d+ (?:characters|digits|letters).*|legal (?:surname|forename|first name|last name))\Z"
)


_FOOTNOTE_MARKS = frozenset("*\u2020\u2021^#")
_UNREAD = frozenset((CellKind.FORMULA, CellKind.ERROR))


@dataclass(slots=True)
class TableBody:
    """What stands below some headings: leavers, and the rows left out and why."""

    rows: list[SheetRow] = field(default_factory=list)
    left_out: list[tuple[int, str]] = field(default_factory=list)
    nameless: list[int] = field(default_factory=list)  # left out though they answer something
    columns: tuple[int, ...] = ()
    merged_into: dict[tuple[int, int], int] = field(default_factory=dict)
    footnotes: set[str] = field(default_factory=set)  # the marks that lines below the table explain


@dataclass(slots=True)
class RowsAbove:
    """What the rows above have shown: whether there was a gap, a note, and how many had an id."""

    number: int
    gap: bool = False
    noted: bool = False
    leavers: int = 0
    with_id: int = 0
    filled: int = 0  # cells of all leavers so far

    @property
    def has_ids(self) -> bool:
        """Whether nearly every leaver so far has a UPN, a ULN or a date of birth."""
        return self.leavers > 0 and self.with_id * 10 >= self.leavers * 9


@dataclass(frozen=True, slots=True)
class LeaverSigns:
    """What speaks for a row being about somebody: names, and numbers or dates of birth."""

    names: int
    ids: int


def read_body(grid: Grid, block: HeadingBlock, rows: Sequence[int], *, start: int) -> TableBody:
    """The leavers under some headings.

    `rows` are places in the grid, `start` the column from which the table's rows may have texts:
    an "e.g." often stands to the left of the first heading.
    """
    over = merges_over_rows(grid, grid.rows[block.rows[-1]].number)
    table_rows = [grid.rows[at] for at in rows]
    body = TableBody(columns=_table_columns(block, table_rows))
    columns = body.columns
    above = RowsAbove(grid.rows[block.rows[-1]].number)
    below = ColumnsBelow(block, start)
    cells: dict[int, Cell] = {}  # of the leaver above
    for typed_row in table_rows:
        row = fill_from_above(typed_row, over, cells)
        if columns[0] > max(row.cells) or columns[-1] < min(row.cells):
            continue
        above.gap = above.gap or row.number > above.number + 1
        above.number = row.number
        signs = below.signs(row)
        reason = _reason_left_out(row, below, signs, above)
        if reason:
            body.left_out.append((row.number, reason))
            if above.leavers:
                body.footnotes |= _FOOTNOTE_MARKS & set(
                    row.first_text(start, block.last_column + 1)[:1]
                )
            above.noted = above.noted or reason in (NOTE, TOTAL)
            if reason == NOBODY:
                body.nameless.append(row.number)
            continue
        above.gap = False
        above.leavers += 1
        above.with_id += bool(signs.ids)
        above.filled += below.filled_on(row)
        cells = row.cells
        body.rows.append(
            SheetRow(
                row.number, tuple([cells.get(column, BLANK) for column in columns]), row.hidden
            )
        )
    body.merged_into = merged_columns(over, (row.number for row in body.rows))
    return body


def _table_columns(block: HeadingBlock, table_rows: list[GridRow]) -> tuple[int, ...]:
    """The columns with a heading, and those between them that hold something without one."""
    filled: set[int] = set()
    filled.update(*(row.cells for row in table_rows))
    inside = range(block.first_column, block.last_column + 1)
    return tuple(column for column in inside if column in block.parts or column in filled)


class ColumnsBelow:
    """The columns of a table by what they hold, and the signs of a row in them."""

    def __init__(self, block: HeadingBlock, start: int) -> None:
        fields = block.fields.items()
        self.start, self.stop = start, block.last_column + 1
        self.keys = [(column, name) for column, name in fields if name in KEYS]
        mapped = [column for column, name in fields if name and name not in KEYS]
        self.answers = mapped or [column for column, name in fields if not name]
        self.headed = list(block.parts)

    def signs(self, row: GridRow) -> LeaverSigns:
        """What speaks for a row being about somebody."""
        names = ids = unread = 0
        for column, name in self.keys:
            cell = row.cells.get(column)
            if cell is None:
                continue
            if cell.kind in _UNREAD:
                unread += 1
            elif name in _NAMES:
                names += may_be_name(cell)
            else:
                ids += (
                    may_be_birth_date(cell) if name == "born_on" else may_be_person_identifier(cell)
                )
        # A name that a formula should give is still one, where something else stands beside it.
        if names + ids or unread > 2:
            names += unread
        return LeaverSigns(names, ids)

    def answers_on(self, row: GridRow) -> int:
        """How many cells under other headings that we know have words in them."""
        cells = row.cells
        return sum(column in cells and may_be_answer(cells[column]) for column in self.answers)

    def is_inside(self, row: GridRow) -> bool:
        """Whether nothing stands in the first column, where titles do."""
        return min(self.headed) not in row.cells

    def filled_on(self, row: GridRow) -> int:
        """How many cells have something in them under any heading."""
        return sum(column in row.cells for column in self.headed)


def _reason_left_out(
    row: GridRow, below: ColumnsBelow, signs: LeaverSigns, above: RowsAbove
) -> str:
    """Why a row is not about a leaver; '' where it is."""
    first_text = row.first_text(below.start, below.stop)
    if _EXAMPLE.match(first_text):
        return EXAMPLE
    if not signs.ids and _TOTAL.match(first_text):
        return TOTAL
    if _NEVER.match(first_text):
        return NOTE
    if not above.leavers and _is_guidance(row, below):
        return GUIDANCE
    sign_count = signs.names + signs.ids
    if sign_count >= 2:
        is_trusted = signs.ids or _is_trusted(below.answers_on(row), above)
        return "" if is_trusted else NOBODY
    return _reason_with_few_signs(row, below, signs, above, first_text)


def _reason_with_few_signs(
    row: GridRow, below: ColumnsBelow, signs: LeaverSigns, above: RowsAbove, first_text: str
) -> str:
    """The same for a row with one sign of somebody, or none."""
    if not signs.ids and _NOTE.match(first_text):
        return NOTE
    answers = below.answers_on(row)
    sign_count = signs.names + signs.ids
    if sign_count and answers:
        # One sign is enough among leavers, not in what stands below them, unless it is as full.
        is_below = above.gap and above.leavers and not _is_as_full(row, below, above)
        return NOBODY if is_below else ""
    if below.filled_on(row) <= 1 and not (answers and below.is_inside(row)):
        return NOTE if above.leavers and above.gap else TITLE
    return NOBODY if answers or sign_count else NOTE


def _is_as_full(row: GridRow, below: ColumnsBelow, above: RowsAbove) -> bool:
    """Whether a row answers two things or more and has nearly as many cells as the leavers have."""
    return below.answers_on(row) >= 2 and (below.filled_on(row) + 1) * above.leavers >= above.filled


def _is_trusted(answers: int, above: RowsAbove) -> bool:
    """Whether two names alone are a leaver.

    "NK | Not known" in a list of codes below a table has two words where names stand.
    """
    if answers:
        return True
    return not above.noted and not (above.gap and above.has_ids)


def _is_guidance(row: GridRow, below: ColumnsBelow) -> bool:
    """Whether a row says what to type ("dd/mm/yyyy", "required") rather than who somebody is."""
    hints = keys = 0
    for column, name in below.keys:
        cell = row.cells.get(column)
        if cell is None:
            continue
        text = cell.text.strip()
        keys += 1
        if name == "born_on" and _HINT_DATE.match(text):
            return True  # "dd/mm/yyyy" is nobody's birthday
        hints += bool(_HINT.match(text.strip("()[]")))
    return hints > 0 and hints * 2 >= keys
