"""Tables of a summary as pages show them: every rate beside its parts, coverage beside every rate.

All rates but two are of all leavers, so that EET, NEET, other and not known add up to everybody.
Coverage is known of leavers; sustained is of those for whom it can be told.
"""

from collections.abc import Sequence

from destinations.reports.summary_figures import (
    SHOWN_KINS,
    asked,
    kin_counts,
    part_name,
    share,
    wave_name,
    wave_of_cohort,
    year_group,
)
from destinations.spreadsheets.book import Cell, Column
from destinations.spreadsheets.charts import Drawn
from models.handoffs.summaries import Counts, SummaryLine
from models.vocabulary import year_name

DOING_READ = (
    "EET is in education, employment or training. NEET is none of these. Not known is neither: "
    "nobody has told us. Percentages of EET, NEET and not known are of all leavers"
)
LASTED_READ = (
    "Sustained: of the leavers for whom it can be told, those who stayed from October to March"
)
HOW_TO_READ = f"{DOING_READ}. {LASTED_READ}"
KINDS_READ = (
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

_COHORT = (Column("Wave and leavers", 27), Column("Asked", 13))
_NUMBERS = (
    Column("Leavers", 9, "count"),
    Column("Known", 9, "count"),
    Column("Coverage", 10, "percent"),
)
_RESULTS = (
    Column("EET", 8, "count"),
    Column("EET %", 8, "percent"),
    Column("NEET", 8, "count"),
    Column("NEET %", 8, "percent"),
    Column("Other", 8, "count"),
    Column("Other %", 8, "percent"),
    Column("Not known", 8, "count"),
    Column("Not known %", 9, "percent"),
    Column("Sustained", 10, "count"),
    Column("Can be told", 8, "count"),
    Column("Sustained %", 10, "percent"),
)
LASTING = _RESULTS[-3:]
OUTCOMES = (*_COHORT, *_NUMBERS, *_RESULTS)
# The same in two tables, for a page where the cohorts of which lasting can be told are older.
DOING = (*_COHORT, *_NUMBERS, *_RESULTS[:-3])
LASTED = (*_COHORT, *_NUMBERS, *LASTING)
GROUP_COLUMNS = (Column("Group", 14), Column("Part", 30))
SCHOOLS = (
    Column("School", 30),
    Column("URN", 9, "id"),
    Column("Year", 9),
    Column("Cohort", 9),
    Column("Wave", 7, "count"),
    *_NUMBERS,
    *_RESULTS,
)
_AT_EET_SHARE, _AT_NEET_SHARE, _AT_OTHER_SHARE, _AT_UNKNOWN_SHARE = 6, 8, 10, 12

_ROOM = {"Education": 11, "Apprenticeship": 15.5, "Employment": 12}
KINDS = (
    *_COHORT,
    *_NUMBERS,
    *(
        column
        for name, _ in SHOWN_KINS
        for column in (Column(name, _ROOM.get(name, 9), "count"), Column("%", 6, "percent"))
    ),
)


def outcomes(line: SummaryLine) -> tuple[Cell, ...]:
    """One row of OUTCOMES."""
    return (
        wave_of_cohort(line),
        asked(line),
        *numbers(line.counts),
        *_results(line.counts),
    )


def doing(line: SummaryLine) -> tuple[Cell, ...]:
    """One row of DOING."""
    return outcomes(line)[: len(DOING)]


def lasted(line: SummaryLine) -> tuple[Cell, ...]:
    """One row of LASTED."""
    return (*outcomes(line)[: len(_COHORT) + len(_NUMBERS)], *outcomes(line)[-len(LASTING) :])


def school_row(line: SummaryLine) -> tuple[Cell, ...]:
    """One row of SCHOOLS."""
    return (
        line.school,
        line.urn,
        year_group(line.leaving_stage),
        year_name(line.academic_year),
        line.wave,
        *numbers(line.counts),
        *_results(line.counts),
    )


def group_row(line: SummaryLine) -> tuple[Cell, ...]:
    """One row about a part of a cohort: the part, the wave, then as OUTCOMES."""
    return (
        part_name(line),
        wave_name(line.wave),
        *numbers(line.counts),
        *_results(line.counts),
    )


def kinds(line: SummaryLine) -> tuple[Cell, ...]:
    """One row of KINDS."""
    leavers = line.counts.leavers
    return (
        wave_of_cohort(line),
        asked(line),
        *numbers(line.counts),
        *(cell for number in kin_counts(line.counts) for cell in (number, share(number, leavers))),
    )


def numbers(counts: Counts) -> tuple[Cell, ...]:
    """Leavers, those of whom the destination is known, and coverage."""
    return (counts.leavers, counts.known, share(counts.known, counts.leavers))


def _results(counts: Counts) -> tuple[Cell, ...]:
    parts = (counts.eet, counts.neet, counts.other, counts.not_known)
    return (
        *(cell for part in parts for cell in (part, share(part, counts.leavers))),
        *lasting(counts),
    )


def lasting(counts: Counts) -> tuple[Cell, ...]:
    """Those who stayed, those for whom it can be told, and the share."""
    return (
        counts.sustained,
        counts.sustained_base,
        share(counts.sustained, counts.sustained_base),
    )


def groups_drawn(first: int, rows: int, *, at: int = 0) -> Drawn:
    """EET, NEET, other and not known of rows of OUTCOMES, for a chart.

    OUTCOMES starts at column `at`; what stands before it names the bars.
    """
    return Drawn(
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


def kinds_drawn(first: int, rows: int) -> Drawn:
    """The kinds of destination of rows of KINDS, for a chart."""
    start = len(_COHORT) + len(_NUMBERS) + 1
    series = tuple((start + 2 * at, name) for at, (name, _) in enumerate(SHOWN_KINS))
    return Drawn(first, first + rows - 1, names=0, series=series)


def grid_drawn(first: int, rows: int, waves: Sequence[int]) -> Drawn:
    """The coverage columns of a grid of cohorts and waves, for a chart."""
    series = tuple((3 + 3 * at, f"Wave {wave}") for at, wave in enumerate(waves))
    return Drawn(first, first + rows - 1, names=0, series=series)


def newest_years(lines: Sequence[SummaryLine]) -> dict[int, int]:
    """The leaving year that each wave shows, by wave."""
    return {line.wave: line.academic_year for line in lines}


def coverage_columns(years: dict[int, int]) -> tuple[Column, ...]:
    """A school, then leavers, known and coverage at each wave."""
    return (
        Column("School", 36),
        Column("URN", 9, "id"),
        *(
            Column(f"Wave {wave}, {year_name(year)}: {what}", 13, kind)
            for wave, year in sorted(years.items())
            for what, kind in (("leavers", "count"), ("known", "count"), ("coverage", "percent"))
        ),
    )


def coverage_rows(lines: Sequence[SummaryLine], years: dict[int, int]) -> list[tuple[Cell, ...]]:
    """A row a school, by name; dashes where a school has no such cohort."""
    schools = sorted({(line.school.casefold(), line.school, line.urn) for line in lines})
    at = {(line.urn, line.wave): line.counts for line in lines}
    none: tuple[Cell, ...] = (None, None, None)
    rows: list[tuple[Cell, ...]] = []
    for _, school, urn in schools:
        cells = [
            cell
            for wave in sorted(years)
            for cell in (numbers(at[urn, wave]) if (urn, wave) in at else none)
        ]
        rows.append((school, urn, *cells))
    return rows


def coverage_drawn(first: int, rows: int, years: dict[int, int]) -> Drawn:
    """The coverage columns of those rows, for a chart."""
    series = tuple(
        (4 + 3 * at, f"Wave {wave} ({year_name(year)} leavers)")
        for at, (wave, year) in enumerate(sorted(years.items()))
    )
    return Drawn(first, first + rows - 1, names=0, series=series)
