"""Exclusions: who is out of the base, since their school says that they are no leaver of theirs.

Somebody who died, was never a leaver of this school, or is the same person twice.  The school's
last word holds, whatever the wave: one that says where they are puts them back in.
"""

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from destinations.outcomes.observations import LeaverObservation
from models.destinations import Destination
from models.facts.submission_state import is_standing
from models.leavers import Leaver
from models.submissions import Submission
from models.vocabulary import (
    ActivityGroup,
    EvidenceStrength,
    SubmissionKind,
    activities,
    excluding_codes,
    group_of,
)

_SILENT = ("", *(code for code in activities() if group_of(code) is ActivityGroup.NOT_KNOWN))
EXCLUDING = excluding_codes()


def exclusion_among(
    statements: Iterable[LeaverObservation], excluding: Collection[str] = EXCLUDING
) -> LeaverObservation | None:
    """The statement by which a leaver is out of the base; None for one who is in it.

    `statements` are those that stand, `excluding` the codes that exclude.  A college says nothing
    of whose leaver somebody is.
    """
    of_school = [
        statement
        for statement in statements
        if statement.activity_code not in _SILENT
        and not EvidenceStrength(statement.evidence).is_own_word
    ]
    last = max(of_school, key=_sending_order, default=None)
    return last if last is not None and last.activity_code in excluding else None


def _sending_order(statement: LeaverObservation) -> tuple[Any, ...]:
    return (statement.sent_on, statement.submission_id, statement.wave, statement.id)


def exclusion_column(value: Any) -> Any:
    """A column of a query of leavers: that value of the statement by which they are excluded.

    `value` is a column of the destination or of its submission; null for who is in the base.
    """
    last = (
        select(col(Destination.id))
        .join(Submission, col(Submission.id) == col(Destination.submission_id))
        .where(
            col(Destination.leaver_id) == col(Leaver.id),
            col(Submission.kind) == SubmissionKind.LEAVERS.value,
            is_standing(),
            col(Destination.activity_code).not_in(_SILENT),
        )
        .order_by(
            col(Submission.sent_on).desc(),
            col(Submission.id).desc(),
            col(Destination.wave).desc(),
            col(Destination.id).desc(),
        )
        .limit(1)
        .correlate(Leaver)
        .scalar_subquery()
    )
    return (
        select(value)
        .select_from(Destination)
        .join(Submission, col(Submission.id) == col(Destination.submission_id))
        .where(col(Destination.id) == last, col(Destination.activity_code).in_(EXCLUDING))
        .correlate(Leaver)
        .scalar_subquery()
    )
