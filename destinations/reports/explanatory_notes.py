"""Explanatory notes: what words on a page mean, what is not known, what England looks like."""

import csv
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

from destinations.responses.waivers import WaivedRule
from destinations.spreadsheets.book import Book, Cell, Page, PageColumn, column_widths
from models.facts.counts import count_of
from models.submissions import Submission
from models.vocabulary import stage_name

TERMS = (
    (
        "Leavers",
        "Everybody on the school's own list of a cohort. Nobody is taken out for being "
        "hard to reach, so every percentage keeps them in",
    ),
    (
        "Cohort",
        "The leavers of one school, one leaving stage (Year 11 or 13), one academic year",
    ),
    (
        "Wave",
        "One agreed moment when a cohort's destinations are asked for. Wave 1 asks where "
        "leavers were in the first autumn after they left, wave 2 in the second, and so on. "
        "Wave 0, where it is shown, is what they meant to do",
    ),
    ("Known", "Somebody told us what the leaver was doing at that wave: EET, NEET or other"),
    (
        "Coverage",
        "Known, of all leavers. Read it before any other percentage: at low coverage, a "
        "low NEET percentage is not good news",
    ),
    ("EET", "In education, employment or training; a gap year with a place to go to counts"),
    ("NEET", "Somebody told us that the leaver is not in education, employment or training"),
    ("Other", "Neither: re-engagement provision, custody, left England"),
    (
        "Not known",
        "Nobody could tell us, nobody could reach the leaver, or they did not say",
    ),
    (
        "Sustained",
        "Stayed in education, an apprenticeship, training or work from October to March. "
        "It is counted only among the leavers for whom dates or a later answer show it one way "
        "or the other; they stand beside it. For everybody else it cannot be told",
    ),
    (
        "Percentages",
        "Whole numbers, a half rounded up. 100% can stand for all but one of 200 or "
        "more: the numbers beside it decide",
    ),
    ("-", "Nothing to count: no such cohort, or nobody for whom it can be told"),
)
UNKNOWNS = (
    "An answer is what its source said on its day. Where there are several for one wave, the one "
    "with the best evidence counts (a college's own list before the school's word), then the "
    "latest. The evidence pack of each school names the source of every answer",
    "Of a row that a school was asked to fix, what is wrong waits: whom it is about is counted, "
    "as not known where the answer is wrong. A row that does not say who cannot be counted, and "
    "how many there are stands beside every figure. Nothing known is ever blanked by a later file",
    "Groups (disadvantage, SEN, sex) are as the school's list had them when the leavers left. "
    "Leavers for whom the list says nothing are counted as not known there",
    "Small numbers are not hidden in this book. It is for people who know these schools",
)
HOW_IT_WAS_MADE = (
    (
        "Who is counted",
        "Everybody on the school's own list of the cohort. Nobody is left out for being hard to "
        "reach, for having moved, or for having said nothing: they are counted as not known",
    ),
    (
        "Where answers come from",
        "Sheets that the school sends, and lists that colleges send of whom they have enrolled. "
        "A college's list confirms a leaver by UPN or ULN, or by name and date of birth; what is "
        "not sure waits for a person and is not counted",
    ),
    (
        "Which answer counts",
        "Of those that were so on the day asked, the one with the best evidence, then the latest. "
        "A later answer never wipes out an earlier one: both are kept, with the day each was true",
    ),
    (
        "What is left out",
        "What is wrong in rows that the school was asked to fix. Rows that do not say who they "
        "are about, or of whom nobody could be sure, cannot be counted: how many there are stands "
        "beside every figure",
    ),
    (
        "Not the DfE measure",
        "These are answers of people who know the leavers, by autumn of each year. DfE's "
        "destination measures come from national registers about two years on, and will differ",
    ),
)
NATIONAL_NOT_THE_SAME = (
    "DfE counts differently: from tax, benefit and enrolment files about two years on, sustained "
    "for six months, among leavers of state schools. Our coverage is what schools and colleges "
    "told us. Set neither beside the other without saying so; there is no one figure for all "
    "kinds of school"
)
NEET_IN_ENGLAND = (
    "Young people of 16 and 17 in England, average of December to February, 2025: NEET 3.4%, not "
    "known 2.2%, of 1,335,160. Local authorities' own tracking, DfE NEET scorecard"
)
_SOURCE = (
    "DfE, destination measures for Key Stage 4 and 16 to 18, and NEET scorecard. Contains public "
    "sector information licensed under the Open Government Licence v3.0"
)
NATIONAL = (
    PageColumn("Stage", 25),
    PageColumn("Who", 40),
    PageColumn("Leavers of", 13),
    PageColumn("Destinations in", 15),
    PageColumn("Version and method", 46),
    PageColumn("Leavers", 10, "count"),
    PageColumn("Sustained %", 10, "tenths"),
    PageColumn("Not sustained %", 10, "tenths"),
    PageColumn("Not captured %", 10, "tenths"),
)


_FILES_SENT = (
    PageColumn("File", 65, span=2),
    PageColumn("Sent on", 13, "date"),
    PageColumn("  Kind", 15),
    PageColumn("What became of it", 46),
    PageColumn("Rows read", 10, "count"),
    PageColumn("Sound", 10, "count"),
    PageColumn("Waiting", 10, "count"),
    PageColumn("Not sure whose", 10, "count"),
)


_WAIVED_RULES = (
    PageColumn("What is not asked there", 65, span=2),
    PageColumn("Leavers of", 13),
    PageColumn("  Until", 15, "date"),
    PageColumn("Why", 46),
    PageColumn("By whom", 40, span=4),
)


def about_page(book: Book) -> Page:
    """The page "About": the words, what is not known, national figures with how they were made."""
    page = book.page("About", column_widths(NATIONAL))
    row = page.across(0, "About this book", "title") + 1
    row = page.across(row, "What the words mean", "section")
    row = write_definitions(page, row) + 1
    row = page.across(row, "What to keep in mind", "section")
    for sentence in UNKNOWNS:
        row = page.across(row, sentence, "body")
    write_national_figures(page, row + 1)
    return page


def method_page(
    book: Book, files_sent: Sequence[Submission], waived: Sequence[tuple[str, WaivedRule]] = ()
) -> Page:
    """The page "Method": how the numbers were made, what is left out, and what the school sent.

    `waived` are the rules set aside for the school, each with what it says.
    """
    page = book.page("Method", column_widths(NATIONAL))
    row = page.across(0, "Method and what is left out", "title") + 1
    for word, meaning in HOW_IT_WAS_MADE:
        page.beside(row, word, meaning)
        row += 1
    row = page.across(row + 1, "What the words mean", "section")
    row = write_definitions(page, row) + 1
    row = page.across(row, "What the school sent", "section")
    ordered = sorted(files_sent, key=lambda file: (file.sent_on, file.id or 0))
    row = page.table(row, _FILES_SENT, [_file_cells(file) for file in ordered]) + 1
    if waived:
        row = page.across(row, "Rules set aside", "section")
        waived_rows = [
            (f"{says} ({waiver.code})", waiver.cohort, waiver.until, waiver.reason, waiver.by)
            for says, waiver in waived
        ]
        row = page.table(row, _WAIVED_RULES, waived_rows) + 1
    write_national_figures(page, row)
    return page


def _file_cells(file: Submission) -> tuple[Cell, ...]:
    outcome = "Refused: see its receipt" if file.refused_code else "Read"
    waiting = file.rows_waiting + file.rows_unsure
    if waiting and not file.refused_code:
        noun = ("row has something that waits", "rows have something that waits")
        outcome = f"Read; {count_of(waiting, *noun)}"
    return (
        file.name,
        file.sent_on,
        f"  {file.kind or ''}",
        outcome,
        file.rows_read,
        file.rows_sound,
        file.rows_waiting,
        file.rows_unsure,
    )


def write_definitions(page: Page, row: int) -> int:
    """Write the words and their meanings, a row each; the first free row below."""
    for word, meaning in TERMS:
        page.beside(row, word, meaning)
        row += 1
    return row


def write_national_figures(page: Page, row: int) -> int:
    """Write the national figures, each with its year, version and method; the first free row."""
    row = page.across(row, "England, for comparison with care", "section")
    row = page.across(row, NATIONAL_NOT_THE_SAME, "body")
    rows = [
        (
            stage_name(figure["stage"]),
            figure["who"],
            figure["leavers_of"],
            figure["destinations_in"],
            f"{figure['version']}, {figure['method']}",
            int(figure["cohort"]),
            float(figure["sustained"]),
            float(figure["not_sustained"]),
            float(figure["not_captured"]),
        )
        for figure in _national_figures()
    ]
    row = page.table(row + 1, NATIONAL, rows)
    row = page.across(row + 1, NEET_IN_ENGLAND, "body")
    return page.across(row, _SOURCE, "note")


@cache
def _national_figures() -> tuple[dict[str, str], ...]:
    text = (files("destinations.reports") / "lists" / "national.csv").read_text(encoding="utf-8")
    lines = (line for line in text.splitlines() if not line.startswith("#"))
    return tuple(csv.DictReader(lines))
