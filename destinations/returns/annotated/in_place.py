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

_NOT_SURE = "parts that we could not be sure of"
_UNCOMMON = "parts written in a way that few programs use"

# Parts that we send nobody, or that a change would break, by a word of their names.
_UNWELCOME_PARTS = (
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
    """The workbook with the marks.  Raises CannotAnnotate, saying what it holds that forbids it."""
    workbook = open_parts(content)
    _refuse_unwelcome_parts(workbook)
    main = _main_part(workbook)
    listed = _listed_sheets(workbook, main)
    styles_part = _styles_part(workbook, main)
    styles = WorkbookStyles(workbook.part(styles_part))
    missing = set(marks.cells) - {sheet.name for sheet in listed}
    if missing:
        raise CannotAnnotate(_NOT_SURE)
    originals_before = _originals(workbook, listed, marks)
    originals: dict[str, dict[Place, CellOriginal]] = {}
    for sheet in listed:
        if sheet.name in marks.own:
            continue
        if marks.own and sheet.is_worksheet:
            clear_marks(workbook, sheet.part, styles, originals_before.get(sheet.name, {}))
        if sheet.name in marks.cells:
            cells = marks.cells[sheet.name]
            originals[sheet.name] = _mark_sheet(workbook, sheet.part, cells, styles)
        elif b"tabSelected" in (part := workbook.part(sheet.part))[:20_000]:
            workbook.put(sheet.part, deselect_sheet(part))
    add_tabs(workbook, main, listed, replace(marks, originals=originals), styles)
    workbook.put(styles_part, styles.content())
    if marks.mark:
        add_property(workbook, marks.mark)
    return workbook.content()


def _refuse_unwelcome_parts(workbook: WorkbookParts) -> None:
    for word, content in _UNWELCOME_PARTS:
        if any(word in name.casefold() for name in workbook.infos):
            raise CannotAnnotate(content)


def _main_part(workbook: WorkbookParts) -> str:
    kinds = related_parts(workbook, "")
    main = next((name for kind, name in kinds.values() if kind.endswith("/officeDocument")), "")
    part = workbook.part(main)
    top = find_tags(part, "workbook")
    if not top or top[0].attributes.get("xmlns") != MAIN:
        # Strict workbooks, and those whose elements all have a prefix.
        raise CannotAnnotate(_UNCOMMON)
    return main


def _listed_sheets(workbook: WorkbookParts, main: str) -> list[ListedSheetPart]:
    kinds = related_parts(workbook, main)
    sheets = []
    for tag in find_tags(workbook.part(main), "sheet"):
        relation = next((value for key, value in tag.attributes.items() if key.endswith(":id")), "")
        kind, part = kinds.get(relation, ("", ""))
        if not kind.endswith("/worksheet") and not kind.endswith("/chartsheet"):
            raise CannotAnnotate("macros" if "Macrosheet" in kind else _NOT_SURE)
        sheets.append(
            ListedSheetPart(tag.attributes.get("name", ""), part, tag, kind.endswith("/worksheet"))
        )
    if len({sheet.part for sheet in sheets}) < len(sheets):
        raise CannotAnnotate(_NOT_SURE)
    return sheets


def _styles_part(workbook: WorkbookParts, main: str) -> str:
    kinds = related_parts(workbook, main)
    return next((name for kind, name in kinds.values() if kind == f"{RELATIONS}/styles"), "")


def _originals(
    workbook: WorkbookParts, listed: Sequence[ListedSheetPart], marks: Annotations
) -> dict[str, dict[Place, CellOriginal]]:
    """How the cells of a workbook that we marked were before, by sheet."""
    mark_sheet = next((sheet for sheet in listed if sheet.name in marks.own[2:]), None)
    return (
        read_originals(workbook, mark_sheet.part, marks.kept_formats)
        if mark_sheet and mark_sheet.is_worksheet
        else {}
    )


def _mark_sheet(
    workbook: WorkbookParts, name: str, cells: Mapping[Place, CellMark], styles: WorkbookStyles
) -> dict[Place, CellOriginal]:
    """Mark the cells of one sheet; how each of them was before."""
    part = deselect_sheet(workbook.part(name))
    sheet = find_rows(part, {row for row, _ in cells})
    styles_before = colour_cells(
        sheet,
        {
            place: lambda style, mark=mark: styles.marked(  # type: ignore[misc]
                style, mark.severity, as_text=mark.as_text
            )
            for place, mark in cells.items()
        },
    )
    replaced = add_dropdowns(
        sheet,
        {place: NAMES.format(mark.choices) for place, mark in cells.items() if mark.choices},
    )
    add_comments(
        workbook, sheet, name, {place: mark.note for place, mark in cells.items() if mark.note}
    )
    workbook.put(name, sheet.content())
    return {
        place: original_of_cell(style, replaced.get(place))
        for place, style in styles_before.items()
    }
