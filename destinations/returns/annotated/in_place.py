"""In place: marks are put into a workbook as it is, and nothing else of it is touched."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from destinations.returns.annotated.choices import NAMES
from destinations.returns.annotated.clear_marks import clear
from destinations.returns.annotated.colour_cells import colour, deselect
from destinations.returns.annotated.comments import jot
from destinations.returns.annotated.dropdowns import offer
from destinations.returns.annotated.original_formats import Twin, twin_of, twins_in
from destinations.returns.annotated.our_sheets import (
    CellMark,
    Listed,
    Marks,
    add_property,
    add_tabs,
)
from destinations.returns.annotated.sheet_part import Place, found_in
from destinations.returns.annotated.styles import Looks
from destinations.returns.annotated.workbook_parts import (
    MAIN,
    RELATIONS,
    NotSure,
    Workbook,
    opened,
    related,
    tags,
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
    before = _before(workbook, listed, marks)
    twins: dict[str, dict[Place, Twin]] = {}
    for each in listed:
        if each.name in marks.own:
            continue
        if marks.own and each.is_worksheet:
            clear(workbook, each.part, looks, before.get(each.name, {}))
        if each.name in marks.cells:
            cells = marks.cells[each.name]
            twins[each.name] = _mark_sheet(workbook, each.part, cells, looks)
        elif b"tabSelected" in (part := workbook.part(each.part))[:20_000]:
            workbook.put(each.part, deselect(part))
    add_tabs(workbook, main, listed, replace(marks, twins=twins), looks)
    workbook.put(styles, looks.content())
    if marks.mark:
        add_property(workbook, marks.mark)
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
        raise NotSure(_RARE)
    return main


def _listed(workbook: Workbook, main: str) -> list[Listed]:
    kinds = related(workbook, main)
    found = []
    for tag in tags(workbook.part(main), "sheet"):
        relation = next((value for key, value in tag.attributes.items() if key.endswith(":id")), "")
        kind, part = kinds.get(relation, ("", ""))
        if not kind.endswith("/worksheet") and not kind.endswith("/chartsheet"):
            raise NotSure("macros" if "Macrosheet" in kind else _PLAIN)
        found.append(Listed(tag.attributes.get("name", ""), part, tag, kind.endswith("/worksheet")))
    if len({each.part for each in found}) < len(found):
        raise NotSure(_PLAIN)
    return found


def _styles(workbook: Workbook, main: str) -> str:
    kinds = related(workbook, main)
    return next((name for kind, name in kinds.values() if kind == f"{RELATIONS}/styles"), "")


def _before(
    workbook: Workbook, listed: Sequence[Listed], marks: Marks
) -> dict[str, dict[Place, Twin]]:
    """How the cells of a workbook that we marked were before, by sheet."""
    kept = next((each for each in listed if each.name in marks.own[2:]), None)
    return twins_in(workbook, kept.part, marks.before) if kept and kept.is_worksheet else {}


def _mark_sheet(
    workbook: Workbook, name: str, cells: Mapping[Place, CellMark], looks: Looks
) -> dict[Place, Twin]:
    """Mark the cells of one sheet; how each of them was before."""
    part = deselect(workbook.part(name))
    sheet = found_in(part, {row for row, _ in cells})
    styles = colour(
        sheet,
        {
            place: lambda style, mark=mark: looks.marked(  # type: ignore[misc]
                style, mark.severity, as_text=mark.as_text
            )
            for place, mark in cells.items()
        },
    )
    taken = offer(
        sheet,
        {place: NAMES.format(mark.choices) for place, mark in cells.items() if mark.choices},
    )
    jot(workbook, sheet, name, {place: mark.note for place, mark in cells.items() if mark.note})
    workbook.put(name, sheet.content())
    return {place: twin_of(style, taken.get(place)) for place, style in styles.items()}
