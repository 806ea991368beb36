"""Statements: what a row says a leaver was doing becomes the destinations to record."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from destinations.linkage.candidates import LeaverInCohort
from destinations.outcomes.waves import wave_dates
from destinations.register.providers import ProviderRegister, RegisterEntry, activity_code_at
from models.handoffs.normalised import NormalisedRow, SubmissionMetadata
from models.vocabulary import (
    ACTIVITY_OF_STATUS,
    ActivityGroup,
    EvidenceStrength,
    SourceType,
    academic_year,
    group_of,
)

# How strong a school's answer is by the source that its sheet names.  A leaver or a parent can be
# heard through the school only.  A provider, an employer or a council sends its own list: where the
# school says that they said so, the school says it.
_EVIDENCE_OF_SOURCE = {
    SourceType.LEAVER: EvidenceStrength.LEAVER_SAYS,
    SourceType.FAMILY: EvidenceStrength.LEAVER_SAYS,
}

# The cell that an enrolment stands in: the first of these that the list has.
_ENROLMENT_FIELDS = (
    "activity",
    "provider_urn",
    "provider_ukprn",
    "provider_laestab",
    "provider_name",
    "started_on",
    "course",
    "surname",
    "full_name",
)


@dataclass(frozen=True, slots=True)
class DestinationStatement:
    """One destination, as a row of the destination table; what it supersedes is settled later."""

    leaver_id: int
    wave: int
    activity_code: str  # '' where a row says only what is intended
    intended: str | None
    provider_name: str
    provider_urn: str | None
    provider_ukprn: str | None
    course: str
    level: str
    started_on: date | None
    ended_on: date | None
    as_at: date
    source: str
    evidence: str
    submission_id: int
    sheet: str
    row: int
    column: str


@dataclass(frozen=True, slots=True)
class StatementContext:
    """What all statements of one submission need: its metadata, the register, and its sender."""

    metadata: SubmissionMetadata
    register: ProviderRegister
    sender: RegisterEntry | None


def school_statements(
    row: NormalisedRow, leaver: LeaverInCohort, context: StatementContext
) -> tuple[DestinationStatement, ...]:
    """The statements of a row of a leaver sheet; none where its destination cells are blank.

    An NCCIS cohort status that says that they died, left England or are on the list twice stands
    before the destination.  An intended destination is wave 0's, whatever the wave of the sheet.
    What a leaver did before, until a day, comes first.  Of somebody who was not there any more when
    checked, the row does not say until when they were: they are not known at its wave, and the
    sender is asked (D25).
    """
    wave = wave_answered(row, leaver, context.metadata)
    status = ACTIVITY_OF_STATUS.get(row.text("cohort_status"), "")
    activity = status or ("" if _has_left_at_a_day_unknown(row) else row.text("activity"))
    intended = row.text("intended") or None
    statements = list(_former_statement(row, leaver, context))
    if activity or (intended and wave == 0):
        said_in = ("cohort_status",) if status else ("activity", "intended")
        column = _source_column(row, said_in)
        intended_now = intended if wave == 0 else None
        statements.append(_statement(row, leaver, context, wave, activity, intended_now, column))
    if intended and wave != 0:
        column = _source_column(row, ("intended",))
        # Beside a column for what was done, place and course are of that, not of the intention.
        planned = replace(row, values={}) if "activity" in row.columns else row
        statements.append(_statement(planned, leaver, context, 0, "", intended, column))
    return tuple(statements)


def _former_statement(
    row: NormalisedRow, leaver: LeaverInCohort, context: StatementContext
) -> Iterator[DestinationStatement]:
    """What a leaver did before what they do now; nothing where no day says when that ended.

    Who left in the summer of their last year had left the school.
    """
    activity, ended = row.text("former_activity"), row.get("former_ended_on")
    is_known = activity and group_of(activity) is not ActivityGroup.NOT_KNOWN
    if not is_known or not isinstance(ended, date):
        return
    wave = academic_year(ended.year, ended.month) - leaver.academic_year
    if 0 < wave <= context.metadata.waves and ended <= context.metadata.sent_on:
        was = {
            "provider_name": row.get("former_provider_name"),
            "ended_on": ended,
            "as_at": ended,
            "source": row.get("source"),
        }
        column = _source_column(row, ("former_activity",))
        yield _statement(replace(row, values=was), leaver, context, wave, activity, None, column)


def _has_left_at_a_day_unknown(row: NormalisedRow) -> bool:
    has_left = row.get("enrolled") is False and row.get("ended_on") is None
    return has_left and group_of(row.text("activity") or None) is ActivityGroup.EET


def provider_statements(
    row: NormalisedRow, leavers: Iterable[LeaverInCohort], context: StatementContext
) -> tuple[DestinationStatement, ...]:
    """The statements of a row of an enrolment list, one for each cohort whose wave it falls in.

    The wave is that of the last autumn at which it speaks of the learner as enrolled: somebody
    who left last January says nothing about this autumn.
    """
    place = _resolve_place(row, context, fallback=context.sender)
    activity = row.text("activity") or (activity_code_at(place) if place else "270")
    ended, as_at = row.get("ended_on"), row.get("as_at") or context.metadata.sent_on
    if isinstance(ended, date) and isinstance(as_at, date):
        as_at = min(as_at, ended)
    last = max(day for day in (row.get("started_on"), as_at) if isinstance(day, date))
    year = academic_year(last.year, last.month)
    name, urn, ukprn = _provider_columns(row, place)
    course, level, started_on, ended_on = _course_columns(row)
    column = _source_column(row, _ENROLMENT_FIELDS)
    return tuple(
        DestinationStatement(
            leaver.leaver_id,
            year - leaver.academic_year,
            activity,
            intended=None,
            provider_name=name,
            provider_urn=urn,
            provider_ukprn=ukprn,
            course=course,
            level=level,
            started_on=started_on,
            ended_on=ended_on,
            as_at=as_at if isinstance(as_at, date) else context.metadata.sent_on,
            source=SourceType.PROVIDER.value,
            evidence=_evidence_of_enrolment(row, as_at, year).value,
            submission_id=context.metadata.submission_id,
            sheet=row.sheet,
            row=row.row,
            column=column,
        )
        for leaver in leavers
        if 0 < year - leaver.academic_year <= context.metadata.waves
    )


def _evidence_of_enrolment(row: NormalisedRow, as_at: object, year: int) -> EvidenceStrength:
    """Still there in the second term, or a provider's word about the first.

    A list dated in the calendar year after `year`, the September in which its academic year starts,
    shows that a learner is still there, unless it says that they left or first came since.
    """
    second_term = date(year + 1, 1, 1)
    started, ended = row.get("started_on"), row.get("ended_on")
    came_since = isinstance(started, date) and started >= second_term
    has_left = isinstance(ended, date) and isinstance(as_at, date) and ended <= as_at
    if isinstance(as_at, date) and as_at >= second_term and not came_since and not has_left:
        return EvidenceStrength.STILL_THERE
    return EvidenceStrength.PROVIDER_CONFIRMS


def current_courses_last(statements: Iterable[DestinationStatement]) -> list[DestinationStatement]:
    """Statements in an order in which, of two courses of one learner, the one that goes on wins."""

    def course_order(statement: DestinationStatement) -> tuple[bool, date]:
        return (
            statement.ended_on is None or statement.ended_on > statement.as_at,
            statement.started_on or date.min,
        )

    return sorted(statements, key=course_order)


def _statement(
    row: NormalisedRow,
    leaver: LeaverInCohort,
    context: StatementContext,
    wave: int,
    activity: str,
    intended: str | None,
    column: str,
) -> DestinationStatement:
    source = _source(row)
    # Beside an answer for a later wave, place and course are of that answer, not of the intention.
    answering_row = row if activity or wave == 0 else replace(row, values={})
    name, urn, ukprn = _provider_columns(answering_row, _resolve_place(answering_row, context))
    course, level, started_on, ended_on = _course_columns(answering_row)
    return DestinationStatement(
        leaver.leaver_id,
        wave,
        activity,
        intended=intended,
        provider_name=name,
        provider_urn=urn,
        provider_ukprn=ukprn,
        course=course,
        level=level,
        started_on=started_on,
        ended_on=ended_on,
        as_at=_as_at(row, leaver, wave, context.metadata),
        source=source.value,
        evidence=(
            EvidenceStrength.INTENDED
            if wave == 0
            else _EVIDENCE_OF_SOURCE.get(source, EvidenceStrength.SCHOOL_SAYS)
        ).value,
        submission_id=context.metadata.submission_id,
        sheet=row.sheet,
        row=row.row,
        column=column,
    )


def wave_answered(row: NormalisedRow, leaver: LeaverInCohort, declared: SubmissionMetadata) -> int:
    """The wave that a row of a leaver sheet answers: its own, its file's, or that of the day."""
    for wave in (row.wave, declared.wave):
        if wave is not None:
            return wave
    year = academic_year(declared.sent_on.year, declared.sent_on.month)
    return max(0, year - leaver.academic_year)


def _as_at(
    row: NormalisedRow, leaver: LeaverInCohort, wave: int, declared: SubmissionMetadata
) -> date:
    """The day it was true: the row's own, or the day it was sent, or the day the wave asks about.

    A sheet that repeats what an earlier autumn's answer was speaks of that autumn.
    """
    as_at = row.get("as_at")
    if isinstance(as_at, date):
        return as_at
    if row.moment is not None and row.wave == wave:
        return min(row.moment.date(), declared.sent_on)
    dates = wave_dates(leaver.academic_year, wave)
    return declared.sent_on if declared.sent_on < dates.closes_on else dates.asked_on


def _source(row: NormalisedRow) -> SourceType:
    """Who is said to have said so, by the sheet's own column; `evidence` rests on who sent it."""
    source = row.text("source")
    return SourceType(source) if source in set(SourceType) else SourceType.SCHOOL


def _resolve_place(
    row: NormalisedRow, context: StatementContext, fallback: RegisterEntry | None = None
) -> RegisterEntry | None:
    sender = context.sender
    place = context.register.resolve(
        urn=row.text("provider_urn"),
        ukprn=row.text("provider_ukprn"),
        laestab=row.text("provider_laestab"),
        name=row.text("provider_name"),
        la_code=sender.la_code if sender else "",
    )
    return place or fallback


def _provider_columns(
    row: NormalisedRow, place: RegisterEntry | None
) -> tuple[str, str | None, str | None]:
    if place:
        return place.name[:300], place.urn, place.ukprn
    return row.text("provider_name")[:300], None, None


def _course_columns(row: NormalisedRow) -> tuple[str, str, date | None, date | None]:
    started, ended = row.get("started_on"), row.get("ended_on")
    return (
        row.text("course")[:300],
        row.text("level")[:40],
        started if isinstance(started, date) else None,
        ended if isinstance(ended, date) else None,
    )


def _source_column(row: NormalisedRow, fields: Iterable[str]) -> str:
    for field in fields:
        if row.get(field) is not None and field in row.columns:
            return row.columns[field].letter
    return ""
