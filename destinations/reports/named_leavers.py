"""Named leavers: who stands behind a number, and the cell that each answer came from.

These pages name leavers.  They go to the school that named them first, and to nobody else.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

from destinations.outcomes.survivorship import LeaverOutcome
from destinations.reports.summary_figures import wave_name
from destinations.spreadsheets.book import Book, Cell, PageColumn, column_widths
from models.leavers import Leaver
from models.submissions import Submission
from models.vocabulary import ActivityGroup, activities, year_name

NAMED = "This page names leavers. It is for the school only: take it out before you share this book"
FROM_NUMBER_TO_CELL = (
    "To see who is behind a number, filter Cohort, Wave and Counted as. Rows and columns are those "
    "that Excel shows in the file as it was sent"
)

_LEAVER_COLUMNS = (
    PageColumn("Reference", 10, "id"),
    PageColumn("Surname", 18),
    PageColumn("Forename", 16),
    PageColumn("Form", 8),
    PageColumn("Cohort", 13),
)
_SOURCE_COLUMNS = (
    PageColumn("Who said so", 11),
    PageColumn("Evidence", 18),
    PageColumn("As at", 12, "date"),
    PageColumn("  File", 34),
    PageColumn("Sheet", 16),
    PageColumn("Cell", 8, "id"),
)
_ANSWER_COLUMNS = (
    *_LEAVER_COLUMNS,
    PageColumn("Wave", 7),
    PageColumn("Counted as", 11),
    PageColumn("Code", 6, "id"),
    PageColumn("Answer", 34),
    PageColumn("Where", 28),
    PageColumn("Started", 12, "date"),
    PageColumn("Ended", 12, "date"),
    PageColumn("  Lasted", 14),
    PageColumn("Because", 34),
    *_SOURCE_COLUMNS,
    PageColumn("Sent by", 28),
)
_WAVE_WIDTH = 34


class PackSource(Protocol):
    """What the pages need to know of a school."""

    @property
    def answers(self) -> Sequence[LeaverOutcome]:
        """The effective answer of every leaver at every wave."""

    @property
    def leavers(self) -> Sequence[Leaver]:
        """The school's leavers."""

    @property
    def files(self) -> Mapping[int, Submission]:
        """The submissions that answers came from, by id."""

    @property
    def senders(self) -> Mapping[str, str]:
        """Names of schools and colleges, by URN."""


def leavers_page(
    book: Book,
    leavers: Sequence[Leaver],
    answers: Sequence[LeaverOutcome],
    files: Mapping[int, Submission],
) -> None:
    """The page "Leavers": a row a leaver, an answer a wave, and the source of the last one."""
    waves = sorted({answer.wave for answer in answers})
    by_leaver = _by_leaver_and_wave(answers)
    columns = (
        *_LEAVER_COLUMNS,
        *(PageColumn(wave_name(wave), _WAVE_WIDTH) for wave in waves),
        *_SOURCE_COLUMNS,
    )
    page = book.page("Leavers", column_widths(columns), warm=True)
    row = page.across(0, "Leavers and their last known destination", "title")
    row = page.across(row, NAMED, "notice") + 1
    rows: list[tuple[Cell, ...]] = []
    for leaver in _in_register_order(leavers, by_leaver):
        by_wave = by_leaver.get(leaver.id or 0, {})
        last = max(
            (answer for answer in by_wave.values() if answer.is_known or answer.is_excluded),
            key=lambda answer: answer.wave,
            default=None,
        )
        rows.append(
            (
                *_leaver_cells(leaver, by_wave),
                *(_answer_in_words(by_wave[wave]) if wave in by_wave else "" for wave in waves),
                *_place_cells(last, files),
            )
        )
    end = page.table(row, columns, rows)
    page.freeze(row, columns=3, last=end - 1)


def every_answer_page(book: Book, school: PackSource) -> None:
    """The page "Every answer": a row a leaver and wave, with the cell it came from."""
    page = book.page("Every answer", column_widths(_ANSWER_COLUMNS), warm=True)
    row = page.across(0, "Every answer and the cell it came from", "title")
    row = page.across(row, NAMED, "notice")
    row = page.across(row, FROM_NUMBER_TO_CELL, "note") + 1
    by_leaver = _by_leaver_and_wave(school.answers)
    rows: list[tuple[Cell, ...]] = []
    for leaver in _in_register_order(school.leavers, by_leaver):
        by_wave = by_leaver.get(leaver.id or 0, {})
        rows += [
            (
                *_leaver_cells(leaver, by_wave),
                *_answer_cells(by_wave[wave]),
                *_source_cells(by_wave[wave], school),
            )
            for wave in sorted(by_wave)
        ]
    end = page.table(row, _ANSWER_COLUMNS, rows)
    page.freeze(row, columns=3, last=end - 1)
    page.two_papers_wide(3)


def leaver_reference(leaver_id: int | None) -> str:
    """What stands for a leaver where no name may: L000012."""
    return f"L{leaver_id or 0:06d}"


def _by_leaver_and_wave(answers: Sequence[LeaverOutcome]) -> dict[int, dict[int, LeaverOutcome]]:
    answers_by_leaver: dict[int, dict[int, LeaverOutcome]] = {}
    for answer in answers:
        answers_by_leaver.setdefault(answer.leaver_id, {})[answer.wave] = answer
    return answers_by_leaver


def _in_register_order(
    leavers: Sequence[Leaver], by_leaver: Mapping[int, Mapping[int, LeaverOutcome]]
) -> list[Leaver]:
    # The latest cohort first, and in it by name, as a register is called.
    def place(leaver: Leaver) -> tuple[int, str, str, str, int]:
        any_answer = next(iter(by_leaver.get(leaver.id or 0, {}).values()), None)
        year = any_answer.academic_year if any_answer else 0
        stage = any_answer.leaving_stage if any_answer else ""
        names = (leaver.surname.casefold(), leaver.forename.casefold())
        return (-year, stage, *names, leaver.id or 0)

    return sorted(leavers, key=place)


def _leaver_cells(leaver: Leaver, by_wave: Mapping[int, LeaverOutcome]) -> tuple[Cell, ...]:
    any_answer = next(iter(by_wave.values()), None)
    cohort = ""
    if any_answer:
        cohort = f"{any_answer.leaving_stage} {year_name(any_answer.academic_year)}"
    return (leaver_reference(leaver.id), leaver.surname, leaver.forename, leaver.form or "", cohort)


def _answer_cells(answer: LeaverOutcome) -> tuple[Cell, ...]:
    return (
        f"{answer.wave}",
        answer.group.value,
        answer.activity_code or "",
        _activity_label(answer),
        answer.provider_name,
        answer.started_on or "",
        answer.ended_on or "",
        f"  {answer.sustained.value}",
        answer.sustained_because,
    )


def _source_cells(answer: LeaverOutcome, school: PackSource) -> tuple[Cell, ...]:
    file = school.files.get(answer.submission_id or 0)
    sender = school.senders.get(file.urn, file.urn) if file else ""
    return (*_place_cells(answer, school.files), sender)


def _place_cells(answer: LeaverOutcome | None, files: Mapping[int, Submission]) -> tuple[Cell, ...]:
    if answer is None or answer.submission_id is None:
        return ("", "", "", "", "", "")
    file = files.get(answer.submission_id)
    return (
        answer.source or "",
        answer.evidence or "",
        answer.as_at or "",
        f"  {file.name}" if file else "",
        answer.sheet,
        f"{answer.column}{answer.row or ''}",
    )


def _answer_in_words(answer: LeaverOutcome) -> str:
    words = _activity_label(answer)
    return f"{words}, {answer.provider_name}" if answer.provider_name else words


def _activity_label(answer: LeaverOutcome) -> str:
    if answer.activity_code:
        return activities()[answer.activity_code].label
    if answer.intended:
        return f"Intends: {answer.intended}"
    return "Not known" if answer.group is ActivityGroup.NOT_KNOWN else answer.group.value
