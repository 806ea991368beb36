"""Fresh copy: what people see of a spreadsheet becomes a workbook, every cell in its place.

Values only: no formula, no macro, no link, and nothing that somebody typed becomes one.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from io import BytesIO
from typing import Any

import xlsxwriter
from xlsxwriter.exceptions import OverlappingRange

from destinations.spreadsheets.book import FONT, LONGEST, check_written
from models.facts.spreadsheet_cells import column_number
from models.handoffs.sheets import Cell, CellKind

IDENTIFIERS = frozenset(
    ("upn", "uln", "postcode", "provider_urn", "provider_ukprn", "provider_laestab")
    + ("school_urn", "school_laestab")
)
NAMELESS = "Your list"  # the tab of a file that has none
_LONGEST_NUMBER = 15  # digits that a spreadsheet program keeps
_WIDEST, _NARROWEST = 44, 9
_LARGEST_MERGE = 2_000  # cells
_SAMPLE = 200  # rows that decide how wide a column is
_PLAIN_FORMATS = frozenset({"", "general", "@"})
_NOT_IN_A_NAME = frozenset("[]:*?/\\\n\r\t")
_FIRST_DAY = date(1900, 3, 1)  # programs differ on the days before


@dataclass(frozen=True, slots=True)
class DisplayedSheet:
    """A visible sheet: cells by row as Excel shows it and column from 0.

    `merges` are first row, first column, last row, last column.
    """

    name: str
    cells: Mapping[tuple[int, int], Cell]
    merges: Sequence[tuple[int, int, int, int]] = ()
    hidden_rows: Sequence[int] = ()
    hidden_columns: Sequence[int] = ()
    heading_rows: Sequence[int] = ()
    identifiers: frozenset[int] = field(default_factory=frozenset)  # columns


def identifier_columns(columns: Mapping[tuple[str, str], str], sheet: str) -> frozenset[int]:
    """The columns of a sheet that hold identifiers, from 0; `columns` gives our field for each."""
    return frozenset(
        column_number(letters)
        for (name, letters), field_ in columns.items()
        if name == sheet and field_ in IDENTIFIERS
    )


def tab_names(sheets: Iterable[str]) -> dict[str, str]:
    """What the tab of each sheet is called in a copy: its own name, where a tab may have it."""
    names: dict[str, str] = {}
    taken: set[str] = set()
    for sheet in sheets:
        plain = "".join(" " if letter in _NOT_IN_A_NAME else letter for letter in sheet)
        plain = plain[:31].strip("' ") or NAMELESS
        name, number = plain, 1
        while name.casefold() in taken:
            number += 1
            name = f"{plain[:25]} ({number})"
        taken.add(name.casefold())
        names[sheet] = name
    return names


def copy_workbook(sheets: Sequence[DisplayedSheet]) -> bytes:
    """A workbook with these sheets, the same bytes for the same cells."""
    stream = BytesIO()
    book = xlsxwriter.Workbook(
        stream,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "remove_timezone": True,
        },
    )
    book.set_properties({"created": datetime(2000, 1, 1)})
    formats = _CellFormats(book)
    for sheet in sheets:
        _write_sheet(book.add_worksheet(sheet.name), sheet, formats)
    book.close()
    return stream.getvalue()


class _CellFormats(dict[tuple[str, bool], Any]):
    """Formats by number format and whether it is a heading, made when first asked for."""

    def __init__(self, book: Any) -> None:
        super().__init__()
        self._book = book

    def __missing__(self, key: tuple[str, bool]) -> Any:
        number_format, is_heading = key
        properties: dict[str, Any] = {"font_name": FONT, "font_size": 10}
        if number_format:
            properties["num_format"] = number_format
        if is_heading:
            properties |= {"bold": True, "bg_color": "#F3F2F1", "bottom": 1, "text_wrap": True}
        self[key] = self._book.add_format(properties)
        return self[key]


def _write_sheet(page: Any, sheet: DisplayedSheet, formats: _CellFormats) -> None:
    headings = frozenset(sheet.heading_rows)
    widths: dict[int, int] = {}
    for (row, column), cell in sheet.cells.items():
        _write_cell(page, row - 1, column, cell, formats, sheet, row in headings)
        if len(widths) < 400 and (row in headings or len(cell.text) < _WIDEST) and row < _SAMPLE:
            widths[column] = max(widths.get(column, _NARROWEST), min(len(cell.text), _WIDEST))
    for top, left, bottom, right in sheet.merges:
        if (bottom, right) != (top, left):
            _merge_cells(page, sheet, formats, (top, left, bottom, right))
    for column, width in widths.items():
        hidden = {"hidden": column in sheet.hidden_columns}
        check_written(page.set_column(column, column, width + 2, None, hidden))
    for row in sheet.hidden_rows:
        check_written(page.set_row(row - 1, None, None, {"hidden": True}))
    if headings:
        page.freeze_panes(max(headings), 0)
    page.fit_to_pages(1, 0)
    page.set_landscape()
    page.set_paper(9)


def _write_cell(
    page: Any,
    row: int,
    column: int,
    cell: Cell,
    formats: _CellFormats,
    sheet: DisplayedSheet,
    bold: bool,
) -> None:
    value = cell.value
    number_format = cell.number_format
    if cell.kind in (CellKind.BLANK, CellKind.FORMULA):
        return
    if cell.kind is CellKind.NUMBER and column not in sheet.identifiers:
        if isinstance(value, int | float) and abs(value) < 10**_LONGEST_NUMBER:
            check_written(page.write_number(row, column, value, formats[number_format, bold]))
            return
    elif cell.kind is CellKind.DATE and _is_writable(value):
        plain = number_format.casefold() in _PLAIN_FORMATS
        cell_format = formats[("dd/mm/yyyy" if not isinstance(value, time) else "hh:mm")
                       if plain else number_format, bold]  # fmt: skip
        check_written(page.write_datetime(row, column, value, cell_format))
        return
    elif cell.kind is CellKind.BOOLEAN:
        check_written(page.write_boolean(row, column, bool(value), formats["", bold]))
        return
    text = _identifier(cell) if cell.kind is CellKind.NUMBER else cell.text
    # A cell of the format "@" keeps what is typed over it, and what stands in it, as text.
    check_written(page.write_string(row, column, text[:LONGEST], formats["@", bold]))


def _merge_cells(
    page: Any, sheet: DisplayedSheet, formats: _CellFormats, area: tuple[int, int, int, int]
) -> None:
    top, left, bottom, right = area
    if (bottom - top + 1) * (right - left + 1) > _LARGEST_MERGE:
        return
    cell_format = formats["@", top in sheet.heading_rows]
    try:
        check_written(page.merge_range(top - 1, left, bottom - 1, right, "", cell_format))
    except OverlappingRange:
        return
    # Words under merged cells are not seen, and are kept all the same.
    for row in range(top, bottom + 1):
        for column in range(left, right + 1):
            if (row, column) in sheet.cells:
                cell = sheet.cells[row, column]
                _write_cell(page, row - 1, column, cell, formats, sheet, row in sheet.heading_rows)


def _identifier(cell: Cell) -> str:
    """A number as its reader sees it, but for what shows that a program has changed it."""
    return cell.stored if "E" in cell.stored.upper() else cell.text


def _is_writable(value: object) -> bool:
    if isinstance(value, time):
        return True
    if isinstance(value, datetime):
        return value.date() >= _FIRST_DAY
    return isinstance(value, date) and value >= _FIRST_DAY
