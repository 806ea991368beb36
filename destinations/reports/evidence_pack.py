"""Evidence pack: a school's own counts and answers become its Benchmark 3 evidence pack.

The pack goes to the school, about its own leavers.  Its first page is for governors and names
nobody; the last two pages name leavers, so that every number can be followed to its cell.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from destinations.outcomes.survivorship import LeaverOutcome
from destinations.reports import summary_tables
from destinations.reports.explanatory_notes import method_page
from destinations.reports.named_leavers import every_answer_page, leavers_page
from destinations.reports.summary_figures import (
    SHOWN_TYPES,
    CohortWave,
    activity_type_counts,
    cohort_name,
    excluded_in_words,
    in_page_order,
    lines_of_all_leavers,
    percent_in_words,
    rounded_share,
    uncounted_in_words,
    wave_name,
    wave_of_cohort,
)
from destinations.responses.waivers import WaivedRule
from destinations.spreadsheets.book import Book, Cell, Page, PageColumn, chart_rows, column_widths
from destinations.spreadsheets.charts import coverage_bars, coverage_height
from models.facts.calendar import in_words
from models.facts.counts import count_of
from models.handoffs.summaries import SummaryLine
from models.leavers import Leaver
from models.submissions import Submission
from models.vocabulary import EvidenceStrength, stage_name, year_name

GOVERNORS = (
    "For governors and the careers leader. This page names nobody, but a count of one or two can "
    "still point to somebody: do not put it on a website"
)
BENCHMARK = (
    (
        "To August 2025",
        "“Schools should collect and maintain accurate data for each pupil on their "
        "education, training or employment destinations for at least three years after they leave "
        "school.” (wording of 2014 and 2018)",
    ),
    (
        "From September 2025",
        "Schools should use “sustained and longer-term destination data as part of their "
        "evaluation process” (updated benchmarks, published November 2024)",
    ),
)
SIGN_OFF = ("Checked by", "Role", "Date", "What we will do next")

_CONFIRMED = (EvidenceStrength.PROVIDER_CONFIRMS, EvidenceStrength.STILL_THERE)
_STATED = (EvidenceStrength.SCHOOL_SAYS, EvidenceStrength.LEAVER_SAYS)
_EVIDENCE_COLUMNS = (
    PageColumn("Wave and leavers", 32),
    PageColumn("Leavers", 13, "count"),
    PageColumn("Known", 13, "count"),
    PageColumn("Coverage", 13, "percent"),
    PageColumn(summary_tables.NOT_COUNTED, 13, "count"),
    PageColumn("Left out", 9, "count"),
    *(PageColumn(strength.value.capitalize(), 13, "count") for strength in (*_STATED, *_CONFIRMED)),
    PageColumn("Confirmed, of known", 12, "percent"),
    PageColumn("Not known", 12, "count"),
)


@dataclass(frozen=True, slots=True)
class SchoolEvidence:
    """Everything that the pack of one school is made of.

    `lines` are the school's own, every breakdown; `answers` every leaver at every wave;
    `files` the submissions that the answers came from, and the school's own; `senders` the name of
    who sent them, by URN; `aside` the rules set aside for the school, each with what it says.
    """

    urn: str
    name: str
    edition: date
    lines: Sequence[SummaryLine]
    answers: Sequence[LeaverOutcome]
    leavers: Sequence[Leaver]
    files: Mapping[int, Submission]
    senders: Mapping[str, str]
    aside: Sequence[tuple[str, WaivedRule]] = ()


def evidence_pack(school: SchoolEvidence) -> bytes:
    """The school's workbook of one edition, the same bytes for the same answers."""
    title = f"{school.name}: Benchmark 3 evidence"
    book = Book(title, made_on=school.edition, about="Evidence pack")
    lines = in_page_order(line for line in lines_of_all_leavers(school.lines) if line.wave)
    _governors_page(book, school, lines)
    for cohort in dict.fromkeys((line.leaving_stage, line.academic_year) for line in lines):
        of_cohort = [
            line for line in school.lines if (line.leaving_stage, line.academic_year) == cohort
        ]
        _cohort_page(book, of_cohort)
    own = [file for file in school.files.values() if file.urn == school.urn]
    method_page(book, own, school.aside)
    leavers_page(book, _named(school.leavers), school.answers, school.files)
    every_answer_page(book, replace(school, leavers=_named(school.leavers)))
    return book.content()


def _named(leavers: Sequence[Leaver]) -> list[Leaver]:
    """Those who may be named: an objection keeps a leaver out of every list of names."""
    return [leaver for leaver in leavers if leaver.consent is not False]


def _governors_page(book: Book, school: SchoolEvidence, lines: Sequence[SummaryLine]) -> None:
    page = book.page("For governors", column_widths(_EVIDENCE_COLUMNS))
    row = page.across(0, f"{school.name}: where our leavers went", "title")
    known_on = f"Benchmark 3 evidence, URN {school.urn}, as known on {in_words(school.edition)}"
    row = page.across(row, known_on, "subtitle")
    row = page.across(row, GOVERNORS, "notice") + 1
    for sentence in _headline_sentences(school, lines):
        row = page.across(row, sentence, "big")
    row = page.across(row + 1, "Leavers with a known destination", "section")
    row = _coverage_grid(book, page, row, lines) + 1
    row = page.across(row, "How we know", "section")
    row = page.table(row, _EVIDENCE_COLUMNS, _evidence_rows(lines, school.answers)) + 1
    row = _sustained_table(page, row, lines) + 1
    row = page.across(row, "What the benchmark asks", "section")
    for since, wording in BENCHMARK:
        page.beside(row, since, wording)
        row += 1
    row = page.across(row + 1, "Signed off by the school", "section")
    for label in SIGN_OFF:
        page.beside(row, label, "\n", style="box")
        row += 1
    page.one_paper()


def _objecting_in_words(school: SchoolEvidence) -> str:
    number = len(school.leavers) - len(_named(school.leavers))
    if not number:
        return ""
    who = count_of(number, "leaver objects", "leavers object")
    return f" {who} to being tracked: counted, and named on no page."


def _headline_sentences(school: SchoolEvidence, lines: Sequence[SummaryLine]) -> list[str]:
    if not lines:
        return ["No destination has been asked for yet."]
    cohorts = {(line.leaving_stage, line.academic_year) for line in lines}
    last = max(lines, key=lambda line: (line.academic_year, -line.wave))
    counts = last.counts
    return [
        f"{count_of(len(cohorts), 'cohort is', 'cohorts are')} followed. "
        f"{wave_name(last.wave)} of {cohort_name(last)} leavers: of our {counts.leavers:,} leavers "
        f"{counts.known:,} have a known destination "
        f"({percent_in_words(counts.known, counts.leavers)} coverage). In education, employment or "
        f"training: {counts.eet:,} ({percent_in_words(counts.eet, counts.leavers)} of leavers). "
        f"NEET: {counts.neet:,} ({percent_in_words(counts.neet, counts.leavers)}). "
        f"Not known: {counts.not_known:,} ({percent_in_words(counts.not_known, counts.leavers)})."
        f"{excluded_in_words(counts)}{uncounted_in_words(counts)}{_objecting_in_words(school)}"
    ]


def _coverage_grid(book: Book, page: Page, row: int, lines: Sequence[SummaryLine]) -> int:
    # Cohorts down, waves across; a wave that has not been asked for is a dash.
    if not lines:
        return row
    waves = sorted({line.wave for line in lines})
    columns = [PageColumn("Cohort", 32)] + [
        PageColumn(f"{wave_name(wave)}: {measure}", 13, kind)
        for wave in waves
        for measure, kind in summary_tables.MEASURES
    ]
    by_wave = {_cohort_wave(line): line for line in lines}
    cohorts = list(dict.fromkeys((line.leaving_stage, line.academic_year) for line in lines))
    rows: list[list[Cell]] = []
    for stage, year in cohorts:
        cells: list[Cell] = [f"{stage_name(stage)}, {year_name(year)}"]
        for wave in waves:
            line = by_wave.get(CohortWave(stage, year, wave))
            cells += (
                summary_tables.coverage_cells(line.counts)
                if line
                else (None,) * len(summary_tables.MEASURES)
            )
        rows.append(cells)
    first, row = row + 1, page.table(row, columns, rows) + 1
    chart_range = summary_tables.grid_chart(first, len(rows), waves)
    height = coverage_height(len(rows), len(waves))
    title = "Leavers with a known destination, by cohort and wave"
    chart = coverage_bars(book, page, chart_range, title=title, bars="Cohort")
    alt_text = f"{title}: {len(rows)} cohorts. The table above has the same numbers."
    page.place(chart, row, height=height, alt_text=alt_text)
    return row + chart_rows(height)


def _evidence_rows(
    lines: Sequence[SummaryLine], answers: Sequence[LeaverOutcome]
) -> list[tuple[Cell, ...]]:
    strengths = Counter(
        (_cohort_wave(answer), answer.evidence) for answer in answers if answer.is_known
    )
    rows: list[tuple[Cell, ...]] = []
    for line in lines:
        place = _cohort_wave(line)
        confirmed = sum(strengths[place, strength.value] for strength in _CONFIRMED)
        rows.append(
            (
                wave_of_cohort(line),
                *summary_tables.number_cells(line.counts),
                *(strengths[place, strength.value] for strength in (*_STATED, *_CONFIRMED)),
                rounded_share(confirmed, line.counts.known),
                line.counts.not_known,
            )
        )
    return rows


def _cohort_wave(counted: SummaryLine | LeaverOutcome) -> CohortWave:
    return CohortWave(counted.leaving_stage, counted.academic_year, counted.wave)


def _sustained_table(page: Page, row: int, lines: Sequence[SummaryLine]) -> int:
    with_base = [line for line in lines if line.counts.sustained_base]
    row = page.across(row, "Did it last from October to March?", "section")
    if not with_base:
        return page.across(row, "It cannot be told of any cohort yet", "body")
    columns = (
        *_EVIDENCE_COLUMNS[:6],
        *(PageColumn(column.heading, 13, column.kind) for column in summary_tables.LASTING),
    )
    rows = [
        (
            wave_of_cohort(line),
            *summary_tables.number_cells(line.counts),
            *summary_tables.sustained_cells(line.counts),
        )
        for line in with_base
    ]
    return page.table(row, columns, rows)


def _cohort_page(book: Book, lines: Sequence[SummaryLine]) -> None:
    first = lines[0]
    page = book.page(
        f"{first.leaving_stage} {year_name(first.academic_year).replace('/', '-')}",
        column_widths(summary_tables.OUTCOMES),
    )
    everybody = in_page_order(lines_of_all_leavers(lines))
    row = page.across(0, f"{cohort_name(first)} leavers", "title")
    row = page.across(row, summary_tables.HOW_TO_READ, "note") + 1
    row = page.across(row, "Wave by wave", "section")
    row = (
        page.table(
            row, summary_tables.OUTCOMES, [summary_tables.outcomes_row(line) for line in everybody]
        )
        + 1
    )
    row = page.across(row, "What they were doing", "section")
    row = page.table(row, *_activity_type_table(everybody)) + 1
    groups = [line for line in lines if line.breakdown != "all" and line.wave]
    if groups:
        groups.sort(key=lambda line: (line.breakdown.casefold(), line.part, line.wave))
        row = page.across(row, "By group", "section")
        row = page.across(row, summary_tables.GROUPS_SMALL, "note")
        columns = (PageColumn("Group", 27), PageColumn("Wave", 13), *summary_tables.OUTCOMES[2:])
        page.table(row, columns, [summary_tables.group_cells(line) for line in groups])


def _activity_type_table(lines: Sequence[SummaryLine]) -> tuple[list[PageColumn], list[list[Cell]]]:
    # Kinds down, waves across: a number and its share of all leavers.
    columns = [PageColumn("Kind of destination", 40, span=2)]
    for line in lines:
        columns += [PageColumn(wave_name(line.wave), 9, "count"), PageColumn("%", 9, "percent")]
    rows: list[list[Cell]] = []
    for at, (name, _) in enumerate(SHOWN_TYPES):
        cells: list[Cell] = [name]
        for line in lines:
            number = activity_type_counts(line.counts)[at]
            cells += [number, rounded_share(number, line.counts.leavers)]
        rows.append(cells)
    leavers = [line.counts.leavers for line in lines]
    total: list[Cell] = ["All leavers"]
    for number in leavers:
        total += [number, rounded_share(number, number)]
    return columns, [*rows, total]
