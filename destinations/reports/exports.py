"""Exports: what is recorded, as tables that an analyst can use, in an order that never changes."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlmodel import Session, col

from models.destinations import Destination, Match
from models.facts.effective import is_effective, superseded_ids
from models.leavers import Cohort, Leaver
from models.submissions import FindingRecord, Submission
from models.vocabulary import activities, year_name, year_start

_AT_ONCE = 2_000
_Query = Select[Any]

# The columns that readers rely on come first; more may follow, none may go.
_LEAVERS = (
    "person urn cohort stage upn uln forename surname born_on sex sen disadvantaged file sheet row"
)
_DESTINATIONS = (
    "person urn cohort stage wave activity_code activity_group provider_name provider_urn"
    " provider_ukprn started_on ended_on as_at source evidence recorded_at file sheet row column"
    " intended course level destination supersedes superseded sender"
)
_MATCHES = "person file sheet row level decided_by reason urn submission"
_FINDINGS = "urn file sheet row column heading code severity submission"


@dataclass(frozen=True, slots=True)
class _Export:
    columns: tuple[str, ...]
    select: Callable[[], _Query]
    of_cohort: Callable[[str], ColumnElement[bool]]
    of_school: Callable[[str], ColumnElement[bool]]


def export(
    session: Session,
    what: str,
    *,
    cohort: str | None = None,
    urn: str | None = None,
    person: int | None = None,
) -> tuple[tuple[str, ...], Iterator[tuple[str | int | None, ...]]]:
    """The columns of "leavers", "destinations", "matches" or "findings", and their rows.

    Ordered by school, cohort, file, sheet and row.  `cohort` is written 2024/25; `urn` is the
    school of a leaver, or for matches and findings the sender; `person` keeps to one person's
    leavers and destinations.  Values are text, whole numbers or None; dates are ISO.  Raises
    KeyError for another export, ValueError for another cohort.
    """
    wanted = _EXPORTS[what]
    query = wanted.select()
    if cohort is not None:
        query = query.where(wanted.of_cohort(cohort))
    if urn is not None:
        query = query.where(wanted.of_school(urn))
    if person is not None:
        query = query.where(col(Leaver.person_id) == person)
    found = session.execute(query.execution_options(yield_per=_AT_ONCE))
    return wanted.columns, (
        tuple(_told(name, value) for name, value in zip(wanted.columns, row, strict=True))
        for row in found
    )


def _leavers() -> _Query:
    return (
        select(
            col(Leaver.person_id),
            col(Cohort.urn),
            col(Cohort.academic_year),
            col(Cohort.leaving_stage),
            col(Leaver.upn),
            col(Leaver.uln),
            col(Leaver.forename),
            col(Leaver.surname),
            col(Leaver.born_on),
            col(Leaver.sex),
            col(Leaver.sen),
            col(Leaver.is_disadvantaged),
            col(Submission.name),
            col(Leaver.sheet),
            col(Leaver.row),
        )
        .join(Cohort, col(Cohort.id) == col(Leaver.cohort_id))
        .join(Submission, col(Submission.id) == col(Leaver.submission_id))
        .where(is_effective(col(Leaver.submission_id)))
        .order_by(*_cohort_order(), *_file_order(Leaver), col(Leaver.id))
    )


def _destinations() -> _Query:
    return (
        select(
            col(Leaver.person_id),
            col(Cohort.urn),
            col(Cohort.academic_year),
            col(Cohort.leaving_stage),
            col(Destination.wave),
            col(Destination.activity_code),
            col(Destination.activity_code).label("activity_group"),
            col(Destination.provider_name),
            col(Destination.provider_urn),
            col(Destination.provider_ukprn),
            col(Destination.started_on),
            col(Destination.ended_on),
            col(Destination.as_at),
            col(Destination.source),
            col(Destination.evidence),
            col(Destination.recorded_at),
            col(Submission.name),
            col(Destination.sheet),
            col(Destination.row),
            col(Destination.column),
            col(Destination.intended),
            col(Destination.course),
            col(Destination.level),
            col(Destination.id),
            col(Destination.supersedes_id),
            col(Destination.id).in_(superseded_ids()).label("superseded"),
            col(Submission.urn).label("sender"),
        )
        .join(Leaver, col(Leaver.id) == col(Destination.leaver_id))
        .join(Cohort, col(Cohort.id) == col(Leaver.cohort_id))
        .join(Submission, col(Submission.id) == col(Destination.submission_id))
        .where(
            is_effective(col(Destination.submission_id)), is_effective(col(Leaver.submission_id))
        )
        .order_by(*_cohort_order(), *_file_order(Destination), col(Destination.id))
    )


def _matches() -> _Query:
    return (
        select(
            col(Match.person_id),
            col(Submission.name),
            col(Match.sheet),
            col(Match.row),
            col(Match.level),
            col(Match.decided_by),
            col(Match.reason),
            col(Submission.urn),
            col(Submission.id),
        )
        .join(Submission, col(Submission.id) == col(Match.submission_id))
        .where(is_effective(col(Match.submission_id)))
        .order_by(*_sender_order(), *_file_order(Match), col(Match.id))
    )


def _findings() -> _Query:
    return (
        select(
            col(Submission.urn),
            col(Submission.name),
            col(FindingRecord.sheet),
            col(FindingRecord.row),
            col(FindingRecord.column),
            col(FindingRecord.heading),
            col(FindingRecord.code),
            col(FindingRecord.severity),
            col(Submission.id),
        )
        .join(Submission, col(Submission.id) == col(FindingRecord.submission_id))
        .where(is_effective(col(FindingRecord.submission_id)))
        .order_by(*_sender_order(), *_file_order(FindingRecord), col(FindingRecord.id))
    )


def _cohort_order() -> tuple[Any, ...]:
    return col(Cohort.urn), col(Cohort.academic_year), col(Cohort.leaving_stage)


def _sender_order() -> tuple[Any, ...]:
    return col(Submission.urn), col(Submission.academic_year)


def _file_order(placed: type[Leaver | Destination | Match | FindingRecord]) -> tuple[Any, ...]:
    # A finding about a whole file has no row; both databases are to put it first.
    return (
        col(Submission.name),
        col(Submission.id),
        col(placed.sheet),
        col(placed.row).asc().nulls_first(),
    )


def _of_cohort(cohort: str) -> ColumnElement[bool]:
    return col(Cohort.academic_year) == year_start(cohort)


def _of_school(urn: str) -> ColumnElement[bool]:
    return col(Cohort.urn) == urn


def _sent_for_cohort(cohort: str) -> ColumnElement[bool]:
    return col(Submission.academic_year) == year_start(cohort)


def _sent_by(urn: str) -> ColumnElement[bool]:
    return col(Submission.urn) == urn


_EXPORTS = {
    "leavers": _Export(tuple(_LEAVERS.split()), _leavers, _of_cohort, _of_school),
    "destinations": _Export(tuple(_DESTINATIONS.split()), _destinations, _of_cohort, _of_school),
    "matches": _Export(tuple(_MATCHES.split()), _matches, _sent_for_cohort, _sent_by),
    "findings": _Export(tuple(_FINDINGS.split()), _findings, _sent_for_cohort, _sent_by),
}


def _told(name: str, value: Any) -> str | int | None:
    """A value as readers get it: the year and the group by name, days ISO, moments in UTC."""
    if name == "cohort":
        return year_name(value)
    if name == "person":
        return None if value is None else str(value)
    if name == "activity_group":
        return activities()[value].group.value if value else ""
    if isinstance(value, bool) or name in {"disadvantaged", "superseded"}:
        return None if value is None else "Y" if value else "N"
    if isinstance(value, datetime):
        moment = value if value.tzinfo else value.replace(tzinfo=UTC)
        return moment.astimezone(UTC).isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    return value if isinstance(value, int) or value is None else str(value)
