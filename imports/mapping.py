"""Mapping: a file as sent becomes rows in our words, one for each leaver and wave.

What no map knows is kept as typed and said, with the nearest that we know; never guessed, never
dropped.  What is provably repairable is repaired and said.
"""

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from imports.columns.checkbox_columns import checkbox_issue, read_checkboxes
from imports.columns.confirmed_flags import read_confirmed_flags
from imports.columns.date_format_inference import infer_date_orders
from imports.columns.duplicate_columns import resolve_duplicate_columns
from imports.columns.enrolment_status import find_enrolment_status
from imports.columns.fields_by_words import (
    by_words_issues,
    holds_many_destinations,
    read_by_words,
)
from imports.columns.former_destinations import former_issues, read_former_destinations
from imports.columns.mapped_table import (
    ColumnMapping,
    TableMapping,
    map_columns,
    use_provider_as_destination,
)
from imports.columns.roll_dates import drop_roll_dates
from imports.columns.sender_identifiers import assign_identifier_owners
from imports.context.birth_months import place_by_birth_month
from imports.context.cohorts import CohortTables, left_out_issue, split_by_cohort
from imports.context.known_leavers import FindLeavers, nobody, place_known_leavers
from imports.context.leaver_roll import is_leaver_roll, roll_issues
from imports.context.normalise_rows import RowsToNormalise, normalise_rows
from imports.context.required_columns import (
    add_column_proposals,
    find_unknown_columns,
    no_answers_issue,
    require_columns,
    says_who,
)
from imports.context.row_waves import find_wave_column, split_by_wave
from imports.context.submission_context import infer_kind
from imports.context.title_readings import (
    LEFT_OUT,
    date_by_title,
    leave_out_by_title,
    read_plans,
    use_tabs_as_destinations,
)
from imports.context.year_columns import assign_waves
from imports.crosswalk.column_map import ColumnMap
from imports.crosswalk.fields import LEFT_ON, NOT_OURS
from imports.text.headings import heading_words
from models.handoffs.findings import Issue, SubmissionRefused
from models.handoffs.normalised import NormalisedRow, NormalisedSubmission, SubmissionMetadata
from models.handoffs.sheets import ReadFile, Region
from models.vocabulary import SubmissionKind

logger = logging.getLogger(__name__)

# Code, heading and facts of a table's issue; code and cell of a row's.
_IssueKey = tuple[object, ...]


def map_columns_and_values(
    read: ReadFile,
    declared: SubmissionMetadata,
    column_map: ColumnMap,
    find_leavers: FindLeavers = nobody,
) -> NormalisedSubmission:
    """A file in our words, and everything noticed on the way.

    `find_leavers` knows the leavers of before by their numbers.

    `declared` comes back complete: kind, cohort, stage and wave worked out from content where
    the sender left them out.  Raises SubmissionRefused (C01 to C06) for a file that we cannot go
    on with: a column missing that every row needs, a cohort that cannot be told, dates of birth
    that cannot be read.
    """
    layouts = assign_identifier_owners(
        (
            read_former_destinations(
                read_checkboxes(
                    read_by_words(map_columns(table, column_map), column_map),
                    column_map,
                    declared.urn,
                ),
                column_map,
                declared.urn,
            )
            for table in read.tables
        ),
        declared,
        column_map,
    )
    try:
        return _normalise(read, layouts, declared, column_map, find_leavers)
    except SubmissionRefused as refused:
        raise add_column_proposals(refused, layouts, column_map) from None


def _normalise(
    read: ReadFile,
    layouts: list[TableMapping],
    declared: SubmissionMetadata,
    column_map: ColumnMap,
    find_leavers: FindLeavers,
) -> NormalisedSubmission:
    about_checkboxes = checkbox_issue(layouts, read.tables)
    titled = leave_out_by_title(layouts)
    layouts, about_titles = titled.layouts, titled.issues
    if declared.kind is not SubmissionKind.ENROLMENTS:
        layouts, about_tabs = use_tabs_as_destinations(layouts, column_map)
        about_titles += about_tabs
    is_roll = is_leaver_roll(layouts, declared, column_map)
    if is_roll:
        declared = replace(declared, kind=SubmissionKind.LEAVERS)
    kind, about_kind = infer_kind(declared, layouts, column_map)
    declared = replace(declared, kind=kind)
    layouts = [find_enrolment_status(layout, kind, column_map) for layout in layouts]
    if kind is SubmissionKind.LEAVERS:
        layouts = [
            layout
            if holds_many_destinations(layout, column_map)
            else use_provider_as_destination(layout, column_map, declared.urn)
            for layout in layouts
        ]
        is_roll = is_roll and not any(layout.has("activity") for layout in layouts)
        if is_roll:  # it answers for no autumn
            declared = replace(declared, wave=0)
        titled = read_plans(layouts)
        layouts, about_titles = titled.layouts, [*about_titles, *titled.issues]
        layouts = [find_wave_column(layout) for layout in layouts]
        flagged = [read_confirmed_flags(layout, column_map) for layout in layouts]
        layouts = [layout for layout, _ in flagged]
        about_kind += [issue for _, issues in flagged for issue in issues]
    layouts, about_numbers = place_known_leavers(layouts, declared, find_leavers)
    layouts, about_births = place_by_birth_month(layouts, declared)
    split = split_by_cohort(layouts, declared)
    cohorts, about_cohorts = _ready_to_normalise(split.parts, column_map, is_roll=is_roll)
    declared = _of_a_cohort_read(split.metadata, cohorts)
    layouts = [layout for cohort in cohorts for layout in cohort.layouts]
    unused, about_columns = find_unknown_columns(layouts, column_map, kind)
    normalised = normalise_rows(cohorts, column_map)
    issues = (
        *read.remarks,
        *about_checkboxes,
        *about_titles,
        *about_kind,
        *about_numbers,
        *about_births,
        *_without_what_is_known(split.issues, layouts),
        *about_cohorts,
        *(roll_issues(layouts, column_map, declared.urn) if is_roll else []),
        *about_columns,
        *by_words_issues(layouts),
        *former_issues(layouts),
        *normalised.issues,
    )
    logger.info(
        "submission %s: %d rows mapped from %d tables, %d columns unused",
        declared.submission_id,
        len(normalised.rows),
        len(layouts),
        len(unused),
    )
    return NormalisedSubmission(
        metadata=declared,
        rows=_in_reading_order(normalised.rows, read),
        remarks=_without_repeats(issues),
        suggests=normalised.suggests,
        unused=unused,
        file_format=read.file_format,
        regions=tuple(_mark_left_out(read, layouts, [*about_titles, *about_cohorts])),
        merged_into={
            (layout.table.sheet, row, letter): top
            for layout in layouts
            for (row, letter), top in layout.table.merged_into.items()
        },
    )


def _without_what_is_known(
    issues: Iterable[Issue], layouts: Sequence[TableMapping]
) -> Iterator[Issue]:
    """The issues without the question whose leavers these are, where the record itself knows it."""
    is_known = all(layout.is_by_number for layout in layouts)
    return (issue for issue in issues if not (is_known and issue.code == "C35"))


def _mark_left_out(
    read: ReadFile, layouts: Sequence[TableMapping], by_title: Iterable[Issue]
) -> Iterator[Region]:
    """The regions of the sheets, tables that are not gone on with marked as left out."""
    titled = {issue.sheet for issue in by_title if issue.code in LEFT_OUT}
    used = {(layout.table.sheet, layout.table.heading_rows) for layout in layouts}
    left_out = {
        (table.sheet, table.heading_rows[0])
        for table in read.tables
        if (table.sheet, table.heading_rows) not in used
    }
    for region in read.regions:
        if region.used and (region.sheet, region.first_row) in left_out:
            why = "by its title" if region.sheet in titled else "a column is missing"
            region = replace(region, used=False, why=why)
        yield region


def _with_leaving_date(layout: TableMapping, kind: SubmissionKind) -> TableMapping:
    """The day of leaving: in a provider's list the end of a course; of schools it is not asked."""

    def ends(column: ColumnMapping) -> bool:
        return kind is SubmissionKind.ENROLMENTS and "school" not in heading_words(column.heading)

    mappings = (
        replace(column, field="ended_on" if ends(column) else NOT_OURS)
        if column.field == LEFT_ON
        else column
        for column in layout.mappings
    )
    return replace(layout, mappings=tuple(mappings))


def _ready_to_normalise(
    parts: Iterable[CohortTables], column_map: ColumnMap, *, is_roll: bool
) -> tuple[list[RowsToNormalise], list[Issue]]:
    """The tables of each cohort with one column for each field and wave, and all it takes to read.

    A cohort whose tables cannot be read waits where others can.  Raises SubmissionRefused where
    none can.
    """
    ready: list[RowsToNormalise] = []
    issues: list[Issue] = []
    refused: list[tuple[CohortTables, SubmissionRefused]] = []
    for part in parts:
        try:
            rows, noticed = _cohort_ready(part, column_map, is_roll=is_roll)
        except SubmissionRefused as refusal:
            refused.append((part, refusal))
            continue
        ready.append(rows)
        issues += noticed
    if not ready:
        raise refused[0][1]
    for part, why in refused:
        if why.code == "C02" and all(map(says_who, part.layouts)):
            # They are leavers all the same; only where they went is not said.
            rows, noticed = _cohort_ready(part, column_map, is_roll=True)
            ready.append(rows)
            issues += [*noticed, *map(no_answers_issue, part.layouts)]
        else:
            issues += [left_out_issue(layout, why.code) for layout in part.layouts]
    return ready, issues


def _of_a_cohort_read(
    metadata: SubmissionMetadata, ready: Sequence[RowsToNormalise]
) -> SubmissionMetadata:
    """The metadata of the file; of the largest cohort that is read, where its own waits."""
    if any(rows.metadata.cohort == metadata.cohort for rows in ready):
        return metadata
    return max(
        ready, key=lambda rows: sum(len(layout.table.rows) for layout in rows.layouts)
    ).metadata


def _cohort_ready(
    part: CohortTables, column_map: ColumnMap, *, is_roll: bool
) -> tuple[RowsToNormalise, list[Issue]]:
    metadata, layouts, issues = part.metadata, part.layouts, list[Issue]()
    if metadata.kind is SubmissionKind.LEAVERS:
        titled = date_by_title(layouts, metadata)
        dated = split_by_wave(titled.layouts, metadata)
        layouts, issues = dated.layouts, [*titled.issues, *dated.issues]
    assert metadata.kind is not None
    layouts = [
        drop_roll_dates(_with_leaving_date(layout, metadata.kind), metadata) for layout in layouts
    ]
    layouts, about_years = _assign_waves_and_columns(layouts, metadata, column_map)
    layouts, about_tables = require_columns(layouts, metadata, column_map, is_roll=is_roll)
    orders, about_dates = infer_date_orders(layouts, metadata)
    rows = RowsToNormalise(metadata, layouts, orders)
    return rows, [*issues, *about_tables, *about_years, *about_dates]


def _in_reading_order(rows: Sequence[NormalisedRow], read: ReadFile) -> tuple[NormalisedRow, ...]:
    """The rows of every cohort and wave as they stand in the file."""
    tables = enumerate((table.sheet, row.number) for table in read.tables for row in table.rows)
    places = {place: at for at, place in tables}
    return tuple(sorted(rows, key=lambda row: places.get((row.sheet, row.row), 0)))


def _assign_waves_and_columns(
    layouts: Sequence[TableMapping], declared: SubmissionMetadata, column_map: ColumnMap
) -> tuple[list[TableMapping], list[Issue]]:
    """Every table with one column for each field and wave."""
    resolved = []
    issues: list[Issue] = []
    for layout in layouts:
        dated, about_years = assign_waves(layout, declared)
        single, about_doubles = resolve_duplicate_columns(dated, column_map)
        resolved.append(single)
        issues += [*about_years, *about_doubles]
    return resolved, issues


def _without_repeats(issues: Iterable[Issue]) -> tuple[Issue, ...]:
    """The issues with those that are the same on every tab once, of the first."""
    seen: dict[_IssueKey, Issue] = {}
    for issue in issues:
        if issue.row is None:
            key: _IssueKey = (issue.code, issue.heading, issue.facts)
        else:
            key = (issue.code, issue.sheet, issue.row, issue.column)
        seen.setdefault(key, issue)
    return tuple(seen.values())
