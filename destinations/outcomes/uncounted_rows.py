"""Uncounted rows: rows of leaver sheets that make nobody a leaver, counted beside every base.

They do not say who they are about, or nobody is sure of it.  A rate without them would look
better the worse the sheets are.
"""

from datetime import datetime

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from models.destinations import Match
from models.facts.effective import is_effective
from models.facts.submission_state import is_accepted
from models.submissions import Submission


def uncounted_rows(session: Session, *, as_of: datetime | None = None) -> dict[int, int]:
    """By cohort, how many rows of its sheets are about nobody; cohorts without any are left out.

    Rows of a sheet that another has followed are history.  The sheets of one wave are counted
    together, and of the waves the one with most such rows stands for the cohort: the same row,
    still not put right, stands in the sheets of them all.  `as_of` (with its time zone) gives the
    rows as they were then.
    """
    is_about_nobody: ColumnElement[bool] = col(Match.person_id).is_(None)
    conditions = [is_effective(col(Match.submission_id), as_of), ~_is_followed(as_of)]
    if as_of:
        is_about_nobody = or_(is_about_nobody, col(Match.decided_at) > as_of)
        conditions.append(col(Submission.received_at) <= as_of)
    by_wave = session.execute(
        select(col(Match.cohort_id), func.count())
        .join(Submission, col(Submission.id) == col(Match.submission_id))
        .where(col(Match.cohort_id).is_not(None), is_about_nobody, *conditions)
        .group_by(col(Match.cohort_id), col(Submission.wave))
    )
    rows_by_cohort: dict[int, int] = {}
    for cohort_id, rows in by_wave:
        rows_by_cohort[cohort_id] = max(rows, rows_by_cohort.get(cohort_id, 0))
    return rows_by_cohort


def _is_followed(as_of: datetime | None) -> ColumnElement[bool]:
    """Whether a later sheet of the same round was recorded in place of a submission."""
    later = aliased(Submission)
    conditions = [col(later.follows_id) == col(Submission.id), is_accepted(later)]
    if as_of:
        conditions.append(col(later.received_at) <= as_of)
    return exists(select(col(later.id)).where(*conditions).correlate_except(later))
