"""How a sender wrote: the order of day and month, column by column, across every tab of a file."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from imports.columns.table_mapping import TableMapping
from imports.columns.typed_values import DATES
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

_UNREADABLE = (DayMonthOrder.BOTH, DayMonthOrder.HALF_CONVERTED)


def read_birth_dates(layouts: Sequence[TableMapping], declared: SubmissionMetadata) -> list[date]:
    """Every date of birth that can be read before the cohort is known."""
    cells = _cells(layouts, "born_on", None)
    order = infer_order(cells)
    days = (read_date(cell, order, declared.sent_on)[0] for cell in cells)
    return [day for day in days if day]


def infer_date_orders(
    layouts: Sequence[TableMapping], declared: SubmissionMetadata
) -> tuple[Orders, list[Issue]]:
    """The order of day and month in each column of dates, and what to tell of it.

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
    remarks = []
    for (field, wave), order in orders.items():
        column = next(_columns(layouts, field, wave))
        if field == "born_on" and order in _UNREADABLE:
            code = "C03" if order is DayMonthOrder.HALF_CONVERTED else "C06"
            raise SubmissionRefused(code, heading=column.heading)
        if order in _UNREADABLE:
            remarks.append(_about(column, "C21"))
        elif order is DayMonthOrder.MONTH_FIRST:
            remarks.append(_about(column, "C20"))
        elif order is DayMonthOrder.EITHER and common:
            orders[field, wave] = common
        remarks += _counted_days(layouts, field, wave, column)
    return orders, remarks


def _counted_days(
    layouts: Sequence[TableMapping], field: str, wave: int | None, column: FieldColumn
) -> list[Issue]:
    """Dates that are kept as the numbers Excel counts days by, told once for their column."""
    count = sum(map(is_serial_date, _cells(layouts, field, wave)))
    if not count:
        return []
    told = _about(column, "C27")
    return [replace(told, facts=(*told.facts, ("count", str(count))))]


def _birth_window(declared: SubmissionMetadata) -> Window | None:
    year, stage = declared.academic_year, declared.leaving_stage
    if year is None or stage is None:
        return None
    return date(year - stage.age, 9, 1), date(year - stage.age + 1, 8, 31)


def _date_columns(layouts: Sequence[TableMapping]) -> list[tuple[str, int | None]]:
    found = {
        (one.field, one.wave): None
        for layout in layouts
        for one in layout.placed
        if one.field in DATES
    }
    return list(found)


def _columns(
    layouts: Sequence[TableMapping], field: str, wave: int | None
) -> Iterator[FieldColumn]:
    return (
        one.column(layout.table.sheet)
        for layout in layouts
        for one in layout.columns(field)
        if one.wave == wave
    )


def _cells(layouts: Sequence[TableMapping], field: str, wave: int | None) -> list[Cell]:
    return [
        cell
        for layout in layouts
        for one in layout.columns(field)
        if one.wave == wave
        for cell in layout.cells(one)
    ]


def _about(column: FieldColumn, code: str) -> Issue:
    return Issue(
        code,
        sheet=column.sheet,
        column=column.letter,
        heading=column.heading,
        facts=(("heading", column.heading),),
    )
