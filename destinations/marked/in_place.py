"""In place: marks are put into a workbook as it is, and nothing else of it is touched."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from destinations.marked.cells import Place, colour, deselect, found_in, letters_of, offer
from destinations.marked.choices import NAMES
from destinations.marked.fix_list import Line
from destinations.marked.jottings import jot
from destinations.marked.looks import Looks
from destinations.marked.parts import (
    MAIN,
    RELATIONS,
    Edit,
    NotSure,
    Tag,
    Workbook,
    declare,
    edited,
    escaped,
    inside,
    opened,
    quoted,
    relate,
    related,
    tags,
    with_attributes,
)
from destinations.marked.signed import PROPERTY
from destinations.marked.tabs import fix_tab, list_tab, mark_tab
from models.returned import CHOICES, FIX_LIST, MARK, MARK_SHEET
from models.vocabulary import Severity

LISTS = "Lists"
_SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
_CUSTOM_TYPE = "application/vnd.openxmlformats-officedocument.custom-properties+xml"
_CUSTOM_KIND = (
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships/custom-properties"
)
_PROPERTIES = "http://schemas.openxmlformats.org/officeDocument/2006"
_PROPERTY_ID = "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}"
_PLAIN = "parts that we could not be sure of"

# Parts that we send nobody, or that a change would break, by a word of their names.
_UNWELCOME = (
    ("vbaproject", "macros"),
    ("macrosheets/", "macros"),
    ("externallinks/", "links to other workbooks"),
    ("embeddings/", "other files inside it"),
    ("activex/", "controls that can run programs"),
    ("connections.xml", "a connection to somewhere else"),
    ("querytables/", "a connection to somewhere else"),
    ("_xmlsignatures/", "a digital signature"),
    ("revisions/", "a history of the changes of several people"),
)


@dataclass(frozen=True, slots=True)
class CellMark:
    """What is to be seen at one cell."""

    severity: Severity
    note: str = ""
    choices: str = ""  # our field whose list is offered
    as_text: bool = False


@dataclass(frozen=True, slots=True)
class Marks:
    """Everything that is added to a workbook.

    `cells` are by the sheet as its tab is called and the place.  `mark` is '' where there is no
    key to sign with.
    """

    cells: Mapping[str, Mapping[Place, CellMark]]
    lines: Sequence[Line]
    above: Sequence[str]
    choices: Mapping[str, Sequence[str]]
    title: str
    answer: str
    mark: str = ""
    names: Mapping[str, str] = field(default_factory=dict)  # the tab of each sheet as sent


@dataclass(slots=True)
class _Listed:
    """A sheet as the workbook lists it, and its part."""

    name: str
    part: str
    tag: Tag


def mark_in_place(content: bytes, marks: Marks) -> bytes:
    """The workbook with the marks.  Raises NotSure, saying what it holds that forbids it."""
    workbook = opened(content)
    _welcome(workbook)
    main = _main(workbook)
    listed = _listed(workbook, main)
    styles = _styles(workbook, main)
    looks = Looks(workbook.part(styles))
    missing = set(marks.cells) - {each.name for each in listed}
    if missing:
        raise NotSure(_PLAIN)
    for each in listed:
        if each.name in marks.cells:
            _mark_sheet(workbook, each.part, marks.cells[each.name], looks)
        elif b"tabSelected" in (part := workbook.part(each.part))[:20_000]:
            workbook.put(each.part, deselect(part))
    _add_tabs(workbook, main, listed, marks, looks)
    workbook.put(styles, looks.content())
    if marks.mark:
        _add_property(workbook, marks.mark)
    return workbook.content()


def _welcome(workbook: Workbook) -> None:
    for word, what in _UNWELCOME:
        if any(word in name.casefold() for name in workbook.infos):
            raise NotSure(what)


def _main(workbook: Workbook) -> str:
    kinds = related(workbook, "")
    main = next((name for kind, name in kinds.values() if kind.endswith("/officeDocument")), "")
    part = workbook.part(main)
    top = tags(part, "workbook")
    if not top or top[0].attributes.get("xmlns") != MAIN:
        # Strict workbooks, and those whose elements all have a prefix.
        raise NotSure("a form of workbook that few programs write")
    return main


def _listed(workbook: Workbook, main: str) -> list[_Listed]:
    kinds = related(workbook, main)
    found = []
    for tag in tags(workbook.part(main), "sheet"):
        relation = next((value for key, value in tag.attributes.items() if key.endswith(":id")), "")
        kind, part = kinds.get(relation, ("", ""))
        if not kind.endswith("/worksheet") and not kind.endswith("/chartsheet"):
            raise NotSure("macros" if "Macrosheet" in kind else _PLAIN)
        found.append(_Listed(tag.attributes.get("name", ""), part, tag))
    if len({each.part for each in found}) < len(found):
        raise NotSure(_PLAIN)
    return found


def _styles(workbook: Workbook, main: str) -> str:
    kinds = related(workbook, main)
    return next((name for kind, name in kinds.values() if kind == f"{RELATIONS}/styles"), "")


def _mark_sheet(
    workbook: Workbook, name: str, cells: Mapping[Place, CellMark], looks: Looks
) -> None:
    part = deselect(workbook.part(name))
    sheet = found_in(part, {row for row, _ in cells})
    colour(
        sheet,
        {
            place: lambda style, mark=mark: looks.marked(  # type: ignore[misc]
                style, mark.severity, as_text=mark.as_text
            )
            for place, mark in cells.items()
        },
    )
    offer(
        sheet,
        {place: NAMES.format(mark.choices) for place, mark in cells.items() if mark.choices},
    )
    jot(workbook, sheet, name, {place: mark.note for place, mark in cells.items() if mark.note})
    workbook.put(name, sheet.content())


def _add_tabs(
    workbook: Workbook, main: str, listed: Sequence[_Listed], marks: Marks, looks: Looks
) -> None:
    """Our tabs: the list in front, the hidden ones at the end."""
    taken = {each.name.casefold() for each in listed}
    title, lists, mark = (_unused(name, taken) for name in (marks.title, LISTS, MARK_SHEET))
    columns = [*marks.choices.values(), (marks.answer,)]
    answer = NAMES.format("answer")
    tabs = {
        title: fix_tab(marks.lines, marks.above, looks, marks.names, answer),
        lists: list_tab(columns, looks),
        mark: mark_tab(
            [
                ("Please leave this sheet: it tells us which file this is.", ""),
                (MARK, marks.mark),
                (FIX_LIST, title),
                (CHOICES, lists),
            ],
            looks,
        ),
    }
    part = workbook.part(main)
    numbers = [int(each.tag.get("sheetId") or 0) for each in listed]
    written = []
    for number, (name, tab) in enumerate(tabs.items(), start=max(numbers) + 1):
        here = workbook.unused("xl/worksheets/sheetD{}.xml")
        workbook.put(here, tab)
        declare(workbook, {here: _SHEET_TYPE})
        one = relate(workbook, main, f"{RELATIONS}/worksheet", here)
        hidden = "" if name == title else ' state="hidden"'
        written.append(
            f'<sheet xmlns:r="{RELATIONS}" name={quoted(name)} sheetId="{number}"{hidden} '
            f"r:id={quoted(one)}/>"
        )
    names = {
        NAMES.format(field): _area(lists, at, len(each))
        for at, (field, each) in enumerate([*marks.choices.items(), ("answer", (marks.answer,))])
    }
    workbook.put(main, _with_sheets(part, written, names))


def _with_sheets(part: bytes, written: Sequence[str], names: Mapping[str, str]) -> bytes:
    """The workbook part with our sheets, the first in front, and our names."""
    found = tags(
        part, "sheets", "definedNames", "definedName", "workbookView", "functionGroups",
        "externalReferences",
    )  # fmt: skip
    sheets = next(tag for tag in found if tag.name == "sheets")
    edits: list[Edit] = [
        (sheets.opened, sheets.opened, written[0].encode()),
        (sheets.closes, sheets.closes, "".join(written[1:]).encode()),
    ]
    for tag in found:
        if tag.name == "workbookView":
            view = with_attributes(part[tag.starts : tag.opened], activeTab=0, firstSheet=0)
            edits.append((tag.starts, tag.opened, view))
        elif tag.name == "definedName" and tag.get("localSheetId").isdecimal():
            # A name of one sheet knows it by its place, and every place is one further now.
            moved = int(tag.get("localSheetId")) + 1
            start = with_attributes(part[tag.starts : tag.opened], localSheetId=moved)
            edits.append((tag.starts, tag.opened, start))
    more = "".join(
        f'<definedName name={quoted(name)} hidden="1">{escaped(area)}</definedName>'
        for name, area in names.items()
    )
    there = next((tag for tag in found if tag.name == "definedNames"), None)
    if there is not None:
        edits += inside(part, there, more.encode())
    else:
        before = ("sheets", "functionGroups", "externalReferences")
        at = max(tag.ends for tag in found if tag.name in before)
        edits.append((at, at, f"<definedNames>{more}</definedNames>".encode()))
    return edited(part, edits)


def _add_property(workbook: Workbook, mark: str) -> None:
    """The mark among the properties that their makers give a workbook."""
    kinds = related(workbook, "")
    custom = next((name for kind, name in kinds.values() if kind == _CUSTOM_KIND), "")
    types = f'xmlns:vt="{_PROPERTIES}/docPropsVTypes"'
    if not custom:
        custom = workbook.unused("docProps/custom{}.xml").replace("custom1.", "custom.")
        if workbook.has(custom):
            return
        workbook.put(
            custom,
            '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<Properties '
            f'xmlns="{_PROPERTIES}/custom-properties" {types}></Properties>'.encode(),
        )
        declare(workbook, {custom: _CUSTOM_TYPE})
        relate(workbook, "", _CUSTOM_KIND, custom)
    part = workbook.part(custom)
    found = tags(part, "Properties", "property")
    if not found or found[0].name != "Properties":
        return
    pids = [int(tag.get("pid")) for tag in found if tag.get("pid").isdecimal()]
    edits: list[Edit] = [
        (tag.starts, tag.ends, b"")
        for tag in found
        if tag.name == "property" and tag.get("name") == PROPERTY
    ]
    more = (
        f'<property {types} fmtid="{_PROPERTY_ID}" pid="{max(pids, default=1) + 1}" '
        f'name="{PROPERTY}"><vt:lpwstr>{escaped(mark)}</vt:lpwstr></property>'
    )
    workbook.put(custom, edited(part, [*edits, *inside(part, found[0], more.encode())]))


def _unused(name: str, taken: set[str]) -> str:
    """A name for a tab that no other has."""
    number, one = 1, name
    while one.casefold() in taken:
        number += 1
        one = f"{name} ({number})"
    taken.add(one.casefold())
    return one


def _area(sheet: str, column: int, count: int) -> str:
    letters = letters_of(column)
    return f"'{sheet}'!${letters}$1:${letters}${max(count, 1)}"
