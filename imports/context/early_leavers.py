"""Early leavers: who left before the summer of a leaving year is asked about, not counted.

DfE counts those who were on roll at the end of the year.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from imports.columns.mapped_table import ColumnMapping, TableMapping, cell_at
from imports.crosswalk.fields import LEFT_ON
from imports.values.dates import DayMonthOrder, infer_order, read_date
from models.facts.counts import count_of
from models.handoffs.findings import Issue
from models.handoffs.normalised import SubmissionMetadata
from models.vocabulary import year_name

_EARLY = "C49"
_FIRST_MONTH = 4  # Easter may be the last day of those who leave for good after their last exam


@dataclass(frozen=True, slots=True)
class OnRollToTheEnd:
    """A table without those who left early, and the question about them."""

    layout: TableMapping
    issue: Issue | None = None


def leave_out_early_leavers(layout: TableMapping, metadata: SubmissionMetadata) -> OnRollToTheEnd:
    """A table of a cohort without the rows whose day of leaving is before the end of its year.

    Only where others have left at the end: a column with earlier days alone is of something else.
    """
    columns = layout.columns(LEFT_ON)
    if not columns or metadata.academic_year is None:
        return OnRollToTheEnd(layout)
    column = columns[0]
    days = _days(layout, column, metadata)
    year = metadata.academic_year
    first, end = date(year - 1, 9, 1), date(year + 1, _FIRST_MONTH, 1)
    early = {at for at, day in enumerate(days) if day and first <= day < end}
    at_the_end = any(day and end <= day < date(year + 2, 1, 1) for day in days)
    if not early or not at_the_end:
        return OnRollToTheEnd(layout)
    rows = tuple(row for at, row in enumerate(layout.table.rows) if at not in early)
    issue = Issue(
        _EARLY,
        sheet=layout.table.sheet,
        column=column.letter,
        heading=column.heading,
        facts=(
            ("heading", column.heading),
            ("leavers", count_of(len(early), "leaver")),
            ("cohort", year_name(year)),
            ("rows", ", ".join(str(layout.table.rows[at].number) for at in sorted(early)[:20])),
        ),
    )
    return OnRollToTheEnd(replace(layout, table=replace(layout.table, rows=rows)), issue)


def _days(
    layout: TableMapping, column: ColumnMapping, metadata: SubmissionMetadata
) -> Sequence[date | None]:
    cells = [cell_at(row, column.at) for row in layout.table.rows]
    order = infer_order([cell for cell in cells if cell.text])
    order = order if order in (DayMonthOrder.DAY_FIRST, DayMonthOrder.MONTH_FIRST) else _USUAL
    return [read_date(cell, order, metadata.sent_on)[0] if cell.text else None for cell in cells]


_USUAL = DayMonthOrder.DAY_FIRST
