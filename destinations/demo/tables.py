"""Cells laid out on a sheet: what stands above, the headings, the rows, what stands below."""

from collections.abc import Sequence
from dataclasses import dataclass

from destinations.demo.files import Cell, Tab
from models.facts.spreadsheet_cells import column_letters


@dataclass(frozen=True, slots=True)
class Column:
    """One column: the key of its cells, its heading, and the merged heading above it."""

    key: str
    heading: str
    group: str = ""


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around a table, and how many columns are left empty before it."""

    above: tuple[tuple[Cell, ...], ...] = ()
    below: tuple[tuple[Cell, ...], ...] = ()
    left: int = 0
    breaks: int = 0  # an empty row after every so many
    hides: str = ""  # the key of a column that is hidden


@dataclass(frozen=True, slots=True)
class Laid:
    """A table on its sheet: the numbers of its rows, and its columns with their letters."""

    tab: Tab
    numbers: tuple[int, ...]
    columns: tuple[Column, ...]
    left: int

    def letter(self, at: int) -> str:
        """The letter that Excel shows over a column of the table, the first being 0."""
        return column_letters(self.left + at)


def lay_out(
    name: str, columns: Sequence[Column], rows: Sequence[dict[str, Cell]], frame: Frame
) -> Laid:
    """The table on a sheet of that name."""
    empty: tuple[Cell, ...] = ("",) * frame.left
    lines = list(frame.above)
    merges: list[tuple[int, int, int]] = []
    if any(column.group for column in columns):
        groups, merges = _group_row(columns, len(lines), frame.left)
        lines.append(empty + groups)
    lines.append(empty + tuple(column.heading for column in columns))
    numbers = []
    for at, row in enumerate(rows):
        if frame.breaks and at and at % frame.breaks == 0:
            lines.append(())
        lines.append(empty + tuple(row.get(column.key, "") for column in columns))
        numbers.append(len(lines))
    lines += frame.below
    hidden = tuple(frame.left + at for at, one in enumerate(columns) if one.key == frame.hides)
    tab = Tab(name, tuple(lines), tuple(merges), hidden_columns=hidden)
    return Laid(tab, tuple(numbers), tuple(columns), frame.left)


def _group_row(
    columns: Sequence[Column], row: int, left: int
) -> tuple[tuple[Cell, ...], list[tuple[int, int, int]]]:
    """The upper heading row: a group's name over its first column, merged over the others."""
    cells: list[Cell] = []
    merges = []
    start = 0
    for at, column in enumerate(columns):
        is_first = at == 0 or column.group != columns[at - 1].group
        if is_first:
            start = at
        cells.append(column.group if is_first else "")
        is_last = at + 1 == len(columns) or columns[at + 1].group != column.group
        if is_last and column.group and at > start:
            merges.append((row, left + start, left + at))
    return tuple(cells), merges
