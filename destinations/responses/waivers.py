"""Waivers: a rule set aside for one school and cohort, by name, with a reason, until a day."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select
from sqlmodel import Session, col

from models.facts import submission_state
from models.handoffs.findings import Finding
from models.handoffs.normalised import SubmissionMetadata
from models.places import Institution
from models.responses import Waiver
from models.submissions import FindingRecord, Submission
from models.vocabulary import LeavingStage, Severity, year_name


@dataclass(frozen=True, slots=True)
class WaivedRule:
    """A rule that is set aside for a school, as its evidence pack shows it."""

    code: str
    cohort: str  # "Y11 2024/25", or "every cohort"
    by: str
    reason: str
    until: date


# What makes two waivers of a school the same.
_TERMS = ("code", "academic_year", "leaving_stage", "waived_by", "reason", "expires_on")


@dataclass(frozen=True, slots=True)
class UnwaivedFindings:
    """The findings that are left, and how many were dropped of each rule, by its code."""

    findings: tuple[Finding, ...]
    counts: Mapping[str, int] = field(default_factory=dict)


def waive(
    session: Session,
    *,
    code: str,
    urn: str,
    by: str,
    reason: str,
    expires_on: date,
    today: date,
    academic_year: int | None = None,
    leaving_stage: LeavingStage | None = None,
) -> int:
    """Set a rule aside for a school until a day, that day included; gives the waiver's number.

    For one leaving year and stage, or for all where they are not given.  The same again is the
    same waiver.  Submissions with rows that wait for that rule are processed again by the next
    intake.

    Raises LookupError for a school that is not in the register, and ValueError where nobody or no
    reason is named, or the day has passed.  Whether the rule may be set aside is for the caller to
    know: a refusal never may.
    """
    if not by.strip() or not reason.strip():
        message = "say who sets the rule aside, and why"
        raise ValueError(message)
    if expires_on < today:
        message = "the day until which it holds has passed"
        raise ValueError(message)
    registered = select(col(Institution.id)).where(col(Institution.urn) == urn)
    if session.execute(registered).first() is None:
        message = "no school with this URN is in the register"
        raise LookupError(message)
    waiver = Waiver(
        code=code,
        urn=urn,
        academic_year=academic_year,
        leaving_stage=leaving_stage.value if leaving_stage else None,
        waived_by=by.strip()[:100],
        reason=reason.strip()[:400],
        expires_on=expires_on,
    )
    for existing in waivers_in_force(session, today, urn=urn):
        if all(getattr(existing, term) == getattr(waiver, term) for term in _TERMS):
            return existing.id or 0
    session.add(waiver)
    session.flush()
    _request_reprocessing(session, waiver)
    return waiver.id or 0


def _request_reprocessing(session: Session, waiver: Waiver) -> None:
    """Rows that waited only for what is set aside wait no longer.

    A submission being processed may have been validated without the waiver: it is included.
    """
    reported = select(col(FindingRecord.submission_id)).where(
        col(FindingRecord.code) == waiver.code,
        col(FindingRecord.severity) == Severity.MUST_FIX.value,
        col(FindingRecord.row).is_not(None),
    )
    conditions = [
        col(Submission.urn) == waiver.urn,
        submission_state.is_standing(),
        or_(
            col(Submission.refused_code) == waiver.code,
            and_(
                ~submission_state.is_refused(),
                or_(col(Submission.id).in_(reported), submission_state.is_on_its_way()),
            ),
        ),
    ]
    if waiver.academic_year is not None:
        conditions.append(_equals_or_unstated(Submission.academic_year, waiver.academic_year))
    if waiver.leaving_stage is not None:
        conditions.append(_equals_or_unstated(Submission.leaving_stage, waiver.leaving_stage))
    ids = session.scalars(select(col(Submission.id)).where(*conditions)).all()
    submission_state.request_reprocessing(
        session, [submission_id for submission_id in ids if submission_id is not None]
    )


def _equals_or_unstated(column: Any, value: object) -> ColumnElement[bool]:
    # The cohort of a sheet is settled once it is recorded; before, only its sender can state it.
    return or_(column == value, column.is_(None))


def end_waiver(session: Session, number: int, *, by: str, ended_at: datetime) -> None:
    """End a waiver, by its number; ending one that has ended changes nothing.

    Raises LookupError when there is no such waiver.
    """
    waiver = session.get(Waiver, number)
    if waiver is None:
        message = "there is no such waiver"
        raise LookupError(message)
    if waiver.ended_at is None:
        waiver.ended_at, waiver.ended_by = ended_at, by[:100]
        session.add(waiver)
        session.flush()


def waivers_in_force(session: Session, today: date, *, urn: str | None = None) -> list[Waiver]:
    """The waivers that hold today, of one school or of all, by school and rule."""
    query = select(Waiver).where(col(Waiver.ended_at).is_(None), col(Waiver.expires_on) >= today)
    if urn is not None:
        query = query.where(col(Waiver.urn) == urn)
    order = (col(Waiver.urn), col(Waiver.code), col(Waiver.id))
    return list(session.scalars(query.order_by(*order)))


def waived_rules_for_readers(session: Session, urn: str, today: date) -> tuple[WaivedRule, ...]:
    """What is set aside for a school today, by rule, for readers of its evidence pack."""
    return tuple(
        WaivedRule(
            waiver.code,
            waived_cohort_name(waiver),
            waiver.waived_by,
            waiver.reason,
            waiver.expires_on,
        )
        for waiver in waivers_in_force(session, today, urn=urn)
    )


def waived_cohort_name(waiver: Waiver) -> str:
    """The cohort that a waiver is for: "Y11 2024/25", or "every cohort"."""
    year = year_name(waiver.academic_year) if waiver.academic_year is not None else ""
    return f"{waiver.leaving_stage or ''} {year}".strip() or "every cohort"


def waives(waiver: Waiver, code: str, urn: str, year: int | None, stage: str | None) -> bool:
    """Whether a waiver is for that rule, school and cohort."""
    return (
        (waiver.code, waiver.urn) == (code, urn)
        and waiver.academic_year in (None, year)
        and waiver.leaving_stage in (None, stage)
    )


def waived_codes(session: Session, metadata: SubmissionMetadata, today: date) -> frozenset[str]:
    """The codes of the rules that are set aside today for a submission's school and cohort."""
    year, stage = metadata.academic_year, metadata.leaving_stage
    return frozenset(
        session.scalars(
            select(col(Waiver.code)).where(
                col(Waiver.urn) == metadata.urn,
                col(Waiver.ended_at).is_(None),
                col(Waiver.expires_on) >= today,
                or_(col(Waiver.academic_year).is_(None), col(Waiver.academic_year) == year),
                or_(col(Waiver.leaving_stage).is_(None), col(Waiver.leaving_stage) == stage),
            )
        )
    )


def drop_waived(
    session: Session, metadata: SubmissionMetadata, findings: Sequence[Finding], today: date
) -> UnwaivedFindings:
    """The findings of a submission without those of rules set aside for its school and cohort.

    A row that had only such things to fix waits no longer.  What stops a whole file is never
    dropped.
    """
    codes = waived_codes(session, metadata, today)

    def is_waived(finding: Finding) -> bool:
        stops_all = finding.severity is Severity.MUST_FIX and finding.row is None
        return finding.code in codes and not stops_all

    return UnwaivedFindings(
        tuple(finding for finding in findings if not is_waived(finding)),
        dict(sorted(Counter(finding.code for finding in findings if is_waived(finding)).items())),
    )
