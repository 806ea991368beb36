"""Contradicted places: a sheet has a leaver where the place itself says that they left before."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from destinations.crosschecks.previous_return import RecordedSheet
from destinations.outcomes.survivorship import is_hearsay_of
from models.destinations import Destination
from models.facts.calendar import in_words
from models.facts.effective import is_effective_one
from models.facts.submission_state import is_accepted
from models.handoffs.findings import Issue
from models.submissions import Submission
from models.vocabulary import EvidenceStrength

_STATED, _LEAVING = aliased(Destination), aliased(Destination)
_OWN_WORD = [strength.value for strength in EvidenceStrength if strength.is_own_word]


def find_contradicted_places(session: Session, sheet: RecordedSheet) -> Iterator[Issue]:
    """Y07, at each row that has a leaver at a place on a day after the place says they left."""
    rows = session.execute(
        _contradictions_query().where(col(_STATED.submission_id) == sheet.submission_id)
    )
    told = set()
    for stated, leaving in rows:
        row_key = (stated.sheet, stated.row)
        if row_key in sheet.rows and row_key not in told and is_hearsay_of(stated, leaving):
            told.add(row_key)
            day = in_words(leaving.ended_on)
            yield sheet.issue_at("Y07", row_key, "provider_name", day=day)


def sheets_contradicted_since(session: Session) -> list[int]:
    """The sheets that a list contradicts that was recorded after them: their schools are told."""
    rows = session.execute(
        _contradictions_query()
        .join(Submission, col(Submission.id) == col(_STATED.submission_id))
        .where(is_accepted(), col(_LEAVING.recorded_at) > col(Submission.recorded_at))
    )
    return sorted(
        {stated.submission_id for stated, leaving in rows if is_hearsay_of(stated, leaving)}
    )


def _contradictions_query() -> Select[Any]:
    """Statements passed on by a school, each beside an earlier leaving that a provider lists."""
    return (
        select(_STATED, _LEAVING)
        .join(
            _LEAVING,
            (col(_LEAVING.leaver_id) == col(_STATED.leaver_id))
            & (col(_LEAVING.wave) == col(_STATED.wave)),
        )
        .where(
            col(_STATED.evidence).not_in(_OWN_WORD),
            col(_LEAVING.evidence).in_(_OWN_WORD),
            col(_LEAVING.ended_on) < col(_STATED.as_at),
            is_effective_one(col(_LEAVING.submission_id)),
        )
        .order_by(col(_STATED.id), col(_LEAVING.id))
    )
