"""Survivorship: all observations of a leaver become the one best answer at each wave.

Which observation survives, and why: docs/decisions/0005-what-counts-as-known.md.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlmodel import Session

from destinations.outcomes.corrections import Voice, uncorrected, voice_of
from destinations.outcomes.exclusions import EXCLUDING, exclusion_among
from destinations.outcomes.observations import (
    LeaverObservation,
    RecordFilter,
    asked_what_they_intend,
    leaver_observations,
    waves_by_cohort,
)
from destinations.outcomes.spells import Spell, SpellEvidence, build_spells
from destinations.outcomes.sustained import Sustained, SustainedVerdict, judge_sustained
from destinations.outcomes.waves import WAVE_CALENDAR, WaveCalendar, wave_dates
from models.destinations import Destination
from models.facts.calendar import in_london
from models.vocabulary import (
    ActivityGroup,
    ActivityType,
    EvidenceStrength,
    IntendedDestination,
    activities,
)

_WHERE_IS_NOT_KNOWN = "where they were on the day asked is not known"
_STRENGTH = {evidence.value: evidence.strength for evidence in EvidenceStrength}

INTENDED_MEANS = {
    IntendedDestination.SAME_SCHOOL: (ActivityGroup.EET, ActivityType.EDUCATION),
    IntendedDestination.OTHER_EDUCATION: (ActivityGroup.EET, ActivityType.EDUCATION),
    IntendedDestination.APPRENTICESHIP: (ActivityGroup.EET, ActivityType.APPRENTICESHIP),
    IntendedDestination.WORK_WITH_STUDY: (ActivityGroup.EET, ActivityType.EMPLOYMENT),
    IntendedDestination.WORK: (ActivityGroup.EET, ActivityType.EMPLOYMENT),
    IntendedDestination.OTHER: (ActivityGroup.OTHER, ActivityType.OTHER),
    IntendedDestination.UNDECIDED: (ActivityGroup.OTHER, ActivityType.OTHER),
    IntendedDestination.NOT_ASKED: (ActivityGroup.NOT_KNOWN, ActivityType.NOT_KNOWN),
}


@dataclass(frozen=True, slots=True)
class LeaverOutcome:
    """The best answer about one leaver at one wave, the cell it came from, and whether it lasted.

    Where nothing was said, the answer is not known and has no cell: `submission_id` is None.
    """

    leaver_id: int
    person_id: int
    cohort_id: int
    urn: str
    academic_year: int
    leaving_stage: str
    sex: str | None
    sen: str | None
    is_disadvantaged: bool | None
    wave: int
    group: ActivityGroup
    activity_type: ActivityType
    sustained: Sustained
    sustained_because: str
    activity_code: str | None = None
    intended: str | None = None
    provider_name: str = ""
    started_on: date | None = None
    ended_on: date | None = None
    as_at: date | None = None
    source: str | None = None
    evidence: str | None = None
    submission_id: int | None = None
    sheet: str = ""
    row: int | None = None
    column: str = ""

    @property
    def is_known(self) -> bool:
        """Whether we know what the leaver was doing."""
        return self.group is not ActivityGroup.NOT_KNOWN and not self.is_excluded

    @property
    def is_excluded(self) -> bool:
        """Whether the leaver is out of the base; the answer is then why."""
        return self.group is ActivityGroup.EXCLUDED

    @property
    def is_evidenced(self) -> bool:
        """Whether the provider or the employer itself says so."""
        return self.evidence is not None and EvidenceStrength(self.evidence).is_own_word


def leaver_outcomes(
    session: Session,
    *,
    today: date,
    as_of: datetime | None = None,
    urn: str | None = None,
    academic_year: int | None = None,
    calendar: WaveCalendar = WAVE_CALENDAR,
    excluding: tuple[str, ...] = EXCLUDING,
) -> Iterator[LeaverOutcome]:
    """Every leaver at every wave of their cohort, in the order of cohorts, leavers and waves.

    `as_of` (with its time zone) gives the answers as they were then.  `urn` and `academic_year`
    keep to a school and a leaving year.  `excluding` are codes that put a leaver out of the base.
    """
    record_filter = RecordFilter(as_of, urn, academic_year, excluding)
    yield from leaver_outcomes_at(
        session, waves_by_cohort(session, record_filter, today), record_filter, today, calendar
    )


def leaver_outcomes_at(
    session: Session,
    waves: Mapping[int, Sequence[int]],
    record_filter: RecordFilter,
    today: date,
    calendar: WaveCalendar = WAVE_CALENDAR,
) -> Iterator[LeaverOutcome]:
    """Every leaver of the cohorts at the given waves (by cohort id), read with one query.

    Wave 0 is theirs alone who were asked what they intend.
    """
    day = min(today, in_london(record_filter.as_of).date()) if record_filter.as_of else today
    intending = asked_what_they_intend(session, record_filter)
    for observations in leaver_observations(session, record_filter):
        leaver = observations[0]
        of_leaver = waves.get(leaver.cohort_id, ())
        if leaver.leaver_id not in intending:
            of_leaver = [wave for wave in of_leaver if wave]
        yield from _outcomes_of_leaver(
            observations, of_leaver, day, calendar, record_filter.excluding
        )


def _outcomes_of_leaver(
    observations: Sequence[LeaverObservation],
    waves: Sequence[int],
    today: date,
    calendar: WaveCalendar,
    excluding: tuple[str, ...],
) -> Iterator[LeaverOutcome]:
    """The outcome of one leaver at each wave: of one who is excluded, why, at every wave."""
    leaver = observations[0]
    statements = _standing_statements(observations)
    spells = build_spells(_spell_evidence(statements), today=today)
    exclusion = exclusion_among(statements, excluding)
    for wave in waves:
        asked_on = wave_dates(leaver.academic_year, wave, calendar).asked_on
        at_wave = [statement for statement in statements if statement.wave == wave]
        if wave > 0:
            at_wave = _true_on(at_wave, asked_on)
        best = max(
            at_wave, key=lambda statement: _survivorship_order(statement, asked_on), default=None
        )
        verdict = _sustained_verdict(spells, leaver.academic_year, wave, today)
        outcome = _outcome(leaver, wave, exclusion or best, verdict)
        yield replace(outcome, group=ActivityGroup.EXCLUDED) if exclusion else outcome


class _SendingOrder(NamedTuple):
    """The moment at which something was said: the day it was sent, then the order of arrival."""

    sent_on: date
    submission_id: int
    id: int


def _sending_order(statement: LeaverObservation) -> _SendingOrder:
    return _SendingOrder(statement.sent_on, statement.submission_id, statement.id or 0)


def _standing_statements(observations: Iterable[LeaverObservation]) -> list[LeaverObservation]:
    """The statements that no later one corrects, whatever order they were recorded in."""
    by_voice: dict[tuple[int, Voice], list[LeaverObservation]] = {}
    for statement in observations:
        if statement.id is not None:
            voice = voice_of(statement.source, statement.evidence, statement.sender)
            by_voice.setdefault((statement.wave, voice), []).append(statement)
    return [
        statement
        for spoken in by_voice.values()
        for statement in uncorrected(sorted(spoken, key=_sending_order))
    ]


def _true_on(statements: Sequence[LeaverObservation], asked_on: date) -> list[LeaverObservation]:
    """Those that were so on the day asked: begun, not over, and not hearsay of a place left."""
    left = [
        statement
        for statement in statements
        if statement.ended_on is not None
        and statement.ended_on < asked_on
        and EvidenceStrength(statement.evidence).is_own_word
    ]
    return [
        statement
        for statement in statements
        if (statement.started_on is None or statement.started_on <= asked_on)
        and (statement.ended_on is None or statement.ended_on >= asked_on)
        and not any(is_hearsay_of(statement, leaving) for leaving in left)
    ]


def is_hearsay_of(
    statement: LeaverObservation | Destination, leaving: LeaverObservation | Destination
) -> bool:
    """Whether a statement has a leaver at a place of which the place itself says that they left.

    One that names no place may mean the same place, and one with a later start another stay.
    """
    assert leaving.ended_on is not None
    place, place_left = _place(statement), _place(leaving)
    return (
        _STRENGTH[statement.evidence] < _STRENGTH[leaving.evidence]
        and _group_and_type(statement)[1] is _group_and_type(leaving)[1]
        and (not place or place == place_left)
        and (statement.started_on is None or statement.started_on <= leaving.ended_on)
    )


def _place(statement: LeaverObservation | Destination) -> str:
    """A UKPRN, a URN or a name in small letters, by which statements are compared."""
    return statement.provider_ukprn or statement.provider_urn or statement.provider_name.casefold()


def _spell_evidence(statements: Iterable[LeaverObservation]) -> Iterator[SpellEvidence]:
    for statement in statements:
        activity_type = _group_and_type(statement)[1]
        if statement.wave > 0 and activity_type is not ActivityType.NOT_KNOWN:
            yield SpellEvidence(
                activity_type,
                statement.as_at,
                statement.started_on,
                statement.ended_on,
                _place(statement),
                _STRENGTH[statement.evidence],
            )


def _survivorship_order(
    statement: LeaverObservation, asked_on: date
) -> tuple[bool, bool, int, date, _SendingOrder]:
    """Sort key of the statements about a wave, the best last: the first difference decides."""
    group, _ = _group_and_type(statement)
    return (
        group is not ActivityGroup.NOT_KNOWN,
        _speaks_of(statement, asked_on),
        _STRENGTH[statement.evidence],
        statement.as_at,
        _sending_order(statement),
    )


def _speaks_of(statement: LeaverObservation, asked_on: date) -> bool:
    """Whether a statement tells of the day asked: it says since or until when.

    Or it was true that autumn.
    """
    return (
        statement.started_on is not None
        or statement.ended_on is not None
        or statement.as_at.year <= asked_on.year
    )


def _group_and_type(
    statement: LeaverObservation | Destination,
) -> tuple[ActivityGroup, ActivityType]:
    """What a statement counts as: by its activity code, else by the intended destination."""
    if statement.activity_code:
        activity = activities()[statement.activity_code]
        return activity.group, activity.activity_type
    if statement.intended:
        return INTENDED_MEANS[IntendedDestination(statement.intended)]
    return ActivityGroup.NOT_KNOWN, ActivityType.NOT_KNOWN


def _sustained_verdict(
    spells: tuple[Spell, ...], academic_year: int, wave: int, today: date
) -> SustainedVerdict:
    if wave == 0:
        return SustainedVerdict(Sustained.CANNOT_TELL, "what is intended cannot have lasted")
    return judge_sustained(spells, academic_year + wave, today)


def _outcome(
    leaver: LeaverObservation, wave: int, best: LeaverObservation | None, verdict: SustainedVerdict
) -> LeaverOutcome:
    group, activity_type = (
        _group_and_type(best) if best else (ActivityGroup.NOT_KNOWN, ActivityType.NOT_KNOWN)
    )
    if group is ActivityGroup.NOT_KNOWN and verdict.answer is not Sustained.CANNOT_TELL:
        # What a later autumn's sheet says of these months is no answer to this one.
        verdict = SustainedVerdict(Sustained.CANNOT_TELL, _WHERE_IS_NOT_KNOWN)
    observation = best or _NO_OBSERVATION
    return LeaverOutcome(
        leaver_id=leaver.leaver_id,
        person_id=leaver.person_id,
        cohort_id=leaver.cohort_id,
        urn=leaver.urn,
        academic_year=leaver.academic_year,
        leaving_stage=leaver.leaving_stage,
        sex=leaver.sex,
        sen=leaver.sen,
        is_disadvantaged=leaver.is_disadvantaged,
        wave=wave,
        group=group,
        activity_type=activity_type,
        sustained=verdict.answer,
        sustained_because=verdict.because,
        activity_code=observation.activity_code or None,
        intended=observation.intended,
        provider_name=observation.provider_name or "",
        started_on=observation.started_on,
        ended_on=observation.ended_on,
        as_at=observation.as_at,
        source=observation.source,
        evidence=observation.evidence,
        submission_id=observation.submission_id,
        sheet=observation.sheet or "",
        row=observation.row,
        column=observation.column or "",
    )


# In place of the observation where there is none at a wave.
_NO_OBSERVATION: Any = LeaverObservation._make([None] * len(LeaverObservation._fields))
