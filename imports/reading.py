"""Reading: the bytes of a spreadsheet become the tables it holds, as their sender sees them."""

import logging

from imports.tables.colour_keys import colour_key_issues
from imports.tables.find_tables import LookUpHeading, find_tables
from imports.workbook.guard import Guard
from imports.workbook.limits import READ_LIMITS, ReadLimits, refuse
from imports.workbook.openers import open_file
from imports.workbook.our_workbook import drop_our_sheets, find_our_sheets, read_returned_workbook
from imports.workbook.raw_cells import RawFile
from models.handoffs.findings import Issue, SubmissionRefused
from models.handoffs.sheets import ReadFile

log = logging.getLogger(__name__)

# What a name may end in, for each kind of content.
_ENDINGS = {
    "xlsx": ("xlsx", "xltx"),
    "xlsm": ("xlsm", "xltm"),
    "xlsb": ("xlsb",),
    "xls": ("xls", "xlt"),
    "ods": ("ods", "ots"),
    "csv": ("csv", "tsv", "tab", "txt"),
}
_FORMAT_NAMES = {
    "xlsx": "an Excel workbook",
    "xlsm": "an Excel workbook with macros",
    "xlsb": "a binary Excel workbook",
    "xls": "an Excel 97-2003 workbook",
    "ods": "an OpenDocument spreadsheet",
    "csv": "plain text with separators (CSV)",
}


def read_file(
    name: str,
    content: bytes,
    look_up: LookUpHeading,
    *,
    limits: ReadLimits | None = None,
    guard: Guard | None = None,
) -> ReadFile:
    """Every table of a file, and what was left out and why.

    `name` is the name as sent; only its ending is looked at, to say so where it is not what the
    content is.  `look_up` gives our field for a heading's parts, outermost first, or None.  With a
    guard the bytes are opened in a child process, without one in this.  `limits` are the guard's
    where none are given.  Raises SubmissionRefused.
    """
    limits = limits or (guard.limits if guard else READ_LIMITS)
    raw = guard.open_file(content, limits) if guard else _open_here(content, limits)
    table_search = find_tables(drop_our_sheets(raw), look_up, limits)
    log.info(
        "read a %s file: %d sheets, %d tables, %d rows",
        raw.file_format,
        len(raw.sheets),
        len(table_search.tables),
        sum(len(table.rows) for table in table_search.tables),
    )
    remarks = (
        *_ending_issue(name, raw),
        *raw.remarks,
        *colour_key_issues(drop_our_sheets(raw).sheets),
        *table_search.remarks,
    )
    returned = read_returned_workbook(raw)
    regions = (*table_search.regions, *find_our_sheets(raw, returned))
    return ReadFile(raw.file_format, table_search.tables, regions, remarks, returned=returned)


def _open_here(content: bytes, limits: ReadLimits) -> RawFile:
    try:
        return open_file(content, limits)
    except (SubmissionRefused, KeyboardInterrupt, SystemExit):
        raise
    except MemoryError as error:
        raise refuse("MEMORY") from error
    except BaseException as error:  # a panic in calamine is not an Exception
        log.warning("a file could not be opened: %s", type(error).__name__)
        raise refuse("UNREADABLE") from error


def _ending_issue(name: str, raw: RawFile) -> tuple[Issue, ...]:
    _, dot, ending = name.rpartition(".")
    fitting = _ENDINGS[raw.file_format]
    if not dot or ending.casefold() in fitting:
        return ()
    # A macro workbook whose macros were taken out keeps its name, and the other way round.
    if raw.file_format in ("xlsx", "xlsm") and ending.casefold() in ("xlsx", "xlsm"):
        return ()
    ours = fitting[0]
    return (Issue("F30", facts=(("ending", f".{ours}"), ("what", _FORMAT_NAMES[raw.file_format]))),)
