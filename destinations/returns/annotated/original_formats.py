"""Original formats: how each cell that we mark was before, kept on our hidden tab to give it back.

An original is a cell with the format and the drop-down that the marked one had.  Whatever program
saves the workbook keeps both, in its own way; nothing in it is ever made from what somebody typed.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from destinations.returns.annotated.dropdowns import ReplacedDropdown
from destinations.returns.annotated.ranges import CellRanges
from destinations.returns.annotated.sheet_part import Place, find_rows
from destinations.returns.annotated.workbook_parts import (
    WorkbookParts,
    end_of_tag,
    find_tags,
    with_attributes,
)
from models.facts.spreadsheet_cells import column_number
from models.handoffs.returned_workbook import OriginalFormat

COLUMN = "C"  # of the hidden tab, where the originals stand
_PREFIXED = re.compile(rb"\s[\w.-]+:[\w.-]+\s*=\s*(?:\"[^\"]*\"|'[^']*')")
_AREAS = re.compile(rb"\ssqref\s*=\s*(?:\"[^\"]*\"|'[^']*')")


@dataclass(frozen=True, slots=True)
class CellOriginal:
    """A format by its number, and the drop-down as XML: b"" for none, or one kept elsewhere."""

    style: int = 0
    rule: bytes = b""
    had_list: bool = False


def portable_dropdown(rule: bytes) -> bytes:
    """A drop-down as it can stand on another sheet, of no cells yet; b"" where it cannot."""
    plain = _AREAS.sub(b"", _PREFIXED.sub(b"", rule))
    return b"" if b":AlternateContent" in plain or re.search(rb"<\w+:", plain) else plain


def original_of_cell(style: int, taken: ReplacedDropdown | None) -> CellOriginal:
    """The original of a cell with that format, and the drop-down that made room in it."""
    if taken is None:
        return CellOriginal(style)
    rule = portable_dropdown(taken.rule)
    return CellOriginal(style, rule, had_list=not rule)


def read_originals(
    workbook: WorkbookParts, name: str, kept_formats: Iterable[OriginalFormat]
) -> dict[str, dict[Place, CellOriginal]]:
    """The originals on our hidden tab, by the sheet and place of the cells they are of."""
    part = workbook.part(name)
    rows = find_rows(part, None).rows
    rules = [
        (CellRanges(tag.get("sqref")), portable_dropdown(part[tag.starts : tag.ends]))
        for tag in find_tags(part, "dataValidation")
    ]
    originals: dict[str, dict[Place, CellOriginal]] = {}
    for kept_format in kept_formats:
        row = rows.get(kept_format.kept_on)
        cell = row.cells.get(column_number(COLUMN)) if row else None
        if cell is None:
            continue
        kept_at = (kept_format.kept_on, COLUMN)
        rule = next((rule for areas, rule in rules if areas.has(kept_at)), b"")
        originals.setdefault(kept_format.sheet, {})[kept_format.row, kept_format.column] = (
            CellOriginal(cell.style, rule, kept_format.had_list)
        )
    return originals


def stored_dropdowns(rows: Mapping[int, CellOriginal]) -> str:
    """The drop-downs of originals that stand on these rows of our tab."""
    cells: dict[bytes, list[str]] = {}
    for row, original in rows.items():
        if original.rule:
            cells.setdefault(original.rule, []).append(f"{COLUMN}{row}")
    dropdowns = [
        dropdown_with_ranges(rule, " ".join(references)).decode()
        for rule, references in cells.items()
    ]
    return (
        f'<dataValidations count="{len(dropdowns)}">{"".join(dropdowns)}</dataValidations>'
        if dropdowns
        else ""
    )


def dropdown_with_ranges(rule: bytes, areas: str) -> bytes:
    """A drop-down of these areas."""
    opened = end_of_tag(rule, 0)
    return with_attributes(rule[:opened], sqref=areas) + rule[opened:]
