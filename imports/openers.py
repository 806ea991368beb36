"""Openers: bytes become raw sheets, each kind of file by its own reader, behind the preflight."""

from imports.delimited import read_delimited
from imports.limits import Limits
from imports.old_formats import read_old
from imports.preflight import look
from imports.raw import RawFile
from imports.xlsx import read_xlsx


def open_file(content: bytes, limits: Limits) -> RawFile:
    """Every sheet of a file, known by its content.  Raises SubmissionRefused."""
    opened = look(content, limits)
    if opened.file_format in ("xlsx", "xlsm"):
        return read_xlsx(opened, limits)
    if opened.file_format == "csv":
        return read_delimited(content, limits)
    return read_old(content, opened, limits)
