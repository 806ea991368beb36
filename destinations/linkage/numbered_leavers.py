"""Numbered leavers: the cohorts that a school's leavers of before are of, by UPN or ULN."""

from collections import defaultdict
from collections.abc import Collection

from sqlalchemy import or_, select
from sqlmodel import Session, col

from destinations.linkage.candidates import in_chunks
from models.facts.effective import is_effective
from models.facts.succession import school_chain
from models.handoffs.normalised import LeavingCohort
from models.leavers import Cohort, Leaver
from models.vocabulary import LeavingStage


def cohorts_by_number(
    session: Session, urn: str, numbers: Collection[str]
) -> dict[str, list[LeavingCohort]]:
    """The cohorts of the school of that URN, of those of these UPNs and ULNs that its leavers have.

    A leaver of several cohorts (Year 11 and Year 13) has them all, the earliest first.
    """
    chain = school_chain(session, urn)
    cohorts: defaultdict[str, set[LeavingCohort]] = defaultdict(set)
    for chunk in in_chunks(sorted(numbers)):
        rows = session.execute(
            select(
                col(Leaver.upn),
                col(Leaver.uln),
                col(Cohort.academic_year),
                col(Cohort.leaving_stage),
            )
            .join(Cohort, col(Cohort.id) == col(Leaver.cohort_id))
            .where(
                col(Cohort.urn).in_(chain),
                or_(col(Leaver.upn).in_(chunk), col(Leaver.uln).in_(chunk)),
                is_effective(col(Leaver.submission_id)),
            )
        )
        for upn, uln, year, stage in rows:
            for number in {upn, uln} & set(chunk):
                cohorts[number].add(LeavingCohort(year, LeavingStage(stage)))
    return {number: sorted(found) for number, found in cohorts.items()}
