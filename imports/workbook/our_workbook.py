"""Our workbook: one that we marked and its sender returned becomes its mark and confirmations.

Whether the mark is ours is for those with the key to say; here it only decides which tabs are not
the sender's own.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from imports.workbook.raw_cells import RawFile, RawRow, RawSheet
from models.handoffs.returned_workbook import (
    BEFORE,
    CELL,
    CHOICES,
    CONFIRM,
    FIX_LIST,
    MARK,
    MARK_SHEET,
    RULE,
    SHEET,
    TYPED,
    WRONG,
    ConfirmedCell,
    OriginalFormat,
    ReturnedWorkbook,
)
from models.handoffs.sheets import Region

OURS = "our own list, not part of your file"
_LABELS = 10  # rows of the hidden sheet that are looked at
_ROWS_TRIED = 20  # of the list, for its headings
_MOST = 10_000
_NEEDED = frozenset({SHEET, CELL, TYPED, CONFIRM, RULE, WRONG})
# Typed over the words that are offered.
_YES = frozenset({"y", "ok", "correct", "right", "confirmed", "this is right", "\u2713", "\u2714"})
_OF_NO_ROW = re.compile(r"(?:column [A-Z]{1,3})?")
_PLACE = re.compile(r"(?:row )?([A-Z]{0,3})([0-9]{1,7})")


def read_returned_workbook(raw: RawFile) -> ReturnedWorkbook | None:
    """The mark, confirmations and original formats of a workbook; None where it has no mark."""
    labels = _read_mark_sheet(raw)
    if not labels.get(MARK):
        return None
    fix_list = next((sheet for sheet in raw.sheets if sheet.name == labels.get(FIX_LIST)), None)
    tabs = (labels.get(FIX_LIST, ""), labels.get(CHOICES, ""), MARK_SHEET)
    mark_sheet = next(sheet for sheet in raw.sheets if sheet.name == MARK_SHEET)
    confirmed = tuple(_read_confirmations(fix_list)) if fix_list else ()
    return ReturnedWorkbook(
        labels[MARK], confirmed, tabs, tuple(_read_original_formats(mark_sheet))
    )


def drop_our_sheets(raw: RawFile) -> RawFile:
    """The file without the tabs that we added, whatever they were called."""
    returned = read_returned_workbook(raw)
    if returned is None:
        return raw
    return replace(raw, sheets=[sheet for sheet in raw.sheets if sheet.name not in returned.tabs])


def find_our_sheets(raw: RawFile, returned: ReturnedWorkbook | None) -> list[Region]:
    """A region, for the receipt, for each tab that we added."""
    tabs = returned.tabs if returned else ()
    return [Region(sheet.name, 0, 0, False, OURS) for sheet in raw.sheets if sheet.name in tabs]


def _read_mark_sheet(raw: RawFile) -> dict[str, str]:
    sheet = next((sheet for sheet in raw.sheets if sheet.name == MARK_SHEET), None)
    if sheet is None:
        return {}
    rows = [_row_texts(row) for row in sheet.rows[:_LABELS]]
    return {row[0]: row[1] for row in rows if 0 in row and 1 in row}


def _read_confirmations(sheet: RawSheet) -> Iterator[ConfirmedCell]:
    columns: Mapping[str, int] = {}
    for index, row in enumerate(sheet.rows[:_MOST]):
        texts = _row_texts(row)
        if not columns:
            names = {text: column for column, text in texts.items()}
            columns = names if names.keys() >= _NEEDED else {}
            if not columns and index > _ROWS_TRIED:
                return
            continue
        cell = texts.get(columns[CELL], "")
        place = _PLACE.fullmatch(cell)
        confirmation = texts.get(columns[CONFIRM], "").casefold()
        if (place or _OF_NO_ROW.fullmatch(cell)) and (
            confirmation.startswith("yes") or confirmation in _YES
        ):
            yield ConfirmedCell(
                texts.get(columns[RULE], ""),
                # The name of a tab may begin or end with a space.
                next((raw_cell[2] for raw_cell in row[2] if raw_cell[0] == columns[SHEET]), ""),
                int(place[2]) if place else 0,
                place[1] if place else cell.removeprefix("column "),
                texts.get(columns[TYPED], ""),
                texts.get(columns[WRONG], ""),
            )


def _read_original_formats(sheet: RawSheet) -> Iterator[OriginalFormat]:
    for row in sheet.rows[:_MOST]:
        typed = {cell[0]: cell[2] for cell in row[2]}
        place = _PLACE.fullmatch(typed.get(2, ""))
        if typed.get(0) == BEFORE and place and place[1]:
            yield OriginalFormat(
                typed.get(1, ""), int(place[2]), place[1], row[0], bool(typed.get(3))
            )


def _row_texts(row: RawRow) -> dict[int, str]:
    return {cell[0]: cell[2].strip() for cell in row[2]}
