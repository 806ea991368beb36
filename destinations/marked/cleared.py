"""Cleared: a workbook that we marked before loses its old marks; only what is left shows."""

from collections.abc import Container

from destinations.marked.choices import NAMES
from destinations.marked.jottings import unjot
from destinations.marked.looks import Looks
from destinations.marked.parts import Workbook, with_attributes
from destinations.marked.sheet import Place, Sheet, found_in, letters_of

_LISTED = b">" + NAMES.format("").encode()


def clear(workbook: Workbook, name: str, looks: Looks, keep: Container[Place]) -> None:
    """Take our colours, drop-downs and notes off a sheet; `keep` are about to be coloured anew."""
    unjot(workbook, name)
    sheet = found_in(workbook.part(name), None)
    for number, row in sheet.rows.items():
        for column, cell in row.cells.items():
            if (number, letters_of(column)) in keep:
                continue
            plain = looks.plain(cell.style)
            if plain is not None:
                tag = with_attributes(sheet.part[cell.starts : cell.opened], s=plain)
                sheet.edits.append((cell.starts, cell.opened, tag))
    _without_lists(sheet)
    workbook.put(name, sheet.content())


def _without_lists(sheet: Sheet) -> None:
    found = sheet.tags
    whole = next((tag for tag in found if tag.name == "dataValidations"), None)
    if whole is None:
        return
    each = [tag for tag in found if tag.name == "dataValidation" and whole.holds(tag)]
    ours = [tag for tag in each if _LISTED in sheet.part[tag.opened : tag.closes]]
    if ours and len(ours) == len(each):
        sheet.edits.append((whole.starts, whole.ends, b""))
    elif ours:
        count = len(each) - len(ours)
        start = with_attributes(sheet.part[whole.starts : whole.opened], count=count)
        sheet.edits.append((whole.starts, whole.opened, start))
        sheet.edits += [(tag.starts, tag.ends, b"") for tag in ours]
