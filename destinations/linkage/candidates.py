"""Cohorts: who is known in a school, in a hub, and anywhere, before a submission is recorded."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
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
from models.facts.submission_state import is_standing
from models.facts.succession import school_chain
from models.handoffs.normalised import SubmissionMetadata
from models.leavers import Cohort, Leaver
from models.places import Institution, Membership
from models.submissions import Submission
from models.vocabulary import LeavingStage, SubmissionKind, academic_year

REACH = 4  # leaving years before and after, in which a school may have named somebody


@dataclass(frozen=True, slots=True)
class LeaverInCohort:
    """A leaver's place: whose leaver, in which cohort, of which leaving year."""

    leaver_id: int
    person_id: int
    cohort_id: int
    academic_year: int


def find_or_create_cohort(
    session: Session, chain: Sequence[str], stage: LeavingStage, year: int
) -> int:
    """The id of a school's cohort, made when there is none.

    A cohort begun under an earlier URN is the same cohort.  The cohort is locked until the end of
    the transaction, so that two sheets of one cohort are recorded one after the other.
    """
    named = select(col(Cohort.id), col(Cohort.urn)).where(
        col(Cohort.urn).in_(chain),
        col(Cohort.leaving_stage) == stage.value,
        col(Cohort.academic_year) == year,
    )
    for _ in range(2):
        found: dict[str, int] = {
            row.urn: row.id for row in session.execute(named.with_for_update())
        }
        for urn in chain:
            if urn in found:
                return found[urn]
        new = {"urn": chain[0], "leaving_stage": stage.value, "academic_year": year}
        upsert(session, Cohort, [new], key=("urn", "leaving_stage", "academic_year"))
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
    return _known(session, col(Leaver.person_id).in_(people))


def candidates_elsewhere(
    session: Session,
    chain: Sequence[str],
    year: int,
    who: Collection[Identity],
    *,
    taken_back: bool = False,
) -> list[KnownLeaver]:
    """People who may be these: in other cohorts of the school, or anywhere by UPN or ULN.

    With `taken_back`, only those whom no sheet names any longer.
    """
    of_school = select(col(Cohort.id)).where(
        col(Cohort.urn).in_(chain),
        col(Cohort.academic_year).between(year - REACH, year + REACH),
    )
    here = col(Leaver.cohort_id).in_(of_school)
    upns = list(in_chunks(sorted({one.upn for one in who} - {""}))) or [()]
    ulns = list(in_chunks(sorted({one.uln for one in who} - {""}))) or [()]
    known: list[KnownLeaver] = []
    for some_upns, some_ulns in zip_longest(upns, ulns, fillvalue=()):
        named = or_(here, col(Leaver.upn).in_(some_upns), col(Leaver.uln).in_(some_ulns))
        known.extend(_known(session, named, taken_back=taken_back))
    return list(dict.fromkeys(known))


def reach_of(waves: int) -> int:
    """How many leaving years an autumn's enrolment list can speak of: the waves, and one ended."""
    return waves + 1


def candidates_for_provider(session: Session, declared: SubmissionMetadata) -> list[KnownLeaver]:
    """The people that an enrolment list of this sender can be about.

    Those who left a school of the sender's hub in the years whose waves the list can answer; where
    the sender is in no hub, of the schools of its council.
    """
    year = academic_year(declared.sent_on.year, declared.sent_on.month)
    schools = _neighbours(session, declared.urn, declared.sent_on)
    first = year - reach_of(declared.waves)
    cohorts = select(col(Cohort.id)).where(
        col(Cohort.urn).in_(schools), col(Cohort.academic_year).between(first, year)
    )
    return _known(session, col(Leaver.cohort_id).in_(cohorts))


def leavers_by_person(
    session: Session, people: Iterable[int], *, where: Sequence[ColumnElement[bool]] = ()
) -> list[LeaverInCohort]:
    """Every leaver that these people are, in every cohort, or in those of which `where` holds."""
    found: list[LeaverInCohort] = []
    for some in in_chunks(sorted(set(people))):
        rows = session.execute(
            select(
                col(Leaver.id),
                col(Leaver.person_id),
                col(Leaver.cohort_id),
                col(Cohort.academic_year),
            )
            .join(Cohort, col(Cohort.id) == col(Leaver.cohort_id))
            .where(col(Leaver.person_id).in_(some), is_effective(col(Leaver.submission_id)), *where)
            .order_by(col(Leaver.id))
        )
        found.extend(LeaverInCohort(*row) for row in rows)
    return found


def count_waiting_rows(session: Session, declared: SubmissionMetadata) -> int | None:
    """How many rows of the earlier sheets of the cohort are about nobody yet, for they wait.

    Of the wave where most do; None where no leaver of the cohort was named earlier.  Whoever such
    a row named is no stranger when a later sheet names them.
    """
    chain = school_chain(session, declared.urn)
    earlier = (
        col(Submission.sent_on) < declared.sent_on,
        is_standing(),
    )
    named = (
        select(col(Leaver.id))
        .join(Cohort, col(Cohort.id) == col(Leaver.cohort_id))
        .join(Submission, col(Submission.id) == col(Leaver.submission_id))
        .where(
            col(Cohort.urn).in_(chain),
            col(Cohort.academic_year) == declared.academic_year,
            *earlier,
        )
    )
    if session.execute(named.limit(1)).first() is None:
        return None
    waiting = (
        select(func.count())
        .select_from(Match)
        .join(Submission, col(Submission.id) == col(Match.submission_id))
        .where(
            col(Match.person_id).is_(None),
            col(Submission.kind) == SubmissionKind.LEAVERS.value,
            col(Submission.urn).in_(chain),
            col(Submission.academic_year) == declared.academic_year,
            *earlier,
        )
        .group_by(col(Submission.wave))
    )
    return max(session.scalars(waiting), default=0)


def in_chunks(values: Sequence[Any], size: int = CHUNK) -> Iterator[Sequence[Any]]:
    """So many at a time that no database minds."""
    return (values[at : at + size] for at in range(0, len(values), size))


def _known(
    session: Session, where: ColumnElement[bool], *, taken_back: bool = False
) -> list[KnownLeaver]:
    named = is_effective(col(Leaver.submission_id))
    names = ("upn", "uln", "surname", "forename", "born_on", "postcode")
    columns = [getattr(Leaver, name) for name in names]
    rows = session.execute(
        select(col(Leaver.person_id), *columns)
        .where(where, ~named if taken_back else named)
        .order_by(col(Leaver.id))
    )
    return [KnownLeaver(row[0], parse_identity(_values(names, row[1:]))) for row in rows]


def _values(names: Sequence[str], row: Sequence[Any]) -> Mapping[str, Any]:
    return dict(zip(names, row, strict=True))


def _neighbours(session: Session, urn: str, day: date) -> Any:
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
