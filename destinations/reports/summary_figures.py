"""Summary figures: which lines a page shows, what it calls them, and their rates."""

from collections.abc import Iterable
from typing import NamedTuple

from destinations.outcomes.percent import rounded_percent
from models.facts.counts import count_of
from models.handoffs.summaries import Counts, SummaryLine
from models.vocabulary import ActivityType, stage_name, year_name

# Kinds of destination as a chart can show them: few enough to tell apart, every type in one.
SHOWN_TYPES: tuple[tuple[str, tuple[ActivityType, ...]], ...] = (
    ("Education", (ActivityType.EDUCATION,)),
    ("Apprenticeship", (ActivityType.APPRENTICESHIP,)),
    ("Employment", (ActivityType.EMPLOYMENT,)),
    ("Training or gap year", (ActivityType.TRAINING, ActivityType.GAP_YEAR)),
    ("NEET", (ActivityType.NEET,)),
    ("Other", (ActivityType.RE_ENGAGEMENT, ActivityType.PRE_16, ActivityType.OTHER)),
    ("Not known", (ActivityType.NOT_KNOWN,)),
)


class CohortWave(NamedTuple):
    """A wave of the leavers of one stage and year, of whichever schools the lines are about."""

    leaving_stage: str
    academic_year: int  # the September it starts in
    wave: int


def rounded_share(part: int, whole: int) -> float | None:
    """The rounded percentage as a fraction, 0.92 for 92 %, so that no program rounds again.

    None where `whole` is 0.
    """
    rounded = rounded_percent(part, whole)
    return None if rounded is None else int(rounded) / 100


def percent_in_words(part: int, whole: int) -> str:
    """The rounded percentage for a sentence: "92%"; "no leavers" where `whole` is 0."""
    rounded = rounded_percent(part, whole)
    return "no leavers" if rounded is None else f"{rounded}%"


def uncounted_in_words(counts: Counts) -> str:
    """The rows that make nobody a leaver, as a sentence after others; '' where there are none."""
    rows = counts.cannot_be_counted
    if not rows:
        return ""
    return f" {count_of(rows, 'row', 'rows')} cannot be counted: we cannot tell who they are about."


def excluded_in_words(counts: Counts) -> str:
    """Who is out of the base and why, as a sentence after others; '' where nobody is."""
    if not counts.excluded:
        return ""
    reasons = ", ".join(f"{why.lower()} {number}" for why, number in counts.exclusions)
    who = count_of(counts.excluded, "is", "are")
    return f" {who} left out of the leavers: {reasons}."


def activity_type_counts(counts: Counts) -> tuple[int, ...]:
    """How many leavers each of SHOWN_TYPES holds, in that order."""
    by_type = {str(name): number for name, number in counts.activity_types}
    return tuple(
        sum(by_type.get(activity_type.value, 0) for activity_type in activity_types)
        for _, activity_types in SHOWN_TYPES
    )


def lines_of_all_leavers(lines: Iterable[SummaryLine]) -> tuple[SummaryLine, ...]:
    """The lines about all leavers together, not about one group of them."""
    return tuple(line for line in lines if line.breakdown == "all")


def latest_known(lines: Iterable[SummaryLine]) -> tuple[SummaryLine, ...]:
    """Of each leaving stage and wave, the lines of the latest cohort of which anything is known."""
    lines = tuple(lines)
    newest: dict[tuple[str, int], int] = {}
    for line in lines:
        key = (line.leaving_stage, line.wave)
        if line.counts.known and line.academic_year > newest.get(key, 0):
            newest[key] = line.academic_year
    return in_page_order(
        line for line in lines if newest.get((line.leaving_stage, line.wave)) == line.academic_year
    )


def latest_sustained(lines: Iterable[SummaryLine]) -> tuple[SummaryLine, ...]:
    """Of each leaving stage and wave, the latest cohort of which lasting can be told."""
    return latest_known(line for line in lines if line.counts.sustained_base)


def part_name(line: SummaryLine) -> str:
    """What people call a part of a breakdown; "not known" alone would not say what of."""
    name = group_name(line)
    if line.part in ("not known", "withheld"):
        return f"{name}: {line.part}"
    return line.part[:1].upper() + line.part[1:]


def group_name(line: SummaryLine) -> str:
    """What people call a breakdown."""
    names = {"disadvantaged": "Disadvantage", "sex": "Sex"}
    return names.get(line.breakdown, line.breakdown)


def in_page_order(lines: Iterable[SummaryLine]) -> tuple[SummaryLine, ...]:
    """By school, stage, latest cohort first, wave: the same order on every page."""
    return tuple(
        sorted(
            lines,
            key=lambda line: (
                line.school.casefold(),
                line.urn,
                line.leaving_stage,
                -line.academic_year,
                line.wave,
            ),
        )
    )


def leaving_stages(lines: Iterable[SummaryLine]) -> tuple[str, ...]:
    """The leaving stages that the lines are about."""
    return tuple(sorted({line.leaving_stage for line in lines}))


def cohort_name(line: SummaryLine) -> str:
    """What people call a cohort: Year 11, 2024/25."""
    return f"{stage_name(line.leaving_stage)}, {year_name(line.academic_year)}"


def wave_name(number: int) -> str:
    """What people call a wave; wave 0 is what leavers meant to do."""
    return f"Wave {number}" if number else "Wave 0 (intended)"


def wave_of_cohort(line: SummaryLine) -> str:
    """The wave and whose it is: Wave 1: Year 11, 2024/25."""
    return f"{wave_name(line.wave)}: {cohort_name(line)}"


def asked_in(line: SummaryLine) -> str:
    """When the wave asks: a cohort of 2024/25 is first asked in autumn 2025."""
    return f"autumn {line.academic_year + line.wave}" if line.wave else "before leaving"
