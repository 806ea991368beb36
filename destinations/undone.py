"""Undone: what counts, now or as it was: everything but what a taken back submission said.

A submission that was taken back keeps its line, its matches and its destinations; whoever counts
leaves them out.  As it was before that moment, they count.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from models.destinations import Destination, Match
from models.leavers import Cohort, Leaver
from models.places import InstitutionLink
from models.submissions import Submission
from models.vocabulary import Kind


def taken_back(as_of: datetime | None = None) -> Select[Any]:
    """The ids of the submissions that somebody had taken back by that moment, or by now."""
    undone = select(col(Submission.id)).where(col(Submission.undone_at).is_not(None))
    return undone.where(col(Submission.undone_at) <= as_of) if as_of else undone


def stands(submission_id: Any, as_of: datetime | None = None) -> ColumnElement[bool]:
    """Whether the submission in this column was not taken back."""
    counts: ColumnElement[bool] = submission_id.not_in(taken_back(as_of))
    return counts


def superseded(as_of: datetime | None = None) -> Select[Any]:
    """The ids of the destinations whose place a later word has taken that stands itself.

    A word taken back supersedes nothing, so that what it took the place of is current again;
    unless a later word had taken the place of both.
    """
    direct = select(col(Destination.supersedes_id)).where(
        col(Destination.supersedes_id).is_not(None), stands(col(Destination.submission_id), as_of)
    )
    if as_of:
        direct = direct.where(col(Destination.recorded_at) <= as_of)
    return direct.union_all(select(_by_way(as_of).c.id))  # type: ignore[return-value]


def _by_way(as_of: datetime | None) -> Any:
    """Those superseded by a word taken back whose own place was taken by one that stands."""
    later = aliased(Destination)
    undone = col(Destination.submission_id).in_(taken_back(as_of))
    says = (col(Destination.supersedes_id).is_not(None), undone)
    first: Any = (
        select(col(Destination.supersedes_id).label("id"))
        .join(later, col(later.supersedes_id) == col(Destination.id))
        .where(*says, stands(col(later.submission_id), as_of))
    )
    if as_of:
        first = first.where(col(later.recorded_at) <= as_of)
    found = first.cte("superseded_by_way", recursive=True)
    return found.union(
        select(col(Destination.supersedes_id))
        .join(found, found.c.id == col(Destination.id))
        .where(*says)
    )


def was_named(as_of: datetime) -> ColumnElement[bool]:
    """Whether a leaver was named, at that moment, by a sheet that has been taken back since.

    Beside `stands` of the sheet that names the leaver now: of a query of leavers and cohorts.
    """
    linked = select(col(InstitutionLink.linked_urn)).where(
        col(InstitutionLink.urn) == col(Cohort.urn)
    )
    return exists(
        select(col(Match.id))
        .join(Submission, col(Submission.id) == col(Match.submission_id))
        .where(
            col(Match.person_id) == col(Leaver.person_id),
            col(Submission.kind) == Kind.LEAVERS.value,
            col(Submission.academic_year) == col(Cohort.academic_year),
            col(Submission.leaving_stage) == col(Cohort.leaving_stage),
            or_(col(Submission.urn) == col(Cohort.urn), col(Submission.urn).in_(linked)),
            col(Submission.received_at) <= as_of,
            col(Submission.undone_at) > as_of,
        )
        .correlate(Leaver, Cohort)
    )
