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

A_ROW = (
    "the leavers of a cohort at a wave, of a school or of a whole hub: all of them, or a part by "
    "disadvantage, SEN or sex"
)

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
        "breakdown",
        lambda line: line.breakdown,
        "What the leavers are parted by",
    ),
    ExportColumn(
        "part",
        lambda line: line.part,
        "The part that the line counts: all, or one of the breakdown",
    ),
    ExportColumn(
        "leavers", lambda line: line.counts.leavers, "Leavers of the cohort, each counted once"
    ),
    ExportColumn(
        "excluded",
        lambda line: line.counts.excluded,
        "Left out of the leavers, for the school says that they died, were never its leavers, or "
        "are on the list twice",
    ),
    ExportColumn(
        "cannot_be_counted",
        lambda line: line.counts.cannot_be_counted,
        "Rows of the cohort's sheets that make nobody a leaver: they do not say who, or nobody is "
        "sure",
    ),
    ExportColumn(
        "known",
        lambda line: line.counts.known,
        "Leavers with a known destination; known + not_known = leavers",
    ),
    ExportColumn(
        "known_evidenced",
        lambda line: line.counts.known_evidenced,
        "Of those known, by the own word of the provider or the employer; known counts claims too",
    ),
    ExportColumn(
        "eet", lambda line: line.counts.eet, "Leavers in education, employment or training"
    ),
    ExportColumn(
        "eet_evidenced",
        lambda line: line.counts.eet_evidenced,
        "Of those in education, employment or training, by the own word of the provider or the "
        "employer",
    ),
    ExportColumn(
        "neet",
        lambda line: line.counts.neet,
        "Leavers of whom we were told that they are in no education, employment or training",
    ),
    ExportColumn(
        "other",
        lambda line: line.counts.other,
        "Leavers whose destination is neither, custody and left England among them; "
        "eet + neet + other + not_known = leavers",
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
        "not_sustained",
        lambda line: line.counts.not_sustained,
        "Leavers whose destination did not last from October to March",
    ),
    ExportColumn(
        "cannot_tell",
        lambda line: line.counts.cannot_tell,
        "Leavers of whom it cannot be told, those not known among them; "
        "sustained + not_sustained + cannot_tell = leavers",
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
        "sustained_percent_of_leavers",
        lambda line: rounded_percent(line.counts.sustained, line.counts.leavers),
        "Those sustained as a whole percentage of all leavers, as DfE gives it; empty for "
        "no leavers",
    ),
    ExportColumn(
        "not_sustained_percent_of_leavers",
        lambda line: rounded_percent(line.counts.not_sustained, line.counts.leavers),
        "Those not sustained as a whole percentage of all leavers; empty for no leavers",
    ),
    ExportColumn(
        "sustained_fe",
        lambda line: line.counts.sustained_in("fe"),
        "Of those sustained, in further education; the six make up sustained",
    ),
    ExportColumn(
        "sustained_school_sixth_form",
        lambda line: line.counts.sustained_in("school_sixth_form"),
        "Of those sustained, in a school sixth form; the six make up sustained",
    ),
    ExportColumn(
        "sustained_sixth_form_college",
        lambda line: line.counts.sustained_in("sixth_form_college"),
        "Of those sustained, in a sixth form college; the six make up sustained",
    ),
    ExportColumn(
        "sustained_other_education",
        lambda line: line.counts.sustained_in("other_education"),
        "Of those sustained, in other education or training; the six make up sustained",
    ),
    ExportColumn(
        "sustained_apprenticeship",
        lambda line: line.counts.sustained_in("apprenticeship"),
        "Of those sustained, in an apprenticeship; the six make up sustained",
    ),
    ExportColumn(
        "sustained_employment",
        lambda line: line.counts.sustained_in("employment"),
        "Of those sustained, in employment; the six make up sustained",
    ),
)


def summary_rows(
    lines: Iterable[SummaryLine],
) -> tuple[tuple[str, ...], list[tuple[object, ...]]]:
    """The columns and rows of the summary export, hub totals with urn ''.

    Of each cohort and wave all leavers come first (breakdown "all"), then its parts.
    """
    ordered = sorted(  # of one cohort and wave in the order that they were summarised in
        lines,
        key=lambda line: (line.hub, line.urn, line.academic_year, line.leaving_stage, line.wave),
    )
    names = tuple(column.name for column in SUMMARY_COLUMNS)
    return names, [tuple(column.value(line) for column in SUMMARY_COLUMNS) for line in ordered]
