"""Cohort cells: the leaving year and the stage that the cells of one row name."""

import re

from imports.columns.mapped_table import TableMapping, cell_at
from imports.columns.typed_values import displayed_text
from models.handoffs.sheets import SheetRow
from models.vocabulary import LeavingStage

_STAGES = {stage.year_group: stage for stage in LeavingStage}
_YEAR_GROUP = re.compile(r"(?i)(?:nc\s*)?(?:year|yr|y)?\s*(1[1-4])(?:\.0)?")
_FORM = re.compile(r"(?i)(?:year|yr|y)?\s*(1[1-4])\s*[\-./]?\s*[a-z]{1,4}\d?")  # 11A, 13-BW
_YOUNGER = re.compile(r"(?i)(?:nc\s*)?(?:year|yr|y)?\s*(?:7|8|9|10)(?:\.0)?")
_GROUP_INSIDE = re.compile(r"(?i)(?<![a-z0-9])(?:year|yr|y)\s*(1[1-4])(?!\d)")  # "2025 Y11"
_STAGE_WORDS = {
    LeavingStage.Y11: re.compile(r"(?i)(?:ks|key stage)\s*4"),
    LeavingStage.Y12: re.compile(r"(?i)l6|lower (?:sixth|6th)"),
    LeavingStage.Y13: re.compile(r"(?i)(?:ks|key stage)\s*5|u6|upper (?:sixth|6th)"),
}
_YEARS = re.compile(r"(20\d\d)(?:\s*[/\-\u2013]\s*(?:20)?(\d\d))?")


def younger_rows(layout: TableMapping) -> frozenset[int]:
    """The places of rows whose year group is below those that leavers leave from."""
    return frozenset(
        at
        for at, row in enumerate(layout.table.rows)
        for column in layout.columns("year_group")
        if _YOUNGER.fullmatch(displayed_text(cell_at(row, column.at)).strip())
    )


def year_in_cells(layout: TableMapping, row: SheetRow) -> int | None:
    """The September in which the leaving year starts that a row names; None in silence."""
    for column in layout.columns("leaving_year"):
        match = _YEARS.search(displayed_text(cell_at(row, column.at)))
        if match:  # "2022/23", or the summer of 2023
            return int(match[1]) - (0 if match[2] else 1)
    return None


def stage_in_cells(layout: TableMapping, row: SheetRow) -> LeavingStage | None:
    """The stage whose year group, form or key stage a row names; None in silence."""
    for field in ("year_group", "form", "leaving_year"):
        for column in layout.columns(field):
            stage = _stage_in_text(displayed_text(cell_at(row, column.at)).strip())
            if stage:
                return stage
    return None


def _stage_in_text(text: str) -> LeavingStage | None:
    for stage, words in _STAGE_WORDS.items():
        if words.fullmatch(text):
            return stage
    match = _YEAR_GROUP.fullmatch(text) or _FORM.fullmatch(text) or _GROUP_INSIDE.search(text)
    return _STAGES[int(match[1])] if match else None
