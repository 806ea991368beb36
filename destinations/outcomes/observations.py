"""Observations: the record becomes the effective destinations of each leaver, now or as it was."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from models.destinations import Destination, Match
from models.facts.calendar import in_london
from models.facts.effective import is_effective, superseded_ids, was_named
from models.leavers import Cohort, Leaver, Person, Wave
from models.submissions import Submission
from models.vocabulary import excluding_codes

# Rows taken from the database at a time, so that a country costs no more memory than a school.
ROWS_PER_FETCH = 5_000


@dataclass(frozen=True, slots=True)
class RecordFilter:
    """Which part of the record is read: as it was at a moment, of one school, of one leaving year.

    None leaves that part unrestricted.  `as_of` has its time zone.  `excluding` are the codes by
    which a leaver is out of the base.
    """

    as_of: datetime | None = None
    urn: str | None = None
    academic_year: int | None = None
    excluding: tuple[str, ...] = field(default_factory=excluding_codes)


def waves_by_cohort(
    session: Session, record_filter: RecordFilter, today: date
) -> dict[int, tuple[int, ...]]:
    """The waves of each cohort, by its id: those with a destination recorded, those open."""
    recorded = _apply_filter(
        select(col(Leaver.cohort_id), col(Destination.wave))
        .join(Destination, col(Destination.leaver_id) == col(Leaver.id))
        .join(Cohort, col(Cohort.id) == col(Leaver.cohort_id))
        .where(is_effective(col(Destination.submission_id), record_filter.as_of))
        .distinct(),
        record_filter,
    )
    opened = _apply_filter(
        select(col(Wave.cohort_id), col(Wave.number))
        .join(Cohort, col(Cohort.id) == col(Wave.cohort_id))
        .where(
            col(Wave.opens_on)
            <= (in_london(record_filter.as_of).date() if record_filter.as_of else today)
        ),
        record_filter,
    )
    if record_filter.as_of:
        recorded = recorded.where(col(Destination.recorded_at) <= record_filter.as_of)
        opened = opened.where(
            or_(col(Wave.opened_at).is_(None), col(Wave.opened_at) <= record_filter.as_of)
        )
    else:
        recorded = recorded.where(is_effective(col(Leaver.submission_id)))
    waves_of: dict[int, set[int]] = {}
    for statement in (recorded, opened):
        for cohort_id, wave in session.execute(statement):
            waves_of.setdefault(cohort_id, set()).add(wave)
    return {cohort_id: tuple(sorted(waves)) for cohort_id, waves in waves_of.items()}


def asked_what_they_intend(session: Session, record_filter: RecordFilter) -> frozenset[int]:
    """The leavers who were asked what they intend: those in a sheet that has an answer for wave 0.

    Whoever is only in other sheets was not asked, whatever their school asked of others.
    """
    as_of = record_filter.as_of
    answers = _apply_filter(
        select(
            col(Destination.submission_id),
            col(Destination.sheet),
            col(Leaver.cohort_id),
            col(Leaver.id),
        )
        .join(Leaver, col(Leaver.id) == col(Destination.leaver_id))
        .join(Cohort, col(Cohort.id) == col(Leaver.cohort_id))
        .where(col(Destination.wave) == 0, is_effective(col(Destination.submission_id), as_of)),
        record_filter,
    )
    if as_of:
        answers = answers.where(col(Destination.recorded_at) <= as_of)
    asked: set[int] = set()
    sheets: set[tuple[int, str, int]] = set()
    for submission_id, sheet, cohort_id, leaver_id in session.execute(answers):
        asked.add(leaver_id)
        sheets.add((submission_id, sheet, cohort_id))
    for submission_id, sheet, cohort_id in sorted(sheets):
        asked.update(
            session.scalars(
                select(col(Leaver.id))
                .join(Match, col(Match.person_id) == col(Leaver.person_id))
                .where(
                    col(Match.submission_id) == submission_id,
                    col(Match.sheet) == sheet,
                    col(Leaver.cohort_id) == cohort_id,
                )
            )
        )
    return frozenset(asked)


class LeaverObservation(NamedTuple):
    """A leaver with one destination of theirs; from `id` on all is None where there is none."""

    leaver_id: int
    person_id: int
    cohort_id: int
    urn: str
    academic_year: int
    leaving_stage: str
    sex: str | None
    sen: str | None
    is_disadvantaged: bool | None
    id: int | None
    wave: int
    activity_code: str
    intended: str | None
    provider_name: str
    provider_urn: str | None
    provider_ukprn: str | None
    started_on: date | None
    ended_on: date | None
    as_at: date
    source: str
    evidence: str
    recorded_at: datetime
    submission_id: int
    sheet: str
    row: int
    column: str
    sent_on: date
    sender: str  # the URN that sent it


def leaver_observations(
    session: Session, record_filter: RecordFilter
) -> Iterator[list[LeaverObservation]]:
    """All effective destinations, a list a leaver; one row without `id` where there is none."""
    rows = session.execute(
        _observations_query(record_filter), execution_options={"yield_per": ROWS_PER_FETCH}
    )
    for _, observations in groupby(
        (LeaverObservation(*row) for row in rows), key=lambda row: row.leaver_id
    ):
        yield list(observations)


_LEAVER = (
    col(Leaver.id),
    col(Leaver.person_id),
    col(Leaver.cohort_id),
    col(Cohort.urn),
    col(Cohort.academic_year),
    col(Cohort.leaving_stage),
    col(Leaver.sex),
    col(Leaver.sen),
    col(Leaver.is_disadvantaged),
)
_SENT = aliased(Submission)
_SENDING = (col(_SENT.sent_on), col(_SENT.urn))
_DESTINATION = tuple(
    getattr(Destination, name) for name in LeaverObservation._fields[len(_LEAVER) : -len(_SENDING)]
)


def _observations_query(record_filter: RecordFilter) -> Select[Any]:
    """All leavers, each joined to every effective destination that nothing supersedes."""
    effective = [
        col(Destination.leaver_id) == col(Leaver.id),
        col(Destination.id).not_in(superseded_ids(record_filter.as_of)),
        is_effective(col(Destination.submission_id), record_filter.as_of),
    ]
    if record_filter.as_of:
        effective.append(col(Destination.recorded_at) <= record_filter.as_of)
    query = _apply_filter(
        select(*_LEAVER, *_DESTINATION, *_SENDING)
        .select_from(Leaver)
        .join(Cohort, col(Cohort.id) == col(Leaver.cohort_id))
        .outerjoin(Destination, and_(*effective))
        .outerjoin(_SENT, col(_SENT.id) == col(Destination.submission_id))
        .order_by(col(Leaver.id), col(Destination.id)),
        record_filter,
    )
    is_named = is_effective(col(Leaver.submission_id), record_filter.as_of)
    if not record_filter.as_of:
        return query.where(is_named)
    # A leaver exists from when both their person and the sheet that named them were recorded.
    named_then = and_(col(Submission.received_at) <= record_filter.as_of, is_named)
    return (
        query.join(Person, col(Person.id) == col(Leaver.person_id))
        .join(Submission, col(Submission.id) == col(Leaver.submission_id))
        .where(
            col(Person.made_at) <= record_filter.as_of,
            or_(named_then, was_named(record_filter.as_of)),
        )
    )


def _apply_filter(query: Select[Any], record_filter: RecordFilter) -> Select[Any]:
    """The query restricted to the school and the leaving year of the filter."""
    if record_filter.urn is not None:
        query = query.where(col(Cohort.urn) == record_filter.urn)
    if record_filter.academic_year is not None:
        query = query.where(col(Cohort.academic_year) == record_filter.academic_year)
    return query
