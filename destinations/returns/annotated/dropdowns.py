"""Offers: drop-downs in the very cells that must be put right."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from destinations.returns.annotated.ranges import CellRanges, first_cell, without_cells
from destinations.returns.annotated.sheet_part import Place, SheetPart, insert_after_cells
from destinations.returns.annotated.workbook_parts import (
    XmlTag,
    append_inside,
    escape_text,
    quote_attribute,
    with_attributes,
)

_TYPED = re.compile(rb'"[^"]*"')
# A place whose row moves with the cell: E4 and $E4, and not $E$4.
_MOVES = re.compile(rb"(?<![A-Za-z0-9_$.])\$?[A-Z]{1,3}[0-9]{1,7}(?![A-Za-z0-9_(.])")


@dataclass(frozen=True, slots=True)
class ReplacedDropdown:
    """The drop-down that made room in a cell: as XML, or b"" where it is a list on another tab."""

    rule: bytes = b""


def add_dropdowns(sheet: SheetPart, lists: Mapping[Place, str]) -> dict[Place, ReplacedDropdown]:
    """A drop-down in each of these cells, of the list with that defined name.

    Another drop-down of that very cell makes room, and is given back; any other word may still
    be typed.
    """
    taken: dict[Place, ReplacedDropdown] = {}
    lists = _free(sheet, lists, taken)
    if not lists:
        return {}
    found = sheet.tags
    there = next((tag for tag in found if tag.name == "dataValidations"), None)
    kept = 0
    for tag in found:
        if tag.name == "dataValidation" and there is not None and there.holds(tag):
            kept += _make_room(sheet, tag, lists, taken)
    by_name: dict[str, list[str]] = {}
    for (row, letters), name in lists.items():
        by_name.setdefault(name, []).append(f"{letters}{row}")
    more = "".join(dropdown_xml(" ".join(cells), name) for name, cells in by_name.items()).encode()
    count = kept + len(by_name)
    if there is not None:
        sheet.edits += append_inside(sheet.part, there, more, count=count)
    else:
        whole = b'<dataValidations count="%d">%b</dataValidations>' % (count, more)
        insert_after_cells(sheet, "dataValidations", whole)
    return taken


def _free(
    sheet: SheetPart, lists: Mapping[Place, str], taken: dict[Place, ReplacedDropdown]
) -> Mapping[Place, str]:
    """The places where ours can stand.

    A list from another tab makes room too, if any is left; so does a rule whose words are counted
    from its first cell, in every cell but that one.
    """
    first = {
        first_cell(tag.get("sqref"))
        for tag in sheet.tags
        if tag.name == "dataValidation"
        and _MOVES.search(_TYPED.sub(b"", sheet.part[tag.opened : tag.closes]))
    }
    lists = {place: name for place, name in lists.items() if place not in first}
    theirs = [tag for tag in sheet.tags if tag.name == "x14:dataValidation"]
    for tag in sheet.tags if theirs else ():
        if tag.name == "xm:sqref" and any(one.holds(tag) for one in theirs):
            before = sheet.part[tag.opened : tag.closes].decode()
            areas = CellRanges(before)
            here = [place for place in lists if areas.has(place)]
            kept = without_cells(before, here)
            if kept and here:
                sheet.edits.append((tag.opened, tag.closes, kept.encode()))
                taken |= dict.fromkeys(here, ReplacedDropdown())
            elif not kept:
                lists = {one: name for one, name in lists.items() if one not in here}
    return lists


def _make_room(
    sheet: SheetPart, tag: XmlTag, lists: Mapping[Place, str], taken: dict[Place, ReplacedDropdown]
) -> bool:
    """Whether a drop-down of theirs is left once these cells are taken out of it."""
    before = tag.get("sqref")
    areas = CellRanges(before)
    here = [place for place in lists if areas.has(place)]
    if not here:
        return True
    taken |= dict.fromkeys(here, ReplacedDropdown(sheet.part[tag.starts : tag.ends]))
    kept = without_cells(before, here)
    if not kept:
        sheet.edits.append((tag.starts, tag.ends, b""))
    else:
        said = with_attributes(sheet.part[tag.starts : tag.opened], sqref=kept)
        sheet.edits.append((tag.starts, tag.opened, said))
    return bool(kept)


def dropdown_xml(cells: str, formula: str) -> str:
    """A drop-down that offers and does not insist."""
    return (
        f'<dataValidation type="list" allowBlank="1" sqref={quote_attribute(cells)}>'
        f"<formula1>{escape_text(formula)}</formula1></dataValidation>"
    )
