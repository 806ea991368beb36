"""Xlsx marks: what a cell says otherwise than in its text: crossed out, or with a note beside it.

Neither is applied to what is read; their sender is told where they stand.
"""

import re
from collections.abc import Sequence
from posixpath import basename, dirname

from imports.workbook.formats.xml_parts import find_elements, local_name, parse_xml
from imports.workbook.limits import ReadLimits
from imports.workbook.preflight import relationship_targets
from imports.workbook.zip_package import ZipPackage
from models.handoffs.findings import Issue

_PLACES_TOLD = 12
_FALSE = ("0", "false")
# A cell with something in it; the order of its attributes is its writer's.
_CELL = re.compile(rb"<c\b([^<>]*[^/<>])>\s*<(?!/c>)")
_PLACE, _STYLE = re.compile(rb'\sr="([A-Z]{1,3}[0-9]{1,7})"'), re.compile(rb'\ss="([0-9]{1,6})"')


def struck_styles(styles: bytes) -> frozenset[bytes]:
    """The numbers of the cell styles whose font is struck through, from the styles part."""
    if b"strike" not in styles:
        return frozenset()
    struck_fonts: set[str] = set()
    struck: set[bytes] = set()
    inside: list[str] = []
    counts = {"font": 0, "xf": 0}

    def start(name: str, attributes: dict[str, str]) -> None:
        name = local_name(name)
        if name in ("fonts", "cellXfs"):
            inside[:] = [name]
        elif name == "strike" and inside == ["fonts"] and attributes.get("val") not in _FALSE:
            struck_fonts.add(str(counts["font"] - 1))
        elif name == "font" and inside == ["fonts"]:
            counts["font"] += 1
        elif name == "xf" and inside == ["cellXfs"]:
            if attributes.get("fontId", "0") in struck_fonts:
                struck.add(str(counts["xf"]).encode())
            counts["xf"] += 1

    def end(name: str) -> None:
        if local_name(name) in ("fonts", "cellXfs"):
            inside.clear()

    parse_xml(styles, start, end)
    return frozenset(struck)


def crossed_out_issues(sheet: str, part: bytes, struck: frozenset[bytes]) -> list[Issue]:
    """One issue for the cells of a sheet part that are struck through; none where none is."""
    if not struck:
        return []
    places = []
    for match in _CELL.finditer(part):
        style, place = _STYLE.search(match[1]), _PLACE.search(match[1])
        if style and place and style[1] in struck:
            places.append(place[1].decode())
    return _issue_of_places("F36", sheet, places)


def note_issues(sheet: str, package: ZipPackage, part_name: str, limits: ReadLimits) -> list[Issue]:
    """One issue for the cells of a sheet that have a note; none where none has."""
    relations = package.part(
        f"{dirname(part_name)}/_rels/{basename(part_name)}.rels", limits.other_part
    )
    if relations is None or b"comments" not in relations:
        return []
    places = [
        attributes.get("ref", "")
        for kind, target in relationship_targets(relations, part_name).values()
        if kind == "comments"
        for _, attributes in find_elements(
            package.part(target, limits.other_part) or b"<none/>", "comment"
        )
    ]
    return _issue_of_places("F37", sheet, places)


def _issue_of_places(code: str, sheet: str, places: Sequence[str]) -> list[Issue]:
    if not places:
        return []
    listed = ", ".join(places[:_PLACES_TOLD])
    if len(places) > _PLACES_TOLD:
        listed += " and more"
    return [Issue(code, sheet, facts=(("count", str(len(places))), ("places", listed)))]
