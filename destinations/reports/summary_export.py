"""Summary export: the lines of a summary become the rows of its export, each rate beside its base.

The columns that readers rely on come first; more may follow, none may go.
"""

from collections.abc import Callable, Iterable

from destinations.outcomes.percent import rounded_percent
from destinations.reports.export_columns import (
    COHORT_MEANING,
    STAGE_MEANING,
    STAGES,
    ExportColumn,
)
from models.handoffs.summaries import SummaryLine
from models.vocabulary import year_name

A_ROW = "all leavers of a cohort at a wave, of a school or of a whole hub"

SUMMARY_COLUMNS: tuple[ExportColumn[Callable[[SummaryLine], object]], ...] = (
    ExportColumn("hub", lambda line: line.hub, "Name of the hub; empty for a school in none"),
    ExportColumn(
        "urn", lambda line: line.urn, "URN of the school; empty for the whole hub together"
    ),
    ExportColumn("cohort", lambda line: year_name(line.academic_year), COHORT_MEANING),
    ExportColumn("stage", lambda line: line.leaving_stage, STAGE_MEANING, STAGES),
    ExportColumn(
        "wave",
        lambda line: line.wave,
        "Which asking is counted: 0 for what was intended, 1 for the first autumn after leaving, "
        "and so on",
    ),
    ExportColumn(
        "leavers", lambda line: line.counts.leavers, "Leavers of the cohort, each counted once"
    ),
    ExportColumn(
        "known",
        lambda line: line.counts.known,
        "Leavers with a known destination; known + not_known = leavers",
    ),
    ExportColumn(
        "eet", lambda line: line.counts.eet, "Leavers in education, employment or training"
    ),
    ExportColumn(
        "neet",
        lambda line: line.counts.neet,
        "Leavers of whom we were told that they are in no education, employment or training",
    ),
    ExportColumn(
        "not_known",
        lambda line: line.counts.not_known,
        "Leavers of whom nobody could tell us where they are",
    ),
    ExportColumn(
        "sustained",
        lambda line: line.counts.sustained,
        "Leavers whose destination lasted from October to March",
    ),
    ExportColumn(
        "sustained_base",
        lambda line: line.counts.sustained_base,
        "Leavers of whom it can be told whether it lasted, one way or the other",
    ),
    ExportColumn(
        "coverage_percent",
        lambda line: rounded_percent(line.counts.known, line.counts.leavers),
        "Those known as a whole percentage of leavers, a half rounded up; empty for no leavers",
    ),
    ExportColumn(
        "known_evidenced",
        lambda line: line.counts.known_evidenced,
        "Of those known, by the own word of the provider or the employer; known counts claims too",
    ),
    ExportColumn(
        "eet_evidenced",
        lambda line: line.counts.eet_evidenced,
        "Of those in education, employment or training, by the own word of the provider or the "
        "employer",
    ),
    ExportColumn(
        "cannot_be_counted",
        lambda line: line.counts.cannot_be_counted,
        "Rows of the cohort's sheets that make nobody a leaver: they do not say who, or nobody is "
        "sure",
    ),
    ExportColumn(
        "excluded",
        lambda line: line.counts.excluded,
        "Left out of the leavers, for the school says that they died, were never its leavers, or "
        "are on the list twice",
    ),
    ExportColumn(
        "other",
        lambda line: line.counts.other,
        "Leavers whose destination is neither, custody and left England among them; "
        "eet + neet + other + not_known = leavers",
    ),
)


def summary_rows(
    lines: Iterable[SummaryLine],
) -> tuple[tuple[str, ...], list[tuple[object, ...]]]:
    """The columns and rows of the summary export: all leavers together, hub totals with urn ''."""
    everybody = [line for line in lines if line.breakdown == "all"]
    everybody.sort(
        key=lambda line: (line.hub, line.urn, line.academic_year, line.leaving_stage, line.wave)
    )
    names = tuple(column.name for column in SUMMARY_COLUMNS)
    return names, [tuple(column.value(line) for column in SUMMARY_COLUMNS) for line in everybody]
