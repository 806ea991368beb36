"""Sheet part: one sheet, its rows, its cells and what follows them, each where it stands.

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
_ELEMENTS_AFTER_CELLS = (
    "sheetCalcPr sheetProtection protectedRanges scenarios autoFilter sortState dataConsolidate "
    "customSheetViews mergeCells phoneticPr conditionalFormatting dataValidations hyperlinks "
    "printOptions pageMargins pageSetup headerFooter rowBreaks colBreaks customProperties "
    "cellWatches ignoredErrors smartTags drawing drawingHF legacyDrawing legacyDrawingHF picture "
    "oleObjects controls webPublishItems tableParts extLst"
).split()
_CHOICE = "mc:AlternateContent"
_FOLLOWING = ("worksheet", "sheetData", _CHOICE, *_ELEMENTS_AFTER_CELLS)
_ELEMENTS_SOUGHT = (*_FOLLOWING, "col", "dataValidation", "x14:dataValidation", "xm:sqref")
_ROW = re.compile(rb"<row(?=[\s/>])")
_CELL = re.compile(rb"<c(?=[\s/>])")
_REFERENCE = re.compile(rb"\sr\s*=\s*[\"']([A-Za-z]{0,3})([0-9]{1,7})[\"']")
_STYLE = re.compile(rb"\ss\s*=\s*[\"']([0-9]{1,6})[\"']")
_HAS_STYLE = re.compile(rb"\scustomFormat\s*=\s*[\"'](?:1|true)[\"']")
_UNCOMMON = "parts written in a way that few programs use"


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
    """A sheet with the wanted rows found in it, all of them for None.  Raises CannotAnnotate."""
    if b"<!" in part:
        raise CannotAnnotate(_UNCOMMON)
    starts = part.find(b"<sheetData")
    if starts < 0:
        raise CannotAnnotate(_UNCOMMON)
    opened = end_of_tag(part, starts)
    closes = opened if part[opened - 2 : opened] == b"/>" else part.rfind(b"</sheetData")
    around = find_tags(part[:opened] + part[closes:], *_ELEMENTS_SOUGHT)
    top = next((tag for tag in around if tag.name == "worksheet"), None)
    if top is None or top.attributes.get("xmlns") != MAIN:
        raise CannotAnnotate(_UNCOMMON)
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
    rows: dict[int, PartRow] = {}
    number = 0
    for row in _ROW.finditer(part, opened, closes):
        row_opened = end_of_tag(part, row.start())
        start_tag = part[row.start() : row_opened]
        reference = _REFERENCE.search(start_tag)
        number = int(reference[2]) if reference else number + 1
        if wanted is not None and number not in wanted:
            continue
        closed = 0 if start_tag.endswith(b"/>") else part.find(b"</row", row_opened, closes)
        if closed < 0:
            raise CannotAnnotate(_UNCOMMON)
        style = _STYLE.search(start_tag) if _HAS_STYLE.search(start_tag) else None
        rows[number] = PartRow(closed, int(style[1]) if style else None)
        if closed:
            rows[number].cells = _cells(part, row_opened, closed)
    return rows


def _cells(part: bytes, opened: int, closes: int) -> dict[int, PartCell]:
    cells: dict[int, PartCell] = {}
    column = -1
    for cell in _CELL.finditer(part, opened, closes):
        cell_opened = end_of_tag(part, cell.start())
        start_tag = part[cell.start() : cell_opened]
        reference, style = _REFERENCE.search(start_tag), _STYLE.search(start_tag)
        column = (
            column_number(reference[1].decode().upper())
            if reference and reference[1]
            else column + 1
        )
        cells[column] = PartCell(cell.start(), cell_opened, int(style[1]) if style else 0)
    return cells


def insert_after_cells(sheet: SheetPart, name: str, xml: bytes) -> None:
    """Put an element where its kind belongs among those that follow the cells."""
    later = _ELEMENTS_AFTER_CELLS[_ELEMENTS_AFTER_CELLS.index(name) + 1 :]
    top = next(tag for tag in sheet.tags if tag.name == "worksheet")
    cells = next((tag for tag in sheet.tags if tag.name == "sheetData"), top)
    at = min((tag.starts for tag in _following(sheet.tags, cells) if tag.name in later), default=0)
    at = at or top.closes
    sheet.edits.append((at, at, xml))


def _following(tags: Sequence[XmlTag], cells: XmlTag) -> list[XmlTag]:
    """The elements after the cells that are in no other of them, each by what it is.

    A choice between versions of one element is that element; an extension may hold elements that
    only sound the same.
    """
    following: list[XmlTag] = []
    for tag in tags:
        if tag.starts < cells.ends or tag.name == "worksheet":
            continue
        if not following or tag.starts >= following[-1].ends:
            following.append(tag)
        elif following[-1].name == _CHOICE:
            following[-1] = replace(following[-1], name=tag.name)
    return following
