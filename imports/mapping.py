"""Map: a file as sent becomes rows in our words, one for each leaver and wave.

What no map knows is kept as typed and said, with the nearest that we know; never guessed, never
dropped.  What is provably repairable is repaired and said.
"""

import logging
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from imports.columns.checkbox_columns import about_ticks, with_ticks
from imports.columns.date_format_inference import date_orders, read_births
from imports.columns.duplicate_columns import settle
from imports.columns.enrolment_status import with_enrolment
from imports.columns.roll_dates import without_own_days
from imports.columns.sender_identifiers import with_owners
from imports.columns.table_mapping import Layout, Placed, lay_out, with_places_for_destinations
from imports.context.normalise_rows import write_rows
from imports.context.required_columns import unknown_columns, with_needed, with_proposals
from imports.context.submission_context import Content, complete, kind_of
from imports.context.year_columns import with_waves
from imports.crosswalk.column_map import ColumnMap
from imports.crosswalk.fields import LEFT_ON, NOT_OURS
from imports.text.headings import words_of
from models.handoffs.findings import Remark, SubmissionRefused
from models.handoffs.normalised import Declared, Mapped
from models.handoffs.sheets import ReadFile, Region
from models.vocabulary import Kind, academic_year

logger = logging.getLogger(__name__)


def map_file(read: ReadFile, declared: Declared, columns: ColumnMap) -> Mapped:
    """A file in our words, and everything noticed on the way.

    `declared` comes back complete: kind, cohort, stage and wave worked out from content where
    the sender left them out.  Raises SubmissionRefused (C01 to C06) for a file that we cannot go
    on with: a column missing that every row needs, a cohort that cannot be told, dates of birth
    that cannot be read.
    """
    layouts = with_owners(
        (with_ticks(lay_out(table, columns), columns) for table in read.tables), declared, columns
    )
    try:
        return _mapped(read, layouts, declared, columns)
    except SubmissionRefused as refused:
        raise with_proposals(refused, layouts, columns) from None


def _mapped(
    read: ReadFile, layouts: list[Layout], declared: Declared, columns: ColumnMap
) -> Mapped:
    ticked = about_ticks(layouts, read.tables)
    kind, about_kind = kind_of(declared, layouts, columns)
    layouts = [
        with_enrolment(_with_leaving_date(layout, kind), kind, columns) for layout in layouts
    ]
    if kind is Kind.LEAVERS:
        layouts = [
            with_places_for_destinations(layout, columns, declared.urn) for layout in layouts
        ]
    declared, about_cohort = _completed(replace(declared, kind=kind), layouts)
    layouts = [without_own_days(layout, declared) for layout in layouts]
    layouts, about_years = _settled(layouts, declared, columns)
    layouts, about_tables = with_needed(layouts, declared, columns)
    orders, about_dates = date_orders(layouts, declared)
    unused, about_columns = unknown_columns(layouts, columns, kind)
    written = write_rows(layouts, declared, columns, orders)
    noticed = (
        *read.remarks,
        *ticked,
        *about_kind,
        *about_cohort,
        *about_tables,
        *about_years,
        *about_dates,
        *about_columns,
        *written.remarks,
    )
    logger.info(
        "submission %s: %d rows mapped from %d tables, %d columns unused",
        declared.submission_id,
        len(written.rows),
        len(layouts),
        len(unused),
    )
    return Mapped(
        declared=declared,
        rows=tuple(written.rows),
        remarks=_each_once(noticed),
        suggests=written.suggests,
        unused=unused,
        file_format=read.file_format,
        regions=tuple(_with_left_out(read, layouts)),
    )


def _with_left_out(read: ReadFile, layouts: Sequence[Layout]) -> Iterator[Region]:
    """What was made of the sheets, tables without a column they need told as left out."""
    kept = {(one.table.sheet, one.table.heading_rows) for one in layouts}
    left = {
        (table.sheet, table.heading_rows[0])
        for table in read.tables
        if (table.sheet, table.heading_rows) not in kept
    }
    for region in read.regions:
        if region.used and (region.sheet, region.first_row) in left:
            region = replace(region, used=False, why="a column is missing")
        yield region


def _with_leaving_date(layout: Layout, kind: Kind) -> Layout:
    """The day of leaving: in a provider's list the end of a course; of schools it is not asked."""

    def ends(one: Placed) -> bool:
        return kind is Kind.ENROLMENTS and "school" not in words_of(one.heading)

    placed = (
        replace(one, field="ended_on" if ends(one) else NOT_OURS) if one.field == LEFT_ON else one
        for one in layout.placed
    )
    return replace(layout, placed=tuple(placed))


def _completed(declared: Declared, layouts: Sequence[Layout]) -> tuple[Declared, list[Remark]]:
    births = Counter(academic_year(day.year, day.month) for day in read_births(layouts, declared))
    return complete(declared, Content(tuple(layouts), births))


def _settled(
    layouts: Sequence[Layout], declared: Declared, columns: ColumnMap
) -> tuple[list[Layout], list[Remark]]:
    """Every table with one column for each field and wave."""
    settled = []
    remarks: list[Remark] = []
    for layout in layouts:
        dated, about_years = with_waves(layout, declared)
        single, about_doubles = settle(dated, columns)
        settled.append(single)
        remarks += [*about_years, *about_doubles]
    return settled, remarks


def _each_once(remarks: Iterable[Remark]) -> tuple[Remark, ...]:
    """What is the same on every tab is said once, of the first."""
    seen: dict[tuple[object, ...], Remark] = {}
    for remark in remarks:
        if remark.row is None:
            key: tuple[object, ...] = (remark.code, remark.heading, remark.facts)
        else:
            key = (remark.code, remark.sheet, remark.row, remark.column)
        seen.setdefault(key, remark)
    return tuple(seen.values())
