"""Openers: bytes become raw sheets, each kind of file by its own reader, behind the preflight."""

from imports.workbook.formats.delimited import read_delimited
from imports.workbook.formats.xls_xlsb_ods import read_with_calamine
from imports.workbook.formats.xlsx import read_xlsx
from imports.workbook.limits import ReadLimits
from imports.workbook.preflight import inspect_file
from imports.workbook.raw_cells import RawFile


def open_file(content: bytes, limits: ReadLimits) -> RawFile:
    """Every sheet of a file, known by its content.  Raises SubmissionRefused."""
    opened = inspect_file(content, limits)
    if opened.file_format in ("xlsx", "xlsm"):
        return read_xlsx(opened, limits)
    if opened.file_format == "csv":
        return read_delimited(content, limits)
    return read_with_calamine(content, opened, limits)
