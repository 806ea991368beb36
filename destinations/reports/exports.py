"""Exports: what is recorded, as tables that an analyst can use, in an order that never changes."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlmodel import Session, col

from destinations.reports.export_columns import (
    DESTINATION_COLUMNS,
    FINDING_COLUMNS,
    LEAVER_COLUMNS,
    MATCH_COLUMNS,
    ExportColumn,
    ExportValue,
)
from models.destinations import Destination, Match
from models.facts.effective import is_effective
from models.facts.submission_cohorts import is_about
from models.leavers import Cohort, Leaver
from models.submissions import FindingRecord, Submission
from models.vocabulary import year_start

_ROWS_AT_ONCE = 2_000
_Query = Select[Any]


@dataclass(frozen=True, slots=True)
class RecordExport:
    """One export of the record: what a row of it is, its columns, and where the rows come from."""

    a_row: str
    columns: tuple[ExportColumn[Any], ...]
    joined: Callable[[_Query], _Query]
    of_cohort: Callable[[str], ColumnElement[bool]]
    of_school: Callable[[str], ColumnElement[bool]]


def export(
    session: Session,
    name: str,
    *,
    cohort: str | None = None,
    urn: str | None = None,
    person: int | None = None,
) -> tuple[tuple[str, ...], Iterator[tuple[ExportValue, ...]]]:
    """The columns of "leavers", "destinations", "matches" or "findings", and their rows.

    Ordered by school, cohort, file, sheet and row.  `cohort` is written 2024/25; `urn` is the
    school of a leaver, or for matches and findings the sender; `person` keeps to one person's
    leavers and destinations.  Values are text, whole numbers or None; dates are ISO.  Raises
    KeyError for another export, ValueError for another cohort.
    """
    record_export = RECORD_EXPORTS[name]
    columns = record_export.columns
    query = record_export.joined(select(*(column.value.label(column.name) for column in columns)))
    if cohort is not None:
        query = query.where(record_export.of_cohort(cohort))
    if urn is not None:
        query = query.where(record_export.of_school(urn))
    if person is not None:
        query = query.where(col(Leaver.person_id) == person)
    rows = session.execute(query.execution_options(yield_per=_ROWS_AT_ONCE))
    return tuple(column.name for column in columns), (
        tuple(column.as_written(value) for column, value in zip(columns, row, strict=True))
        for row in rows
    )


def _leavers(query: _Query) -> _Query:
    return (
        query.select_from(Leaver)
        .join(Cohort, col(Cohort.id) == col(Leaver.cohort_id))
        .join(Submission, col(Submission.id) == col(Leaver.submission_id))
        .where(is_effective(col(Leaver.submission_id)))
        .order_by(*_cohort_order(), *_file_order(Leaver), col(Leaver.id))
    )


def _destinations(query: _Query) -> _Query:
    return (
        query.select_from(Destination)
        .join(Leaver, col(Leaver.id) == col(Destination.leaver_id))
        .join(Cohort, col(Cohort.id) == col(Leaver.cohort_id))
        .join(Submission, col(Submission.id) == col(Destination.submission_id))
        .where(
            is_effective(col(Destination.submission_id)), is_effective(col(Leaver.submission_id))
        )
        .order_by(*_cohort_order(), *_file_order(Destination), col(Destination.id))
    )


def _matches(query: _Query) -> _Query:
    return (
        query.select_from(Match)
        .join(Submission, col(Submission.id) == col(Match.submission_id))
        .where(is_effective(col(Match.submission_id)))
        .order_by(*_sender_order(), *_file_order(Match), col(Match.id))
    )


def _findings(query: _Query) -> _Query:
    return (
        query.select_from(FindingRecord)
        .join(Submission, col(Submission.id) == col(FindingRecord.submission_id))
        .where(is_effective(col(FindingRecord.submission_id)))
        .order_by(*_sender_order(), *_file_order(FindingRecord), col(FindingRecord.id))
    )


def _cohort_order() -> tuple[Any, ...]:
    return col(Cohort.urn), col(Cohort.academic_year), col(Cohort.leaving_stage)


def _sender_order() -> tuple[Any, ...]:
    return col(Submission.urn), col(Submission.academic_year)


def _file_order(record: type[Leaver | Destination | Match | FindingRecord]) -> tuple[Any, ...]:
    # A finding about a whole file has no row; both databases are to put it first.
    return (
        col(Submission.name),
        col(Submission.id),
        col(record.sheet),
        col(record.row).asc().nulls_first(),
    )


def _of_cohort(cohort: str) -> ColumnElement[bool]:
    return col(Cohort.academic_year) == year_start(cohort)


def _of_school(urn: str) -> ColumnElement[bool]:
    return col(Cohort.urn) == urn


def _sent_for_cohort(cohort: str) -> ColumnElement[bool]:
    return is_about(year_start(cohort))


def _sent_by(urn: str) -> ColumnElement[bool]:
    return col(Submission.urn) == urn


RECORD_EXPORTS = {
    "leavers": RecordExport(
        "a leaver in a cohort", LEAVER_COLUMNS, _leavers, _of_cohort, _of_school
    ),
    "destinations": RecordExport(
        "what one source said of a leaver at one wave, with every answer that was superseded since",
        DESTINATION_COLUMNS,
        _destinations,
        _of_cohort,
        _of_school,
    ),
    "matches": RecordExport(
        "a row of a file that was read, and who it is about",
        MATCH_COLUMNS,
        _matches,
        _sent_for_cohort,
        _sent_by,
    ),
    "findings": RecordExport(
        "one thing that the sender of a file was told; never what a cell holds",
        FINDING_COLUMNS,
        _findings,
        _sent_for_cohort,
        _sent_by,
    ),
}
