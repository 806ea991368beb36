"""Delimited: a csv or tab-separated file becomes one sheet, by our own rule for its letters."""

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from io import StringIO
from itertools import islice

from imports.workbook.formats.cell_text import clean_cell_text
from imports.workbook.formats.encodings import decode_text
from imports.workbook.limits import ReadLimits, refuse, with_thousands
from imports.workbook.raw_cells import TEXT, RawCell, RawFile, RawRow, RawSheet
from models.handoffs.findings import Issue

_DELIMITERS = (",", ";", "\t", "|")
_RECORDS_TRIED = 60
# What could not be read, and what the accents of a Mac turn into among Windows letters.
_LOST = re.compile(r"\ufffd|(?<=[A-Za-z])[\u017d\u2021\u02c6\u2030\u2039\u02dc\u203a\u2022]")


def read_delimited(content: bytes, limits: ReadLimits) -> RawFile:
    """The one sheet of a text file, its name ''.  Raises SubmissionRefused.

    Rows are numbered as Excel shows them: a blank line has a number, a line break inside quotes
    does not, and a first line that only says which delimiter is used is not shown at all.
    """
    text, _ = decode_text(content)
    text, declared_delimiter = _split_sep_line(text.lstrip("\ufeff"))
    delimiter = declared_delimiter or _best_delimiter(text)
    rows: list[RawRow] = []
    cells = 0
    lost_on: list[int] = []
    for number, record in enumerate(_read_records(text, delimiter, limits), start=1):
        row = [
            (column, TEXT, clean_cell_text(_text_of_formula(field)), "")
            for column, field in enumerate(record)
            if field.strip()
        ]
        if not row:
            continue
        cells += len(row)
        _check_limits(number, row, cells, limits)
        if any(_LOST.search(field) for _, _, field, _ in row):
            lost_on.append(number)
        rows.append((number, False, row))
    remarks = tuple(Issue("F35", "", number) for number in lost_on[:20])
    return RawFile("csv", [RawSheet("", rows=rows, knows_merges=False)], remarks=remarks)


def _split_sep_line(text: str) -> tuple[str, str]:
    """The text without a first line such as "sep=;", and the delimiter that it names."""
    first, _, rest = text.partition("\n")
    bare = first.rstrip("\r").strip('"')
    if bare.casefold().startswith("sep=") and len(bare) == len("sep=") + 1:
        return rest, bare[-1]
    return text, ""


def _best_delimiter(text: str) -> str:
    return max(_DELIMITERS, key=lambda delimiter: _score_delimiter(text, delimiter))


def _score_delimiter(text: str, delimiter: str) -> float:
    """How much like a table the text is: the share of the commonest width, times its columns."""
    try:
        widths = Counter(
            len(record) for record in islice(_csv_reader(text, delimiter), _RECORDS_TRIED) if record
        )
    except csv.Error:
        return -1
    if not widths:
        return 0
    width, times = max(widths.items(), key=lambda item: (item[1], item[0]))
    return times / widths.total() * (width - 1)


def _read_records(text: str, delimiter: str, limits: ReadLimits) -> Iterator[list[str]]:
    try:
        yield from _csv_reader(text, delimiter)
    except csv.Error as error:
        raise refuse("TEXT_TOO_LONG", limit=with_thousands(limits.text)) from error


def _csv_reader(text: str, delimiter: str) -> Iterable[list[str]]:
    return csv.reader(StringIO(text, newline=""), delimiter=delimiter)


def _text_of_formula(field: str) -> str:
    """What ="00123" shows: a program writes it so that Excel leaves the text alone."""
    if field.startswith('="') and field.endswith('"') and len(field) > 3:
        return field[2:-1].replace('""', '"')
    return field


def _check_limits(number: int, row: list[RawCell], cells: int, limits: ReadLimits) -> None:
    if number > limits.rows:
        raise refuse("TOO_MANY_ROWS", limit=with_thousands(limits.rows))
    if row[-1][0] >= limits.columns:
        raise refuse("TOO_MANY_COLS", limit=with_thousands(limits.columns))
    if max(len(text) for _, _, text, _ in row) > limits.text:
        raise refuse("TEXT_TOO_LONG", limit=with_thousands(limits.text))
    if cells > limits.cells:
        raise refuse("TOO_MANY_CELLS", limit=with_thousands(limits.cells))
