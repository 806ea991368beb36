"""Summarising: the best answer about each leaver becomes counts that carry their denominators.

Leavers of a school are counted by cohort and wave, all together and by disadvantage, SEN and sex;
a hub's totals are the sums of its schools.  Nothing is hidden here: what leaves the hub must be
protected by whoever publishes it.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlmodel import Session

from destinations.outcomes.exclusions import EXCLUDING
from destinations.outcomes.observations import RecordFilter, waves_by_cohort
from destinations.outcomes.percent import rounded_percent
from destinations.outcomes.survivorship import LeaverOutcome, leaver_outcomes, leaver_outcomes_at
from destinations.outcomes.sustained import Sustained
from destinations.outcomes.uncounted_rows import uncounted_rows
from destinations.outcomes.waves import WAVE_CALENDAR, WaveCalendar
from destinations.register.counted_at import CountedAt, schools_counted_at
from destinations.reports.summary_export import summary_rows
from models.facts.calendar import in_london
from models.handoffs.summaries import Counts, SummaryLine
from models.leavers import Cohort
from models.vocabulary import (
    SEN,
    SEXES,
    ActivityGroup,
    ActivityType,
    SustainedCategory,
    activities,
    sustained_category,
)

__all__ = ["leaver_outcomes", "rounded_percent", "summarise", "summary_rows"]

NOT_KNOWN = "not known"
ALL = ("all", "all")
_DISADVANTAGED = {True: "disadvantaged", False: "not disadvantaged", None: NOT_KNOWN}
BREAKDOWNS = ("all", "disadvantaged", "SEN", "sex")
PARTS = {
    "all": ("all",),
    "disadvantaged": tuple(_DISADVANTAGED.values()),
    "SEN": (*SEN.values(), NOT_KNOWN),
    "sex": tuple(dict.fromkeys([*SEXES.values(), NOT_KNOWN])),
}


def summarise(
    session: Session,
    *,
    as_of: datetime | None = None,
    today: date,
    calendar: WaveCalendar = WAVE_CALENDAR,
    excluding: tuple[str, ...] = EXCLUDING,
) -> tuple[SummaryLine, ...]:
    """Every line of the summary, by hub, school, cohort, stage, wave and breakdown.

    Hubs hold the schools that are theirs on the day; hub totals come before schools, with urn ''.
    A school in no hub that has sent leavers has lines under hub '', without a total.  `as_of` (with
    its time zone) gives the summary as it was at that moment.  A part of a breakdown without
    leavers has no line.  Wave 0 has lines for those who were asked what they intended.  `excluding`
    are the codes that put a leaver out of the base.
    """
    record_filter = RecordFilter(as_of=as_of, excluding=excluding)
    day = min(today, in_london(as_of).date()) if as_of else today
    cohorts = {cohort.id or 0: cohort for cohort in session.scalars(select(Cohort))}
    counted_at = schools_counted_at(session, {cohort.urn for cohort in cohorts.values()}, day=day)
    waves = _shared_waves(waves_by_cohort(session, record_filter, day), cohorts, counted_at)
    tallies = _tally_by_line(
        _tally_by_cohort(leaver_outcomes_at(session, waves, record_filter, day, calendar)),
        cohorts,
        counted_at,
    )
    uncounted = _uncounted_by_line(uncounted_rows(session, as_of=as_of), waves, cohorts, counted_at)
    tallies |= {key: Counter() for key in uncounted if key not in tallies and key.wave}
    return tuple(
        SummaryLine(*key, _counts_of(tally, None if key.part != "all" else uncounted[key]))
        for key, tally in sorted(tallies.items(), key=lambda item: _reading_order(item[0]))
    )


class _SummaryKey(NamedTuple):
    """Where a line of the summary belongs; `urn` and `school` are '' for a hub's total."""

    hub: str
    urn: str
    school: str
    academic_year: int
    leaving_stage: str
    wave: int
    breakdown: str
    part: str


class _CohortPart(NamedTuple):
    """A part of a breakdown of one cohort at one wave."""

    cohort_id: int
    wave: int
    breakdown: str
    part: str


class _HubYear(NamedTuple):
    """The cohorts of a hub that are asked at the same waves."""

    hub: str
    academic_year: int
    leaving_stage: str


class _OutcomeClass(NamedTuple):
    """What leavers are counted together by."""

    group: ActivityGroup
    activity_type: ActivityType
    sustained: Sustained
    is_evidenced: bool
    excluded_as: str = ""  # the code by which somebody is out of the base
    category: str = ""  # of DfE's six, where the destination lasted


_Tally = Counter[_OutcomeClass]


def _shared_waves(
    waves: Mapping[int, Sequence[int]],
    cohorts: Mapping[int, Cohort],
    counted_at: Mapping[str, Sequence[CountedAt]],
) -> dict[int, tuple[int, ...]]:
    """The waves to count for each cohort: those of any of the hub's in the same year and stage.

    Otherwise a school that has not sent would be missing from the base of its hub's coverage.  Not
    so wave 0: what was intended is asked by each school for itself, or not at all.
    """
    shared: dict[_HubYear, set[int]] = {}
    for cohort_id, cohort_waves in waves.items():
        for group in _hub_years(cohorts[cohort_id], counted_at):
            shared.setdefault(group, set()).update(wave for wave in cohort_waves if wave)
    return {
        cohort_id: tuple(
            sorted(
                set(waves.get(cohort_id, ())).union(
                    *(shared.get(group, ()) for group in _hub_years(cohort, counted_at))
                )
            )
        )
        for cohort_id, cohort in cohorts.items()
    }


def _hub_years(cohort: Cohort, counted_at: Mapping[str, Sequence[CountedAt]]) -> Iterator[_HubYear]:
    for place in counted_at[cohort.urn]:
        if place.hub:
            yield _HubYear(place.hub, cohort.academic_year, cohort.leaving_stage)


def _tally_by_cohort(outcomes: Iterable[LeaverOutcome]) -> dict[_CohortPart, _Tally]:
    """Leavers by cohort, wave, breakdown and part."""
    tallies: dict[_CohortPart, _Tally] = defaultdict(Counter)
    for outcome in outcomes:
        outcome_class = _OutcomeClass(
            outcome.group,
            outcome.activity_type,
            outcome.sustained,
            outcome.is_evidenced,
            (outcome.activity_code or "") if outcome.is_excluded else "",
            sustained_category(outcome.activity_code, outcome.activity_type).value
            if outcome.sustained is Sustained.YES
            else "",
        )
        for part in _breakdown_parts(outcome):
            tallies[_CohortPart(outcome.cohort_id, outcome.wave, *part)][outcome_class] += 1
    return tallies


def _tally_by_line(
    tallies: Mapping[_CohortPart, _Tally],
    cohorts: Mapping[int, Cohort],
    counted_at: Mapping[str, Sequence[CountedAt]],
) -> dict[_SummaryKey, _Tally]:
    """The tallies by the lines they belong to: the school's, and the hub's total."""
    lines: dict[_SummaryKey, _Tally] = defaultdict(Counter)
    for cohort_part, tally in tallies.items():
        cohort = cohorts[cohort_part.cohort_id]
        cohort_key = (cohort.academic_year, cohort.leaving_stage, *cohort_part[1:])
        for place in counted_at[cohort.urn]:
            lines[_SummaryKey(place.hub, place.urn, place.school, *cohort_key)].update(tally)
            if place.hub:
                lines[_SummaryKey(place.hub, "", "", *cohort_key)].update(tally)
    return lines


def _uncounted_by_line(
    rows: Mapping[int, int],
    waves: Mapping[int, Sequence[int]],
    cohorts: Mapping[int, Cohort],
    counted_at: Mapping[str, Sequence[CountedAt]],
) -> Counter[_SummaryKey]:
    """Rows that make nobody a leaver, by the lines of all leavers beside which they stand."""
    lines: Counter[_SummaryKey] = Counter()
    for cohort_id, number in rows.items():
        cohort = cohorts[cohort_id]
        for wave in waves.get(cohort_id, ()):
            cohort_key = (cohort.academic_year, cohort.leaving_stage, wave, *ALL)
            for place in counted_at[cohort.urn]:
                lines[_SummaryKey(place.hub, place.urn, place.school, *cohort_key)] += number
                if place.hub:
                    lines[_SummaryKey(place.hub, "", "", *cohort_key)] += number
    return lines


def _counts_of(tally: _Tally, cannot_be_counted: int | None) -> Counts:
    groups: Counter[ActivityGroup] = Counter()
    activity_types: Counter[ActivityType] = Counter()
    lasting: Counter[Sustained] = Counter()
    evidenced: Counter[ActivityGroup] = Counter()
    exclusions: Counter[str] = Counter()
    categories: Counter[str] = Counter()
    for outcome_class, count in tally.items():
        group, activity_type, sustained, is_evidenced, excluded_as, category = outcome_class
        if excluded_as:
            exclusions[excluded_as] += count
            continue
        groups[group] += count
        evidenced[group] += count * is_evidenced
        activity_types[activity_type] += count
        lasting[sustained] += count
        categories[category] += count
    leavers, not_known = groups.total(), groups[ActivityGroup.NOT_KNOWN]
    return Counts(
        leavers=leavers,
        known=leavers - not_known,
        eet=groups[ActivityGroup.EET],
        neet=groups[ActivityGroup.NEET],
        other=groups[ActivityGroup.OTHER],
        not_known=not_known,
        sustained=lasting[Sustained.YES],
        sustained_base=lasting[Sustained.YES] + lasting[Sustained.NO],
        known_evidenced=evidenced.total() - evidenced[ActivityGroup.NOT_KNOWN],
        eet_evidenced=evidenced[ActivityGroup.EET],
        cannot_be_counted=cannot_be_counted,
        excluded=exclusions.total(),
        exclusions=tuple(
            (activities()[code].label, exclusions[code])
            for code in activities()
            if exclusions[code]
        ),
        activity_types=tuple(
            (activity_type.value, activity_types[activity_type]) for activity_type in ActivityType
        ),
        sustained_categories=tuple(
            (category.value, categories[category.value])
            for category in SustainedCategory
            if categories[category.value]
        ),
    )


def _breakdown_parts(outcome: LeaverOutcome) -> tuple[tuple[str, str], ...]:
    return (
        ALL,
        ("disadvantaged", _DISADVANTAGED[outcome.is_disadvantaged]),
        ("SEN", SEN.get(outcome.sen or "", NOT_KNOWN)),
        ("sex", SEXES.get(outcome.sex or "", NOT_KNOWN)),
    )


def _reading_order(key: _SummaryKey) -> tuple[object, ...]:
    position = BREAKDOWNS.index(key.breakdown), PARTS[key.breakdown].index(key.part)
    return (key.hub, key.urn, key.academic_year, key.leaving_stage, key.wave, *position)
