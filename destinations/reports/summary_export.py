"""Lines: the lines of a summary become the rows of its export, each rate beside its base."""

from collections.abc import Iterable

from destinations.outcomes.percent import rounded_percent
from models.handoffs.summaries import SummaryLine
from models.vocabulary import year_name

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


def summary_rows(
    lines: Iterable[SummaryLine],
) -> tuple[tuple[str, ...], list[tuple[object, ...]]]:
    """The columns and rows of the summary export: all leavers together, hub totals with urn ''."""
    everybody = [line for line in lines if line.breakdown == "all"]
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
        rounded_percent(counts.known, counts.leavers),
    )
