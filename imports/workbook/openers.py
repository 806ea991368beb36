"""Openers: bytes become raw sheets, each kind of file by its own reader, behind the preflight."""

from imports.workbook.formats.delimited import read_delimited
from imports.workbook.formats.xls_xlsb_ods import read_old
from imports.workbook.formats.xlsx import read_xlsx
from imports.workbook.limits import Limits
from imports.workbook.preflight import look
from imports.workbook.raw_cells import RawFile


def open_file(content: bytes, limits: Limits) -> RawFile:
    """Every sheet of a file, known by its content.  Raises SubmissionRefused."""
    opened = look(content, limits)
    if opened.file_format in ("xlsx", "xlsm"):
        return read_xlsx(opened, limits)
    if opened.file_format == "csv":
        return read_delimited(content, limits)
    return read_old(content, opened, limits)
