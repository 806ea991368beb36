"""Our sheets: our tabs and our mark, put into a workbook beside what it has."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from destinations.returns.annotated.choices import NAMES
from destinations.returns.annotated.fix_list import FixLine
from destinations.returns.annotated.original_formats import CellOriginal
from destinations.returns.annotated.sheet_part import Place
from destinations.returns.annotated.sheet_xml import choices_xml, fix_list_xml, signature_xml
from destinations.returns.annotated.signature import PROPERTY
from destinations.returns.annotated.styles import WorkbookStyles
from destinations.returns.annotated.workbook_parts import (
    RELATIONS,
    Edit,
    WorkbookParts,
    XmlTag,
    add_relation,
    append_inside,
    apply_edits,
    declare_content_types,
    escape_text,
    find_tags,
    quote_attribute,
    related_parts,
    with_attributes,
)
from models.facts.spreadsheet_cells import column_letters
from models.handoffs.returned_workbook import CHOICES, FIX_LIST, MARK, MARK_SHEET, OriginalFormat
from models.vocabulary import Severity

LISTS = "Lists"
_SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
_CUSTOM_TYPE = "application/vnd.openxmlformats-officedocument.custom-properties+xml"
_CUSTOM_KIND = (
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships/custom-properties"
)
_PROPERTIES = "http://schemas.openxmlformats.org/officeDocument/2006"
_PROPERTY_ID = "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}"


@dataclass(frozen=True, slots=True)
class CellMark:
    """What is to be seen at one cell."""

    severity: Severity
    note: str = ""
    choices: str = ""  # our field whose list is offered
    as_text: bool = False


@dataclass(frozen=True, slots=True)
class Annotations:
    """Everything that is added to a workbook.

    `cells` are by the name of their tab and their place; `above` the sentences above the list;
    `choices` the words of each closed list by field.  `mark` is '' where there is no key.
    """

    cells: Mapping[str, Mapping[Place, CellMark]]
    lines: Sequence[FixLine]
    above: Sequence[str]
    choices: Mapping[str, Sequence[str]]
    title: str
    answer: str
    mark: str = ""
    names: Mapping[str, str] = field(default_factory=dict)  # the tab of each sheet as sent
    # Of a workbook that we marked before: our tabs in it (list, choices, mark), and how the cells
    # that we marked then were.
    own: Sequence[str] = ()
    kept_formats: Sequence[OriginalFormat] = ()
    # How the cells that we mark now were, by tab and place.
    originals: Mapping[str, Mapping[Place, CellOriginal]] = field(default_factory=dict)


@dataclass(slots=True)
class ListedSheetPart:
    """A sheet as the workbook lists it, and its part."""

    name: str
    part: str
    tag: XmlTag
    is_worksheet: bool


def add_tabs(
    workbook: WorkbookParts,
    main: str,
    listed: Sequence[ListedSheetPart],
    marks: Annotations,
    styles: WorkbookStyles,
) -> None:
    """Our tabs: the list in front, the hidden ones at the end; those there already are renewed."""
    existing = {sheet.name: sheet for sheet in listed if sheet.name in marks.own}
    taken = {sheet.name.casefold() for sheet in listed if sheet.name not in existing}
    own = [*marks.own, "", "", ""]
    title, lists, mark = (
        own[at] if own[at] in existing else _unused(name, taken)
        for at, name in enumerate((marks.title, LISTS, MARK_SHEET))
    )
    columns = [*marks.choices.values(), (marks.answer,)]
    tabs = {
        title: fix_list_xml(marks.lines, marks.above, styles, marks.names, NAMES.format("answer")),
        lists: choices_xml(columns, styles),
        mark: signature_xml(
            [
                ("Please leave this sheet: it tells us which file this is.", ""),
                (MARK, marks.mark),
                (FIX_LIST, title),
                (CHOICES, lists),
            ],
            marks.originals,
            styles,
        ),
    }
    in_front: list[str] = []
    hidden: list[str] = []
    number = max(int(sheet.tag.get("sheetId") or 0) for sheet in listed)
    for name, tab in tabs.items():
        if name in existing:
            workbook.put(existing[name].part, tab)
            continue
        number += 1
        state = "" if name == title else "hidden"
        (hidden if state else in_front).append(_new_tab(workbook, main, name, tab, number, state))
    names = {
        NAMES.format(name): _absolute_range(lists, at, len(words))
        for at, (name, words) in enumerate([*marks.choices.items(), ("answer", (marks.answer,))])
    }
    active = 0 if in_front else [sheet.name for sheet in listed].index(title)
    workbook.put(main, _with_sheets(workbook.part(main), in_front, hidden, names, active))


def _new_tab(
    workbook: WorkbookParts, main: str, name: str, tab: bytes, number: int, state: str
) -> str:
    """A new sheet part; the line by which the workbook lists it."""
    part_name = workbook.unused("xl/worksheets/sheetD{}.xml")
    workbook.put(part_name, tab)
    declare_content_types(workbook, {part_name: _SHEET_TYPE})
    relation_id = add_relation(workbook, main, f"{RELATIONS}/worksheet", part_name)
    hidden = f' state="{state}"' if state else ""
    return (
        f'<sheet xmlns:r="{RELATIONS}" name={quote_attribute(name)} sheetId="{number}"{hidden} '
        f"r:id={quote_attribute(relation_id)}/>"
    )


def _with_sheets(
    part: bytes, front: Sequence[str], end: Sequence[str], names: Mapping[str, str], active: int
) -> bytes:
    """The workbook part with new sheets in front and at the end, and our names for those before."""
    tags = find_tags(
        part, "sheets", "definedNames", "definedName", "workbookView", "functionGroups",
        "externalReferences",
    )  # fmt: skip
    sheets = next(tag for tag in tags if tag.name == "sheets")
    edits: list[Edit] = [
        (sheets.opened, sheets.opened, "".join(front).encode()),
        (sheets.closes, sheets.closes, "".join(end).encode()),
    ]
    for tag in tags:
        if tag.name == "workbookView":
            view = with_attributes(part[tag.starts : tag.opened], activeTab=active, firstSheet=0)
            edits.append((tag.starts, tag.opened, view))
        elif tag.name == "definedName" and tag.get("name").startswith(NAMES.format("")):
            edits.append((tag.starts, tag.ends, b""))
        elif tag.name == "definedName" and tag.get("localSheetId").isdecimal():
            # A name of one sheet knows it by its place, and every place is further now.
            moved = int(tag.get("localSheetId")) + len(front)
            start = with_attributes(part[tag.starts : tag.opened], localSheetId=moved)
            edits.append((tag.starts, tag.opened, start))
    new_names = "".join(
        f'<definedName name={quote_attribute(name)} hidden="1">{escape_text(area)}</definedName>'
        for name, area in names.items()
    )
    defined_names = next((tag for tag in tags if tag.name == "definedNames"), None)
    if defined_names is not None:
        edits += append_inside(part, defined_names, new_names.encode())
    else:
        elements_before = ("sheets", "functionGroups", "externalReferences")
        at = max(tag.ends for tag in tags if tag.name in elements_before)
        edits.append((at, at, f"<definedNames>{new_names}</definedNames>".encode()))
    return apply_edits(part, edits)


def add_property(workbook: WorkbookParts, mark: str) -> None:
    """The mark among the properties that their makers give a workbook."""
    kinds = related_parts(workbook, "")
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
        declare_content_types(workbook, {custom: _CUSTOM_TYPE})
        add_relation(workbook, "", _CUSTOM_KIND, custom)
    part = workbook.part(custom)
    tags = find_tags(part, "Properties", "property")
    if not tags or tags[0].name != "Properties":
        return
    pids = [int(tag.get("pid")) for tag in tags if tag.get("pid").isdecimal()]
    edits: list[Edit] = [
        (tag.starts, tag.ends, b"")
        for tag in tags
        if tag.name == "property" and tag.get("name") == PROPERTY
    ]
    our_property = (
        f'<property {types} fmtid="{_PROPERTY_ID}" pid="{max(pids, default=1) + 1}" '
        f'name="{PROPERTY}"><vt:lpwstr>{escape_text(mark)}</vt:lpwstr></property>'
    )
    workbook.put(
        custom, apply_edits(part, [*edits, *append_inside(part, tags[0], our_property.encode())])
    )


def _unused(name: str, taken: set[str]) -> str:
    """A name for a tab that no other has."""
    number, candidate = 1, name
    while candidate.casefold() in taken:
        number += 1
        candidate = f"{name} ({number})"
    taken.add(candidate.casefold())
    return candidate


def _absolute_range(sheet: str, column: int, count: int) -> str:
    letters = column_letters(column)
    return f"'{sheet}'!${letters}$1:${letters}${max(count, 1)}"
