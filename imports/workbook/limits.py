"""Limits: how much of a file we are ready to look at, and how a refusal is worded."""

from dataclasses import dataclass
from math import ceil

from models.handoffs.findings import SubmissionRefused

KIB = 1024
MIB = 1024 * KIB


@dataclass(frozen=True, slots=True)
class ReadLimits:
    """Every limit of the preflight, the readers and the guard, each with its default.

    Sizes are in bytes, times in seconds.  The defaults come from 428 real public workbooks: the
    largest of them had 285 parts, 39 MB unpacked, a ratio of 45.
    """

    file_size: int = 10 * MIB
    parts: int = 500
    unpacked: int = 100 * MIB
    sheet_part: int = 48 * MIB
    strings_part: int = 16 * MIB
    styles_part: int = 8 * MIB
    other_part: int = 4 * MIB
    ratio: int = 150
    ratio_from: int = 4 * MIB  # smaller parts may be as repetitive as they like
    sheets: int = 60
    rows: int = 10_000
    columns: int = 1_024
    table_rows: int = 5_000
    table_columns: int = 200
    cells: int = 300_000
    elements: int = 5_000_000
    merges: int = 5_000
    text: int = 32_767
    memory: int = 1024 * MIB
    cpu: int = 20
    wall: float = 30.0
    written: int = 64 * MIB
    open_files: int = 64
    result: int = 128 * MIB  # what a child may hand back


READ_LIMITS = ReadLimits()

# What was found, and the catalogue code that has the words for it.
CODES = {
    "EMPTY": "F01",
    "TOO_BIG": "F02",
    "NOT_XLSX": "F03",
    "PASSWORD": "F04",
    "ENCRYPTED": "F04",
    "WEB_PAGE": "F05",
    "OTHER_FORMAT": "F06",
    "TRUNCATED": "F07",
    "BAD_ZIP": "F08",
    "BAD_XML": "F08",
    "BAD_WORKBOOK": "F08",
    "ENCODING": "F08",
    "COMPRESSION": "F08",
    "DUPLICATE_PART": "F08",
    "OVERLAP": "F09",
    "BAD_PART_NAME": "F09",
    "RATIO": "F09",
    "DTD": "F09",
    "UNPACKED_TOO_BIG": "F09",
    "PART_TOO_BIG": "F09",
    "TOO_MANY_PARTS": "F09",
    "TOO_MANY_ELEMENTS": "F09",
    "TOO_MANY_MERGES": "F09",
    "TOO_MANY_SHEETS": "F10",
    "TOO_MANY_ROWS": "F11",
    "TOO_MANY_COLS": "F12",
    "TOO_MANY_CELLS": "F13",
    "TEXT_TOO_LONG": "F14",
    "NO_SHEET": "F15",
    "MISSING_SHEET": "F16",
    "VERY_OLD": "F17",
    "TIMEOUT": "F18",
    "MEMORY": "F19",
    "CRASH": "F20",
    "UNREADABLE": "F20",
    "ZIP": "F21",
    "NUMBERS": "F22",
    "LINK": "F23",
    "LOCK_FILE": "F25",
    "CTF": "F26",
}


def refuse(reason: str, **facts: str) -> SubmissionRefused:
    """A refusal by what was found; the reason travels with it for whoever looks into it."""
    return SubmissionRefused(CODES[reason], reason=reason, **facts)


def refuse_too_big(size: int, limits: ReadLimits) -> SubmissionRefused:
    """The refusal of a file over the size limit."""
    return refuse("TOO_BIG", limit=megabytes(limits.file_size), size=megabytes(size))


def megabytes(size: int) -> str:
    """A size as people say it, rounded up so that it never looks allowed: "10 MB", "10.1 MB"."""
    return f"{ceil(size / MIB * 10) / 10:,g} MB"


def with_thousands(number: int) -> str:
    """A number as people write it: "10,000"."""
    return f"{number:,}"
