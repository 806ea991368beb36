"""Clear marks: a workbook that we marked before loses its old marks; only what is left shows.

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
_NO_ORIGINAL = CellOriginal()


@dataclass(slots=True)
class _TheirDropdown:
    """A drop-down of theirs, and the cells that it is of once ours are gone."""

    xml: bytes
    ranges: str


def clear_marks(
    workbook: WorkbookParts,
    name: str,
    styles: WorkbookStyles,
    originals: Mapping[Place, CellOriginal],
) -> None:
    """Take our colours, drop-downs and notes off a sheet; `originals` is how its cells were."""
    remove_comments(workbook, name)
    sheet = find_rows(workbook.part(name), None)
    for number, row in sheet.rows.items():
        for column, cell in row.cells.items():
            original = originals.get((number, column_letters(column)))
            plain = styles.plain(cell.style, original.style if original else None)
            if plain is not None:
                tag = with_attributes(sheet.part[cell.starts : cell.opened], s=plain)
                sheet.edits.append((cell.starts, cell.opened, tag))
    _restore_dropdowns(sheet, originals)
    workbook.put(name, sheet.content())


def _restore_dropdowns(sheet: SheetPart, originals: Mapping[Place, CellOriginal]) -> None:
    """Take our drop-downs off, and put those of theirs that made room where they were."""
    whole = next((tag for tag in sheet.tags if tag.name == "dataValidations"), None)
    if whole is None:
        return
    all_rules = [tag for tag in sheet.tags if tag.name == "dataValidation" and whole.holds(tag)]
    ours = [tag for tag in all_rules if _LISTED in sheet.part[tag.opened : tag.closes]]
    if not ours:
        return
    theirs = [
        _TheirDropdown(sheet.part[tag.starts : tag.ends], tag.get("sqref"))
        for tag in all_rules
        if tag not in ours
    ]
    our_ranges = CellRanges(" ".join(tag.get("sqref") for tag in ours))
    to_restore = {place: original for place, original in originals.items() if our_ranges.has(place)}
    cells_by_rule: dict[bytes, list[str]] = {}
    for place, original in to_restore.items():
        if original.rule:
            cells_by_rule.setdefault(original.rule, []).append(f"{place[1]}{place[0]}")
    for rule, cells in cells_by_rule.items():
        _same_dropdown(theirs, rule).ranges += f" {' '.join(cells)}"
    _restore_cross_sheet_dropdowns(
        sheet, theirs, {place for place, original in to_restore.items() if original.had_list}
    )
    start = with_attributes(sheet.part[whole.starts : whole.opened], count=len(theirs))
    rules = b"".join(
        dropdown_with_ranges(dropdown.xml, dropdown.ranges.strip()) for dropdown in theirs
    )
    replacement = start + rules + sheet.part[whole.closes : whole.ends] if theirs else b""
    sheet.edits.append((whole.starts, whole.ends, replacement))


def _same_dropdown(theirs: list[_TheirDropdown], rule: bytes) -> _TheirDropdown:
    """The drop-down among theirs that says the same; a new one where it made room altogether."""
    match = next((dropdown for dropdown in theirs if portable_dropdown(dropdown.xml) == rule), None)
    if match is None:
        match = _TheirDropdown(rule, "")
        theirs.append(match)
    return match


def _restore_cross_sheet_dropdowns(
    sheet: SheetPart, theirs: list[_TheirDropdown], places: Collection[Place]
) -> None:
    """A list on another tab goes on over the cells between those that have it still."""
    cross_sheet = {
        tag.starts: (tag, sheet.part[tag.opened : tag.closes].decode())
        for tag in sheet.tags
        if tag.name == "xm:sqref"
    }
    cells_to_add: dict[int, str] = {}
    for place in places:
        neighbours = _neighbours(place, places)
        cell = f" {place[1]}{place[0]}"
        at = next(
            (at for at, (_, areas) in cross_sheet.items() if _is_beside(areas, neighbours)), None
        )
        dropdown_beside = next(
            (dropdown for dropdown in theirs if _is_beside(dropdown.ranges, neighbours)), None
        )
        if at is not None:
            cells_to_add[at] = cells_to_add.get(at, "") + cell
        elif dropdown_beside is not None:
            dropdown_beside.ranges += cell
    for at, cells in cells_to_add.items():
        tag, areas = cross_sheet[at]
        sheet.edits.append((tag.opened, tag.closes, (areas + cells).encode()))


def _is_beside(areas: str, neighbours: Collection[Place]) -> bool:
    held = CellRanges(areas)
    return any(held.has(place) for place in neighbours)


def _neighbours(place: Place, places: Collection[Place]) -> list[Place]:
    """The nearest cells above and below that made no room."""
    neighbours = []
    for step in (-1, 1):
        row = place[0] + step
        while (row, place[1]) in places:
            row += step
        if row > 0:
            neighbours.append((row, place[1]))
    return neighbours
