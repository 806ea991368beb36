"""Map: a file as sent becomes rows in our words, one for each leaver and wave.

What no map knows is kept as typed and said, with the nearest that we know; never guessed, never
dropped.  What is provably repairable is repaired and said.
"""

import logging
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from imports.columns.checkbox_columns import checkbox_issue, read_checkboxes
from imports.columns.date_format_inference import infer_date_orders, read_birth_dates
from imports.columns.duplicate_columns import resolve_duplicate_columns
from imports.columns.enrolment_status import find_enrolment_status
from imports.columns.roll_dates import drop_roll_dates
from imports.columns.sender_identifiers import assign_identifier_owners
from imports.columns.table_mapping import (
    ColumnMapping,
    TableMapping,
    map_columns,
    use_provider_as_destination,
)
from imports.context.normalise_rows import normalise_rows
from imports.context.required_columns import (
    add_column_proposals,
    find_unknown_columns,
    require_columns,
)
from imports.context.submission_context import FileContent, complete_metadata, infer_kind
from imports.context.year_columns import assign_waves
from imports.crosswalk.column_map import ColumnMap
from imports.crosswalk.fields import LEFT_ON, NOT_OURS
from imports.text.headings import heading_words
from models.handoffs.findings import Issue, SubmissionRefused
from models.handoffs.normalised import NormalisedSubmission, SubmissionMetadata
from models.handoffs.sheets import ReadFile, Region
from models.vocabulary import SubmissionKind, academic_year

logger = logging.getLogger(__name__)


def map_columns_and_values(
    read: ReadFile, declared: SubmissionMetadata, columns: ColumnMap
) -> NormalisedSubmission:
    """A file in our words, and everything noticed on the way.

    `declared` comes back complete: kind, cohort, stage and wave worked out from content where
    the sender left them out.  Raises SubmissionRefused (C01 to C06) for a file that we cannot go
    on with: a column missing that every row needs, a cohort that cannot be told, dates of birth
    that cannot be read.
    """
    layouts = assign_identifier_owners(
        (read_checkboxes(map_columns(table, columns), columns) for table in read.tables),
        declared,
        columns,
    )
    try:
        return _mapped(read, layouts, declared, columns)
    except SubmissionRefused as refused:
        raise add_column_proposals(refused, layouts, columns) from None


def _mapped(
    read: ReadFile, layouts: list[TableMapping], declared: SubmissionMetadata, columns: ColumnMap
) -> NormalisedSubmission:
    ticked = checkbox_issue(layouts, read.tables)
    kind, about_kind = infer_kind(declared, layouts, columns)
    layouts = [
        find_enrolment_status(_with_leaving_date(layout, kind), kind, columns) for layout in layouts
    ]
    if kind is SubmissionKind.LEAVERS:
        layouts = [use_provider_as_destination(layout, columns, declared.urn) for layout in layouts]
    declared, about_cohort = _completed(replace(declared, kind=kind), layouts)
    layouts = [drop_roll_dates(layout, declared) for layout in layouts]
    layouts, about_years = _settled(layouts, declared, columns)
    layouts, about_tables = require_columns(layouts, declared, columns)
    orders, about_dates = infer_date_orders(layouts, declared)
    unused, about_columns = find_unknown_columns(layouts, columns, kind)
    written = normalise_rows(layouts, declared, columns, orders)
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
    return NormalisedSubmission(
        declared=declared,
        rows=tuple(written.rows),
        remarks=_each_once(noticed),
        suggests=written.suggests,
        unused=unused,
        file_format=read.file_format,
        regions=tuple(_with_left_out(read, layouts)),
    )


def _with_left_out(read: ReadFile, layouts: Sequence[TableMapping]) -> Iterator[Region]:
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


def _with_leaving_date(layout: TableMapping, kind: SubmissionKind) -> TableMapping:
    """The day of leaving: in a provider's list the end of a course; of schools it is not asked."""

    def ends(one: ColumnMapping) -> bool:
        return kind is SubmissionKind.ENROLMENTS and "school" not in heading_words(one.heading)

    placed = (
        replace(one, field="ended_on" if ends(one) else NOT_OURS) if one.field == LEFT_ON else one
        for one in layout.placed
    )
    return replace(layout, placed=tuple(placed))


def _completed(
    declared: SubmissionMetadata, layouts: Sequence[TableMapping]
) -> tuple[SubmissionMetadata, list[Issue]]:
    births = Counter(
        academic_year(day.year, day.month) for day in read_birth_dates(layouts, declared)
    )
    return complete_metadata(declared, FileContent(tuple(layouts), births))


def _settled(
    layouts: Sequence[TableMapping], declared: SubmissionMetadata, columns: ColumnMap
) -> tuple[list[TableMapping], list[Issue]]:
    """Every table with one column for each field and wave."""
    settled = []
    remarks: list[Issue] = []
    for layout in layouts:
        dated, about_years = assign_waves(layout, declared)
        single, about_doubles = resolve_duplicate_columns(dated, columns)
        settled.append(single)
        remarks += [*about_years, *about_doubles]
    return settled, remarks


def _each_once(remarks: Iterable[Issue]) -> tuple[Issue, ...]:
    """What is the same on every tab is said once, of the first."""
    seen: dict[tuple[object, ...], Issue] = {}
    for remark in remarks:
        if remark.row is None:
            key: tuple[object, ...] = (remark.code, remark.heading, remark.facts)
        else:
            key = (remark.code, remark.sheet, remark.row, remark.column)
        seen.setdefault(key, remark)
    return tuple(seen.values())
