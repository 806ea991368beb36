"""Answers: everything said of a leaver becomes the one best answer at each wave.

What beats what, and why: docs/decisions/0005-what-counts-as-known.md.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlmodel import Session

from destinations.outcomes.observations import (
    LeaverObservation,
    RecordFilter,
    leaver_observations,
    waves_by_cohort,
)
from destinations.outcomes.spells import Spell, SpellEvidence, build_spells
from destinations.outcomes.sustained import Sustained, SustainedVerdict, judge_sustained
from destinations.outcomes.waves import WAVE_CALENDAR, WaveCalendar, wave_dates
from models.facts.calendar import in_london
from models.vocabulary import (
    ActivityGroup,
    ActivityType,
    EvidenceStrength,
    IntendedDestination,
    activities,
)

_STRENGTH = {each.value: each.strength for each in EvidenceStrength}

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
    kin: ActivityType
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
        return self.group is not ActivityGroup.NOT_KNOWN


def leaver_outcomes(
    session: Session,
    *,
    today: date,
    as_of: datetime | None = None,
    urn: str | None = None,
    academic_year: int | None = None,
    calendar: WaveCalendar = WAVE_CALENDAR,
) -> Iterator[LeaverOutcome]:
    """Every leaver at every wave of their cohort, in the order of cohorts, leavers and waves.

    `as_of` (with its time zone) gives the answers as they were then.  `urn` and `academic_year`
    keep to a school and a leaving year.
    """
    chosen = RecordFilter(as_of=as_of, urn=urn, academic_year=academic_year)
    yield from leaver_outcomes_at(
        session, waves_by_cohort(session, chosen, today), chosen, today, calendar
    )


def leaver_outcomes_at(
    session: Session,
    waves: Mapping[int, Sequence[int]],
    chosen: RecordFilter,
    today: date,
    calendar: WaveCalendar = WAVE_CALENDAR,
) -> Iterator[LeaverOutcome]:
    """Every leaver of those cohorts at those waves, one query for them all."""
    day = min(today, in_london(chosen.as_of).date()) if chosen.as_of else today
    for said in leaver_observations(session, chosen):
        yield from _of_leaver(said, waves.get(said[0].cohort_id, ()), day, calendar)


def _of_leaver(
    said: Sequence[LeaverObservation], waves: Sequence[int], today: date, calendar: WaveCalendar
) -> Iterator[LeaverOutcome]:
    """One leaver's answer at each wave."""
    leaver = said[0]
    told = [each for each in said if each.id is not None]
    spells = build_spells(_statements(told), today=today)
    for wave in waves:
        asked_on = wave_dates(leaver.academic_year, wave, calendar).asked_on
        there = [each for each in told if each.wave == wave]
        best = max(there, key=lambda each: _worth(each, asked_on), default=None)
        verdict = _lasted(spells, leaver.academic_year, wave, today)
        yield _answer(leaver, wave, best, verdict)


def _statements(told: Iterable[LeaverObservation]) -> Iterator[SpellEvidence]:
    for each in told:
        kin = _meaning(each)[1]
        if each.wave > 0 and kin is not ActivityType.NOT_KNOWN:
            provider = each.provider_ukprn or each.provider_urn or each.provider_name.casefold()
            yield SpellEvidence(
                kin,
                each.as_at,
                each.started_on,
                each.ended_on,
                provider,
                _STRENGTH[each.evidence],
            )


def _worth(said: LeaverObservation, asked_on: date) -> tuple[bool, bool, int, date, datetime, int]:
    """What makes one statement about a wave better than another: the first difference decides."""
    group, _ = _meaning(said)
    return (
        group is not ActivityGroup.NOT_KNOWN,
        said.ended_on is None or said.ended_on >= asked_on,
        _STRENGTH[said.evidence],
        said.as_at,
        said.recorded_at,
        said.id or 0,
    )


def _meaning(said: LeaverObservation) -> tuple[ActivityGroup, ActivityType]:
    """What a statement counts as: by its activity code, or by what was intended."""
    if said.activity_code:
        activity = activities()[said.activity_code]
        return activity.group, activity.kin
    if said.intended:
        return INTENDED_MEANS[IntendedDestination(said.intended)]
    return ActivityGroup.NOT_KNOWN, ActivityType.NOT_KNOWN


def _lasted(
    spells: tuple[Spell, ...], academic_year: int, wave: int, today: date
) -> SustainedVerdict:
    if wave == 0:
        return SustainedVerdict(Sustained.CANNOT_TELL, "what is intended cannot have lasted")
    return judge_sustained(spells, academic_year + wave, today)


def _answer(
    leaver: LeaverObservation, wave: int, best: LeaverObservation | None, verdict: SustainedVerdict
) -> LeaverOutcome:
    group, kin = _meaning(best) if best else (ActivityGroup.NOT_KNOWN, ActivityType.NOT_KNOWN)
    told = best or _NOTHING
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
        kin=kin,
        sustained=verdict.answer,
        sustained_because=verdict.because,
        activity_code=told.activity_code or None,
        intended=told.intended,
        provider_name=told.provider_name or "",
        started_on=told.started_on,
        ended_on=told.ended_on,
        as_at=told.as_at,
        source=told.source,
        evidence=told.evidence,
        submission_id=told.submission_id,
        sheet=told.sheet or "",
        row=told.row,
        column=told.column or "",
    )


# What stands beside a leaver of whom nothing was said at a wave.
_NOTHING: Any = LeaverObservation._make([None] * len(LeaverObservation._fields))
