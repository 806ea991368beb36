"""Cells: those of one sheet that are marked, where they stand in its part."""

import re
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from destinations.marked.parts import (
    Edit,
    Tag,
    edited,
    end_of_tag,
    escaped,
    expat_for,
    inside,
    quoted,
    run,
    tags,
    with_attributes,
)

Place = tuple[int, str]  # row as Excel shows it, letters of the column

_REFERENCE = re.compile(r"\A([A-Z]{1,3})([0-9]{1,7})\Z")
_AREA = re.compile(r"\A\$?([A-Z]{1,3})\$?(\d{1,7})(?::\$?([A-Z]{1,3})\$?(\d{1,7}))?\Z")
_SELECTED = re.compile(rb"\s+tabSelected\s*=\s*(?:\"[^\"]*\"|'[^']*')")
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

_Block = tuple[int, int, int, int]  # first row, first column, last row, last column


@dataclass(slots=True)
class Cell:
    """A cell where it stands: its start tag, and the number of its format."""

    starts: int
    opened: int
    style: int


@dataclass(slots=True)
class RowFound:
    """A row where it stands, and its cells by column from 0."""

    starts: int
    opened: int
    closes: int = 0
    style: int | None = None
    cells: dict[int, Cell] = field(default_factory=dict)


@dataclass(slots=True)
class Sheet:
    """One sheet part and what is to be changed in it."""

    part: bytes
    rows: dict[int, RowFound]
    edits: list[Edit] = field(default_factory=list)

    def content(self) -> bytes:
        """The part with its changes."""
        return edited(self.part, self.edits)


def found_in(part: bytes, rows: Container[int] | None) -> Sheet:
    """A sheet with the wanted rows found in it, all of them for None.  Raises NotSure."""
    found: dict[int, RowFound] = {}
    row = column = 0
    current: RowFound | None = None

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal row, column, current
        if name == "c":
            column = _column(attributes, column)
            if current is not None:
                at = parser.CurrentByteIndex
                said = attributes.get("s", "0")
                current.cells[column] = Cell(
                    at, end_of_tag(part, at), int(said) if said.isdecimal() else 0
                )
        elif name == "row":
            said = attributes.get("r", "")
            row, column = int(said) if said.isdecimal() else row + 1, -1
            if rows is None or row in rows:
                at = parser.CurrentByteIndex
                current = found[row] = RowFound(at, end_of_tag(part, at))
                if attributes.get("customFormat") in ("1", "true") and "s" in attributes:
                    current.style = int(attributes["s"])

    def end(name: str) -> None:
        nonlocal current
        if name == "row" and current is not None:
            if part[current.opened - 2 : current.opened] != b"/>":
                current.closes = parser.CurrentByteIndex
            current = None

    parser = expat_for(part, start, end)
    run(parser, part)
    return Sheet(part, found)


def colour(sheet: Sheet, styles: Mapping[Place, Callable[[int], int]]) -> None:
    """Give cells their new formats, each from the one it has; a cell that is not there is made."""
    columns = tags(sheet.part, "col") if styles else []
    for (number, letters), restyled in styles.items():
        row = sheet.rows.get(number)
        if row is None or not row.closes:
            continue
        at = column_of(letters)
        cell = row.cells.get(at)
        if cell is not None:
            tag = with_attributes(sheet.part[cell.starts : cell.opened], s=restyled(cell.style))
            sheet.edits.append((cell.starts, cell.opened, tag))
            continue
        style = row.style if row.style is not None else _style_of(columns, at)
        after = [each.starts for column, each in row.cells.items() if column > at]
        here = min(after, default=row.closes)
        made = f'<c r="{letters}{number}" s="{restyled(style)}"/>'
        sheet.edits.append((here, here, made.encode()))


def deselect(part: bytes) -> bytes:
    """A sheet that is not the one in front: two in front would be typed into together."""
    head, cells, rest = part.partition(b"<sheetData")
    return _SELECTED.sub(b"", head) + cells + rest


def offer(sheet: Sheet, lists: Mapping[Place, str]) -> None:
    """A drop-down in each of these cells, of the list with that defined name.

    Another drop-down of that very cell makes room; any other word may still be typed.
    """
    lists = _free(sheet, lists)
    if not lists:
        return
    found = tags(sheet.part, *_FOLLOWING, "dataValidation")
    there = next((tag for tag in found if tag.name == "dataValidations"), None)
    kept = 0
    for tag in found:
        if tag.name == "dataValidation" and there is not None and there.holds(tag):
            kept += _make_room(sheet, tag, lists)
    by_name: dict[str, list[str]] = {}
    for (row, letters), name in lists.items():
        by_name.setdefault(name, []).append(f"{letters}{row}")
    more = "".join(drop_down(" ".join(cells), name) for name, cells in by_name.items()).encode()
    count = kept + len(by_name)
    if there is not None:
        sheet.edits += inside(sheet.part, there, more, count=count)
    else:
        whole = b'<dataValidations count="%d">%b</dataValidations>' % (count, more)
        put_after_cells(sheet, "dataValidations", whole, found)


def _free(sheet: Sheet, lists: Mapping[Place, str]) -> Mapping[Place, str]:
    """The places where ours can stand: a list from another tab makes room too, if any is left."""
    if b"x14:dataValidation " not in sheet.part:
        return lists
    found = tags(sheet.part, "x14:dataValidation", "xm:sqref")
    for tag in found:
        if tag.name == "xm:sqref" and any(
            one.name != "xm:sqref" and one.holds(tag) for one in found
        ):
            before = sheet.part[tag.opened : tag.closes].decode()
            kept = without(before, lists)
            if kept and kept != before:
                sheet.edits.append((tag.opened, tag.closes, kept.encode()))
            elif not kept:
                taken = [one for one in lists if without(before, [one]) != before]
                lists = {one: name for one, name in lists.items() if one not in taken}
    return lists


def _make_room(sheet: Sheet, tag: Tag, cells: Iterable[Place]) -> bool:
    """Whether a drop-down of theirs is left once these cells are taken out of it."""
    before = tag.get("sqref")
    kept = without(before, cells)
    if not kept:
        sheet.edits.append((tag.starts, tag.ends, b""))
    elif kept != before:
        said = with_attributes(sheet.part[tag.starts : tag.opened], sqref=kept)
        sheet.edits.append((tag.starts, tag.opened, said))
    return bool(kept)


def drop_down(cells: str, formula: str) -> str:
    """A drop-down that offers and does not insist."""
    return (
        f'<dataValidation type="list" allowBlank="1" sqref={quoted(cells)}>'
        f"<formula1>{escaped(formula)}</formula1></dataValidation>"
    )


def put_after_cells(
    sheet: Sheet, name: str, xml: bytes, found: Sequence[Tag] | None = None
) -> None:
    """Put an element where its kind belongs among those that follow the cells."""
    later = _AFTER[_AFTER.index(name) + 1 :]
    known = tags(sheet.part, *_FOLLOWING) if found is None else found
    top = next(tag for tag in known if tag.name == "worksheet")
    cells = next((tag for tag in known if tag.name == "sheetData"), top)
    at = min((tag.starts for tag in _following(known, cells) if tag.name in later), default=0)
    at = at or top.closes
    sheet.edits.append((at, at, xml))


def without(areas: str, cells: Iterable[Place]) -> str:
    """A list of areas such as "F2:G300" with some cells left out."""
    holes = [(row, column_of(column)) for row, column in cells]
    kept: list[str] = []
    for area in areas.split():
        found = _AREA.match(area)
        if found is None:
            kept.append(area)
            continue
        first, last = column_of(found[1]), column_of(found[3] or found[1])
        blocks = [(int(found[2]), first, int(found[4] or found[2]), last)]
        for row, column in holes:
            blocks = [piece for block in blocks for piece in _split(block, row, column)]
        kept += [_area(block) for block in blocks]
    return " ".join(kept)


def column_of(letters: str) -> int:
    """The column from 0 of its letters."""
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - 64
    return column - 1


def letters_of(column: int) -> str:
    """The letters of a column counted from 0."""
    said, column = "", column + 1
    while column:
        column, rest = divmod(column - 1, 26)
        said = chr(65 + rest) + said
    return said


def _split(block: _Block, row: int, column: int) -> list[_Block]:
    """A block without one of its cells: what is above, to the left, to the right and below."""
    top, left, bottom, right = block
    if not (top <= row <= bottom and left <= column <= right):
        return [block]
    pieces = [
        (top, left, row - 1, right),
        (row, left, row, column - 1),
        (row, column + 1, row, right),
        (row + 1, left, bottom, right),
    ]
    return [piece for piece in pieces if piece[0] <= piece[2] and piece[1] <= piece[3]]


def _area(block: _Block) -> str:
    first = f"{letters_of(block[1])}{block[0]}"
    last = f"{letters_of(block[3])}{block[2]}"
    return first if first == last else f"{first}:{last}"


def _column(attributes: dict[str, str], before: int) -> int:
    said = _REFERENCE.match(attributes.get("r", "").replace("$", ""))
    return column_of(said[1]) if said else before + 1


def _style_of(columns: list[Tag], at: int) -> int:
    for tag in columns:
        first, last, style = tag.get("min"), tag.get("max"), tag.get("style")
        if all(said.isdecimal() for said in (first, last, style)) and (
            int(first) <= at + 1 <= int(last)
        ):
            return int(style)
    return 0


def _following(found: Sequence[Tag], cells: Tag) -> list[Tag]:
    """The elements after the cells that are in no other of them, each by what it is.

    A choice between versions of one element is that element; an extension may hold elements that
    only sound the same.
    """
    kept: list[Tag] = []
    for tag in found:
        if tag.starts < cells.ends or tag.name == "worksheet":
            continue
        if not kept or tag.starts >= kept[-1].ends:
            kept.append(tag)
        elif kept[-1].name == _CHOICE:
            kept[-1] = replace(kept[-1], name=tag.name)
    return kept
