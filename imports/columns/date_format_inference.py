"""Date format inference: the order of day and month in each column, across all tabs of a file."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from imports.columns.mapped_table import TableMapping, cell_at
from imports.columns.typed_values import DATES
from imports.crosswalk.fields import READ_AS
from imports.values.dates import (
    DayMonthOrder,
    Window,
    infer_common_order,
    infer_order,
    is_serial_date,
    read_date,
)
from models.handoffs.findings import Issue, SubmissionRefused
from models.handoffs.normalised import FieldColumn, SubmissionMetadata
from models.handoffs.sheets import Cell

Orders = Mapping[tuple[str, int | None], DayMonthOrder]

_UNDECIDABLE = (DayMonthOrder.BOTH, DayMonthOrder.HALF_CONVERTED)


def read_birth_dates(layouts: Sequence[TableMapping], declared: SubmissionMetadata) -> list[date]:
    """Every date of birth that can be read before the cohort is known."""
    cells = _cells(layouts, "born_on", None)
    order = infer_order(cells)
    days = (read_date(cell, order, declared.sent_on)[0] for cell in cells)
    return [day for day in days if day]


def read_births_by_row(layout: TableMapping, declared: SubmissionMetadata) -> list[date | None]:
    """The date of birth in each row of one table; None where it holds none that can be read."""
    columns = layout.columns("born_on")[:1]
    if not columns:
        return [None] * len(layout.table.rows)
    order = infer_order(layout.cells(columns[0]))
    return [
        read_date(cell_at(row, columns[0].at), order, declared.sent_on)[0]
        for row in layout.table.rows
    ]


def infer_date_orders(
    layouts: Sequence[TableMapping], declared: SubmissionMetadata
) -> tuple[Orders, list[Issue]]:
    """The order of day and month by field and wave of each column of dates, and the issues seen.

    A column stands on several tabs; its cells are judged together.  Where a column cannot tell,
    the other columns of the same file do.  Raises SubmissionRefused C03 or C06 for dates of birth
    that were half converted, or are in both orders.
    """
    window = _birth_window(declared)
    orders = {
        (field, wave): infer_order(
            _cells(layouts, field, wave), window if field == "born_on" else None
        )
        for field, wave in _date_columns(layouts)
    }
    common = infer_common_order(orders.values())
    issues = []
    for (field, wave), order in orders.items():
        column = next(_columns(layouts, field, wave))
        if field == "born_on" and order in _UNDECIDABLE:
            code = "C03" if order is DayMonthOrder.HALF_CONVERTED else "C06"
            raise SubmissionRefused(code, heading=column.heading)
        if order in _UNDECIDABLE:
            issues.append(_column_issue(column, "C21"))
        elif order is DayMonthOrder.MONTH_FIRST:
            issues.append(_column_issue(column, "C20"))
        elif order is DayMonthOrder.EITHER and common:
            orders[field, wave] = common
        issues += _serial_date_issues(layouts, field, wave, column)
    return orders, issues


def _serial_date_issues(
    layouts: Sequence[TableMapping], field: str, wave: int | None, column: FieldColumn
) -> list[Issue]:
    """Dates that are kept as the numbers Excel counts days by, said once for their column."""
    count = sum(map(is_serial_date, _cells(layouts, field, wave)))
    if not count:
        return []
    issue = _column_issue(column, "C27")
    return [replace(issue, facts=(*issue.facts, ("count", str(count))))]


def _birth_window(declared: SubmissionMetadata) -> Window | None:
    year, stage = declared.academic_year, declared.leaving_stage
    if year is None or stage is None:
        return None
    return date(year - stage.age, 9, 1), date(year - stage.age + 1, 8, 31)


def _date_columns(layouts: Sequence[TableMapping]) -> list[tuple[str, int | None]]:
    date_columns = {
        (column.field, column.wave): None
        for layout in layouts
        for column in layout.mappings
        if READ_AS.get(column.field, column.field) in DATES
    }
    return list(date_columns)


def _columns(
    layouts: Sequence[TableMapping], field: str, wave: int | None
) -> Iterator[FieldColumn]:
    return (
        column.field_column(layout.table.sheet)
        for layout in layouts
        for column in layout.columns(field)
        if column.wave == wave
    )


def _cells(layouts: Sequence[TableMapping], field: str, wave: int | None) -> list[Cell]:
    return [
        cell
        for layout in layouts
        for column in layout.columns(field)
        if column.wave == wave
        for cell in layout.cells(column)
    ]


def _column_issue(column: FieldColumn, code: str) -> Issue:
    return Issue(
        code,
        sheet=column.sheet,
        column=column.letter,
        heading=column.heading,
        facts=(("heading", column.heading),),
    )
