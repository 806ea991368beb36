"""Confirmed sheets: a sender's "yes, that is right" about a sheet, a column or a cohort.

It holds for that school until the finding changes: another count, another heading.  What is
about a cohort holds for that cohort; what is about columns, for whatever is sent with them.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import select
from sqlmodel import Session, col

from models.database import upsert
from models.facts.calendar import now
from models.handoffs.findings import Finding, Issue
from models.handoffs.normalised import SubmissionMetadata
from models.responses import SheetConfirmation
from models.submissions import FindingRecord, Submission
from models.vocabulary import Severity

FindingOrIssue = TypeVar("FindingOrIssue", bound=Finding | Issue)


class ConfirmedSheet(NamedTuple):
    """A finding of no row that was confirmed; `digest` as `_digest` gives it."""

    code: str
    digest: str


# How codes of columns begin; they are confirmed whatever sheet and cohort the columns come with.
_COLUMN_CODES = "C"


def confirm_sheet(
    session: Session,
    submission_id: int,
    code: str,
    *,
    by: str,
    sheet: str = "",
    column: str = "",
    facts_match: Callable[[Mapping[str, Any]], bool] = lambda facts: True,
) -> int:
    """Confirm the findings of a code about a sheet, a column or the whole file; gives their number.

    `sheet` and `column` (letters) may be '' for any; `facts_match` decides by a finding's facts
    whether it is meant.  Doing it twice is the same as once.  Raises LookupError where there is no
    such finding, and ValueError where it must be fixed.
    """
    submission = session.get_one(Submission, submission_id)
    findings = [
        finding
        for finding in _findings_of_no_row(session, submission_id, code)
        if sheet in ("", finding.sheet)
        and column in ("", finding.column)
        and facts_match(finding.facts)
    ]
    if not findings:
        message = "that was not told of the file"
        raise LookupError(message)
    if any(finding.severity != Severity.PLEASE_CHECK for finding in findings):
        message = "that must be put right; it cannot be confirmed"
        raise ValueError(message)
    cohort = (submission.academic_year, submission.leaving_stage)
    confirmations = {
        _digest(finding.code, finding.sheet, finding.heading, finding.facts.items(), cohort): {
            "urn": submission.urn,
            "code": code,
            "submission_id": submission_id,
            "confirmed_by": by[:100],
            "confirmed_at": now(),
        }
        for finding in findings
    }
    rows = [confirmation | {"digest": digest} for digest, confirmation in confirmations.items()]
    upsert(session, SheetConfirmation, rows, key=("urn", "code", "digest"))
    return len(findings)


def drop_confirmed_sheets(
    metadata: SubmissionMetadata,
    findings: Sequence[FindingOrIssue],
    confirmed: Set[ConfirmedSheet],
) -> tuple[FindingOrIssue, ...]:
    """The findings without those of no row that are confirmed, in their order.

    `confirmed` is all that the school has confirmed of its sheets.
    """
    cohort = (metadata.academic_year, metadata.leaving_stage)
    return tuple(
        finding
        for finding in findings
        if finding.row is not None
        or getattr(finding, "severity", None) is Severity.MUST_FIX
        or ConfirmedSheet(
            finding.code,
            _digest(finding.code, finding.sheet, finding.heading, finding.facts, cohort),
        )
        not in confirmed
    )


def _findings_of_no_row(session: Session, submission_id: int, code: str) -> Sequence[FindingRecord]:
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
    scope = ["", None, None] if code.startswith(_COLUMN_CODES) else [sheet, *cohort]
    content = [code, heading, sorted([name, str(fact)] for name, fact in facts), scope]
    return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()
