"""Sheet XML: the sheets that we add to a workbook, written as XML with every word as text."""

from collections.abc import Mapping, Sequence

from destinations.returns.annotated.dropdowns import dropdown_xml
from destinations.returns.annotated.fix_list import HEADINGS, WEIGHTS, FixLine
from destinations.returns.annotated.original_formats import COLUMN, CellOriginal, stored_dropdowns
from destinations.returns.annotated.sheet_part import Place
from destinations.returns.annotated.styles import WorkbookStyles
from destinations.returns.annotated.workbook_parts import (
    MAIN,
    RELATIONS,
    escape_text,
    quote_attribute,
)
from destinations.spreadsheets.book import lines_needed as lines_needed
from models.facts.spreadsheet_cells import column_letters
from models.handoffs.returned_workbook import BEFORE
from models.vocabulary import Severity

LONGEST = 32_767  # characters that one cell can hold
_POINTS = 13
_TOP = (
    f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<worksheet xmlns="{MAIN}" '
    f'xmlns:r="{RELATIONS}">'
)
_PAGE_SET_UP = (
    '<pageMargins left="0.5" right="0.5" top="0.6" bottom="0.7" header="0.3" footer="0.3"/>'
    '<pageSetup paperSize="9" orientation="landscape" fitToHeight="0"/>'
    "<headerFooter><oddFooter>&amp;L&amp;8&amp;F&amp;C&amp;8&amp;A&amp;R&amp;8Page &amp;P of "
    "&amp;N</oddFooter></headerFooter>"
)
_STYLE_NAMES = ("", "cell", "link", "cell", "cell", "cell", "cell", "", "cell")
_WRAPPED = (3, 4, 5, 6)  # the columns whose words decide how high a row is


def fix_list_xml(
    lines: Sequence[FixLine],
    above: Sequence[str],
    styles: WorkbookStyles,
    names: Mapping[str, str],
    answer: str,
) -> bytes:
    """The tab "What to fix": a sentence or two, then the list, each line a link to its cell.

    `above` are the sentences, the most important first; `names` gives the tab that holds each
    sheet; `answer` is the formula of what may be picked in the column Confirm.
    """
    width = sum(width for _, width in HEADINGS)
    rows = [_row(1, [("What to fix", "title")], styles, 28)]
    for number, words in enumerate(above, start=2):
        height = 6 + 15 * lines_needed(words, width, 0.95)
        rows.append(_row(number, [(words, "big" if number == 2 else "body")], styles, height))
    first = len(above) + 3
    rows.append(_row(first, [(words, "heading") for words, _ in HEADINGS], styles, 20))
    links, confirmed = [], []
    for number, line in enumerate(lines, start=first + 1):
        cells = _cells(line)
        height = 4 + _POINTS * max(
            lines_needed(cells[column][0], HEADINGS[column][1]) for column in _WRAPPED
        )
        rows.append(_row(number, cells, styles, min(height, 260)))
        if line.spot is not None:
            to = names.get(line.spot.sheet, line.spot.sheet).replace("'", "''")
            place = quote_attribute(f"'{to}'!{line.spot.column}{line.spot.row}")
            links.append(f'<hyperlink ref="C{number}" location={place}/>')
        if line.can_confirm:
            confirmed.append(f"H{number}")
    last = first + len(lines)
    end = column_letters(len(HEADINGS) - 1)
    merged = [f'<mergeCell ref="A{row}:{end}{row}"/>' for row in range(1, len(above) + 2)]
    dropdowns = dropdown_xml(" ".join(confirmed), answer) if confirmed else ""
    return _sheet(
        rows,
        [width for _, width in HEADINGS],
        front=True,
        frozen=first,
        after=(
            f'<autoFilter ref="A{first}:{end}{last}"/>',
            f'<mergeCells count="{len(merged)}">{"".join(merged)}</mergeCells>',
            f'<dataValidations count="1">{dropdowns}</dataValidations>' if dropdowns else "",
            f"<hyperlinks>{''.join(links)}</hyperlinks>" if links else "",
        ),
    )


def choices_xml(lists: Sequence[Sequence[str]], styles: WorkbookStyles) -> bytes:
    """The hidden tab of what may be picked, a list a column."""
    longest = max(map(len, lists), default=0)
    rows = [
        _row(
            at + 1,
            [(choices[at] if at < len(choices) else "", "body") for choices in lists],
            styles,
        )
        for at in range(longest)
    ]
    return _sheet(rows, [40] * len(lists))


def signature_xml(
    lines: Sequence[Sequence[str]],
    originals: Mapping[str, Mapping[Place, CellOriginal]],
    styles: WorkbookStyles,
) -> bytes:
    """The hidden tab by which a workbook is recognised, with the originals of its marked cells."""
    rows = [
        _row(number, [(word, "body") for word in words], styles)
        for number, words in enumerate(lines, start=1)
    ]
    kept_originals: dict[int, CellOriginal] = {}
    for sheet, cells in originals.items():
        for place, original in cells.items():
            number = len(rows) + 1
            kept_originals[number] = original
            rows.append(_original_row(number, sheet, place, original, styles))
    return _sheet(rows, [24, 90], after=(stored_dropdowns(kept_originals),))


def _original_row(
    number: int, sheet: str, place: Place, original: CellOriginal, styles: WorkbookStyles
) -> str:
    ours = styles.own("body")
    words = {"A": BEFORE, "B": sheet, COLUMN: f"{place[1]}{place[0]}"}
    if original.had_list:
        words["D"] = "list"
    cells = [
        _text(f"{letters}{number}", original.style if letters == COLUMN else ours, text)
        for letters, text in words.items()
    ]
    return f'<row r="{number}">{"".join(cells)}</row>'


def _text(place: str, style: int, words: str) -> str:
    text = escape_text(words[:LONGEST])
    return (
        f'<c r="{place}" s="{style}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'
    )


def _cells(line: FixLine) -> list[tuple[str, str]]:
    finding = line.finding
    must = finding.severity is Severity.MUST_FIX
    words = (
        WEIGHTS[finding.severity],
        finding.sheet,
        line.cell,
        finding.heading,
        finding.value,
        f"{finding.says}.",
        line.to_do,
        "",
        finding.code,
    )
    style_names = [style_name or "" for style_name in _STYLE_NAMES]
    style_names[0] = "must" if must else "check"
    style_names[7] = "answer" if line.can_confirm else "shaded"
    if line.spot is None:
        style_names[2] = "cell"
    return list(zip(words, style_names, strict=True))


def _row(
    number: int,
    cells: Sequence[tuple[str, str]],
    styles: WorkbookStyles,
    height: float | None = None,
) -> str:
    made = []
    for column, (words, style_name) in enumerate(cells):
        place, style = f"{column_letters(column)}{number}", styles.own(style_name)
        made.append(_text(place, style, words) if words else f'<c r="{place}" s="{style}"/>')
    row_height = f' ht="{height:g}" customHeight="1"' if height else ""
    return f'<row r="{number}"{row_height}>{"".join(made)}</row>'


def _sheet(
    rows: Sequence[str],
    widths: Sequence[float],
    *,
    front: bool = False,
    frozen: int = 0,
    after: Sequence[str] = (),
) -> bytes:
    view = '<sheetView workbookViewId="0"/>'
    if front:
        view = (
            '<sheetView showGridLines="0" tabSelected="1" workbookViewId="0">'
            f'<pane ySplit="{frozen}" topLeftCell="A{frozen + 1}" activePane="bottomLeft" '
            'state="frozen"/><selection pane="bottomLeft"/></sheetView>'
        )
    columns = "".join(
        f'<col min="{at}" max="{at}" width="{width}" customWidth="1"/>'
        for at, width in enumerate(widths, start=1)
    )
    top = '<sheetPr><tabColor rgb="FFF46A25"/><pageSetUpPr fitToPage="1"/></sheetPr>'
    return (
        f'{_TOP}{top}<sheetViews>{view}</sheetViews><sheetFormatPr defaultRowHeight="15"/>'
        f"<cols>{columns}</cols><sheetData>{''.join(rows)}</sheetData>{''.join(after)}"
        f"{_PAGE_SET_UP}</worksheet>"
    ).encode()
