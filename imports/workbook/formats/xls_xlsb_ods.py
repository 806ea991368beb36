"""Old formats: xls, xlsb and ods become raw cells by python-calamine, given bytes.

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

from imports.workbook.formats.cell_text import clean
from imports.workbook.formats.ods_repair import laid_out_plainly
from imports.workbook.limits import Limits, counted, refused
from imports.workbook.preflight import Opened
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


def read_old(content: bytes, opened: Opened, limits: Limits) -> RawFile:
    """Every worksheet; hidden ones by name only, but for ours.  Raises SubmissionRefused.

    To be called in a child process: a hostile file can make calamine abort, which is not an
    exception.
    """
    try:
        return _read_all(content, opened.file_format, limits)
    except CalamineError as error:
        if opened.file_format != "ods" or opened.package is None:
            raise refused("UNREADABLE") from error
    try:
        plain = laid_out_plainly(opened.package, limits)
        return _read_all(plain, opened.file_format, limits)
    except CalamineError as error:
        raise refused("UNREADABLE") from error


def _read_all(content: bytes, file_format: str, limits: Limits) -> RawFile:
    try:
        with CalamineWorkbook.from_filelike(BytesIO(content)) as workbook:
            return _read(workbook, file_format, limits)
    except PasswordError as error:
        raise refused("PASSWORD") from error


def _read(workbook: CalamineWorkbook, file_format: str, limits: Limits) -> RawFile:
    listed = [
        (index, sheet)
        for index, sheet in enumerate(workbook.sheets_metadata)
        if sheet.typ == SheetTypeEnum.WorkSheet
    ]
    if not listed:
        raise refused("NO_SHEET")
    if len(listed) > limits.sheets:
        raise refused("TOO_MANY_SHEETS", limit=counted(limits.sheets))
    found, cells = [], 0
    for index, about in listed:
        hidden = about.visible != SheetVisibleEnum.Visible
        if hidden and about.name != MARK_SHEET:
            found.append(RawSheet(about.name, hidden=True))
            continue
        sheet = workbook.get_sheet_by_index(index)
        rows = _rows(sheet, limits)
        cells += sum(len(row) for _, _, row in rows)
        if cells > limits.cells:
            raise refused("TOO_MANY_CELLS", limit=counted(limits.cells))
        merges = sheet.merged_cell_ranges
        found.append(
            RawSheet(
                clean(about.name),
                hidden,
                rows=rows,
                merges=[
                    (first[0] + 1, first[1], last[0] + 1, last[1])
                    for first, last in (merges or ())[: limits.merges]
                ],
                knows_merges=merges is not None,
            )
        )
    return RawFile(file_format, found)


def _rows(sheet: CalamineSheet, limits: Limits) -> list[RawRow]:
    start, end = sheet.start, sheet.end
    if start is None or end is None:
        return []
    if end[0] >= limits.rows:
        raise refused("TOO_MANY_ROWS", limit=counted(limits.rows))
    if end[1] >= limits.columns:
        raise refused("TOO_MANY_COLS", limit=counted(limits.columns))
    found = []
    for number, values in enumerate(sheet.to_python(skip_empty_area=True), start=start[0] + 1):
        row = [
            cell
            for column, value in enumerate(values, start=start[1])
            if (cell := _cell(column, value, limits)) is not None
        ]
        if row:
            found.append((number, False, row))
    return found


def _cell(column: int, value: object, limits: Limits) -> RawCell | None:
    match value:
        case "" | None:
            return None
        case str():
            if len(value) > limits.text:
                raise refused("TEXT_TOO_LONG", limit=counted(limits.text))
            return (column, TEXT, clean(value), "")
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
    raise refused("BAD_WORKBOOK")
