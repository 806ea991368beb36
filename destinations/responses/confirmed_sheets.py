"""Confirmed sheets: a sender's "yes, that is right" about a sheet, a column or a cohort.

It holds for that school until something else is said: another count, another heading.  What is
about a cohort holds for that cohort; what is about columns, for whatever is sent with them.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import select
from sqlmodel import Session, col

from models.database import upsert
from models.facts.calendar import now
from models.facts.succession import school_chain
from models.handoffs.findings import Finding, Issue
from models.handoffs.normalised import SubmissionMetadata
from models.responses import SheetConfirmation
from models.submissions import FindingRecord, Submission
from models.vocabulary import Severity

Told = TypeVar("Told", Finding, Issue)
# Told of columns, whatever sheet and cohort they come with.
_OF_COLUMNS = "C"


def confirm_sheet(
    session: Session,
    submission_id: int,
    code: str,
    *,
    by: str,
    sheet: str = "",
    column: str = "",
    is_it: Callable[[Mapping[str, Any]], bool] = lambda facts: True,
) -> int:
    """Note that what was told of a sheet, a column or the whole file is right; how often it was.

    `sheet` and `column` (letters) may be '' for any; `is_it` says by its facts whether it is the
    one that is meant.  Doing it twice is the same as once.  Raises LookupError where that was not
    told, and ValueError where it must be put right.
    """
    sent = session.get_one(Submission, submission_id)
    told = [
        one
        for one in _told(session, submission_id, code)
        if sheet in ("", one.sheet) and column in ("", one.column) and is_it(one.facts)
    ]
    if not told:
        message = "that was not told of the file"
        raise LookupError(message)
    if any(one.severity != Severity.PLEASE_CHECK for one in told):
        message = "that must be put right; it cannot be confirmed"
        raise ValueError(message)
    cohort = (sent.academic_year, sent.leaving_stage)
    lines = {
        _digest(one.code, one.sheet, one.heading, one.facts.items(), cohort): {
            "urn": sent.urn,
            "code": code,
            "submission_id": submission_id,
            "confirmed_by": by[:100],
            "confirmed_at": now(),
        }
        for one in told
    }
    rows = [line | {"digest": digest} for digest, line in lines.items()]
    upsert(session, SheetConfirmation, rows, key=("urn", "code", "digest"))
    return len(told)


def drop_confirmed_sheets(
    session: Session, declared: SubmissionMetadata, findings: Sequence[Told]
) -> tuple[Told, ...]:
    """The findings but for those of no row that somebody has confirmed, in their order."""
    if all(one.row is not None for one in findings):
        return tuple(findings)
    found = session.execute(
        select(col(SheetConfirmation.code), col(SheetConfirmation.digest)).where(
            col(SheetConfirmation.urn).in_(school_chain(session, declared.urn))
        )
    )
    confirmed = {(code, digest) for code, digest in found}
    cohort = (declared.academic_year, declared.leaving_stage)
    return tuple(
        one
        for one in findings
        if one.row is not None
        or getattr(one, "severity", None) is Severity.MUST_FIX
        or (one.code, _digest(one.code, one.sheet, one.heading, one.facts, cohort)) not in confirmed
    )


def _told(session: Session, submission_id: int, code: str) -> Sequence[FindingRecord]:
    query = select(FindingRecord).where(
        col(FindingRecord.submission_id) == submission_id,
        col(FindingRecord.row).is_(None),
        col(FindingRecord.code) == code,
    )
    return session.scalars(query.order_by(col(FindingRecord.id))).all()


def _digest(
    code: str,
    sheet: str,
    heading: str,
    facts: Iterable[tuple[str, Any]],
    cohort: tuple[int | None, str | None],
) -> str:
    about = ["", None, None] if code.startswith(_OF_COLUMNS) else [sheet, *cohort]
    said = [code, heading, sorted([name, str(fact)] for name, fact in facts), about]
    return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()
