"""Enrolment status: which column of a provider's list says whether a learner is still there.

Without it a row that says "Withdrawn" would count as somebody who stayed.
"""

from collections.abc import Sequence
from dataclasses import replace

from imports.columns.mapped_table import ColumnMapping, TableMapping, share_of_known_destinations
from imports.columns.typed_values import displayed_text, is_still_enrolled
from imports.crosswalk.column_map import ColumnMap
from imports.crosswalk.fields import NOT_OURS, PERHAPS
from imports.text.headings import heading_words, word_set
from imports.values.dates import parse_typed_date
from models.handoffs.sheets import Cell, CellKind
from models.vocabulary import SubmissionKind

_FIELDS = frozenset(("enrolled", "withdrawn"))
_MOST, _STRANGE = 0.7, 0.2
_LASTS = word_set("still sustained maintained enrolled")
# "Destination on leaving" of a learner who left is not what they did at this provider.
_AFTERWARDS = word_set("leaving leaver leavers after next onward progression withdrawal")
_GONE_TO = word_set("destination destinations")  # in a list that has when courses began and ended
_COURSE = ("course", "level")


def find_enrolment_status(
    layout: TableMapping, kind: SubmissionKind, column_map: ColumnMap
) -> TableMapping:
    """The layout of a list with the column that says who is still there, by heading or by words.

    "Status" says so where its words do; "Withdrawn" over days is an end date.  Of a school's sheet
    only "Still there?" and its like are asked: "On roll" and "Left" are about the school.
    """
    if kind is not SubmissionKind.ENROLMENTS:
        mappings = (
            replace(column, field="")
            if column.field in _FIELDS and not _says_who_stayed(layout, column, column_map)
            else column
            for column in layout.mappings
        )
    else:
        mappings = (_map_status_column(layout, column, column_map) for column in layout.mappings)
    return replace(layout, mappings=tuple(mappings))


def is_list_of_learners(layout: TableMapping) -> bool:
    """Whether a table has when a course began, and what it was or whether it goes on.

    From a college that is a list of its learners, whatever they did afterwards.
    """
    return layout.has("started_on") and layout.has("ended_on", *_FIELDS, *_COURSE)


def _says_who_stayed(layout: TableMapping, column: ColumnMapping, column_map: ColumnMap) -> bool:
    """Whether a column of a school's sheet says for whom the destination lasted and for whom not.

    Where everybody has No nobody has been asked yet, and beside a column a year we cannot tell of
    which year it speaks.
    """
    cells = layout.cells(column)
    moments = {dated.period for dated in layout.mappings if dated.period}
    if _LASTS.isdisjoint(heading_words(column.heading)) or len(moments) > 1:
        return False
    statuses = {is_still_enrolled(displayed_text(cell), column_map) for cell in cells}
    return "yes" in statuses and _share_of_status_words(cells, column_map) >= _MOST


def _map_status_column(
    layout: TableMapping, column: ColumnMapping, column_map: ColumnMap
) -> ColumnMapping:
    cells = layout.cells(column)
    words = heading_words(" ".join(column.parts))
    afterwards = _AFTERWARDS | _GONE_TO if is_list_of_learners(layout) else _AFTERWARDS
    if column.field == "activity" and not afterwards.isdisjoint(words):
        return replace(column, field=NOT_OURS)
    if column.field in _FIELDS:
        is_end = bool(cells) and all(map(_is_day, cells)) and not layout.has("ended_on")
        return replace(column, field="ended_on") if is_end else column
    if column.field not in ("", "activity") or layout.has("enrolled"):
        return column
    meaning = column_map.meaning(column.parts)
    is_open = meaning is not None and meaning.field in (PERHAPS, "activity")
    says_so = (
        _share_of_status_words(cells, column_map) >= _MOST
        and share_of_known_destinations(cells, column_map) < _STRANGE
    )
    return replace(column, field="enrolled") if is_open and says_so else column


def _is_day(cell: Cell) -> bool:
    typed = parse_typed_date(cell.text)
    return cell.kind is CellKind.DATE or typed.day is not None or typed.pair is not None


def _share_of_status_words(cells: Sequence[Cell], column_map: ColumnMap) -> float:
    count = sum(is_still_enrolled(displayed_text(cell), column_map) is not None for cell in cells)
    return count / len(cells) if cells else 0.0
