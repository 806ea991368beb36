"""Leaver rows: which rows below the headings are about a leaver, and what the others are."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from imports.grids import Grid, GridRow
from imports.heading_rows import KEYS, Block
from models.sheets import BLANK, Cell, CellKind, Row

HEADINGS_AGAIN = "headings repeated"
TOTAL = "total"
NOTE = "note"
EXAMPLE = "example row"
GUIDANCE = "guidance under the headings"
TITLE = "title between the rows"
NOBODY = "nobody is named"

_NAMES = ("surname", "forename", "full_name")
_EXAMPLE = re.compile(r"(?i)\A\W*(?:e\.\s?g\b|eg\s*[:.]|example\b|for example\b)")
_TOTAL = re.compile(r"(?i)\A\W*(?:grand\s+|sub[\s-]*|overall\s+|year\s+\w+\s+)?totals?\b")
# Words that begin a note below a table.  Some are surnames too: they only decide where nothing
# else says who the row is about.
_NOTE = re.compile(
    r"(?i)\A(?:\*|count\b|notes?\b|source\b|key\b|n\.?\s?b\b|prepared\b|report\b|page\b|printed\b|"
    r"average\b|mean\b|number of\b|no\.? of\b|end of\b|generated\b|summary\b|legend\b|produced\b|"
    r"exported\b|signed\b|completed by\b|checked by\b|date\b|percentage\b|%|please\b|codes?\b|"
    r"last updated\b|updated\b)"
)
_HINT_DATE = re.compile(r"(?i)\A[dmy\s/.\-]{3,}\Z")
_HINT = re.compile(
    r"(?i)\A(?:required|mandatory|optional|compulsory|text|free text|number|date|numeric|"
    r"yes\s?/\s?no|y\s?/\s?n|m\s?/\s?f|drop.?down.*|select.*|choose.*|enter.*|as on .*|"
    r"\d+ (?:characters|digits|letters).*|legal (?:surname|forename|first name|last name))\Z"
)


@dataclass(slots=True)
class Body:
    """What stands below some headings: leavers, and the rows left out and why."""

    rows: list[Row] = field(default_factory=list)
    left_out: list[tuple[int, str]] = field(default_factory=list)
    nameless: list[int] = field(default_factory=list)  # left out though they answer something
    columns: tuple[int, ...] = ()


@dataclass(slots=True)
class _Around:
    """What the rows above have shown: whether there was a gap, a note, and how many had an id."""

    number: int
    gap: bool = False
    noted: bool = False
    leavers: int = 0
    with_id: int = 0

    @property
    def has_ids(self) -> bool:
        """Whether nearly every leaver so far has a UPN, a ULN or a date of birth."""
        return self.leavers > 0 and self.with_id * 10 >= self.leavers * 9


@dataclass(frozen=True, slots=True)
class _Signs:
    """What speaks for a row being about somebody."""

    names: int
    ids: int
    answers: int  # other cells under headings that we know, with words in them
    filled: int


def read_body(grid: Grid, block: Block, rows: Sequence[int], *, start: int) -> Body:
    """The leavers under some headings.

    `rows` are places in the grid, `start` the column from which the table's rows may have texts:
    an "e.g." often stands to the left of the first heading.
    """
    used = [grid.rows[at] for at in rows]
    body = Body(columns=_columns(block, used))
    around = _Around(grid.rows[block.rows[-1]].number)
    span = range(block.first_column, block.last_column + 1)
    for row in used:
        if not any(column in span for column in row.cells):
            continue
        around.gap = around.gap or row.number > around.number + 1
        around.number = row.number
        signs = _signs(row, block)
        why = _why_not(row, block, signs, around, start)
        if why:
            body.left_out.append((row.number, why))
            around.noted = around.noted or why in (NOTE, TOTAL)
            if why == NOBODY:
                body.nameless.append(row.number)
            continue
        around.gap = False
        around.leavers += 1
        around.with_id += bool(signs.ids)
        cells = tuple(row.cells.get(column, BLANK) for column in body.columns)
        body.rows.append(Row(row.number, cells, row.hidden))
    return body


def _columns(block: Block, used: list[GridRow]) -> tuple[int, ...]:
    """The columns with a heading, and those between them that hold something without one."""
    filled = {column for row in used for column in row.cells}
    inside = range(block.first_column, block.last_column + 1)
    return tuple(column for column in inside if column in block.parts or column in filled)


def _signs(row: GridRow, block: Block) -> _Signs:
    names = ids = answers = filled = 0
    unread = 0
    for column, name in block.fields.items():
        cell = row.cells.get(column)
        if cell is None:
            continue
        filled += 1
        if name in KEYS and cell.kind in (CellKind.FORMULA, CellKind.ERROR):
            unread += 1
        elif name in _NAMES:
            names += _is_name(cell)
        elif name == "born_on":
            ids += is_birthday(cell)
        elif name in KEYS:
            ids += is_number_of_a_person(cell)
        elif name:
            answers += _is_answer(cell)
    # A name that a formula should give is still a name, where something else stands beside it.
    if names + ids or unread > 2:
        names += unread
    return _Signs(names, ids, answers, filled)


def _why_not(row: GridRow, block: Block, signs: _Signs, around: _Around, start: int) -> str:
    """Why a row is not about a leaver; '' where it is."""
    first = row.first_text(start, block.last_column + 1)
    if _EXAMPLE.match(first):
        return EXAMPLE
    if _TOTAL.match(first) and not signs.ids:
        return TOTAL
    if not around.leavers and _is_guidance(row, block):
        return GUIDANCE
    if signs.names + signs.ids >= 2:
        return "" if _is_trusted(signs, around) else NOBODY
    if _NOTE.match(first) and not signs.ids:
        return NOTE
    if signs.names + signs.ids and signs.answers:
        # One sign is enough among leavers, not in what stands below them.
        return NOBODY if around.gap and around.leavers else ""
    if signs.filled <= 1:
        return NOTE if around.leavers and around.gap else TITLE
    return NOBODY if signs.answers or signs.names + signs.ids else NOTE


def _is_trusted(signs: _Signs, around: _Around) -> bool:
    # "NK | Not known" in a list of codes below a table has two words where names stand.
    if signs.ids or not around.has_ids:
        return bool(signs.ids) or not around.noted or signs.answers > 0
    return signs.answers > 0 or not (around.gap or around.noted)


def _is_guidance(row: GridRow, block: Block) -> bool:
    """Whether a row says what to type ("dd/mm/yyyy", "required") rather than who somebody is."""
    hints = keys = 0
    for column, name in block.fields.items():
        cell = row.cells.get(column)
        if cell is None or name not in KEYS:
            continue
        text = cell.text.strip()
        keys += 1
        hints += bool(_HINT.match(text) or (name == "born_on" and _HINT_DATE.match(text)))
    return hints > 0 and hints * 2 >= keys


def _is_name(cell: Cell) -> bool:
    text = cell.text.strip()
    return (
        cell.kind is CellKind.TEXT
        and any(letter.isalpha() for letter in text)
        and not text.endswith(":")
    )


def _is_answer(cell: Cell) -> bool:
    text = cell.text
    return cell.kind is CellKind.DATE or (
        cell.kind is CellKind.TEXT and any(letter.isalpha() or letter == "?" for letter in text)
    )


def is_number_of_a_person(cell: Cell) -> bool:
    """Whether a cell may hold a UPN or a ULN, sound or not: nothing else has that many digits."""
    return sum(letter.isdigit() for letter in cell.text) >= 7


def is_birthday(cell: Cell) -> bool:
    """Whether a cell may hold a date of birth, however it is written, possible or not."""
    if cell.kind is CellKind.DATE:
        return True
    if isinstance(cell.value, int | float) and cell.kind is CellKind.NUMBER:
        # A serial number of some day since 1950, or the digits of a date.
        return 18_264 <= cell.value <= 60_000 or 10_150 <= cell.value <= 99_999_999
    digits = sum(letter.isdigit() for letter in cell.text)
    return digits >= 3 and len(cell.text.strip()) <= 40
