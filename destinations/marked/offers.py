"""Offers: drop-downs in the very cells that must be put right."""

import re
from collections.abc import Iterable, Mapping

from destinations.marked.parts import Tag, escaped, inside, quoted, with_attributes
from destinations.marked.sheet import Place, Sheet, column_of, letters_of, put_after_cells

_AREA = re.compile(r"\A\$?([A-Z]{1,3})\$?(\d{1,7})(?::\$?([A-Z]{1,3})\$?(\d{1,7}))?\Z")

_Block = tuple[int, int, int, int]  # first row, first column, last row, last column


def offer(sheet: Sheet, lists: Mapping[Place, str]) -> None:
    """A drop-down in each of these cells, of the list with that defined name.

    Another drop-down of that very cell makes room; any other word may still be typed.
    """
    lists = _free(sheet, lists)
    if not lists:
        return
    found = sheet.tags
    there = next((tag for tag in found if tag.name == "dataValidations"), None)
    kept = 0
    for tag in found:
        if tag.name == "dataValidation" and there is not None and there.holds(tag):
            kept += _make_room(sheet, tag, lists)
    by_name: dict[str, list[str]] = {}
    for (row, letters), name in lists.items():
        by_name.setdefault(name, []).append(f"{letters}{row}")
    more = "".join(drop_down(" ".join(cells), name) for name, cells in by_name.items()).encode()
    count = kept + len(by_name)
    if there is not None:
        sheet.edits += inside(sheet.part, there, more, count=count)
    else:
        whole = b'<dataValidations count="%d">%b</dataValidations>' % (count, more)
        put_after_cells(sheet, "dataValidations", whole)


def _free(sheet: Sheet, lists: Mapping[Place, str]) -> Mapping[Place, str]:
    """The places where ours can stand: a list from another tab makes room too, if any is left."""
    theirs = [tag for tag in sheet.tags if tag.name == "x14:dataValidation"]
    for tag in sheet.tags if theirs else ():
        if tag.name == "xm:sqref" and any(one.holds(tag) for one in theirs):
            before = sheet.part[tag.opened : tag.closes].decode()
            kept = without(before, lists)
            if kept and kept != before:
                sheet.edits.append((tag.opened, tag.closes, kept.encode()))
            elif not kept:
                taken = [one for one in lists if without(before, [one]) != before]
                lists = {one: name for one, name in lists.items() if one not in taken}
    return lists


def _make_room(sheet: Sheet, tag: Tag, cells: Iterable[Place]) -> bool:
    """Whether a drop-down of theirs is left once these cells are taken out of it."""
    before = tag.get("sqref")
    kept = without(before, cells)
    if not kept:
        sheet.edits.append((tag.starts, tag.ends, b""))
    elif kept != before:
        said = with_attributes(sheet.part[tag.starts : tag.opened], sqref=kept)
        sheet.edits.append((tag.starts, tag.opened, said))
    return bool(kept)


def drop_down(cells: str, formula: str) -> str:
    """A drop-down that offers and does not insist."""
    return (
        f'<dataValidation type="list" allowBlank="1" sqref={quoted(cells)}>'
        f"<formula1>{escaped(formula)}</formula1></dataValidation>"
    )


def without(areas: str, cells: Iterable[Place]) -> str:
    """A list of areas such as "F2:G300" with some cells left out."""
    holes = [(row, column_of(column)) for row, column in cells]
    kept: list[str] = []
    for area in areas.split():
        found = _AREA.match(area)
        if found is None:
            kept.append(area)
            continue
        first, last = column_of(found[1]), column_of(found[3] or found[1])
        blocks = [(int(found[2]), first, int(found[4] or found[2]), last)]
        for row, column in holes:
            blocks = [piece for block in blocks for piece in _split(block, row, column)]
        kept += [_area(block) for block in blocks]
    return " ".join(kept)


def _split(block: _Block, row: int, column: int) -> list[_Block]:
    """A block without one of its cells: what is above, to the left, to the right and below."""
    top, left, bottom, right = block
    if not (top <= row <= bottom and left <= column <= right):
        return [block]
    pieces = [
        (top, left, row - 1, right),
        (row, left, row, column - 1),
        (row, column + 1, row, right),
        (row + 1, left, bottom, right),
    ]
    return [piece for piece in pieces if piece[0] <= piece[2] and piece[1] <= piece[3]]


def _area(block: _Block) -> str:
    first = f"{letters_of(block[1])}{block[0]}"
    last = f"{letters_of(block[3])}{block[2]}"
    return first if first == last else f"{first}:{last}"
