"""Candidates: the leavers of a school, a hub, or anywhere, that a submission may be about."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import zip_longest
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlmodel import Session, col

from destinations.linkage.identities import Identity, parse_identity
from destinations.linkage.match_results import KnownLeaver
from models.database import CHUNK, upsert
from models.destinations import Match
from models.facts.effective import is_effective
from models.facts.membership import is_member_on
from models.facts.submission_cohorts import is_about
from models.facts.submission_state import is_standing
from models.facts.succession import school_chain
from models.handoffs.normalised import SubmissionMetadata
from models.leavers import Cohort, Leaver
from models.places import Institution, Membership
from models.submissions import Submission
from models.vocabulary import LeavingStage, SubmissionKind, academic_year

_IDENTITY_COLUMNS = ("upn", "uln", "surname", "forename", "born_on", "postcode")
REACH = 4  # leaving years before and after, in which a school may have named somebody


@dataclass(frozen=True, slots=True)
class LeaverInCohort:
    """A leaver as the person and the cohort that they join, and the cohort's leaving year."""

    leaver_id: int
    person_id: int
    cohort_id: int
    academic_year: int
    cells: Mapping[str, Sequence[Any]] = field(default_factory=dict, compare=False)


def find_or_create_cohort(
    session: Session, chain: Sequence[str], stage: LeavingStage, year: int
) -> int:
    """The id of a school's cohort, made when there is none.

    `chain` is the school's URNs, its own first: a cohort begun under an earlier URN is the same
    cohort.  `year` is the autumn in which the leaving year began (2024 for 2024/25).  The row is
    locked until the end of the transaction, so that two sheets of one cohort are recorded one
    after the other.
    """
    select_cohort = select(col(Cohort.id), col(Cohort.urn)).where(
        col(Cohort.urn).in_(chain),
        col(Cohort.leaving_stage) == stage.value,
        col(Cohort.academic_year) == year,
    )
    for _ in range(2):
        id_by_urn: dict[str, int] = {
            row.urn: row.id for row in session.execute(select_cohort.with_for_update())
        }
        for urn in chain:
            if urn in id_by_urn:
                return id_by_urn[urn]
        cohort = {"urn": chain[0], "leaving_stage": stage.value, "academic_year": year}
        upsert(session, Cohort, [cohort], key=("urn", "leaving_stage", "academic_year"))
    message = "a cohort could not be made"
    raise RuntimeError(message)


def candidates_in_cohort(
    session: Session, chain: Sequence[str], stage: LeavingStage, year: int
) -> list[KnownLeaver]:
    """The people of a cohort, by every name any of their leavers gives them."""
    people = (
        select(col(Leaver.person_id))
        .join(Cohort, col(Cohort.id) == col(Leaver.cohort_id))
        .where(
            col(Cohort.urn).in_(chain),
            col(Cohort.leaving_stage) == stage.value,
            col(Cohort.academic_year) == year,
            is_effective(col(Leaver.submission_id)),
        )
    )
    return _known_leavers(session, col(Leaver.person_id).in_(people))


@dataclass(frozen=True, slots=True)
class CandidateElsewhere:
    """A leaver of another cohort whom a newcomer may be."""

    leaver: KnownLeaver
    is_named: bool  # by a sheet that stands
    is_of_school: bool  # or else is a candidate for a UPN or ULN only


def candidates_elsewhere(
    session: Session, chain: Sequence[str], year: int, identities: Collection[Identity]
) -> list[CandidateElsewhere]:
    """People whom these identities may mean: in cohorts of the school, or anywhere by UPN or ULN.

    The cohorts are those of the URNs of `chain`, up to REACH leaving years before and after
    `year`.  People whom no sheet names any longer are among them.
    """
    school_cohorts = select(col(Cohort.id)).where(
        col(Cohort.urn).in_(chain),
        col(Cohort.academic_year).between(year - REACH, year + REACH),
    )
    is_of_school = col(Leaver.cohort_id).in_(school_cohorts)
    upns = list(in_chunks(sorted({identity.upn for identity in identities} - {""}))) or [()]
    ulns = list(in_chunks(sorted({identity.uln for identity in identities} - {""}))) or [()]
    candidates: list[CandidateElsewhere] = []
    for upn_chunk, uln_chunk in zip_longest(upns, ulns, fillvalue=()):
        is_candidate = or_(
            is_of_school, col(Leaver.upn).in_(upn_chunk), col(Leaver.uln).in_(uln_chunk)
        )
        is_named = is_effective(col(Leaver.submission_id))
        rows = session.execute(
            select(is_named, is_of_school, *_identity_columns())
            .where(is_candidate)
            .order_by(col(Leaver.id))
        )
        candidates.extend(
            CandidateElsewhere(_to_known_leaver(row[2:]), bool(row[0]), bool(row[1]))
            for row in rows
        )
    return list(dict.fromkeys(candidates))


def reach_of(waves: int) -> int:
    """How many leaving years an autumn's enrolment list can be about: one a wave, and one ended."""
    return waves + 1


def candidates_for_provider(session: Session, declared: SubmissionMetadata) -> list[KnownLeaver]:
    """The people that an enrolment list of this sender can be about.

    Those who left a school of the sender's hub in the years whose waves the list can answer; where
    the sender is in no hub, of the schools of its council.
    """
    year = academic_year(declared.sent_on.year, declared.sent_on.month)
    schools = _neighbouring_schools(session, declared.urn, declared.sent_on)
    first = year - reach_of(declared.waves)
    cohorts = select(col(Cohort.id)).where(
        col(Cohort.urn).in_(schools), col(Cohort.academic_year).between(first, year)
    )
    return _known_leavers(session, col(Leaver.cohort_id).in_(cohorts))


def leavers_by_person(
    session: Session, people: Iterable[int], *, with_cells: bool = False
) -> list[LeaverInCohort]:
    """The leavers of these people in every cohort, by id.

    `with_cells` has them come with the cell of each of their values, as the record keeps it.
    """
    leavers: list[LeaverInCohort] = []
    cells = [col(Leaver.cells)] if with_cells else []
    for chunk in in_chunks(sorted(set(people))):
        rows = session.execute(
            select(
                col(Leaver.id),
                col(Leaver.person_id),
                col(Leaver.cohort_id),
                col(Cohort.academic_year),
                *cells,
            )
            .join(Cohort, col(Cohort.id) == col(Leaver.cohort_id))
            .where(col(Leaver.person_id).in_(chunk), is_effective(col(Leaver.submission_id)))
            .order_by(col(Leaver.id))
        )
        leavers.extend(LeaverInCohort(*row) for row in rows)
    return leavers


def count_waiting_rows(session: Session, declared: SubmissionMetadata) -> int | None:
    """How many rows of the cohort's earlier sheets are about nobody yet, in the wave with most.

    None where no leaver of the cohort was named earlier.  A leaver first named by a later sheet
    may be one of those rows.
    """
    chain = school_chain(session, declared.urn)
    sent_earlier = (
        col(Submission.sent_on) < declared.sent_on,
        is_standing(),
    )
    named_leavers = (
        select(col(Leaver.id))
        .join(Cohort, col(Cohort.id) == col(Leaver.cohort_id))
        .join(Submission, col(Submission.id) == col(Leaver.submission_id))
        .where(
            col(Cohort.urn).in_(chain),
            col(Cohort.academic_year) == declared.academic_year,
            *sent_earlier,
        )
    )
    waiting = (
        select(func.count().label("rows"))
        .select_from(Match)
        .join(Submission, col(Submission.id) == col(Match.submission_id))
        .where(
            col(Match.person_id).is_(None),
            col(Submission.kind) == SubmissionKind.LEAVERS.value,
            col(Submission.urn).in_(chain),
            is_about(declared.academic_year),
            *sent_earlier,
        )
        .group_by(col(Submission.wave))
        .subquery()
    )
    most = select(func.max(waiting.c.rows)).scalar_subquery()
    any_named, rows = session.execute(select(named_leavers.exists(), most)).one()
    return (rows or 0) if any_named else None


def in_chunks(values: Sequence[Any], size: int = CHUNK) -> Iterator[Sequence[Any]]:
    """The values in slices of at most `size`, few enough to bind in one statement."""
    return (values[start : start + size] for start in range(0, len(values), size))


def _known_leavers(session: Session, where: ColumnElement[bool]) -> list[KnownLeaver]:
    rows = session.execute(
        select(*_identity_columns())
        .where(where, is_effective(col(Leaver.submission_id)))
        .order_by(col(Leaver.id))
    )
    return [_to_known_leaver(row) for row in rows]


def _identity_columns() -> list[Any]:
    return [col(Leaver.person_id), *(getattr(Leaver, name) for name in _IDENTITY_COLUMNS)]


def _to_known_leaver(row: Sequence[Any]) -> KnownLeaver:
    person_id, *values = row
    identity = parse_identity(dict(zip(_IDENTITY_COLUMNS, values, strict=True)))
    return KnownLeaver(person_id, identity)


def _neighbouring_schools(session: Session, urn: str, day: date) -> Any:
    hubs = session.scalars(
        select(col(Membership.hub_id)).where(col(Membership.urn) == urn, is_member_on(day))
    ).all()
    if hubs:
        return select(col(Membership.urn)).where(
            col(Membership.hub_id).in_(hubs), is_member_on(day)
        )
    council = select(col(Institution.la_code)).where(col(Institution.urn) == urn)
    return select(col(Institution.urn)).where(
        col(Institution.la_code).in_(council), col(Institution.la_code) != ""
    )
