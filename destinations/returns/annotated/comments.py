"""Comments: the notes on the cells of one sheet, ours beside those that are there."""

import re
from collections.abc import Container, Mapping, Sequence

from destinations.returns.annotated.sheet_part import Place, SheetPart, insert_after_cells
from destinations.returns.annotated.workbook_parts import (
    MAIN,
    RELATIONS,
    CannotAnnotate,
    Edit,
    WorkbookParts,
    XmlTag,
    add_relation,
    append_inside,
    apply_edits,
    declare_content_types,
    escape_text,
    expat_for,
    find_tags,
    quote_attribute,
    related_parts,
    run_parser,
)
from models.facts.spreadsheet_cells import column_letters, column_number

AUTHOR = "destinations"
RULE = "\n\n-- destinations --\n"  # between a note of theirs and ours

_COMMENTS, _DRAWING = f"{RELATIONS}/comments", f"{RELATIONS}/vmlDrawing"
_COMMENTS_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml"
_DRAWING_TYPE = "application/vnd.openxmlformats-officedocument.vmlDrawing"
_OUR_BEGINNINGS = ("MUST FIX:", "PLEASE CHECK:")  # how a note of ours begins
_NAMESPACES = {
    "v": "urn:schemas-microsoft-com:vml",
    "o": "urn:schemas-microsoft-com:office:office",
    "x": "urn:schemas-microsoft-com:office:excel",
}
_START_TAG = re.compile(rb"<xml\b[^>]*>")
_DECLARED = re.compile(r"""xmlns:([A-Za-z_][\w.-]*)\s*=\s*["']([^"']*)["']""")
_OUR_PREFIX = re.compile(r"(</?|\s)([vox]):(?=\w)")
_END_TAG = re.compile(rb"</\s*xml\s*>\s*\Z", re.IGNORECASE)
# A run that begins with the rule between theirs and ours, whatever line ends a program made of it.
_OUR_RUN = re.compile(
    rb"<(?:\w+:)?t\b[^>]*>(?:\s|&#1[03];|&#x[aAdD];|_x000[aAdD]_)*-- destinations --"
)
_LETTERS_A_LINE, _LINE_PIXELS, _WIDE = 44, 15, 300
_EMPTY_COMMENTS = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<comments xmlns="{}">'
    "<authors></authors><commentList></commentList></comments>"
)
_NO_SHAPES = (
    '<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"'
    ' xmlns:x="urn:schemas-microsoft-com:office:excel"><o:shapelayout v:ext="edit">'
    '<o:idmap v:ext="edit" data="{}"/></o:shapelayout></xml>'
)
_SHAPE_TYPE = (
    '<v:shapetype id="_x0000_t2020" coordsize="21600,21600" o:spt="202" '
    'path="m,l,21600r21600,l21600,xe"><v:stroke joinstyle="miter"/>'
    '<v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>'
)
_SHAPE = (
    '<v:shape id="_x0000_s{id}" type="#_x0000_t2020" style="position:absolute;margin-left:60pt;'
    'margin-top:2pt;width:{wide}px;height:{high}px;z-index:{id};visibility:hidden" '
    'fillcolor="#ffffe1" o:insetmode="auto"><v:fill color2="#ffffe1"/>'
    '<v:shadow on="t" color="black" obscured="t"/><v:path o:connecttype="none"/>'
    '<v:textbox style="mso-direction-alt:auto"><div style="text-align:left"></div></v:textbox>'
    '<x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/>'
    "<x:Anchor>{anchor}</x:Anchor><x:AutoFill>False</x:AutoFill><x:Row>{row}</x:Row>"
    "<x:Column>{column}</x:Column></x:ClientData></v:shape>"
)


def add_comments(
    workbook: WorkbookParts, sheet: SheetPart, name: str, notes: Mapping[Place, str]
) -> None:
    """Put a note on each of these cells of a sheet; what is there is kept and ours follows.

    `name` is that of the sheet part.  A cell with a conversation keeps it and gets no note.
    """
    if not notes:
        return
    kinds = related_parts(workbook, name)
    is_conversation = any(kind.endswith("/threadedComment") for kind, _ in kinds.values())
    comments = _part_of_kind(kinds, _COMMENTS) or _new_comments(workbook, name)
    part = workbook.part(comments)
    part, new = _with_comments(part, notes, keeps=is_conversation)
    workbook.put(comments, part)
    if new:
        _draw_shapes(workbook, sheet, name, kinds, {place: notes[place] for place in new})


def remove_comments(workbook: WorkbookParts, name: str) -> None:
    """Take our notes off a sheet again, and our words from those of theirs."""
    comments = _part_of_kind(related_parts(workbook, name), _COMMENTS)
    if not comments:
        return
    part = workbook.part(comments)
    removed_cells: set[str] = set()
    edits: list[Edit] = []
    tags = find_tags(part, "comment", "text", "r")
    texts = [tag for tag in tags if tag.name == "text"]
    for tag, words in zip(
        (comment for comment in tags if comment.name == "comment"),
        _comment_texts(part),
        strict=True,
    ):
        text = next((text_tag for text_tag in texts if tag.holds(text_tag)), None)
        if words.startswith(_OUR_BEGINNINGS):
            removed_cells.add(tag.get("ref"))
            edits.append((tag.starts, tag.ends, b""))
        elif RULE.strip() in words and text is not None:
            edits.append(
                _edit_without_ours(part, text, [tag for tag in tags if tag.name == "r"], words)
            )
    if not edits:
        return
    workbook.put(comments, apply_edits(part, edits))
    for kind, drawing in related_parts(workbook, name).values():
        if kind == _DRAWING and removed_cells:
            workbook.put(drawing, _without_shapes(workbook.part(drawing), removed_cells))


def _edit_without_ours(part: bytes, text: XmlTag, runs: Sequence[XmlTag], words: str) -> Edit:
    """The edit that leaves a note of theirs as it was before our words followed."""
    our_run = next(
        (tag for tag in runs
         if text.holds(tag) and _OUR_RUN.search(part, tag.starts, tag.ends)), None
    )  # fmt: skip
    if our_run is not None and our_run.starts > text.opened:
        return (our_run.starts, text.closes, b"")
    theirs = words.partition(RULE.strip())[0].rstrip()
    return (text.opened, text.closes, _run(theirs).encode())


def _comment_texts(part: bytes) -> list[str]:
    """The words of each note, in order."""
    texts: list[str] = []
    is_taking = False

    def start(name: str, _: dict[str, str]) -> None:
        nonlocal is_taking
        if name == "comment":
            texts.append("")
        is_taking = name == "t"

    def end(_: str) -> None:
        nonlocal is_taking
        is_taking = False

    def text(words: str) -> None:
        if is_taking and texts:
            texts[-1] += words

    run_parser(expat_for(part, start, end, text), part)
    return texts


def _without_shapes(part: bytes, cells: Container[str]) -> bytes:
    prefixes = {name: prefix.encode() for name, prefix in _prefixes(part).items()}
    shape_pattern = re.compile(
        rb"<%b:shape\b(?:(?!</%b:shape>).)*</%b:shape>" % ((prefixes["v"],) * 3), re.S
    )

    def kept_shape(shape: re.Match[bytes]) -> bytes:
        row, column = (
            re.search(rb"<%b:%b>\s*(\d+)" % (prefixes["x"], element), shape[0])
            for element in (b"Row", b"Column")
        )
        if row and column and f"{column_letters(int(column[1]))}{int(row[1]) + 1}" in cells:
            return b""
        return shape[0]

    return shape_pattern.sub(kept_shape, part)


def _prefixes(part: bytes) -> dict[str, str]:
    """What a drawing calls the three languages that notes are drawn in."""
    top = _START_TAG.search(part)
    declared = dict(_DECLARED.findall(top[0].decode("utf-8", "replace"))) if top else {}
    prefix_of = {space: prefix for prefix, space in declared.items()}
    if not prefix_of.keys() >= set(_NAMESPACES.values()):
        raise CannotAnnotate("notes that we could not be sure of")
    return {name: prefix_of[space] for name, space in _NAMESPACES.items()}


def _with_comments(
    part: bytes, notes: Mapping[Place, str], *, keeps: bool
) -> tuple[bytes, list[Place]]:
    """The comments part with ours, and the places that had none before."""
    tags = find_tags(part, "authors", "author", "commentList", "comment", "text", "t", "r")
    authors = next((tag for tag in tags if tag.name == "authors"), None)
    comment_list = next((tag for tag in tags if tag.name == "commentList"), None)
    if authors is None or comment_list is None:
        raise CannotAnnotate("notes that we could not be sure of")
    existing = {tag.get("ref"): tag for tag in tags if tag.name == "comment"}
    author = sum(tag.name == "author" for tag in tags)
    edits = append_inside(part, authors, f"<author>{AUTHOR}</author>".encode())
    new_comments, new_places = [], []
    for place, words in notes.items():
        cell = f"{place[1]}{place[0]}"
        if cell not in existing:
            new_places.append(place)
            new_comments.append(
                f'<comment ref="{cell}" authorId="{author}"><text>{_run(words)}</text></comment>'
            )
        elif not keeps:
            edits += _appended(part, existing[cell], tags, words)
    edits += append_inside(part, comment_list, "".join(new_comments).encode())
    return apply_edits(part, edits), new_places


def _appended(
    part: bytes, comment: XmlTag, tags: list[XmlTag], words: str
) -> list[tuple[int, int, bytes]]:
    """Our words after a note of theirs."""
    text = next((tag for tag in tags if tag.name == "text" and comment.holds(tag)), None)
    if text is None:
        return []
    runs = any(tag.name == "r" and text.holds(tag) for tag in tags)
    plain = next((tag for tag in tags if tag.name == "t" and text.holds(tag)), None)
    edits = []
    if plain is not None and not runs:
        # Beside runs, words that stand in none are not shown.
        edits = [(plain.starts, plain.starts, b"<r>"), (plain.ends, plain.ends, b"</r>")]
    return edits + append_inside(part, text, _run(RULE + words).encode())


def _run(words: str) -> str:
    font = '<rPr><sz val="9"/><color indexed="81"/><rFont val="Tahoma"/><family val="2"/></rPr>'
    return f'<r>{font}<t xml:space="preserve">{escape_text(words)}</t></r>'


def _new_comments(workbook: WorkbookParts, name: str) -> str:
    comments = workbook.unused("xl/comments{}.xml")
    workbook.put(comments, _EMPTY_COMMENTS.format(MAIN).encode())
    declare_content_types(workbook, {comments: _COMMENTS_TYPE})
    add_relation(workbook, name, _COMMENTS, comments)
    return comments


def _draw_shapes(
    workbook: WorkbookParts,
    sheet: SheetPart,
    name: str,
    kinds: Mapping[str, tuple[str, str]],
    notes: Mapping[Place, str],
) -> None:
    """The shape of each note, in the drawing that the sheet has for them or in a new one."""
    legacy = next((tag for tag in sheet.tags if tag.name == "legacyDrawing"), None)
    drawing = kinds.get(legacy.get("id"), ("", ""))[1] if legacy is not None else ""
    if not drawing:
        if legacy is not None:
            raise CannotAnnotate("notes that we could not be sure of")
        drawing = workbook.unused("xl/drawings/vmlDrawing{}.vml")
        number = int(re.sub(r"\D", "", drawing))
        workbook.put(drawing, _NO_SHAPES.format(number).encode())
        declare_content_types(workbook, {"vml": _DRAWING_TYPE}, ending="vml")
        relation_id = add_relation(workbook, name, _DRAWING, drawing)
        insert_after_cells(
            sheet, "legacyDrawing",
            f'<legacyDrawing xmlns:r="{RELATIONS}" r:id={quote_attribute(relation_id)}/>'.encode(),
        )  # fmt: skip
    part = workbook.part(drawing)
    end = _END_TAG.search(part)
    if end is None:
        raise CannotAnnotate("notes that we could not be sure of")
    # Shape numbers are given out a thousand at a time to each drawing of a workbook.
    first_shape = 1_024 * _shape_block(part) + 1_023 - len(notes) if len(notes) < 900 else 900_000
    shapes = "".join(
        _shape(first_shape + at, place, words) for at, (place, words) in enumerate(notes.items())
    )
    kind = "" if b"_x0000_t2020" in part else _SHAPE_TYPE
    at = end.start()
    our_shapes = _with_prefixes(kind + shapes, _prefixes(part)).encode()
    workbook.put(drawing, apply_edits(part, [(at, at, our_shapes)]))


def _with_prefixes(xml: str, prefixes: Mapping[str, str]) -> str:
    """Shapes with the prefixes of the drawing they go into."""
    return _OUR_PREFIX.sub(lambda match: f"{match[1]}{prefixes[match[2]]}:", xml)


def _shape_block(part: bytes) -> int:
    match = re.search(rb"<o:idmap[^>]*\bdata=[\"'](\d{1,4})", part)
    return int(match[1]) if match else 1


def _shape(number: int, place: Place, words: str) -> str:
    row, column = place[0] - 1, column_number(place[1])
    lines = sum(1 + len(line) // _LETTERS_A_LINE for line in words.split("\n")) + 1
    height = min(lines * _LINE_PIXELS, 420)
    rows_down = max(2, round(height / 20))
    anchor = f"{column + 1}, 15, {max(row - 1, 0)}, 4, {column + 5}, 31, {row + rows_down}, 4"
    return _SHAPE.format(id=number, wide=_WIDE, high=height, anchor=anchor, row=row, column=column)


def _part_of_kind(kinds: Mapping[str, tuple[str, str]], wanted: str) -> str:
    return next((name for kind, name in kinds.values() if kind == wanted), "")
