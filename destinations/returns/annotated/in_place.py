"""In place: marks are put into a workbook as it is, and nothing else of it is touched."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from destinations.returns.annotated.choices import NAMES
from destinations.returns.annotated.clear_marks import clear_marks
from destinations.returns.annotated.colour_cells import colour_cells, deselect_sheet
from destinations.returns.annotated.comments import add_comments
from destinations.returns.annotated.dropdowns import add_dropdowns
from destinations.returns.annotated.original_formats import (
    CellOriginal,
    original_of_cell,
    read_originals,
)
from destinations.returns.annotated.our_sheets import (
    Annotations,
    CellMark,
    ListedSheetPart,
    add_property,
    add_tabs,
)
from destinations.returns.annotated.sheet_part import Place, find_rows
from destinations.returns.annotated.styles import WorkbookStyles
from destinations.returns.annotated.workbook_parts import (
    MAIN,
    RELATIONS,
    CannotAnnotate,
    WorkbookParts,
    find_tags,
    open_parts,
    related_parts,
)

_PLAIN = "parts that we could not be sure of"
_RARE = "parts written in a way that few programs use"

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


def mark_in_place(content: bytes, marks: Annotations) -> bytes:
    """The workbook with the marks.  Raises NotSure, saying what it holds that forbids it."""
    workbook = open_parts(content)
    _welcome(workbook)
    main = _main(workbook)
    listed = _listed(workbook, main)
    styles = _styles(workbook, main)
    looks = WorkbookStyles(workbook.part(styles))
    missing = set(marks.cells) - {each.name for each in listed}
    if missing:
        raise CannotAnnotate(_PLAIN)
    before = _before(workbook, listed, marks)
    twins: dict[str, dict[Place, CellOriginal]] = {}
    for each in listed:
        if each.name in marks.own:
            continue
        if marks.own and each.is_worksheet:
            clear_marks(workbook, each.part, looks, before.get(each.name, {}))
        if each.name in marks.cells:
            cells = marks.cells[each.name]
            twins[each.name] = _mark_sheet(workbook, each.part, cells, looks)
        elif b"tabSelected" in (part := workbook.part(each.part))[:20_000]:
            workbook.put(each.part, deselect_sheet(part))
    add_tabs(workbook, main, listed, replace(marks, twins=twins), looks)
    workbook.put(styles, looks.content())
    if marks.mark:
        add_property(workbook, marks.mark)
    return workbook.content()


def _welcome(workbook: WorkbookParts) -> None:
    for word, what in _UNWELCOME:
        if any(word in name.casefold() for name in workbook.infos):
            raise CannotAnnotate(what)


def _main(workbook: WorkbookParts) -> str:
    kinds = related_parts(workbook, "")
    main = next((name for kind, name in kinds.values() if kind.endswith("/officeDocument")), "")
    part = workbook.part(main)
    top = find_tags(part, "workbook")
    if not top or top[0].attributes.get("xmlns") != MAIN:
        # Strict workbooks, and those whose elements all have a prefix.
        raise CannotAnnotate(_RARE)
    return main


def _listed(workbook: WorkbookParts, main: str) -> list[ListedSheetPart]:
    kinds = related_parts(workbook, main)
    found = []
    for tag in find_tags(workbook.part(main), "sheet"):
        relation = next((value for key, value in tag.attributes.items() if key.endswith(":id")), "")
        kind, part = kinds.get(relation, ("", ""))
        if not kind.endswith("/worksheet") and not kind.endswith("/chartsheet"):
            raise CannotAnnotate("macros" if "Macrosheet" in kind else _PLAIN)
        found.append(
            ListedSheetPart(tag.attributes.get("name", ""), part, tag, kind.endswith("/worksheet"))
        )
    if len({each.part for each in found}) < len(found):
        raise CannotAnnotate(_PLAIN)
    return found


def _styles(workbook: WorkbookParts, main: str) -> str:
    kinds = related_parts(workbook, main)
    return next((name for kind, name in kinds.values() if kind == f"{RELATIONS}/styles"), "")


def _before(
    workbook: WorkbookParts, listed: Sequence[ListedSheetPart], marks: Annotations
) -> dict[str, dict[Place, CellOriginal]]:
    """How the cells of a workbook that we marked were before, by sheet."""
    kept = next((each for each in listed if each.name in marks.own[2:]), None)
    return read_originals(workbook, kept.part, marks.before) if kept and kept.is_worksheet else {}


def _mark_sheet(
    workbook: WorkbookParts, name: str, cells: Mapping[Place, CellMark], looks: WorkbookStyles
) -> dict[Place, CellOriginal]:
    """Mark the cells of one sheet; how each of them was before."""
    part = deselect_sheet(workbook.part(name))
    sheet = find_rows(part, {row for row, _ in cells})
    styles = colour_cells(
        sheet,
        {
            place: lambda style, mark=mark: looks.marked(  # type: ignore[misc]
                style, mark.severity, as_text=mark.as_text
            )
            for place, mark in cells.items()
        },
    )
    taken = add_dropdowns(
        sheet,
        {place: NAMES.format(mark.choices) for place, mark in cells.items() if mark.choices},
    )
    add_comments(
        workbook, sheet, name, {place: mark.note for place, mark in cells.items() if mark.note}
    )
    workbook.put(name, sheet.content())
    return {place: original_of_cell(style, taken.get(place)) for place, style in styles.items()}
