"""Summarise: the best answer about each leaver becomes counts that carry their denominators.

Leavers of a school are counted by cohort and wave, all together and by disadvantage, SEN and sex;
a hub's totals are the sums of its schools.  Nothing is hidden here: what leaves the hub must be
protected by whoever publishes it.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlmodel import Session

from destinations.outcomes.observations import RecordFilter, waves_by_cohort
from destinations.outcomes.percent import rounded_percent
from destinations.outcomes.survivorship import LeaverOutcome, leaver_outcomes, leaver_outcomes_at
from destinations.outcomes.sustained import Sustained
from destinations.outcomes.waves import WAVE_CALENDAR, WaveCalendar
from destinations.register.counted_at import CountedAt, schools_counted_at
from destinations.reports.summary_export import summary_rows
from models.facts.calendar import in_london
from models.handoffs.summaries import Counts, SummaryLine
from models.leavers import Cohort
from models.vocabulary import SEN, SEXES, ActivityGroup, ActivityType

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
) -> tuple[SummaryLine, ...]:
    """Every line of the summary, by hub, school, cohort, stage, wave and breakdown.

    Hubs hold the schools that are theirs on the day; hub totals come before schools, with urn ''.
    A school in no hub that has sent leavers has lines under hub '', without a total.  `as_of` (with
    its time zone) gives the summary as it was at that moment.  A part of a breakdown without
    leavers has no line.
    """
    chosen = RecordFilter(as_of=as_of)
    day = min(today, in_london(as_of).date()) if as_of else today
    cohorts = {cohort.id or 0: cohort for cohort in session.scalars(select(Cohort))}
    placed = schools_counted_at(session, {cohort.urn for cohort in cohorts.values()}, day=day)
    asked = _shared_waves(waves_by_cohort(session, chosen, day), cohorts, placed)
    tallies = _gathered(
        _count(leaver_outcomes_at(session, asked, chosen, day, calendar)), cohorts, placed
    )
    return tuple(
        SummaryLine(*place, breakdown, part, _counts(tally))
        for (place, breakdown, part), tally in sorted(tallies.items(), key=_order)
    )


# Hub, urn, school, academic year, leaving stage, wave: where a line belongs.
_Place = tuple[str, str, str, int, str, int]
_Line = tuple[_Place, str, str]
# Leavers by what their answers share.
_Tally = Counter[tuple[ActivityGroup, ActivityType, Sustained]]


def _shared_waves(
    waves: Mapping[int, Sequence[int]],
    cohorts: Mapping[int, Cohort],
    placed: Mapping[str, Sequence[CountedAt]],
) -> dict[int, tuple[int, ...]]:
    """The waves to count for each cohort: those of any of the hub's in the same year and stage.

    Otherwise a school that has not sent would be missing from the base of its hub's coverage.
    """
    shared: dict[tuple[str, int, str], set[int]] = {}
    for cohort_id, numbers in waves.items():
        for group in _peers(cohorts[cohort_id], placed):
            shared.setdefault(group, set()).update(numbers)
    return {
        cohort_id: tuple(
            sorted(
                set(waves.get(cohort_id, ())).union(
                    *(shared.get(group, ()) for group in _peers(cohort, placed))
                )
            )
        )
        for cohort_id, cohort in cohorts.items()
    }


def _peers(
    cohort: Cohort, placed: Mapping[str, Sequence[CountedAt]]
) -> Iterator[tuple[str, int, str]]:
    for home in placed[cohort.urn]:
        if home.hub:
            yield home.hub, cohort.academic_year, cohort.leaving_stage


def _count(answered: Iterable[LeaverOutcome]) -> dict[tuple[int, int, str, str], _Tally]:
    """Leavers by cohort, wave, breakdown and part."""
    tallies: dict[tuple[int, int, str, str], _Tally] = defaultdict(Counter)
    for answer in answered:
        kind = (answer.group, answer.kin, answer.sustained)
        for part in _parts(answer):
            tallies[answer.cohort_id, answer.wave, *part][kind] += 1
    return tallies


def _gathered(
    tallies: Mapping[tuple[int, int, str, str], _Tally],
    cohorts: Mapping[int, Cohort],
    placed: Mapping[str, Sequence[CountedAt]],
) -> dict[_Line, _Tally]:
    """The same by the line where each belongs: its school's, and its hub's."""
    lines: dict[_Line, _Tally] = defaultdict(Counter)
    for (cohort_id, wave, *part), tally in tallies.items():
        cohort = cohorts[cohort_id]
        when = (cohort.academic_year, cohort.leaving_stage, wave)
        breakdown, value = part
        for home in placed[cohort.urn]:
            lines[(home.hub, home.urn, home.school, *when), breakdown, value].update(tally)
            if home.hub:
                lines[(home.hub, "", "", *when), breakdown, value].update(tally)
    return lines


def _counts(tally: _Tally) -> Counts:
    groups: Counter[ActivityGroup] = Counter()
    kins: Counter[ActivityType] = Counter()
    lasting: Counter[Sustained] = Counter()
    for (group, kin, sustained), number in tally.items():
        groups[group] += number
        kins[kin] += number
        lasting[sustained] += number
    leavers, not_known = tally.total(), groups[ActivityGroup.NOT_KNOWN]
    return Counts(
        leavers=leavers,
        known=leavers - not_known,
        eet=groups[ActivityGroup.EET],
        neet=groups[ActivityGroup.NEET],
        other=groups[ActivityGroup.OTHER],
        not_known=not_known,
        sustained=lasting[Sustained.YES],
        sustained_base=lasting[Sustained.YES] + lasting[Sustained.NO],
        kins=tuple((kin.value, kins[kin]) for kin in ActivityType),
    )


def _parts(answer: LeaverOutcome) -> tuple[tuple[str, str], ...]:
    return (
        ALL,
        ("disadvantaged", _DISADVANTAGED[answer.is_disadvantaged]),
        ("SEN", SEN.get(answer.sen or "", NOT_KNOWN)),
        ("sex", SEXES.get(answer.sex or "", NOT_KNOWN)),
    )


def _order(item: tuple[_Line, _Tally]) -> tuple[object, ...]:
    (hub, urn, _, year, stage, wave), breakdown, part = item[0]
    return (hub, urn, year, stage, wave, BREAKDOWNS.index(breakdown), PARTS[breakdown].index(part))
