"""Ticks: a column for each destination, and a tick in one of them, become one destination.

A cell with a tick says what stands above it.  Two ticks in a row are two answers: both are kept
as that row's words, and its sender is asked which it is.
"""

from collections.abc import Sequence
from dataclasses import replace

from imports.columns.table_mapping import ColumnMapping, TableMapping, cell_at
from imports.columns.typed_values import displayed_text
from imports.crosswalk.column_map import ColumnMap
from imports.crosswalk.fields import NOT_OURS
from imports.text.headings import heading_words, word_set
from models.handoffs.findings import Issue
from models.handoffs.sheets import BLANK, Cell, CellKind, SheetRow, Table

_TICKED = word_set("x y yes true 1 tick ticked \u2713 \u2714 \u2611 \u2705 \u221a *")
_NOT_TICKED = word_set("n no false 0 \u2717 \u2718 \u2610")
_FEWEST = 3  # two columns of yes and no may be questions of another kind
_MOSTLY = 0.7
# Above or in a heading: ticks for what somebody thought of, was offered or went to see.
_NOT_WHERE = word_set(
    "intended intention interest interested plan plans planned considering considered consider "
    "applied application applications apply offer offers offered visit visits visited encounter "
    "encounters talk talks experience preference preferences choice choices option options prefer"
)


def read_checkboxes(layout: TableMapping, columns: ColumnMap) -> TableMapping:
    """The layout with its ticks read as a destination, where nothing else in it is one."""
    if layout.has("activity", "intended"):
        return layout
    ticked = [one for one in layout.placed if _is_ticked(layout, one, columns)]
    if len(ticked) < _FEWEST or not _are_one_question(layout, ticked):
        return layout
    rows = tuple(_said(row, ticked) for row in layout.table.rows)
    first, others = ticked[0], tuple(one.at for one in ticked[1:])
    placed = list(layout.placed)
    for one in ticked:
        placed[one.at] = replace(one, field=NOT_OURS)
    placed[first.at] = replace(first, field="activity", more=others)
    return TableMapping(replace(layout.table, rows=rows), tuple(placed))


def checkbox_issue(layouts: Sequence[TableMapping], tables: Sequence[Table]) -> list[Issue]:
    """That ticks were read as destinations: only their sender knows what was ticked."""
    remarks = []
    for layout, table in zip(layouts, tables, strict=True):
        for one in layout.columns("activity") if layout.table is not table else ():
            headings = [layout.placed[at].heading for at in (one.at, *one.more)]
            facts = (("headings", ", ".join(f"'{heading}'" for heading in headings)),)
            remarks.append(
                Issue("C37", table.sheet, column=one.letter, heading=one.heading, facts=facts)
            )
    return remarks


def _is_ticked(layout: TableMapping, one: ColumnMapping, columns: ColumnMap) -> bool:
    """Whether a heading is a destination and its cells are ticks, or blank."""
    words = heading_words(" ".join(one.parts))
    if one.moment or not _NOT_WHERE.isdisjoint(words):
        return False
    if columns.value_of("activity", one.heading) is None:
        return False
    said = {displayed_text(cell).lower() for cell in layout.cells(one)}
    return said <= _TICKED | _NOT_TICKED


def _are_one_question(layout: TableMapping, ticked: Sequence[ColumnMapping]) -> bool:
    """Whether most rows have one tick: more are questions that may be answered side by side."""
    counts = [len(chosen) for row in layout.table.rows if (chosen := _ticks(row, ticked))]
    return bool(counts) and counts.count(1) >= _MOSTLY * len(counts)


def _ticks(row: SheetRow, ticked: Sequence[ColumnMapping]) -> list[ColumnMapping]:
    return [one for one in ticked if displayed_text(cell_at(row, one.at)).lower() in _TICKED]


def _said(row: SheetRow, ticked: Sequence[ColumnMapping]) -> SheetRow:
    chosen = _ticks(row, ticked)
    words = " / ".join(one.heading for one in chosen)
    cells = list(row.cells)
    for one in ticked:
        if one.at < len(cells):
            cells[one.at] = Cell(words, words, CellKind.TEXT, words) if one in chosen else BLANK
    return replace(row, cells=tuple(cells))
