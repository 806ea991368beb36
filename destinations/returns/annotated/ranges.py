"""Ranges: lists of cells such as "F2:G300 H4", and single cells in and out of them."""

import re
from collections.abc import Iterable
from typing import NamedTuple

from destinations.returns.annotated.sheet_part import Place
from models.facts.spreadsheet_cells import column_letters, column_number

_AREA = re.compile(r"\A\$?([A-Z]{1,3})\$?(\d{1,7})(?::\$?([A-Z]{1,3})\$?(\d{1,7}))?\Z")


class _Block(NamedTuple):
    top: int
    left: int
    bottom: int
    right: int


class CellRanges:
    """A list of ranges to look many cells up in; single cells among them cost one look-up."""

    def __init__(self, areas: str) -> None:
        """`areas` is the list as an attribute sqref holds it: "F2:G300 H4"."""
        blocks = [block for area in areas.split() if (block := _block(area))]
        self._single = {block[:2] for block in blocks if block[:2] == block[2:]}
        self._wide = [block for block in blocks if block[:2] != block[2:]]

    def has(self, place: Place) -> bool:
        """Whether a cell is in one of them."""
        row, column = place[0], column_number(place[1])
        return (row, column) in self._single or any(
            top <= row <= bottom and left <= column <= right
            for top, left, bottom, right in self._wide
        )


def first_cell(areas: str) -> Place | None:
    """The first cell of a list of areas, from which its formulas are counted."""
    block = _block(areas.split()[0]) if areas.split() else None
    return (block[0], column_letters(block[1])) if block else None


def without_cells(areas: str, cells: Iterable[Place]) -> str:
    """A list of areas such as "F2:G300" with some cells left out."""
    holes = [(row, column_number(column)) for row, column in cells]
    remaining: list[str] = []
    for area in areas.split():
        block = _block(area)
        if block is None:
            remaining.append(area)
            continue
        blocks = [block]
        for row, column in holes:
            blocks = [piece for block in blocks for piece in _split(block, row, column)]
        remaining += [_area(block) for block in blocks]
    return " ".join(remaining)


def _block(area: str) -> _Block | None:
    match = _AREA.match(area)
    if match is None:
        return None
    first, last = column_number(match[1]), column_number(match[3] or match[1])
    return _Block(int(match[2]), first, int(match[4] or match[2]), last)


def _split(block: _Block, row: int, column: int) -> list[_Block]:
    """A block without one of its cells: what is above, to the left, to the right and below."""
    top, left, bottom, right = block
    if not (top <= row <= bottom and left <= column <= right):
        return [block]
    pieces = [
        _Block(top, left, row - 1, right),
        _Block(row, left, row, column - 1),
        _Block(row, column + 1, row, right),
        _Block(row + 1, left, bottom, right),
    ]
    return [piece for piece in pieces if piece[0] <= piece[2] and piece[1] <= piece[3]]


def _area(block: _Block) -> str:
    first = f"{column_letters(block[1])}{block[0]}"
    last = f"{column_letters(block[3])}{block[2]}"
    return first if first == last else f"{first}:{last}"
