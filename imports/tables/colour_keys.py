"""Colour keys: a line that says what a colour or a mark means is told of, since we read words."""

import re
from collections.abc import Iterable, Iterator

from imports.workbook.raw_cells import TEXT, RawSheet
from models.handoffs.findings import Issue

_CELLS_OF_A_KEY, _KEYS_TOLD = 3, 5
_KEY = re.compile(
    r"\b(?:green|red|amber|yellow|orange|blue|purple|pink|gr[ea]y|colou?r(?:ed)?|"
    r"highlight(?:ed)?|bold|italics?|underlined|shaded|struck(?:[ -]?(?:through|out))?|"
    r"strike[ -]?through|crossed[ -]out)\b(?: (?:cells?|rows?|text|names?|font))?"
    r"\s*(?:=|:|[-\u2013\u2014]\s|means?\b)",
    re.IGNORECASE,
)


def colour_key_issues(sheets: Iterable[RawSheet]) -> list[Issue]:
    """An issue F38 for each line of a visible sheet that is a key of colours or marks."""
    lines = (line for sheet in sheets if not sheet.hidden for line in _keys_of_sheet(sheet))
    return [issue for issue, _ in zip(lines, range(_KEYS_TOLD), strict=False)]


def _keys_of_sheet(sheet: RawSheet) -> Iterator[Issue]:
    for number, _, cells in sheet.rows:
        # A key stands by itself: rows of leavers have more cells, and are not searched.
        if len(cells) <= _CELLS_OF_A_KEY and any(
            kind == TEXT and _KEY.search(text) for _, kind, text, _ in cells
        ):
            yield Issue("F38", sheet.name, number)
