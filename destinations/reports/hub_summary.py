"""Hub summary: the counts of a hub become the workbook that its lead opens in Excel."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from destinations.outcomes.outstanding_returns import OutstandingReturn
from destinations.outcomes.schools_sent import HubCohort, SchoolsSent
from destinations.reports import summary_tables
from destinations.reports.explanatory_notes import about_page
from destinations.reports.summary_figures import (
    CohortWave,
    cohort_name,
    excluded_in_words,
    group_name,
    in_page_order,
    latest_known,
    latest_sustained,
    leaving_stages,
    lines_of_all_leavers,
    part_name,
    percent_in_words,
    rounded_share,
    uncounted_in_words,
    wave_name,
    wave_of_cohort,
)
from destinations.spreadsheets.book import Book, Page, PageColumn, chart_rows, column_widths
from destinations.spreadsheets.charts import (
    CROWDED,
    ChartRange,
    coverage_bars,
    coverage_height,
    stacked_bars,
    stacked_height,
)
from models.facts.calendar import in_words
from models.facts.counts import count_of
from models.handoffs.summaries import SummaryLine
from models.vocabulary import stage_name

NAMES_NOBODY = (
    "For people who know these schools. It names no leaver, but small numbers are not hidden: "
    "do not publish it or pass it on"
)
WAVES = "Wave and leavers"
TOO_EARLY = "It cannot be told of any cohort yet"
NOTHING_YET = "No destination is recorded yet"
COVERAGE_READ = (
    "Coverage is leavers with a known destination, of all leavers of the cohort. Each wave shows "
    "the latest cohort that has reached it; every other cohort is on the page Schools"
)
MOST_CHASED = 5
MOST_AWAITED = 40
ON_ONE_PAPER = 15  # more that is missing than this would make the print too small to read

_OUTSTANDING_COLUMNS = (
    PageColumn("School or college", 40, span=2),
    PageColumn("URN", 9, "id"),
    PageColumn("What has not come", 35, span=4),
    PageColumn("Due", 17, "date", span=2),
)
_GAPS_COLUMNS = (
    PageColumn("School", 40, span=2),
    PageColumn("URN", 9, "id"),
    PageColumn("Wave and leavers", 35, span=4),
    PageColumn("Not known", 8, "count"),
    PageColumn("Known", 8, "count"),
    PageColumn("Leavers", 8, "count"),
    PageColumn("Coverage", 9, "percent"),
    PageColumn(summary_tables.NOT_COUNTED, 9, "count"),
)


class _Heading(NamedTuple):
    """What the first page begins with."""

    hub: str
    edition: date
    sentences: Sequence[str]


def hub_summary_workbook(
    lines: Sequence[SummaryLine],
    *,
    hub: str,
    edition: date,
    awaited: Sequence[OutstandingReturn] = (),
    sent: Mapping[HubCohort, SchoolsSent] | None = None,
) -> bytes:
    """The hub lead's workbook of one edition, the same bytes for the same numbers.

    `lines` are the hub's own (urn '') and those of its schools, every breakdown; `awaited` what is
    due and has not been sent; `sent` how many schools have sent the leavers of each cohort.
    """
    book = Book(f"{hub}: where leavers went", made_on=edition, about="Destinations summary")
    hub_lines = tuple(line for line in lines if not line.urn)
    schools = tuple(line for line in lines_of_all_leavers(lines) if line.urn)
    sentences = _headline_sentences(
        latest_known(lines_of_all_leavers(hub_lines)), schools, awaited, sent or {}
    )
    _summary_page(book, hub_lines, schools, awaited, heading=_Heading(hub, edition, sentences))
    _coverage_page(book, schools)
    _destinations_page(book, lines_of_all_leavers(hub_lines))
    _groups_page(book, hub_lines)
    _schools_page(book, schools)
    about_page(book)
    return book.content()


def _summary_page(
    book: Book,
    hub_lines: Sequence[SummaryLine],
    schools: Sequence[SummaryLine],
    awaited: Sequence[OutstandingReturn],
    *,
    heading: _Heading,
) -> None:
    page = book.page("Summary", column_widths(summary_tables.DOING))
    latest = latest_known(lines_of_all_leavers(hub_lines))
    row = page.across(0, f"{heading.hub}: where leavers went", "title")
    row = page.across(row, f"As known on {in_words(heading.edition)}", "subtitle")
    row = page.across(row, NAMES_NOBODY, "notice") + 1
    for sentence in heading.sentences:
        row = page.across(row, sentence, "big")
    row = page.across(row + 1, "Latest cohort at each wave", "section")
    if not latest:
        row = page.across(row, NOTHING_YET, "body") + 1
    else:
        first = row + 1
        row = page.table(
            row, summary_tables.DOING, [summary_tables.activity_row(line) for line in latest]
        )
        row = page.across(row + 1, summary_tables.DOING_READ, "note") + 1
        chart_range = summary_tables.groups_chart(first, len(latest))
        title = "EET, NEET and not known, wave by wave"
        row = _draw_stacked_bars(book, page, row, chart_range, title=title, bars=WAVES)
        row = _sustained_table(page, row, hub_lines)
    row = _outstanding_table(page, row, awaited)
    _gaps_table(page, row, schools)
    if len(awaited) <= ON_ONE_PAPER:
        page.one_paper()


def _draw_stacked_bars(
    book: Book, page: Page, row: int, chart_range: ChartRange, *, title: str, bars: str
) -> int:
    """Place a stacked chart at a row; the first row below it."""
    bar_count = chart_range.last - chart_range.first + 1
    height = stacked_height(bar_count)
    chart = stacked_bars(book, page, chart_range, title=title, bars=bars)
    names = ", ".join(name for _, name in chart_range.series)
    alt_text = f"{title}: {bar_count} bars of {names}. The table on this page has the same numbers."
    page.place(chart, row, height=height, alt_text=alt_text)
    return row + chart_rows(height)


def _headline_sentences(
    latest: Sequence[SummaryLine],
    schools: Sequence[SummaryLine],
    awaited: Sequence[OutstandingReturn],
    sent: Mapping[HubCohort, SchoolsSent],
) -> list[str]:
    sentences = []
    for line in latest:
        if line.wave != 1:
            continue
        counts = line.counts
        sentences.append(
            f"{wave_name(line.wave)}, {cohort_name(line)} leavers: "
            f"{_whose_leavers(line, sent)} "
            f"({percent_in_words(counts.known, counts.leavers)} coverage). "
            f"In education, employment or training: {counts.eet:,} "
            f"({percent_in_words(counts.eet, counts.leavers)} of leavers). NEET: {counts.neet:,} "
            f"({percent_in_words(counts.neet, counts.leavers)}). Not known: {counts.not_known:,} "
            f"({percent_in_words(counts.not_known, counts.leavers)})."
            f"{excluded_in_words(counts)}{uncounted_in_words(counts)}"
        )
    not_sent = len({due.urn for due in awaited if not due.unclaimed and due.refused_on is None})
    sending = len({line.urn for line in schools})
    refused = len({due.urn for due in awaited if due.refused_on is not None and due.hub})
    if refused:
        sentences.append(
            f"What {count_of(refused, 'school or college', 'schools and colleges')} sent was "
            "refused and has not been put right: see below."
        )
    if not_sent:
        sentences.append(
            f"{count_of(not_sent, 'school or college has', 'schools and colleges have')} "
            f"not sent something that was due: see below."
        )
    elif sending and not refused:
        sentences.append("Every school and college has sent what was due.")
    return sentences


def _whose_leavers(line: SummaryLine, sent: Mapping[HubCohort, SchoolsSent]) -> str:
    """Who has sent, and of their leavers those known: nobody who is missing goes unsaid."""
    counts = line.counts
    cohort = HubCohort(line.hub, line.leaving_stage, line.academic_year)
    if cohort not in sent:
        return f"{counts.known:,} of {counts.leavers:,} have a known destination"
    schools = sent[cohort]
    refused = f", {schools.refused} of them only what was refused" if schools.refused else ""
    have = "has" if schools.sent == 1 else "have"
    return (
        f"{schools.sent} of {count_of(schools.schools, 'school')} {have} sent{refused}; of their "
        f"{counts.leavers:,} leavers {counts.known:,} have a known destination"
    )


def _sustained_table(page: Page, row: int, hub_lines: Sequence[SummaryLine]) -> int:
    row = page.across(row, "Did it last? Latest cohort of which it can be told", "section")
    with_base = latest_sustained(lines_of_all_leavers(hub_lines))
    if not with_base:
        return page.across(row, TOO_EARLY, "body") + 1
    row = page.table(
        row, summary_tables.LASTED, [summary_tables.sustained_row(line) for line in with_base]
    )
    return page.across(row + 1, summary_tables.LASTED_READ, "note") + 1


def _outstanding_table(page: Page, row: int, awaited: Sequence[OutstandingReturn]) -> int:
    row = page.across(row, "Who has not sent", "section")
    if not awaited:
        return page.across(row, "Nothing that was due is missing", "body") + 1
    rows = [
        (outstanding.school, outstanding.urn, outstanding.what, outstanding.due_on)
        for outstanding in awaited[:MOST_AWAITED]
    ]
    row = page.table(row, _OUTSTANDING_COLUMNS, rows)
    if len(awaited) > MOST_AWAITED:
        row = page.across(row, f"and {len(awaited) - MOST_AWAITED} more", "body")
    return row + 1


def _gaps_table(page: Page, row: int, schools: Sequence[SummaryLine]) -> None:
    gaps = [line for line in latest_known(schools) if line.wave and line.counts.not_known]
    gaps.sort(key=lambda line: (-line.counts.not_known, line.school, line.wave))
    if not gaps:
        return
    row = page.across(row, "Where most is not known", "section")
    page.table(
        row,
        _GAPS_COLUMNS,
        [
            (
                line.school,
                line.urn,
                wave_of_cohort(line),
                line.counts.not_known,
                line.counts.known,
                line.counts.leavers,
                rounded_share(line.counts.known, line.counts.leavers),
                line.counts.cannot_be_counted,
            )
            for line in gaps[:MOST_CHASED]
        ],
    )


def _coverage_page(book: Book, schools: Sequence[SummaryLine]) -> None:
    latest = tuple(line for line in latest_known(schools) if line.wave)
    widest = summary_tables.coverage_columns(summary_tables.newest_year_by_wave(latest))
    crowded = len({line.urn for line in latest}) > CROWDED
    page = book.page("Coverage", column_widths(widest), tall=crowded)
    row = page.across(0, "Coverage by school and wave", "title")
    row = page.across(row, COVERAGE_READ, "note") + 1
    if not latest:
        page.across(row, NOTHING_YET, "body")
    for stage in leaving_stages(latest):
        of_stage = [line for line in latest if line.leaving_stage == stage]
        row = _coverage_of_stage(book, page, row, of_stage) + 1


def _coverage_of_stage(book: Book, page: Page, row: int, lines: Sequence[SummaryLine]) -> int:
    years = summary_tables.newest_year_by_wave(lines)
    rows = summary_tables.coverage_rows(lines, years)
    title = f"{stage_name(lines[0].leaving_stage)}: leavers with a known destination"
    row = page.across(row, f"{title}, latest cohort of each wave", "section")
    # The chart stands above its table, so the table's place is worked out first.
    height = coverage_height(len(rows), len(years))
    below = row + chart_rows(height)
    chart_range = summary_tables.coverage_chart(below + 1, len(rows), years)
    alt_text = f"{title}: {count_of(len(rows), 'school')}. The table below has the same numbers."
    chart = coverage_bars(book, page, chart_range, title=title, bars="School")
    page.place(chart, row, height=height, alt_text=alt_text)
    if len(rows) > CROWDED:
        page.new_paper(below)
    return page.table(below, summary_tables.coverage_columns(years), rows)


def _destinations_page(book: Book, hub_lines: Sequence[SummaryLine]) -> None:
    page = book.page("Destinations", column_widths(summary_tables.ACTIVITY_TYPES))
    row = page.across(0, "Destinations by wave", "title")
    row = page.across(row, summary_tables.ACTIVITY_TYPES_READ, "note") + 1
    latest = tuple(line for line in latest_known(hub_lines) if line.wave)
    if latest:
        row = page.across(row, "Latest cohort at each wave", "section")
        below = row + chart_rows(stacked_height(len(latest)))
        chart_range = summary_tables.activity_types_chart(below + 1, len(latest))
        title = "What leavers were doing, wave by wave"
        _draw_stacked_bars(book, page, row, chart_range, title=title, bars=WAVES)
        row = (
            page.table(
                below,
                summary_tables.ACTIVITY_TYPES,
                [summary_tables.activity_types_row(line) for line in latest],
            )
            + 1
        )
    row = page.across(row, "Every cohort at every wave", "section")
    page.table(
        row,
        summary_tables.ACTIVITY_TYPES,
        [summary_tables.activity_types_row(line) for line in in_page_order(hub_lines)],
    )


def _groups_page(book: Book, hub_lines: Sequence[SummaryLine]) -> None:
    columns = (*summary_tables.GROUP_COLUMNS, *summary_tables.OUTCOMES)
    page = book.page("Groups", column_widths(columns))
    row = page.across(0, "Disadvantage, SEN and sex", "title")
    row = page.across(row, summary_tables.GROUPS_READ, "note") + 1
    current = {
        CohortWave(line.leaving_stage, line.academic_year, line.wave)
        for line in latest_known(lines_of_all_leavers(hub_lines))
    }
    lines = [
        line
        for line in hub_lines
        if line.breakdown != "all"
        and (line.leaving_stage, line.academic_year, line.wave) in current
    ]
    lines.sort(
        key=lambda line: (
            line.leaving_stage,
            line.wave,
            -line.academic_year,
            group_name(line),
            line.part.casefold(),
        )
    )
    first = [line for line in lines if wave_of_cohort(line) == wave_of_cohort(lines[0])]
    if first:
        row = page.across(row, f"{wave_of_cohort(first[0])} leavers", "section")
        below = row + chart_rows(stacked_height(len(first)))
        chart_range = summary_tables.groups_chart(
            below + 1, len(first), at=len(summary_tables.GROUP_COLUMNS)
        )
        title = f"EET, NEET and not known by group, {wave_of_cohort(first[0])}"
        _draw_stacked_bars(book, page, row, chart_range, title=title, bars="Group")
        row = below
    page.table(
        row,
        columns,
        [(group_name(line), part_name(line), *summary_tables.outcomes_row(line)) for line in lines],
    )


def _schools_page(book: Book, schools: Sequence[SummaryLine]) -> None:
    page = book.page("Schools", column_widths(summary_tables.SCHOOLS))
    row = page.across(0, "Every school, cohort and wave", "title")
    row = page.across(row, summary_tables.HOW_TO_READ, "note") + 1
    end = page.table(
        row,
        summary_tables.SCHOOLS,
        [summary_tables.school_cells(line) for line in in_page_order(schools)],
    )
    page.freeze(row, columns=1, last=end - 1)
