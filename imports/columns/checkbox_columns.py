"""Checkbox columns: a column for each destination, one of them ticked, becomes one destination.

A cell with a tick says what stands above it: a kind of destination, or a place by its name.  Under
"Other" a word says it itself.  Two ticks in a row are two answers: both are kept
as that row's words, and its sender is asked which it is.
"""

from collections.abc import Sequence
from dataclasses import replace

from imports.columns.mapped_table import ColumnMapping, TableMapping, cell_at
from imports.columns.typed_values import displayed_text, is_blank
from imports.crosswalk.column_map import ColumnMap
from imports.crosswalk.fields import NOT_OURS
from imports.text.headings import (
    SPEAKS_OF_OFFERS,
    SPEAKS_OF_PLANS,
    heading_words,
    word_set,
)
from models.handoffs.findings import Issue
from models.handoffs.sheets import BLANK, Cell, CellKind, SheetRow, Table

_TICKED = word_set("x y yes true 1 tick ticked \u2713 \u2714 \u2611 \u2705 \u221a *")
_NOT_TICKED = word_set("n no false 0 \u2717 \u2718 \u2610")
_MIN_COLUMNS = 3  # two columns of yes and no may be questions of another kind
_MIN_PLACES = 2  # but not under the names of two places
_PLACE_WORDS = word_set(
    "college school academy sixth form university training centre institute ltd limited"
)
_OTHER = word_set("other others please state specify which details destination destinations")
_MOSTLY = 0.7
# Above or in a heading: ticks for what somebody thought of, was offered or went to see.
_NOT_DESTINATIONS = SPEAKS_OF_PLANS | SPEAKS_OF_OFFERS | word_set("option options")


def read_checkboxes(layout: TableMapping, column_map: ColumnMap, urn: str) -> TableMapping:
    """The layout with its ticks read as a destination, where nothing else in it is one.

    `urn` is of the sender: which places a heading may name depends on where they are.
    """
    if layout.has("activity", "intended"):
        return layout
    checkboxes = _checkboxes(layout, column_map, urn)
    if not checkboxes or not _are_one_question(layout, checkboxes):
        return layout
    rows = tuple(_write_answer(row, checkboxes) for row in layout.table.rows)
    first, others = checkboxes[0], tuple(column.at for column in checkboxes[1:])
    mappings = list(layout.mappings)
    for column in checkboxes:
        mappings[column.at] = replace(column, field=NOT_OURS)
    mappings[first.at] = replace(first, field="activity", fallbacks=others)
    return TableMapping(replace(layout.table, rows=rows), tuple(mappings))


def checkbox_issue(layouts: Sequence[TableMapping], tables: Sequence[Table]) -> list[Issue]:
    """An issue for each table whose ticks were read as destinations, for its sender to confirm."""
    issues = []
    for layout, table in zip(layouts, tables, strict=True):
        for column in layout.columns("activity") if layout.table is not table else ():
            headings = [layout.mappings[at].heading for at in (column.at, *column.fallbacks)]
            facts = (("headings", ", ".join(f"'{heading}'" for heading in headings)),)
            issues.append(
                Issue("C37", table.sheet, column=column.letter, heading=column.heading, facts=facts)
            )
    return issues


def _checkboxes(layout: TableMapping, column_map: ColumnMap, urn: str) -> list[ColumnMapping]:
    """The columns of ticks that are one question, with those beside them that belong to it.

    A place that the register does not have is one of them by its words, or by where it stands.
    """
    ticks = [column for column in layout.mappings if _holds_ticks(layout, column)]
    kinds = [
        column for column in ticks if column_map.value_of("activity", column.heading) is not None
    ]
    places = [
        column
        for column in ticks
        if column not in kinds and column_map.named_place(column.heading, urn)
    ]
    if len(kinds) + len(places) < _MIN_COLUMNS and len(places) < _MIN_PLACES:
        return []
    sure = {column.at for column in (*kinds, *places)}
    first, last = min(sure), max(sure)
    among = {
        column.at
        for column in ticks
        if column.field == ""
        and layout.cells(column)
        and (first < column.at < last or not _PLACE_WORDS.isdisjoint(_words(column)))
    }
    others = {column.at for column in layout.columns("") if _is_other(column)}
    return [layout.mappings[at] for at in sorted(sure | among | others)]


def _holds_ticks(layout: TableMapping, column: ColumnMapping) -> bool:
    """Whether the cells of a column are ticks, or blank, and no heading says of what else."""
    if column.period or not _NOT_DESTINATIONS.isdisjoint(_words(column)):
        return False
    texts = {displayed_text(cell).lower() for cell in layout.cells(column)}
    return texts <= _TICKED | _NOT_TICKED


def _is_other(column: ColumnMapping) -> bool:
    words = frozenset(_words(column))
    return "other" in words and words <= _OTHER


def _words(column: ColumnMapping) -> tuple[str, ...]:
    return heading_words(" ".join(column.parts))


def _are_one_question(layout: TableMapping, checkboxes: Sequence[ColumnMapping]) -> bool:
    """Whether most rows have one tick: more are questions that may be answered side by side."""
    counts = [
        len(chosen) for row in layout.table.rows if (chosen := _ticked_columns(row, checkboxes))
    ]
    return bool(counts) and counts.count(1) >= _MOSTLY * len(counts)


def _ticked_columns(row: SheetRow, checkboxes: Sequence[ColumnMapping]) -> list[ColumnMapping]:
    return [column for column in checkboxes if _answer_in(row, column)]


def _answer_in(row: SheetRow, column: ColumnMapping) -> str:
    """What a cell says: its heading where it is ticked; under "Other" also a word of its own."""
    cell = cell_at(row, column.at)
    text = displayed_text(cell)
    if text.lower() in _TICKED:
        return column.heading
    is_own_word = _is_other(column) and not is_blank(cell) and text.lower() not in _NOT_TICKED
    return text if is_own_word else ""


def _write_answer(row: SheetRow, checkboxes: Sequence[ColumnMapping]) -> SheetRow:
    chosen = _ticked_columns(row, checkboxes)
    answer = " / ".join(_answer_in(row, column) for column in chosen)
    cells = list(row.cells)
    for column in checkboxes:
        if column.at < len(cells):
            cells[column.at] = (
                Cell(answer, answer, CellKind.TEXT, answer) if column in chosen else BLANK
            )
    return replace(row, cells=tuple(cells))
