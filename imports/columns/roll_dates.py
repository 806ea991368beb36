"""Roll dates: dates of the sender's own roll in a leaver sheet are no dates of a destination.

An MIS prints "Enrolment start date" and "End date" of the school itself.  Nobody ends what they do
after leaving before they have left, so a column of such ends is the day of leaving.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from imports.columns.mapped_table import ColumnMapping, TableMapping
from imports.crosswalk.fields import NOT_OURS
from imports.text.headings import heading_words, word_set
from imports.values.dates import parse_typed_date
from models.handoffs.normalised import SubmissionMetadata
from models.handoffs.sheets import Cell
from models.vocabulary import SubmissionKind

_SEPTEMBER, _JUNE = 9, 6
_ENROLLED = word_set("enrolment enrollment enrolled")


def drop_roll_dates(layout: TableMapping, declared: SubmissionMetadata) -> TableMapping:
    """The layout without the columns for when the leavers were on the school's own roll."""
    if declared.kind is not SubmissionKind.LEAVERS or declared.academic_year is None:
        return layout
    summer = declared.academic_year + 1
    mappings = (
        replace(column, field=NOT_OURS)
        if _is_on_own_roll(column, layout.cells(column), summer)
        else column
        for column in layout.mappings
    )
    return replace(layout, mappings=tuple(mappings))


def _is_on_own_roll(column: ColumnMapping, cells: Sequence[Cell], summer: int) -> bool:
    if column.field == "ended_on":
        before = date(summer, _SEPTEMBER, 1)
    elif column.field == "started_on" and not _ENROLLED.isdisjoint(heading_words(column.heading)):
        before = date(summer, _JUNE, 1)
    else:
        return False
    days = [day for cell in cells for day in _days(cell)]
    return bool(days) and all(day < before for day in days)


def _days(cell: Cell) -> list[date]:
    """The day that a cell holds, or the ends of both months that "03/09/2020" may be in."""
    if isinstance(cell.value, date):
        return [date(cell.value.year, cell.value.month, cell.value.day)]
    typed = parse_typed_date(cell.text)
    if typed.pair is None:
        return [typed.day] if typed.day else []
    first, second, year = typed.pair
    year += 2000 if year < 100 else 0
    return [date(year, month, 28) for month in (first, second) if 1 <= month <= 12]
