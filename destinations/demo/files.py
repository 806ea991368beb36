"""Made-up spreadsheets as bytes: xlsx, xlsm, ods and csv, the same bytes for the same cells."""

import csv
import io
import zipfile
from dataclasses import dataclass
from datetime import date, datetime
from xml.sax.saxutils import escape

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

Cell = str | int | float | date | None
_CREATED_ON = datetime(2026, 9, 1)
_XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
_XLSM_TYPE = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"


@dataclass(frozen=True, slots=True)
class Tab:
    """One sheet of a workbook.  `merges` are (row, first column, last column), all from 0."""

    name: str
    rows: tuple[tuple[Cell, ...], ...]
    merges: tuple[tuple[int, int, int], ...] = ()
    hidden: bool = False
    hidden_columns: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Writing:
    """How a file is written: its format, how dates look, and what a csv is made with."""

    extension: str = "xlsx"
    date_format: str = "dd/mm/yyyy"
    encoding: str = "cp1252"
    delimiter: str = ","


def as_bytes(tabs: tuple[Tab, ...], writing: Writing) -> bytes:
    """The file."""
    if writing.extension == "csv":
        return _csv(tabs[0], writing)
    if writing.extension == "ods":
        return _ods(tabs)
    book = _xlsx(tabs, writing.date_format)
    return _as_macro_workbook(book) if writing.extension == "xlsm" else book


def _xlsx(tabs: tuple[Tab, ...], date_format: str) -> bytes:
    stream = io.BytesIO()
    with Workbook(stream, {"in_memory": True, "strings_to_formulas": False}) as book:
        book.set_properties({"created": _CREATED_ON})
        dates = book.add_format({"num_format": date_format})
        bold = book.add_format({"bold": True, "align": "center"})
        for tab in tabs:
            sheet = book.add_worksheet(tab.name)
            if tab.hidden:
                sheet.hide()
            _fill_sheet(sheet, tab, dates)
            for column in tab.hidden_columns:
                sheet.set_column(column, column, None, None, {"hidden": True})
            for row, first, last in tab.merges:
                sheet.merge_range(row, first, row, last, tab.rows[row][first] or "", bold)
    return stream.getvalue()


def _fill_sheet(sheet: Worksheet, tab: Tab, dates: Format) -> None:
    for row, cells in enumerate(tab.rows):
        for column, cell in enumerate(cells):
            if cell is None or cell == "":
                continue
            if isinstance(cell, date):
                sheet.write_datetime(row, column, datetime(cell.year, cell.month, cell.day), dates)
            elif isinstance(cell, int | float):
                sheet.write_number(row, column, cell)
            else:
                sheet.write_string(row, column, cell)


def _as_macro_workbook(book: bytes) -> bytes:
    """The workbook under the type of one that may hold macros; it holds none."""
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(book)) as old,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for part in old.infolist():
            content = old.read(part)
            if part.filename == "[Content_Types].xml":
                content = content.replace(_XLSX_TYPE.encode(), _XLSM_TYPE.encode())
            new.writestr(part, content)
    return stream.getvalue()


def _csv(tab: Tab, writing: Writing) -> bytes:
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=writing.delimiter, lineterminator="\r\n")
    width = max(len(row) for row in tab.rows)
    for row in tab.rows:
        cells = [cell.strftime("%d/%m/%Y") if isinstance(cell, date) else cell for cell in row]
        writer.writerow(cells + [""] * (width - len(cells)))
    return stream.getvalue().encode(writing.encoding)


_NAMESPACES = " ".join(
    f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for short, name in (("office", "office"), ("table", "table"), ("text", "text"))
)
_ODS_TYPE = "application/vnd.oasis.opendocument.spreadsheet"


def _ods(tabs: tuple[Tab, ...]) -> bytes:
    tables = "".join(
        f'<table:table table:name="{escape(tab.name)}">{"".join(map(_ods_row, tab.rows))}'
        "</table:table>"
        for tab in tabs
        if not tab.hidden
    )
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {_NAMESPACES} '
        f'office:version="1.2"><office:body><office:spreadsheet>{tables}</office:spreadsheet>'
        "</office:body></office:document-content>"
    )
    manifest = (
        '<?xml version="1.0" encoding="UTF-8"?><manifest:manifest '
        'xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" '
        'manifest:version="1.2">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{_ODS_TYPE}"/>'
        '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
        "</manifest:manifest>"
    )
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as parts:
        _add_part(parts, "mimetype", _ODS_TYPE, zipfile.ZIP_STORED)
        _add_part(parts, "content.xml", content, zipfile.ZIP_DEFLATED)
        _add_part(parts, "META-INF/manifest.xml", manifest, zipfile.ZIP_DEFLATED)
    return stream.getvalue()


def _add_part(parts: zipfile.ZipFile, name: str, text: str, compression: int) -> None:
    entry = zipfile.ZipInfo(name, (2026, 9, 1, 0, 0, 0))
    entry.compress_type = compression
    parts.writestr(entry, text.encode())


def _ods_row(cells: tuple[Cell, ...]) -> str:
    return f"<table:table-row>{''.join(map(_ods_cell, cells))}</table:table-row>"


def _ods_cell(cell: Cell) -> str:
    if cell is None or cell == "":
        return "<table:table-cell/>"
    if isinstance(cell, date):
        return (
            f'<table:table-cell office:value-type="date" office:date-value="{cell.isoformat()}">'
            f"<text:p>{cell:%d/%m/%Y}</text:p></table:table-cell>"
        )
    if isinstance(cell, int | float):
        return (
            f'<table:table-cell office:value-type="float" office:value="{cell}">'
            f"<text:p>{cell}</text:p></table:table-cell>"
        )
    lines = "".join(f"<text:p>{escape(line)}</text:p>" for line in cell.split("\n"))
    return f'<table:table-cell office:value-type="string">{lines}</table:table-cell>'
