"""Summary tables: lines become rows of a page, every rate beside its parts and its coverage.

All rates but two are of all leavers, so that EET, NEET, other and not known add up to everybody.
Coverage is known of leavers; sustained is of those for whom it can be told.  Beside them stand the
rows that make nobody a leaver, of which no rate can speak.
"""

from collections.abc import Sequence

from destinations.reports.summary_figures import (
    SHOWN_TYPES,
    activity_type_counts,
    asked_in,
    part_name,
    rounded_share,
    wave_name,
    wave_of_cohort,
)
from destinations.spreadsheets.book import Cell, PageColumn
from destinations.spreadsheets.charts import ChartRange
from models.handoffs.summaries import Counts, SummaryLine
from models.vocabulary import stage_name, year_name

DOING_READ = (
    "EET is in education, employment or training. NEET is none of these. Not known is neither: "
    "nobody has told us. Percentages of EET, NEET and not known are of all leavers. Rows not "
    "counted do not say who they are about, or nobody is sure. Left out are those who died, were "
    "never leavers of the school, or are listed twice"
)
LASTED_READ = (
    "Sustained: of the leavers for whom it can be told, those who stayed from October to March"
)
HOW_TO_READ = f"{DOING_READ}. {LASTED_READ}"
ACTIVITY_TYPES_READ = (
    "Percentages are of all leavers of the cohort, so that those not known stay in sight. Other is "
    "re-engagement, custody and anything else that is neither EET nor NEET"
)

GROUPS_SMALL = (
    "Groups of few leavers move by a lot when one leaver moves: read the numbers before the "
    "percentages"
)

GROUPS_READ = (
    "The latest cohort at each wave, and the latest of which it can be told whether it lasted. "
    f"{GROUPS_SMALL}"
)

NOT_COUNTED = "Rows not counted"
MEASURES = (
    ("leavers", "count"),
    ("known", "count"),
    ("coverage", "percent"),
    (NOT_COUNTED.casefold(), "count"),
)
_COHORT = (PageColumn("Wave and leavers", 27), PageColumn("Asked", 13))
_NUMBERS = (
    PageColumn("Leavers", 9, "count"),
    PageColumn("Known", 9, "count"),
    PageColumn("Coverage", 10, "percent"),
    PageColumn(NOT_COUNTED, 9, "count"),
    PageColumn("Left out", 8, "count"),
)
_RESULTS = (
    PageColumn("EET", 8, "count"),
    PageColumn("EET %", 8, "percent"),
    PageColumn("NEET", 8, "count"),
    PageColumn("NEET %", 8, "percent"),
    PageColumn("Other", 8, "count"),
    PageColumn("Other %", 8, "percent"),
    PageColumn("Not known", 8, "count"),
    PageColumn("Not known %", 9, "percent"),
    PageColumn("Sustained", 10, "count"),
    PageColumn("Can be told", 8, "count"),
    PageColumn("Sustained %", 10, "percent"),
)
LASTING = _RESULTS[-3:]
OUTCOMES = (*_COHORT, *_NUMBERS, *_RESULTS)
# The same in two tables, for a page where the cohorts of which lasting can be told are older.
DOING = (*_COHORT, *_NUMBERS, *_RESULTS[:-3])
LASTED = (*_COHORT, *_NUMBERS, *LASTING)
GROUP_COLUMNS = (PageColumn("Group", 14), PageColumn("Part", 30))
SCHOOLS = (
    PageColumn("School", 30),
    PageColumn("URN", 9, "id"),
    PageColumn("Year", 9),
    PageColumn("Cohort", 9),
    PageColumn("Wave", 7, "count"),
    *_NUMBERS,
    *_RESULTS,
)
_AT_EET_SHARE, _AT_NEET_SHARE, _AT_OTHER_SHARE, _AT_UNKNOWN_SHARE = 8, 10, 12, 14

_WIDTHS = {"Education": 11, "Apprenticeship": 15.5, "Employment": 12}
ACTIVITY_TYPES = (
    *_COHORT,
    *_NUMBERS,
    *(
        column
        for name, _ in SHOWN_TYPES
        for column in (
            PageColumn(name, _WIDTHS.get(name, 9), "count"),
            PageColumn("%", 6, "percent"),
        )
    ),
)


def outcomes_row(line: SummaryLine) -> tuple[Cell, ...]:
    """One row of OUTCOMES."""
    return (
        wave_of_cohort(line),
        asked_in(line),
        *number_cells(line.counts),
        *_result_cells(line.counts),
    )


def activity_row(line: SummaryLine) -> tuple[Cell, ...]:
    """One row of DOING."""
    return outcomes_row(line)[: len(DOING)]


def sustained_row(line: SummaryLine) -> tuple[Cell, ...]:
    """One row of LASTED."""
    return (
        *outcomes_row(line)[: len(_COHORT) + len(_NUMBERS)],
        *outcomes_row(line)[-len(LASTING) :],
    )


def school_cells(line: SummaryLine) -> tuple[Cell, ...]:
    """One row of SCHOOLS."""
    return (
        line.school,
        line.urn,
        stage_name(line.leaving_stage),
        year_name(line.academic_year),
        line.wave,
        *number_cells(line.counts),
        *_result_cells(line.counts),
    )


def group_cells(line: SummaryLine) -> tuple[Cell, ...]:
    """One row about a part of a cohort: the part, the wave, then as OUTCOMES."""
    return (
        part_name(line),
        wave_name(line.wave),
        *number_cells(line.counts),
        *_result_cells(line.counts),
    )


def activity_types_row(line: SummaryLine) -> tuple[Cell, ...]:
    """One row of ACTIVITY_TYPES."""
    leavers = line.counts.leavers
    return (
        wave_of_cohort(line),
        asked_in(line),
        *number_cells(line.counts),
        *(
            cell
            for number in activity_type_counts(line.counts)
            for cell in (number, rounded_share(number, leavers))
        ),
    )


def coverage_cells(counts: Counts) -> tuple[Cell, ...]:
    """Leavers, those of whom the destination is known, coverage, and rows not counted."""
    coverage = rounded_share(counts.known, counts.leavers)
    return (counts.leavers, counts.known, coverage, counts.cannot_be_counted)


def number_cells(counts: Counts) -> tuple[Cell, ...]:
    """Those, and leavers that are left out of the base."""
    return (*coverage_cells(counts), counts.excluded)


def _result_cells(counts: Counts) -> tuple[Cell, ...]:
    parts = (counts.eet, counts.neet, counts.other, counts.not_known)
    return (
        *(cell for part in parts for cell in (part, rounded_share(part, counts.leavers))),
        *sustained_cells(counts),
    )


def sustained_cells(counts: Counts) -> tuple[Cell, ...]:
    """Those who stayed, those for whom it can be told, and the share."""
    return (
        counts.sustained,
        counts.sustained_base,
        rounded_share(counts.sustained, counts.sustained_base),
    )


def groups_chart(first: int, rows: int, *, at: int = 0) -> ChartRange:
    """EET, NEET, other and not known of rows of OUTCOMES, for a chart.

    OUTCOMES starts at column `at`; what stands before it names the bars.
    """
    return ChartRange(
        first,
        first + rows - 1,
        names=max(at - 1, 0),
        series=(
            (at + _AT_EET_SHARE, "EET"),
            (at + _AT_NEET_SHARE, "NEET"),
            (at + _AT_OTHER_SHARE, "Other"),
            (at + _AT_UNKNOWN_SHARE, "Not known"),
        ),
    )


def activity_types_chart(first: int, rows: int) -> ChartRange:
    """The kinds of destination of rows of ACTIVITY_TYPES, for a chart."""
    start = len(_COHORT) + len(_NUMBERS) + 1
    series = tuple((start + 2 * at, name) for at, (name, _) in enumerate(SHOWN_TYPES))
    return ChartRange(first, first + rows - 1, names=0, series=series)


def grid_chart(first: int, rows: int, waves: Sequence[int]) -> ChartRange:
    """The coverage columns of a grid of cohorts and waves, for a chart."""
    series = tuple((3 + len(MEASURES) * at, f"Wave {wave}") for at, wave in enumerate(waves))
    return ChartRange(first, first + rows - 1, names=0, series=series)


def newest_year_by_wave(lines: Sequence[SummaryLine]) -> dict[int, int]:
    """The leaving year that each wave shows, by wave."""
    return {line.wave: line.academic_year for line in lines}


def coverage_columns(years: dict[int, int]) -> tuple[PageColumn, ...]:
    """A school, then leavers, known, coverage and rows not counted at each wave."""
    return (
        PageColumn("School", 36),
        PageColumn("URN", 9, "id"),
        *(
            PageColumn(f"Wave {wave}, {year_name(year)}: {measure}", 13, kind)
            for wave, year in sorted(years.items())
            for measure, kind in MEASURES
        ),
    )


def coverage_rows(lines: Sequence[SummaryLine], years: dict[int, int]) -> list[tuple[Cell, ...]]:
    """A row a school, by name; dashes where a school has no such cohort."""
    schools = sorted({(line.school.casefold(), line.school, line.urn) for line in lines})
    counts_by_school = {(line.urn, line.wave): line.counts for line in lines}
    no_cohort: tuple[Cell, ...] = (None,) * len(MEASURES)
    rows: list[tuple[Cell, ...]] = []
    for _, school, urn in schools:
        cells: list[Cell] = []
        for wave in sorted(years):
            counts = counts_by_school.get((urn, wave))
            cells += coverage_cells(counts) if counts else no_cohort
        rows.append((school, urn, *cells))
    return rows


def coverage_chart(first: int, rows: int, years: dict[int, int]) -> ChartRange:
    """The coverage columns of those rows, for a chart."""
    series = tuple(
        (4 + len(MEASURES) * at, f"Wave {wave} ({year_name(year)} leavers)")
        for at, (wave, year) in enumerate(sorted(years.items()))
    )
    return ChartRange(first, first + rows - 1, names=0, series=series)
