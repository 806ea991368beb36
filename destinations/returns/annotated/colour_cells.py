"""Colour cells: the marked cells of one sheet get their formats."""

import re
from collections.abc import Callable, Mapping

from destinations.returns.annotated.sheet_part import Place, SheetPart
from destinations.returns.annotated.workbook_parts import XmlTag, with_attributes
from models.facts.spreadsheet_cells import column_number

_SELECTED = re.compile(rb"\s+tabSelected\s*=\s*(?:\"[^\"]*\"|'[^']*')")


def colour_cells(
    sheet: SheetPart, styles: Mapping[Place, Callable[[int], int]]
) -> dict[Place, int]:
    """Give cells their new formats, each from the one it has; a missing cell is added to its row.

    `styles` gives for each place the function from the old format's number to the new one's.
    Returns the numbers of the old formats; places in rows that are not there are left out.
    """
    original_styles: dict[Place, int] = {}
    columns = [tag for tag in sheet.tags if tag.name == "col"]
    for (number, letters), restyled in styles.items():
        row = sheet.rows.get(number)
        if row is None or not row.closes:
            continue
        position = column_number(letters)
        cell = row.cells.get(position)
        if cell is not None:
            original_styles[number, letters] = cell.style
            tag = with_attributes(sheet.part[cell.starts : cell.opened], s=restyled(cell.style))
            sheet.edits.append((cell.starts, cell.opened, tag))
            continue
        style = row.style if row.style is not None else _style_of(columns, position)
        original_styles[number, letters] = style
        later_starts = [
            later_cell.starts for column, later_cell in row.cells.items() if column > position
        ]
        insert_at = min(later_starts, default=row.closes)
        new_cell = f'<c r="{letters}{number}" s="{restyled(style)}"/>'
        sheet.edits.append((insert_at, insert_at, new_cell.encode()))
    return original_styles


def deselect_sheet(part: bytes) -> bytes:
    """A sheet part that is not selected: with two selected, both would be typed into."""
    head, cells, rest = part.partition(b"<sheetData")
    return _SELECTED.sub(b"", head) + cells + rest


def _style_of(columns: list[XmlTag], at: int) -> int:
    for tag in columns:
        first, last, style = tag.get("min"), tag.get("max"), tag.get("style")
        if all(attribute.isdecimal() for attribute in (first, last, style)) and (
            int(first) <= at + 1 <= int(last)
        ):
            return int(style)
    return 0
