"""Notes: what the words on a page mean, what is not known, and what England looks like."""

import csv
from functools import cache
from importlib.resources import files

from destinations.books import Book, Column, Page, widths
from destinations.figures import year_group

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
    ("Other", "Neither: re-engagement provision, custody, still of school age"),
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
    "An answer is what its source said on its day. An answer from a college stands above a "
    "school's own, and the latest above earlier ones; the evidence pack of each school names the "
    "source of every answer",
    "A row that a school was asked to fix is not counted until it is fixed. Nothing known is "
    "ever blanked by a later file",
    "Groups (disadvantage, SEN, sex) are as the school's list had them when the leavers left. "
    "Leavers for whom the list says nothing are counted as not known there",
    "Small numbers are not hidden in this book. It is for people who know these schools",
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
_NATIONAL = (
    Column("Stage", 18),
    Column("Who", 40),
    Column("Leavers of", 10),
    Column("Destinations in", 12),
    Column("Leavers", 10, "count"),
    Column("Sustained %", 10, "tenths"),
    Column("Not sustained %", 10, "tenths"),
    Column("Not captured %", 10, "tenths"),
    Column("Version and method", 40),
)


def about(book: Book) -> Page:
    """The page "About": the words, what is not known, national figures with how they were made."""
    page = book.page("About", widths(_NATIONAL))
    row = page.across(0, "About this book", "title") + 1
    row = page.across(row, "What the words mean", "section")
    row = meanings(page, row) + 1
    row = page.across(row, "What to keep in mind", "section")
    for sentence in UNKNOWNS:
        row = page.across(row, sentence, "body")
    national(page, row + 1)
    return page


def meanings(page: Page, row: int) -> int:
    """The words and their meanings, one a row; the first free row below."""
    for word, meaning in TERMS:
        page.beside(row, word, meaning)
        row += 1
    return row


def national(page: Page, row: int) -> int:
    """The national figures, each with leavers' year, version and method; the first free row."""
    row = page.across(row, "England, for comparison with care", "section")
    row = page.across(row, NATIONAL_NOT_THE_SAME, "body")
    rows = [
        (
            year_group(each["stage"]),
            each["who"],
            each["leavers_of"],
            each["destinations_in"],
            int(each["cohort"]),
            float(each["sustained"]),
            float(each["not_sustained"]),
            float(each["not_captured"]),
            f"{each['version']}, {each['method']}",
        )
        for each in _national_figures()
    ]
    row = page.table(row + 1, _NATIONAL, rows)
    row = page.across(row + 1, NEET_IN_ENGLAND, "body")
    return page.across(row, _SOURCE, "note")


@cache
def _national_figures() -> tuple[dict[str, str], ...]:
    text = (files("destinations") / "lists" / "national.csv").read_text(encoding="utf-8")
    lines = (line for line in text.splitlines() if not line.startswith("#"))
    return tuple(csv.DictReader(lines))
