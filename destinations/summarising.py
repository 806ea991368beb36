"""Summarise: the best answer about each leaver becomes counts that carry their denominators.

Leavers of a school are counted by cohort and wave, all together and by disadvantage, SEN and sex;
a hub's totals are the sums of its schools.  Nothing is hidden here: what leaves the hub must be
protected by whoever publishes it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import select
from sqlmodel import Session

from destinations.answers import Answer, answers, answers_at
from destinations.percents import percent
from destinations.places import Home, homes
from destinations.said import Chosen, waves_of
from destinations.sustained import Sustained
from destinations.waves import CALENDAR, Calendar
from models.leavers import Cohort
from models.summaries import Counts, SummaryLine
from models.vocabulary import SEN, SEXES, Group, Kin, year_name

__all__ = ["answers", "percent", "summarise", "summary_rows"]

NOT_KNOWN = "not known"
ALL = ("all", "all")
BREAKDOWNS = ("all", "disadvantaged", "SEN", "sex")
PARTS = {
    "all": ("all",),
    "disadvantaged": ("disadvantaged", "not disadvantaged", NOT_KNOWN),
    "SEN": (*SEN.values(), NOT_KNOWN),
    "sex": tuple(dict.fromkeys([*SEXES.values(), NOT_KNOWN])),
}
COLUMNS = (
    "hub",
    "urn",
    "cohort",
    "stage",
    "wave",
    "leavers",
    "known",
    "eet",
    "neet",
    "not_known",
    "sustained",
    "sustained_base",
    "coverage_percent",
)


def summarise(
    session: Session,
    *,
    as_of: datetime | None = None,
    today: date,
    calendar: Calendar = CALENDAR,
) -> tuple[SummaryLine, ...]:
    """Every line of the summary, by hub, school, cohort, stage, wave and breakdown.

    Hubs hold the schools that are theirs on the day; hub totals come before schools, with urn ''.
    A school in no hub that has sent leavers has lines under hub '', without a total.  `as_of` (with
    its time zone) gives the summary as it was at that moment.  A part of a breakdown without
    leavers has no line.
    """
    chosen = Chosen(as_of=as_of)
    day = min(today, as_of.date()) if as_of else today
    cohorts = {cohort.id or 0: cohort for cohort in session.scalars(select(Cohort))}
    placed = homes(session, {cohort.urn for cohort in cohorts.values()}, day=day)
    asked = _shared_waves(waves_of(session, chosen, day), cohorts, placed)
    tallies = _count(answers_at(session, asked, chosen, day, calendar), placed)
    return tuple(
        SummaryLine(*place, breakdown, part, tally.counts())
        for (place, breakdown, part), tally in sorted(tallies.items(), key=_order)
    )


# Hub, urn, school, academic year, leaving stage, wave: where a line belongs.
_Place = tuple[str, str, str, int, str, int]
_Key = tuple[_Place, str, str]


@dataclass(slots=True)
class _Tally:
    """Counts as they grow."""

    groups: dict[Group, int] = field(default_factory=lambda: dict.fromkeys(Group, 0))
    kins: dict[Kin, int] = field(default_factory=lambda: dict.fromkeys(Kin, 0))
    lasting: dict[Sustained, int] = field(default_factory=lambda: dict.fromkeys(Sustained, 0))

    def counts(self) -> Counts:
        leavers = sum(self.groups.values())
        not_known = self.groups[Group.NOT_KNOWN]
        return Counts(
            leavers=leavers,
            known=leavers - not_known,
            eet=self.groups[Group.EET],
            neet=self.groups[Group.NEET],
            other=self.groups[Group.OTHER],
            not_known=not_known,
            sustained=self.lasting[Sustained.YES],
            sustained_base=self.lasting[Sustained.YES] + self.lasting[Sustained.NO],
            kins=tuple((kin.value, number) for kin, number in self.kins.items()),
        )


def _shared_waves(
    waves: Mapping[int, Sequence[int]],
    cohorts: Mapping[int, Cohort],
    placed: Mapping[str, Sequence[Home]],
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


def _peers(cohort: Cohort, placed: Mapping[str, Sequence[Home]]) -> Iterator[tuple[str, int, str]]:
    for home in placed[cohort.urn]:
        if home.hub:
            yield home.hub, cohort.academic_year, cohort.leaving_stage


def _count(answered: Iterable[Answer], placed: Mapping[str, Sequence[Home]]) -> dict[_Key, _Tally]:
    tallies: dict[_Key, _Tally] = {}
    for answer in answered:
        when = (answer.academic_year, answer.leaving_stage, answer.wave)
        for home in placed[answer.urn]:
            places = [(home.hub, home.urn, home.school, *when)]
            if home.hub:
                places.append((home.hub, "", "", *when))
            for place in places:
                for breakdown, part in _parts(answer):
                    tally = tallies.setdefault((place, breakdown, part), _Tally())
                    tally.groups[answer.group] += 1
                    tally.kins[answer.kin] += 1
                    tally.lasting[answer.sustained] += 1
    return tallies


def _parts(answer: Answer) -> tuple[tuple[str, str], ...]:
    disadvantaged = {True: "disadvantaged", False: "not disadvantaged", None: NOT_KNOWN}
    return (
        ALL,
        ("disadvantaged", disadvantaged[answer.is_disadvantaged]),
        ("SEN", SEN.get(answer.sen or "", NOT_KNOWN)),
        ("sex", SEXES.get(answer.sex or "", NOT_KNOWN)),
    )


def _order(item: tuple[_Key, _Tally]) -> tuple[object, ...]:
    (hub, urn, _, year, stage, wave), breakdown, part = item[0]
    return (hub, urn, year, stage, wave, BREAKDOWNS.index(breakdown), PARTS[breakdown].index(part))


def summary_rows(
    lines: Iterable[SummaryLine],
) -> tuple[tuple[str, ...], list[tuple[object, ...]]]:
    """The columns and rows of the summary export: all leavers together, hub totals with urn ''."""
    everybody = [line for line in lines if (line.breakdown, line.part) == ALL]
    everybody.sort(
        key=lambda line: (line.hub, line.urn, line.academic_year, line.leaving_stage, line.wave)
    )
    return COLUMNS, [_row(line) for line in everybody]


def _row(line: SummaryLine) -> tuple[object, ...]:
    counts = line.counts
    return (
        line.hub,
        line.urn,
        year_name(line.academic_year),
        line.leaving_stage,
        line.wave,
        counts.leavers,
        counts.known,
        counts.eet,
        counts.neet,
        counts.not_known,
        counts.sustained,
        counts.sustained_base,
        percent(counts.known, counts.leavers),
    )
