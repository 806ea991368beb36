"""Enrolments: which column of a provider's list says whether a learner is still there.

Without it a row that says "Withdrawn" would count as somebody who stayed.
"""

from collections.abc import Sequence
from dataclasses import replace

from imports.columns.table_mapping import ColumnMapping, TableMapping, share_of_known_destinations
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


def find_enrolment_status(
    layout: TableMapping, kind: SubmissionKind, columns: ColumnMap
) -> TableMapping:
    """The layout of a list with the column that says who is still there, by heading or by words.

    "Status" says so where its words do; "Withdrawn" over days is an end date.  Of a school's sheet
    only "Still there?" and its like are asked: "On roll" and "Left" are about the school.
    """
    if kind is not SubmissionKind.ENROLMENTS:
        placed = (
            replace(one, field="")
            if one.field in _FIELDS and not _lasted(layout, one, columns)
            else one
            for one in layout.placed
        )
    else:
        placed = (_told(layout, one, columns) for one in layout.placed)
    return replace(layout, placed=tuple(placed))


def _lasted(layout: TableMapping, one: ColumnMapping, columns: ColumnMap) -> bool:
    """Whether a column of a school's sheet says for whom the destination lasted and for whom not.

    Where everybody has No nobody has been asked yet, and beside a column a year we cannot tell of
    which year it speaks.
    """
    cells = layout.cells(one)
    moments = {each.moment for each in layout.placed if each.moment}
    if _LASTS.isdisjoint(heading_words(one.heading)) or len(moments) > 1:
        return False
    said = {is_still_enrolled(displayed_text(cell), columns) for cell in cells}
    return "yes" in said and _share(cells, columns) >= _MOST


def _told(layout: TableMapping, one: ColumnMapping, columns: ColumnMap) -> ColumnMapping:
    cells = layout.cells(one)
    if one.field == "activity" and not _AFTERWARDS.isdisjoint(heading_words(" ".join(one.parts))):
        return replace(one, field=NOT_OURS)
    if one.field in _FIELDS:
        is_end = bool(cells) and all(map(_is_day, cells)) and not layout.has("ended_on")
        return replace(one, field="ended_on") if is_end else one
    if one.field not in ("", "activity") or layout.has("enrolled"):
        return one
    meaning = columns.meaning(one.parts)
    is_open = meaning is not None and meaning.field in (PERHAPS, "activity")
    says_so = (
        _share(cells, columns) >= _MOST and share_of_known_destinations(cells, columns) < _STRANGE
    )
    return replace(one, field="enrolled") if is_open and says_so else one


def _is_day(cell: Cell) -> bool:
    typed = parse_typed_date(cell.text)
    return cell.kind is CellKind.DATE or typed.day is not None or typed.pair is not None


def _share(cells: Sequence[Cell], columns: ColumnMap) -> float:
    known = sum(is_still_enrolled(displayed_text(cell), columns) is not None for cell in cells)
    return known / len(cells) if cells else 0.0
