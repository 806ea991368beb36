"""Drop-downs: lists to pick from in the very cells that must be put right."""

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

_QUOTED_TEXT = re.compile(rb'"[^"]*"')
# A place whose row moves with the cell: E4 and $E4, and not $E$4.
_RELATIVE_REFERENCE = re.compile(rb"(?<![A-Za-z0-9_$.])\$?[A-Z]{1,3}[0-9]{1,7}(?![A-Za-z0-9_(.])")


@dataclass(frozen=True, slots=True)
class ReplacedDropdown:
    """The drop-down that made room in a cell: as XML, or b"" where it is a list on another tab."""

    rule: bytes = b""


def add_dropdowns(sheet: SheetPart, lists: Mapping[Place, str]) -> dict[Place, ReplacedDropdown]:
    """A drop-down in each of these cells, of the list with that defined name.

    Another drop-down of that very cell makes room, and is given back; any other word may still
    be typed.
    """
    replaced: dict[Place, ReplacedDropdown] = {}
    lists = _placeable(sheet, lists, replaced)
    if not lists:
        return {}
    tags = sheet.tags
    existing = next((tag for tag in tags if tag.name == "dataValidations"), None)
    kept_count = 0
    for tag in tags:
        if tag.name == "dataValidation" and existing is not None and existing.holds(tag):
            kept_count += _make_room(sheet, tag, lists, replaced)
    by_name: dict[str, list[str]] = {}
    for (row, letters), name in lists.items():
        by_name.setdefault(name, []).append(f"{letters}{row}")
    new_rules = "".join(
        dropdown_xml(" ".join(cells), name) for name, cells in by_name.items()
    ).encode()
    count = kept_count + len(by_name)
    if existing is not None:
        sheet.edits += append_inside(sheet.part, existing, new_rules, count=count)
    else:
        whole = b'<dataValidations count="%d">%b</dataValidations>' % (count, new_rules)
        insert_after_cells(sheet, "dataValidations", whole)
    return replaced


def _placeable(
    sheet: SheetPart, lists: Mapping[Place, str], replaced: dict[Place, ReplacedDropdown]
) -> Mapping[Place, str]:
    """The places where ours can stand.

    A list from another tab makes room too, if any is left; so does a rule whose words are counted
    from its first cell, in every cell but that one.
    """
    anchors = {
        first_cell(tag.get("sqref"))
        for tag in sheet.tags
        if tag.name == "dataValidation"
        and _RELATIVE_REFERENCE.search(_QUOTED_TEXT.sub(b"", sheet.part[tag.opened : tag.closes]))
    }
    lists = {place: name for place, name in lists.items() if place not in anchors}
    extended_rules = [tag for tag in sheet.tags if tag.name == "x14:dataValidation"]
    for tag in sheet.tags if extended_rules else ():
        if tag.name == "xm:sqref" and any(rule.holds(tag) for rule in extended_rules):
            ranges_text = sheet.part[tag.opened : tag.closes].decode()
            ranges = CellRanges(ranges_text)
            covered = [place for place in lists if ranges.has(place)]
            remaining = without_cells(ranges_text, covered)
            if remaining and covered:
                sheet.edits.append((tag.opened, tag.closes, remaining.encode()))
                replaced |= dict.fromkeys(covered, ReplacedDropdown())
            elif not remaining:
                lists = {place: name for place, name in lists.items() if place not in covered}
    return lists


def _make_room(
    sheet: SheetPart,
    tag: XmlTag,
    lists: Mapping[Place, str],
    replaced: dict[Place, ReplacedDropdown],
) -> bool:
    """Whether a drop-down of theirs is left once these cells are taken out of it."""
    ranges_text = tag.get("sqref")
    ranges = CellRanges(ranges_text)
    covered = [place for place in lists if ranges.has(place)]
    if not covered:
        return True
    replaced |= dict.fromkeys(covered, ReplacedDropdown(sheet.part[tag.starts : tag.ends]))
    remaining = without_cells(ranges_text, covered)
    if not remaining:
        sheet.edits.append((tag.starts, tag.ends, b""))
    else:
        start_tag = with_attributes(sheet.part[tag.starts : tag.opened], sqref=remaining)
        sheet.edits.append((tag.starts, tag.opened, start_tag))
    return bool(remaining)


def dropdown_xml(cells: str, formula: str) -> str:
    """A drop-down that offers and does not insist."""
    return (
        f'<dataValidation type="list" allowBlank="1" sqref={quote_attribute(cells)}>'
        f"<formula1>{escape_text(formula)}</formula1></dataValidation>"
    )
