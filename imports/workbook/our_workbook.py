"""Returned: a workbook that we marked is known by its hidden sheet, and its answers are read.

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
    """What a workbook says of itself; None for one that we did not mark."""
    said = _said(raw)
    if not said.get(MARK):
        return None
    listed = next((sheet for sheet in raw.sheets if sheet.name == said.get(FIX_LIST)), None)
    tabs = (said.get(FIX_LIST, ""), said.get(CHOICES, ""), MARK_SHEET)
    kept = next(sheet for sheet in raw.sheets if sheet.name == MARK_SHEET)
    confirmed = tuple(_confirmed(listed)) if listed else ()
    return ReturnedWorkbook(said[MARK], confirmed, tabs, tuple(_before(kept)))


def drop_our_sheets(raw: RawFile) -> RawFile:
    """The file without the tabs that we added, whatever they were called."""
    returned = read_returned_workbook(raw)
    if returned is None:
        return raw
    return replace(raw, sheets=[one for one in raw.sheets if one.name not in returned.tabs])


def find_our_sheets(raw: RawFile, returned: ReturnedWorkbook | None) -> list[Region]:
    """What is told of the tabs that we added."""
    tabs = returned.tabs if returned else ()
    return [Region(one.name, 0, 0, False, OURS) for one in raw.sheets if one.name in tabs]


def _said(raw: RawFile) -> dict[str, str]:
    sheet = next((sheet for sheet in raw.sheets if sheet.name == MARK_SHEET), None)
    if sheet is None:
        return {}
    rows = [_texts(row) for row in sheet.rows[:_LABELS]]
    return {row[0]: row[1] for row in rows if 0 in row and 1 in row}


def _confirmed(sheet: RawSheet) -> Iterator[ConfirmedCell]:
    columns: Mapping[str, int] = {}
    for at, row in enumerate(sheet.rows[:_MOST]):
        texts = _texts(row)
        if not columns:
            names = {text: column for column, text in texts.items()}
            columns = names if names.keys() >= _NEEDED else {}
            if not columns and at > _ROWS_TRIED:
                return
            continue
        cell = texts.get(columns[CELL], "")
        place = _PLACE.fullmatch(cell)
        said = texts.get(columns[CONFIRM], "").casefold()
        if (place or _OF_NO_ROW.fullmatch(cell)) and (said.startswith("yes") or said in _YES):
            yield ConfirmedCell(
                texts.get(columns[RULE], ""),
                # The name of a tab may begin or end with a space.
                next((each[2] for each in row[2] if each[0] == columns[SHEET]), ""),
                int(place[2]) if place else 0,
                place[1] if place else cell.removeprefix("column "),
                texts.get(columns[TYPED], ""),
                texts.get(columns[WRONG], ""),
            )


def _before(sheet: RawSheet) -> Iterator[OriginalFormat]:
    for row in sheet.rows[:_MOST]:
        typed = {cell[0]: cell[2] for cell in row[2]}
        place = _PLACE.fullmatch(typed.get(2, ""))
        if typed.get(0) == BEFORE and place and place[1]:
            yield OriginalFormat(
                typed.get(1, ""), int(place[2]), place[1], row[0], bool(typed.get(3))
            )


def _texts(row: RawRow) -> dict[int, str]:
    return {cell[0]: cell[2].strip() for cell in row[2]}
