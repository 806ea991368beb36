"""Xls, xlsb and ods: they become raw cells by python-calamine, given bytes.

What calamine cannot tell is not known: error cells look blank, and number formats, hidden rows
and formulas are not seen.
"""

from datetime import date, datetime, time, timedelta
from io import BytesIO

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from imports.workbook.formats.cell_text import clean_cell_text
from imports.workbook.formats.ods_repair import simplify_ods
from imports.workbook.limits import ReadLimits, refuse, with_thousands
from imports.workbook.preflight import InspectedFile
from imports.workbook.raw_cells import (
    BOOLEAN,
    DATE,
    NUMBER,
    TEXT,
    RawCell,
    RawFile,
    RawRow,
    RawSheet,
)
from models.handoffs.returned_workbook import MARK_SHEET


def read_with_calamine(content: bytes, opened: InspectedFile, limits: ReadLimits) -> RawFile:
    """Every worksheet; hidden ones by name only, but for ours.  Raises SubmissionRefused.

    To be called in a child process: a hostile file can make calamine abort, which is not an
    exception.
    """
    try:
        return _read_all(content, opened.file_format, limits)
    except CalamineError as error:
        if opened.file_format != "ods" or opened.package is None:
            raise refuse("UNREADABLE") from error
    try:
        plain = simplify_ods(opened.package, limits)
        return _read_all(plain, opened.file_format, limits)
    except CalamineError as error:
        raise refuse("UNREADABLE") from error


def _read_all(content: bytes, file_format: str, limits: ReadLimits) -> RawFile:
    try:
        with CalamineWorkbook.from_filelike(BytesIO(content)) as workbook:
            return _read_sheets(workbook, file_format, limits)
    except PasswordError as error:
        raise refuse("PASSWORD") from error


def _read_sheets(workbook: CalamineWorkbook, file_format: str, limits: ReadLimits) -> RawFile:
    listed = [
        (index, sheet)
        for index, sheet in enumerate(workbook.sheets_metadata)
        if sheet.typ == SheetTypeEnum.WorkSheet
    ]
    if not listed:
        raise refuse("NO_SHEET")
    if len(listed) > limits.sheets:
        raise refuse("TOO_MANY_SHEETS", limit=with_thousands(limits.sheets))
    sheets, cells = [], 0
    for index, metadata in listed:
        hidden = metadata.visible != SheetVisibleEnum.Visible
        if hidden and metadata.name != MARK_SHEET:
            sheets.append(RawSheet(metadata.name, hidden=True))
            continue
        sheet = workbook.get_sheet_by_index(index)
        rows = _sheet_rows(sheet, limits)
        cells += sum(len(row) for _, _, row in rows)
        if cells > limits.cells:
            raise refuse("TOO_MANY_CELLS", limit=with_thousands(limits.cells))
        merges = sheet.merged_cell_ranges
        sheets.append(
            RawSheet(
                clean_cell_text(metadata.name),
                hidden,
                rows=rows,
                merges=[
                    (first[0] + 1, first[1], last[0] + 1, last[1])
                    for first, last in (merges or ())[: limits.merges]
                ],
                knows_merges=merges is not None,
            )
        )
    return RawFile(file_format, sheets)


def _sheet_rows(sheet: CalamineSheet, limits: ReadLimits) -> list[RawRow]:
    start, end = sheet.start, sheet.end
    if start is None or end is None:
        return []
    if end[0] >= limits.rows:
        raise refuse("TOO_MANY_ROWS", limit=with_thousands(limits.rows))
    if end[1] >= limits.columns:
        raise refuse("TOO_MANY_COLS", limit=with_thousands(limits.columns))
    rows = []
    for number, values in enumerate(sheet.to_python(skip_empty_area=True), start=start[0] + 1):
        row = [
            cell
            for column, value in enumerate(values, start=start[1])
            if (cell := _raw_cell(column, value, limits)) is not None
        ]
        if row:
            rows.append((number, False, row))
    return rows


def _raw_cell(column: int, value: object, limits: ReadLimits) -> RawCell | None:
    match value:
        case "" | None:
            return None
        case str():
            if len(value) > limits.text:
                raise refuse("TEXT_TOO_LONG", limit=with_thousands(limits.text))
            return (column, TEXT, clean_cell_text(value), "")
        case bool():
            return (column, BOOLEAN, "1" if value else "0", "")
        case int() | float():
            # A whole number comes as 42.0 from these formats, whatever was typed.
            is_whole = isinstance(value, float) and value.is_integer() and abs(value) < 1e15
            return (column, NUMBER, str(int(value)) if is_whole else repr(value), "")
        case date() | datetime() | time():
            return (column, DATE, value.isoformat(), "")
        case timedelta():
            return (column, NUMBER, repr(value / timedelta(days=1)), "[h]:mm:ss")
    raise refuse("BAD_WORKBOOK")
