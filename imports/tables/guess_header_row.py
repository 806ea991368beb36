"""Guess header row: where the headings most likely stand, when too few of them are mapped.

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


def guess_table(grid: Grid, lookup: HeadingLookup) -> Table | None:
    """The likely table of a sheet with too few mapped headings; None where nothing looks like one.

    Its first row has labels alone, each once, and the rows below it hold something else: numbers
    of people or days under labels that are neither, or what stands under headings that we know.
    """
    best: Table | None = None
    for at, labels in enumerate(grid.rows[:_ROWS_TRIED]):
        if best and labels.number > best.heading_rows[0] + 1:
            break  # of two rows of labels the lower one has one for each column
        below = _rows_below(grid, at) if _may_be_labels(labels) else []
        if len(below) >= _FEWEST_ROWS and _is_likely_table(labels, below[:_ROWS_JUDGED], lookup):
            table = _build_table(grid, labels, below)
            best = table if not best or len(table.headings) >= len(best.headings) else best
    return best


def _may_be_labels(row: GridRow) -> bool:
    cells = list(row.cells.values())
    texts = {_cell_text(cell).casefold() for cell in cells}
    return len(texts) == len(cells) >= _FEWEST_HEADINGS and all(
        cell.kind is CellKind.TEXT
        and len(cell.text) <= _LONGEST_HEADING
        and not may_be_person_identifier(cell)
        and not _is_day(cell.text)
        for cell in cells
    )


def _is_day(text: str) -> bool:
    typed = parse_typed_date(text)
    return typed.day is not None or typed.pair is not None


def _rows_below(grid: Grid, at: int) -> list[GridRow]:
    """The rows under some labels down to a gap, as far as they are filled like a table."""
    rows: list[GridRow] = []
    labels = grid.rows[at].cells.keys()
    number = grid.rows[at].number
    for row in grid.rows[at + 1 :]:
        if row.number > number + 1 or len(labels & row.cells.keys()) * 2 < len(labels):
            break
        rows.append(row)
        number = row.number
    return rows


def _is_likely_table(labels: GridRow, below: Sequence[GridRow], lookup: HeadingLookup) -> bool:
    columns = {
        column: [row.cells[column] for row in below if column in row.cells]
        for column in labels.cells
    }
    if any(_is_among(labels.cells[column], cells) for column, cells in columns.items()):
        return False
    people = sum(_mostly(cells, _is_about_person) for cells in columns.values())
    names = sum(_mostly(cells, may_be_name) for cells in columns.values())
    fields = {lookup.field_of((_cell_text(cell),)) for cell in labels.cells.values()}
    if people:
        # A label over dates or long numbers is none itself, so it is no leaver's row.
        return names >= 1
    return names >= 2 and not fields.isdisjoint(KEYS | _ANSWERS)


def _is_among(label: Cell, cells: Sequence[Cell]) -> bool:
    """Whether what would be a heading is what the rows below it answer."""
    label_text = _cell_text(label).casefold()
    return any(_cell_text(cell).casefold() == label_text for cell in cells)


def _mostly(cells: Sequence[Cell], predicate: Callable[[Cell], bool]) -> bool:
    return len(cells) >= _FEWEST_ROWS and sum(map(predicate, cells)) >= _MOST * len(cells)


def _is_about_person(cell: Cell) -> bool:
    if cell.kind is CellKind.DATE or may_be_person_identifier(cell):
        return True
    return cell.kind is CellKind.TEXT and len(cell.text.strip()) <= 20 and may_be_birth_date(cell)


def _build_table(grid: Grid, labels: GridRow, below: Sequence[GridRow]) -> Table:
    columns = sorted(labels.cells)
    return Table(
        grid.name,
        tuple(
            Heading(
                column_letters(column),
                (_cell_text(labels.cells[column]),),
                column in grid.hidden_columns,
            )
            for column in columns
        ),
        tuple(
            SheetRow(
                row.number, tuple(row.cells.get(column, BLANK) for column in columns), row.hidden
            )
            for row in below
        ),
        (labels.number,),
    )


def _cell_text(cell: Cell) -> str:
    return " ".join(cell.text.split())
