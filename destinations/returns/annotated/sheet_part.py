"""Sheet: one sheet part, its rows and cells and what follows them, each where it stands.

The cells themselves are looked for by their tags alone: the guard has read the part as XML, and
what could hide a tag in it (a comment, a section of plain text) sends the workbook the other way.
"""

import re
from collections.abc import Container, Sequence
from dataclasses import dataclass, field, replace

from destinations.returns.annotated.workbook_parts import (
    MAIN,
    CannotAnnotate,
    Edit,
    XmlTag,
    apply_edits,
    end_of_tag,
    find_tags,
)
from models.facts.spreadsheet_cells import column_number

Place = tuple[int, str]  # row as Excel shows it, letters of the column

# What stands after the cells, in the one order that programs take it in.
_AFTER = (
    "sheetCalcPr sheetProtection protectedRanges scenarios autoFilter sortState dataConsolidate "
    "customSheetViews mergeCells phoneticPr conditionalFormatting dataValidations hyperlinks "
    "printOptions pageMargins pageSetup headerFooter rowBreaks colBreaks customProperties "
    "cellWatches ignoredErrors smartTags drawing drawingHF legacyDrawing legacyDrawingHF picture "
    "oleObjects controls webPublishItems tableParts extLst"
).split()
_CHOICE = "mc:AlternateContent"
_FOLLOWING = ("worksheet", "sheetData", _CHOICE, *_AFTER)
_WANTED = (*_FOLLOWING, "col", "dataValidation", "x14:dataValidation", "xm:sqref")
_ROW = re.compile(rb"<row(?=[\s/>])")
_CELL = re.compile(rb"<c(?=[\s/>])")
_REFERENCE = re.compile(rb"\sr\s*=\s*[\"']([A-Za-z]{0,3})([0-9]{1,7})[\"']")
_STYLE = re.compile(rb"\ss\s*=\s*[\"']([0-9]{1,6})[\"']")
_HAS_STYLE = re.compile(rb"\scustomFormat\s*=\s*[\"'](?:1|true)[\"']")
_RARE = "parts written in a way that few programs use"


@dataclass(slots=True)
class PartCell:
    """A cell where it stands: its start tag, and the number of its format."""

    starts: int
    opened: int
    style: int


@dataclass(slots=True)
class PartRow:
    """A row where it stands, and its cells by column from 0.  `closes` is 0 for an empty one."""

    closes: int
    style: int | None = None
    cells: dict[int, PartCell] = field(default_factory=dict)


@dataclass(slots=True)
class SheetPart:
    """One sheet part and what is to be changed in it; `tags` are those around the cells."""

    part: bytes
    tags: list[XmlTag]
    rows: dict[int, PartRow]
    edits: list[Edit] = field(default_factory=list)

    def content(self) -> bytes:
        """The part with its changes."""
        return apply_edits(self.part, self.edits)


def find_rows(part: bytes, rows: Container[int] | None) -> SheetPart:
    """A sheet with the wanted rows found in it, all of them for None.  Raises NotSure."""
    if b"<!" in part:
        raise CannotAnnotate(_RARE)
    starts = part.find(b"<sheetData")
    if starts < 0:
        raise CannotAnnotate(_RARE)
    opened = end_of_tag(part, starts)
    closes = opened if part[opened - 2 : opened] == b"/>" else part.rfind(b"</sheetData")
    around = find_tags(part[:opened] + part[closes:], *_WANTED)
    top = next((tag for tag in around if tag.name == "worksheet"), None)
    if top is None or top.attributes.get("xmlns") != MAIN:
        raise CannotAnnotate(_RARE)
    # What stands after the cells stands further down than in what was parsed.
    for tag in around:
        tag.starts += closes - opened if tag.starts >= opened else 0
        tag.closes += closes - opened if tag.closes >= opened else 0
        tag.ends += closes - opened if tag.ends > opened else 0
        tag.opened += closes - opened if tag.opened > opened else 0
    return SheetPart(part, around, _rows(part, opened, closes, rows))


def _rows(
    part: bytes, opened: int, closes: int, wanted: Container[int] | None
) -> dict[int, PartRow]:
    found: dict[int, PartRow] = {}
    number = 0
    for row in _ROW.finditer(part, opened, closes):
        inside = end_of_tag(part, row.start())
        start = part[row.start() : inside]
        said = _REFERENCE.search(start)
        number = int(said[2]) if said else number + 1
        if wanted is not None and number not in wanted:
            continue
        end = 0 if start.endswith(b"/>") else part.find(b"</row", inside, closes)
        if end < 0:
            raise CannotAnnotate(_RARE)
        style = _STYLE.search(start) if _HAS_STYLE.search(start) else None
        found[number] = PartRow(end, int(style[1]) if style else None)
        if end:
            found[number].cells = _cells(part, inside, end)
    return found


def _cells(part: bytes, opened: int, closes: int) -> dict[int, PartCell]:
    found: dict[int, PartCell] = {}
    column = -1
    for cell in _CELL.finditer(part, opened, closes):
        inside = end_of_tag(part, cell.start())
        start = part[cell.start() : inside]
        said, style = _REFERENCE.search(start), _STYLE.search(start)
        column = column_number(said[1].decode().upper()) if said and said[1] else column + 1
        found[column] = PartCell(cell.start(), inside, int(style[1]) if style else 0)
    return found


def insert_after_cells(sheet: SheetPart, name: str, xml: bytes) -> None:
    """Put an element where its kind belongs among those that follow the cells."""
    later = _AFTER[_AFTER.index(name) + 1 :]
    top = next(tag for tag in sheet.tags if tag.name == "worksheet")
    cells = next((tag for tag in sheet.tags if tag.name == "sheetData"), top)
    at = min((tag.starts for tag in _following(sheet.tags, cells) if tag.name in later), default=0)
    at = at or top.closes
    sheet.edits.append((at, at, xml))


def _following(found: Sequence[XmlTag], cells: XmlTag) -> list[XmlTag]:
    """The elements after the cells that are in no other of them, each by what it is.

    A choice between versions of one element is that element; an extension may hold elements that
    only sound the same.
    """
    kept: list[XmlTag] = []
    for tag in found:
        if tag.starts < cells.ends or tag.name == "worksheet":
            continue
        if not kept or tag.starts >= kept[-1].ends:
            kept.append(tag)
        elif kept[-1].name == _CHOICE:
            kept[-1] = replace(kept[-1], name=tag.name)
    return kept
