"""Submission cohorts: whose leavers a submission is about, where it may hold several cohorts."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, exists, insert, or_, select
from sqlmodel import Session, col

from models.submissions import Submission, SubmissionCohort


def is_about(year: Any, stage: Any = None) -> ColumnElement[bool]:
    """Whether a submission is about that leaving year (its September), and that stage where given.

    By what was recorded of it, or else by what its sender said.  Both may be columns.
    """
    of_line = [col(Submission.academic_year) == year]
    of_part = [
        col(SubmissionCohort.submission_id) == col(Submission.id),
        col(SubmissionCohort.academic_year) == year,
    ]
    if stage is not None:
        of_line.append(col(Submission.leaving_stage) == stage)
        of_part.append(col(SubmissionCohort.leaving_stage) == stage)
    has_part = exists(
        select(col(SubmissionCohort.id)).where(*of_part).correlate_except(SubmissionCohort)
    )
    return or_(and_(*of_line), has_part)


def cohorts_of(session: Session, submission: Submission) -> list[tuple[int, str]]:
    """Leaving year and stage of each cohort that a recorded submission holds."""
    held = session.execute(
        select(col(SubmissionCohort.academic_year), col(SubmissionCohort.leaving_stage))
        .where(col(SubmissionCohort.submission_id) == submission.id)
        .order_by(col(SubmissionCohort.id))
    )
    return [(year, stage) for year, stage in held]


def store_cohorts(
    session: Session,
    submission_id: int,
    rows_by_cohort: Iterable[tuple[int, str, int]],
    *,
    is_again: bool,
) -> None:
    """Keep the cohorts that a submission holds: leaving year, stage, and rows read of each.

    `is_again` says that it was recorded before, when it may have held others.
    """
    if is_again:
        of_this = col(SubmissionCohort.submission_id) == submission_id
        session.execute(delete(SubmissionCohort).where(of_this))
    lines = [
        {
            "submission_id": submission_id,
            "academic_year": year,
            "leaving_stage": stage,
            "rows_read": rows,
        }
        for year, stage, rows in rows_by_cohort
    ]
    if lines:
        session.execute(insert(SubmissionCohort), lines)
