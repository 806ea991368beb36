"""Likely: the row on which the headings most likely stand, where too few of them are known.

Nothing is read with it.  It is shown to a person, who may say what its headings are.
"""

from collections.abc import Callable, Sequence

from imports.tables.heading_rows import KEYS, HeadingLookup
from imports.values.cell_heuristics import may_be_birth_date, may_be_name, may_be_person_identifier
from imports.values.dates import parse_typed_date
from imports.workbook.grid import Grid, GridRow
from models.facts.spreadsheet_cells import column_letters
from models.handoffs.sheets import BLANK, Cell, CellKind, Heading, SheetRow, Table

_ROWS_TRIED, _ROWS_JUDGED = 60, 30
_FEWEST_HEADINGS, _FEWEST_ROWS = 3, 2
_LONGEST_HEADING = 80
_MOST = 0.6  # of the cells of a column, for it to hold one kind of thing
_ANSWERS = frozenset(("activity", "intended"))


def guess_table(grid: Grid, known: HeadingLookup) -> Table | None:
    """The table of a sheet whose headings we know too little of; None where nothing looks so.

    Its first row has labels alone, each once, and the rows below it hold something else: numbers
    of people or days under labels that are neither, or what stands under headings that we know.
    """
    found: Table | None = None
    for at, labels in enumerate(grid.rows[:_ROWS_TRIED]):
        if found and labels.number > found.heading_rows[0] + 1:
            break  # of two rows of labels the lower one has one for each column
        below = _below(grid, at) if _may_be_labels(labels) else []
        if len(below) >= _FEWEST_ROWS and _is_likely(labels, below[:_ROWS_JUDGED], known):
            table = _table(grid, labels, below)
            found = table if not found or len(table.headings) >= len(found.headings) else found
    return found


def _may_be_labels(row: GridRow) -> bool:
    cells = list(row.cells.values())
    said = {_words(cell).casefold() for cell in cells}
    return len(said) == len(cells) >= _FEWEST_HEADINGS and all(
        cell.kind is CellKind.TEXT
        and len(cell.text) <= _LONGEST_HEADING
        and not may_be_person_identifier(cell)
        and not _is_day(cell.text)
        for cell in cells
    )


def _is_day(text: str) -> bool:
    typed = parse_typed_date(text)
    return typed.day is not None or typed.pair is not None


def _below(grid: Grid, at: int) -> list[GridRow]:
    """The rows under some labels down to a gap, as far as they are filled like a table."""
    found: list[GridRow] = []
    labels = grid.rows[at].cells.keys()
    number = grid.rows[at].number
    for row in grid.rows[at + 1 :]:
        if row.number > number + 1 or len(labels & row.cells.keys()) * 2 < len(labels):
            break
        found.append(row)
        number = row.number
    return found


def _is_likely(labels: GridRow, below: Sequence[GridRow], known: HeadingLookup) -> bool:
    columns = {
        column: [row.cells[column] for row in below if column in row.cells]
        for column in labels.cells
    }
    if any(_is_among(labels.cells[column], cells) for column, cells in columns.items()):
        return False
    people = sum(_holds(cells, _is_of_a_person) for cells in columns.values())
    names = sum(_holds(cells, may_be_name) for cells in columns.values())
    fields = {known.field_of((_words(cell),)) for cell in labels.cells.values()}
    if people:
        # A label over dates or long numbers is none itself, so it is no leaver's row.
        return names >= 1
    return names >= 2 and not fields.isdisjoint(KEYS | _ANSWERS)


def _is_among(label: Cell, cells: Sequence[Cell]) -> bool:
    """Whether what would be a heading is what the rows below it answer."""
    said = _words(label).casefold()
    return any(_words(cell).casefold() == said for cell in cells)


def _holds(cells: Sequence[Cell], is_it: Callable[[Cell], bool]) -> bool:
    return len(cells) >= _FEWEST_ROWS and sum(map(is_it, cells)) >= _MOST * len(cells)


def _is_of_a_person(cell: Cell) -> bool:
    if cell.kind is CellKind.DATE or may_be_person_identifier(cell):
        return True
    return cell.kind is CellKind.TEXT and len(cell.text.strip()) <= 20 and may_be_birth_date(cell)


def _table(grid: Grid, labels: GridRow, below: Sequence[GridRow]) -> Table:
    columns = sorted(labels.cells)
    return Table(
        grid.name,
        tuple(
            Heading(column_letters(one), (_words(labels.cells[one]),), one in grid.hidden_columns)
            for one in columns
        ),
        tuple(
            SheetRow(row.number, tuple(row.cells.get(one, BLANK) for one in columns), row.hidden)
            for row in below
        ),
        (labels.number,),
    )


def _words(cell: Cell) -> str:
    return " ".join(cell.text.split())
