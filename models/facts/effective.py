"""Effective: what counts, now or as it was: everything but what a taken back submission said.

A submission that was taken back keeps its line, its matches and its destinations; whoever counts
leaves them out.  As it was before that moment, they count.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import CTE, ColumnElement, Select, exists, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from models.destinations import Destination, Match
from models.facts.submission_state import is_standing
from models.facts.succession import is_one_school
from models.leavers import Cohort, Leaver
from models.submissions import Submission
from models.vocabulary import SubmissionKind


def is_effective(submission_id: Any, as_of: datetime | None = None) -> ColumnElement[bool]:
    """Whether the submission in this column was not taken back, by that moment or by now."""
    counts: ColumnElement[bool] = submission_id.not_in(_taken_back_ids(as_of))
    return counts


def is_effective_one(submission_id: Any, as_of: datetime | None = None) -> ColumnElement[bool]:
    """The same, asked of one submission at a time.

    The list of all that were taken back would be made anew for every sheet of a whole country.
    """
    sent = aliased(Submission)
    counts = is_standing(sent)
    if as_of:
        counts = or_(counts, col(sent.undone_at) > as_of)
    return exists(
        select(col(sent.id)).where(col(sent.id) == submission_id, counts).correlate_except(sent)
    )


def superseded_ids(as_of: datetime | None = None, *, leavers: Any = None) -> Select[Any]:
    """The ids of the destinations whose place a later word has taken that is effective itself.

    A word taken back supersedes nothing, so that what it took the place of is current again;
    unless a later word had taken the place of both.  `leavers` keeps the question to the histories
    of those leavers: their ids, or a query for them.
    """
    direct = select(col(Destination.supersedes_id)).where(
        col(Destination.supersedes_id).is_not(None),
        *_effective_conditions(Destination, as_of, leavers),
    )
    return direct.union_all(select(_indirectly_superseded_ids(as_of, leavers).c.id))  # type: ignore[return-value]


def was_named(as_of: datetime) -> ColumnElement[bool]:
    """Whether a leaver was named, at that moment, by a sheet that has been taken back since.

    Beside `is_effective` of the sheet that names the leaver now: of a query of leavers and cohorts.
    """
    cohorts = select(col(aliased(Cohort).urn)).distinct()
    return exists(
        select(col(Match.id))
        .join(Submission, col(Submission.id) == col(Match.submission_id))
        .where(
            col(Match.person_id) == col(Leaver.person_id),
            col(Submission.kind) == SubmissionKind.LEAVERS.value,
            col(Submission.academic_year) == col(Cohort.academic_year),
            col(Submission.leaving_stage) == col(Cohort.leaving_stage),
            is_one_school(col(Cohort.urn), col(Submission.urn), cohorts),
            col(Submission.received_at) <= as_of,
            col(Submission.undone_at) > as_of,
        )
        .correlate(Leaver, Cohort)
    )


def _taken_back_ids(as_of: datetime | None) -> Select[Any]:
    """The ids of the submissions that somebody had taken back by that moment, or by now."""
    undone = select(col(Submission.id)).where(~is_standing())
    return undone.where(col(Submission.undone_at) <= as_of) if as_of else undone


def _effective_conditions(
    destination: Any, as_of: datetime | None, leavers: Any
) -> list[ColumnElement[bool]]:
    """The conditions for a destination to be effective, of those leavers and recorded by then."""
    submission = col(destination.submission_id)
    if leavers is None:
        conditions = [is_effective(submission, as_of)]
    else:
        conditions = [is_effective_one(submission, as_of), col(destination.leaver_id).in_(leavers)]
    return [*conditions, col(destination.recorded_at) <= as_of] if as_of else conditions


def _indirectly_superseded_ids(as_of: datetime | None, leavers: Any) -> CTE:
    """The ids of destinations superseded through others.

    The one that superseded them was taken back, and is itself superseded by an effective one.
    """
    later = aliased(Destination)
    undone = (
        ~is_effective(col(Destination.submission_id), as_of)
        if leavers is None
        else ~is_effective_one(col(Destination.submission_id), as_of)
    )
    from_undone = (col(Destination.supersedes_id).is_not(None), undone)
    first: Any = (
        select(col(Destination.supersedes_id).label("id"))
        .join(later, col(later.supersedes_id) == col(Destination.id))
        .where(*from_undone, *_effective_conditions(later, as_of, leavers))
    )
    passed: CTE = first.cte("superseded_by_way", recursive=True)
    return passed.union(
        select(col(Destination.supersedes_id))
        .join(passed, passed.c.id == col(Destination.id))
        .where(*from_undone)
    )
