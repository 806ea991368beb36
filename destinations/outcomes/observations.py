"""Said: the record becomes what was said of each leaver, leaver by leaver, now or as it was."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import Select, and_, or_, select
from sqlmodel import Session, col

from models.destinations import Destination
from models.facts.calendar import in_london
from models.facts.effective import is_effective, superseded_ids, was_named
from models.leavers import Cohort, Leaver, Person, Wave
from models.submissions import Submission

# Rows taken from the database at a time, so that a country costs no more memory than a school.
FETCH = 5_000


@dataclass(frozen=True, slots=True)
class RecordFilter:
    """Which part of the record is meant: all of it, or as it was, or one school or year of it."""

    as_of: datetime | None = None
    urn: str | None = None
    academic_year: int | None = None


def waves_by_cohort(
    session: Session, chosen: RecordFilter, today: date
) -> dict[int, tuple[int, ...]]:
    """The waves of each cohort, by its id: those with an answer recorded, and those open."""
    recorded = _keep(
        select(col(Leaver.cohort_id), col(Destination.wave))
        .join(Destination, col(Destination.leaver_id) == col(Leaver.id))
        .join(Cohort, col(Cohort.id) == col(Leaver.cohort_id))
        .where(is_effective(col(Destination.submission_id), chosen.as_of))
        .distinct(),
        chosen,
    )
    opened = _keep(
        select(col(Wave.cohort_id), col(Wave.number))
        .join(Cohort, col(Cohort.id) == col(Wave.cohort_id))
        .where(col(Wave.opens_on) <= (in_london(chosen.as_of).date() if chosen.as_of else today)),
        chosen,
    )
    if chosen.as_of:
        recorded = recorded.where(col(Destination.recorded_at) <= chosen.as_of)
        opened = opened.where(
            or_(col(Wave.opened_at).is_(None), col(Wave.opened_at) <= chosen.as_of)
        )
    else:
        recorded = recorded.where(is_effective(col(Leaver.submission_id)))
    found: dict[int, set[int]] = {}
    for statement in (recorded, opened):
        for cohort_id, wave in session.execute(statement):
            found.setdefault(cohort_id, set()).add(wave)
    return {cohort_id: tuple(sorted(waves)) for cohort_id, waves in found.items()}


class LeaverObservation(NamedTuple):
    """A leaver, beside one thing said of them; what begins at `id` is None where nothing was."""

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


def leaver_observations(
    session: Session, chosen: RecordFilter
) -> Iterator[list[LeaverObservation]]:
    """Everything that stands, leaver by leaver; one row without an `id` where nothing does."""
    rows = session.execute(_statement(chosen), execution_options={"yield_per": FETCH})
    for _, said in groupby(
        (LeaverObservation(*row) for row in rows), key=lambda row: row.leaver_id
    ):
        yield list(said)


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
_DESTINATION = tuple(
    getattr(Destination, name) for name in LeaverObservation._fields[len(_LEAVER) :]
)


def _statement(chosen: RecordFilter) -> Select[Any]:
    """All leavers, each beside everything said of them that nothing supersedes."""
    counts = [
        col(Destination.leaver_id) == col(Leaver.id),
        col(Destination.id).not_in(superseded_ids(chosen.as_of)),
        is_effective(col(Destination.submission_id), chosen.as_of),
    ]
    if chosen.as_of:
        counts.append(col(Destination.recorded_at) <= chosen.as_of)
    statement = _keep(
        select(*_LEAVER, *_DESTINATION)
        .select_from(Leaver)
        .join(Cohort, col(Cohort.id) == col(Leaver.cohort_id))
        .outerjoin(Destination, and_(*counts))
        .order_by(col(Leaver.id), col(Destination.id)),
        chosen,
    )
    named = is_effective(col(Leaver.submission_id), chosen.as_of)
    if not chosen.as_of:
        return statement.where(named)
    # A leaver is as old as the person they are, and as the sheet that named them.
    then = and_(col(Submission.received_at) <= chosen.as_of, named)
    return (
        statement.join(Person, col(Person.id) == col(Leaver.person_id))
        .join(Submission, col(Submission.id) == col(Leaver.submission_id))
        .where(col(Person.made_at) <= chosen.as_of, or_(then, was_named(chosen.as_of)))
    )


def _keep(statement: Select[Any], chosen: RecordFilter) -> Select[Any]:
    """The same, kept to the school and the leaving year that are meant."""
    if chosen.urn is not None:
        statement = statement.where(col(Cohort.urn) == chosen.urn)
    if chosen.academic_year is not None:
        statement = statement.where(col(Cohort.academic_year) == chosen.academic_year)
    return statement
