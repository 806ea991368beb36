"""Cleared: a workbook that we marked before loses its old marks; only what is left shows.

What stood in a cell before the mark comes back: its colour, and its own drop-down.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from destinations.returns.annotated.choices import NAMES
from destinations.returns.annotated.comments import remove_comments
from destinations.returns.annotated.original_formats import (
    CellOriginal,
    dropdown_with_ranges,
    portable_dropdown,
)
from destinations.returns.annotated.ranges import CellRanges
from destinations.returns.annotated.sheet_part import Place, SheetPart, find_rows
from destinations.returns.annotated.styles import WorkbookStyles
from destinations.returns.annotated.workbook_parts import WorkbookParts, with_attributes
from models.facts.spreadsheet_cells import column_letters

_LISTED = b">" + NAMES.format("").encode()
_NO_TWIN = CellOriginal()


@dataclass(slots=True)
class _TheirDropdown:
    """A drop-down of theirs, and the cells that it is of once ours are gone."""

    xml: bytes
    areas: str


def clear_marks(
    workbook: WorkbookParts, name: str, looks: WorkbookStyles, before: Mapping[Place, CellOriginal]
) -> None:
    """Take our colours, drop-downs and notes off a sheet; `before` is how its cells were."""
    remove_comments(workbook, name)
    sheet = find_rows(workbook.part(name), None)
    for number, row in sheet.rows.items():
        for column, cell in row.cells.items():
            twin = before.get((number, column_letters(column)))
            plain = looks.plain(cell.style, twin.style if twin else None)
            if plain is not None:
                tag = with_attributes(sheet.part[cell.starts : cell.opened], s=plain)
                sheet.edits.append((cell.starts, cell.opened, tag))
    _give_lists_back(sheet, before)
    workbook.put(name, sheet.content())


def _give_lists_back(sheet: SheetPart, before: Mapping[Place, CellOriginal]) -> None:
    """Take our drop-downs off, and put those of theirs that made room where they were."""
    whole = next((tag for tag in sheet.tags if tag.name == "dataValidations"), None)
    if whole is None:
        return
    each = [tag for tag in sheet.tags if tag.name == "dataValidation" and whole.holds(tag)]
    ours = [tag for tag in each if _LISTED in sheet.part[tag.opened : tag.closes]]
    if not ours:
        return
    theirs = [
        _TheirDropdown(sheet.part[tag.starts : tag.ends], tag.get("sqref"))
        for tag in each
        if tag not in ours
    ]
    areas = CellRanges(" ".join(tag.get("sqref") for tag in ours))
    back = {place: twin for place, twin in before.items() if areas.has(place)}
    more: dict[bytes, list[str]] = {}
    for place, twin in back.items():
        if twin.rule:
            more.setdefault(twin.rule, []).append(f"{place[1]}{place[0]}")
    for rule, cells in more.items():
        _of_the_same(theirs, rule).areas += f" {' '.join(cells)}"
    _give_far_lists_back(sheet, theirs, {place for place, twin in back.items() if twin.had_list})
    start = with_attributes(sheet.part[whole.starts : whole.opened], count=len(theirs))
    rules = b"".join(dropdown_with_ranges(one.xml, one.areas.strip()) for one in theirs)
    instead = start + rules + sheet.part[whole.closes : whole.ends] if theirs else b""
    sheet.edits.append((whole.starts, whole.ends, instead))


def _of_the_same(theirs: list[_TheirDropdown], rule: bytes) -> _TheirDropdown:
    """The drop-down among theirs that says the same; a new one where it made room altogether."""
    found = next((one for one in theirs if portable_dropdown(one.xml) == rule), None)
    if found is None:
        found = _TheirDropdown(rule, "")
        theirs.append(found)
    return found


def _give_far_lists_back(
    sheet: SheetPart, theirs: list[_TheirDropdown], places: Collection[Place]
) -> None:
    """A list on another tab goes on over the cells between those that have it still."""
    far = {
        tag.starts: (tag, sheet.part[tag.opened : tag.closes].decode())
        for tag in sheet.tags
        if tag.name == "xm:sqref"
    }
    more: dict[int, str] = {}
    for place in places:
        beside = _beside(place, places)
        cell = f" {place[1]}{place[0]}"
        at = next((at for at, (_, areas) in far.items() if _is_beside(areas, beside)), None)
        near = next((one for one in theirs if _is_beside(one.areas, beside)), None)
        if at is not None:
            more[at] = more.get(at, "") + cell
        elif near is not None:
            near.areas += cell
    for at, cells in more.items():
        tag, areas = far[at]
        sheet.edits.append((tag.opened, tag.closes, (areas + cells).encode()))


def _is_beside(areas: str, beside: Collection[Place]) -> bool:
    held = CellRanges(areas)
    return any(held.has(place) for place in beside)


def _beside(place: Place, places: Collection[Place]) -> list[Place]:
    """The nearest cells above and below that made no room."""
    found = []
    for step in (-1, 1):
        row = place[0] + step
        while (row, place[1]) in places:
            row += step
        if row > 0:
            found.append((row, place[1]))
    return found
