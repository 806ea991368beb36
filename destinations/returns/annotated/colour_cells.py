"""Cells: those of one sheet that are marked get their colour."""

import re
from collections.abc import Callable, Mapping

from destinations.returns.annotated.sheet_part import Place, SheetPart
from destinations.returns.annotated.workbook_parts import XmlTag, with_attributes
from models.facts.spreadsheet_cells import column_number

_SELECTED = re.compile(rb"\s+tabSelected\s*=\s*(?:\"[^\"]*\"|'[^']*')")


def colour_cells(
    sheet: SheetPart, styles: Mapping[Place, Callable[[int], int]]
) -> dict[Place, int]:
    """Give cells their new formats, each from the one it has; a cell that is not there is made.

    Gives the formats that they had.
    """
    before: dict[Place, int] = {}
    columns = [tag for tag in sheet.tags if tag.name == "col"]
    for (number, letters), restyled in styles.items():
        row = sheet.rows.get(number)
        if row is None or not row.closes:
            continue
        at = column_number(letters)
        cell = row.cells.get(at)
        if cell is not None:
            before[number, letters] = cell.style
            tag = with_attributes(sheet.part[cell.starts : cell.opened], s=restyled(cell.style))
            sheet.edits.append((cell.starts, cell.opened, tag))
            continue
        style = row.style if row.style is not None else _style_of(columns, at)
        before[number, letters] = style
        after = [each.starts for column, each in row.cells.items() if column > at]
        here = min(after, default=row.closes)
        made = f'<c r="{letters}{number}" s="{restyled(style)}"/>'
        sheet.edits.append((here, here, made.encode()))
    return before


def deselect_sheet(part: bytes) -> bytes:
    """A sheet that is not the one in front: two in front would be typed into together."""
    head, cells, rest = part.partition(b"<sheetData")
    return _SELECTED.sub(b"", head) + cells + rest


def _style_of(columns: list[XmlTag], at: int) -> int:
    for tag in columns:
        first, last, style = tag.get("min"), tag.get("max"), tag.get("style")
        if all(said.isdecimal() for said in (first, last, style)) and (
            int(first) <= at + 1 <= int(last)
        ):
            return int(style)
    return 0
