"""Waivers: a rule set aside for one school and cohort, by name, with a reason, until a day."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, or_, select
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
    """A rule that is set aside for a school, as its evidence pack tells it."""

    code: str
    cohort: str  # "Y11 2024/25", or "every cohort"
    by: str
    reason: str
    until: date


_SAID = ("code", "academic_year", "leaving_stage", "waived_by", "reason", "expires_on")


@dataclass(frozen=True, slots=True)
class UnwaivedFindings:
    """The findings that are told, and how often each rule that is set aside would have spoken."""

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
    same waiver.  Submissions with rows that wait for that rule are taken up by the next intake.

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
    known = select(col(Institution.id)).where(col(Institution.urn) == urn)
    if session.execute(known).first() is None:
        message = "no school with this URN is in the register"
        raise LookupError(message)
    made = Waiver(
        code=code,
        urn=urn,
        academic_year=academic_year,
        leaving_stage=leaving_stage.value if leaving_stage else None,
        waived_by=by.strip()[:100],
        reason=reason.strip()[:400],
        expires_on=expires_on,
    )
    for one in waivers_in_force(session, today, urn=urn):
        if all(getattr(one, name) == getattr(made, name) for name in _SAID):
            return one.id or 0
    session.add(made)
    session.flush()
    _take_up_again(session, made)
    return made.id or 0


def _take_up_again(session: Session, made: Waiver) -> None:
    """Rows that waited only for what is set aside wait no longer.

    A sheet that is in hand just now may have been judged without the waiver: it is taken up too.
    """
    told = select(col(FindingRecord.submission_id)).where(
        col(FindingRecord.code) == made.code,
        col(FindingRecord.severity) == Severity.MUST_FIX.value,
        col(FindingRecord.row).is_not(None),
    )
    waiting = [
        col(Submission.urn) == made.urn,
        submission_state.is_accepted(),
        or_(col(Submission.id).in_(told), submission_state.is_on_its_way()),
    ]
    if made.academic_year is not None:
        waiting.append(_is_or_not_said(Submission.academic_year, made.academic_year))
    if made.leaving_stage is not None:
        waiting.append(_is_or_not_said(Submission.leaving_stage, made.leaving_stage))
    ids = session.scalars(select(col(Submission.id)).where(*waiting)).all()
    submission_state.request_reprocessing(session, [one for one in ids if one is not None])


def _is_or_not_said(column: Any, value: object) -> ColumnElement[bool]:
    # What a sheet is about is known once it is recorded; before that, only where its sender said.
    return or_(column == value, column.is_(None))


def end_waiver(session: Session, number: int, *, by: str, ended_at: datetime) -> None:
    """A waiver holds no longer; ending one that has ended changes nothing.

    Raises LookupError when there is no such waiver.
    """
    one = session.get(Waiver, number)
    if one is None:
        message = "there is no such waiver"
        raise LookupError(message)
    if one.ended_at is None:
        one.ended_at, one.ended_by = ended_at, by[:100]
        session.add(one)
        session.flush()


def waivers_in_force(session: Session, today: date, *, urn: str | None = None) -> list[Waiver]:
    """The waivers that hold today, of one school or of all, by school and rule."""
    query = select(Waiver).where(col(Waiver.ended_at).is_(None), col(Waiver.expires_on) >= today)
    if urn is not None:
        query = query.where(col(Waiver.urn) == urn)
    order = (col(Waiver.urn), col(Waiver.code), col(Waiver.id))
    return list(session.scalars(query.order_by(*order)))


def waived_rules_for_readers(session: Session, urn: str, today: date) -> tuple[WaivedRule, ...]:
    """What is set aside for a school today, for its readers."""
    return tuple(
        WaivedRule(one.code, waived_cohort_name(one), one.waived_by, one.reason, one.expires_on)
        for one in waivers_in_force(session, today, urn=urn)
    )


def waived_cohort_name(one: Waiver) -> str:
    """The cohort that a waiver is for: "Y11 2024/25", or "every cohort"."""
    year = year_name(one.academic_year) if one.academic_year is not None else ""
    return f"{one.leaving_stage or ''} {year}".strip() or "every cohort"


def waives(one: Waiver, code: str, urn: str, year: int | None, stage: str | None) -> bool:
    """Whether a waiver is for that rule, school and cohort."""
    return (
        (one.code, one.urn) == (code, urn)
        and one.academic_year in (None, year)
        and one.leaving_stage in (None, stage)
    )


def waived_codes(session: Session, declared: SubmissionMetadata, today: date) -> frozenset[str]:
    """The codes of the rules that are set aside today for a submission's school and cohort."""
    year, stage = declared.academic_year, declared.leaving_stage
    return frozenset(
        session.scalars(
            select(col(Waiver.code)).where(
                col(Waiver.urn) == declared.urn,
                col(Waiver.ended_at).is_(None),
                col(Waiver.expires_on) >= today,
                or_(col(Waiver.academic_year).is_(None), col(Waiver.academic_year) == year),
                or_(col(Waiver.leaving_stage).is_(None), col(Waiver.leaving_stage) == stage),
            )
        )
    )


def drop_waived(
    session: Session, declared: SubmissionMetadata, findings: Sequence[Finding], today: date
) -> UnwaivedFindings:
    """The findings of a submission but for those of rules set aside for its school and cohort.

    A row that had only such things to fix waits no longer.  What stops a whole file is told
    whatever is set aside.
    """
    codes = waived_codes(session, declared, today)

    def is_waived(one: Finding) -> bool:
        stops_all = one.severity is Severity.MUST_FIX and one.row is None
        return one.code in codes and not stops_all

    return UnwaivedFindings(
        tuple(one for one in findings if not is_waived(one)),
        dict(sorted(Counter(one.code for one in findings if is_waived(one)).items())),
    )
