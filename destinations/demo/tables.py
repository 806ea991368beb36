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
class LaidOutTable:
    """A table on its sheet: the numbers of its rows, and its columns with their letters."""

    tab: Tab
    numbers: tuple[int, ...]
    columns: tuple[Column, ...]
    left: int

    def letter(self, index: int) -> str:
        """The letter that Excel shows over a column of the table, the first being 0."""
        return column_letters(self.left + index)


def lay_out(
    name: str, columns: Sequence[Column], rows: Sequence[dict[str, Cell]], frame: Frame
) -> LaidOutTable:
    """The table on a sheet of that name."""
    empty: tuple[Cell, ...] = ("",) * frame.left
    lines = list(frame.above)
    merges: list[tuple[int, int, int]] = []
    if any(column.group for column in columns):
        groups, merges = _group_row(columns, len(lines), frame.left)
        lines.append(empty + groups)
    lines.append(empty + tuple(column.heading for column in columns))
    numbers = []
    for index, row in enumerate(rows):
        if frame.breaks and index and index % frame.breaks == 0:
            lines.append(())
        lines.append(empty + tuple(row.get(column.key, "") for column in columns))
        numbers.append(len(lines))
    lines += frame.below
    hidden = tuple(
        frame.left + index for index, column in enumerate(columns) if column.key == frame.hides
    )
    tab = Tab(name, tuple(lines), tuple(merges), hidden_columns=hidden)
    return LaidOutTable(tab, tuple(numbers), tuple(columns), frame.left)


def _group_row(
    columns: Sequence[Column], row: int, left: int
) -> tuple[tuple[Cell, ...], list[tuple[int, int, int]]]:
    """The upper heading row: a group's name over its first column, merged over the others."""
    cells: list[Cell] = []
    merges = []
    start = 0
    for index, column in enumerate(columns):
        is_first = index == 0 or column.group != columns[index - 1].group
        if is_first:
            start = index
        cells.append(column.group if is_first else "")
        is_last = index + 1 == len(columns) or columns[index + 1].group != column.group
        if is_last and column.group and index > start:
            merges.append((row, left + start, left + index))
    return tuple(cells), merges
