"""Receipts: what became of one file, told to whoever sent it, as a workbook and as plain text.

Cells are quoted as they were typed, to their sender only; nothing here is stored or logged.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from destinations.reports.summary_figures import wave_name
from destinations.returns.fix_order import biggest_first, finding_sentence, summary_sentence
from destinations.returns.understood import Understood, part_in_words
from destinations.spreadsheets.book import Book, Page, PageColumn, column_widths
from models.facts.calendar import in_london, in_words
from models.facts.counts import count_of
from models.handoffs.findings import Finding
from models.handoffs.sheets import Region
from models.submissions import Noted, Submission
from models.vocabulary import Severity, SubmissionKind, stage_name, year_name

__all__ = ["Receipt", "build_receipt", "receipt_workbook", "summary_sentence"]

WEIGHTS = {Severity.MUST_FIX: "Must fix", Severity.PLEASE_CHECK: "Please check"}
CHANGES = ("new", "changed", "gone", "would_become_blank")
# The same file, the same rows, last year's rows: told before anything else.
LEADING_RULES = ("A06", "C70", "N01", "N02")
SHEET_OF_CSV = "(the file)"

_PAGE_WIDTHS = (24, 22, 16, 70)
_REGION_COLUMNS = (
    PageColumn("Sheet", 24),
    PageColumn("Rows", 22),
    PageColumn("", 16),
    PageColumn("Why", 70),
)
_WORD_COLUMNS = (
    PageColumn("You typed", 24),
    PageColumn("We read", 22),
    PageColumn("Rows", 16, "count left"),
)
_FIX_COLUMNS = (
    PageColumn("No.", 5, "count left"),
    PageColumn("", 13),
    PageColumn("Sheet", 14),
    PageColumn("Cell", 9, "id"),
    PageColumn("Heading", 18),
    PageColumn("As you typed it", 20),
    PageColumn("What is wrong", 38),
    PageColumn("What to do", 38),
    PageColumn("It may be", 28),
    PageColumn("Rule", 7, "id"),
)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the sender of one file is told, or would be told by a check.

    `fields` gives our field for a rule's code ("I01" -> "upn"), so that faults can be counted by
    what they are about.  `changes` counts what a next round changed `since` the one before, named
    by its file and day.  `waived` counts, by rule, what its hub has set aside, which is not among
    the findings.  `is_kept` is False for a check, of which nothing is recorded.  `noted` says that
    the file was read again with what its sender said of it later.  `ask` is whom to ask, `due_on`
    the day by which the answers should be there.
    """

    file: str
    school: str
    findings: Sequence[Finding] = ()
    received_at: datetime | None = None
    about: str = ""
    regions: Sequence[Region] = ()
    rows_read: int = 0
    rows_recorded: int = 0
    rows_waiting: int = 0
    rows_unsure: int = 0
    changes: Mapping[str, int] = field(default_factory=dict)
    since: str = ""
    waived: Mapping[str, int] = field(default_factory=dict)
    is_refused: bool = False
    is_kept: bool = True
    noted: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    understood: Understood = field(default_factory=Understood)
    ask: str = ""
    due_on: date | None = None


def build_receipt(
    submission: Submission,
    findings: Sequence[Finding],
    *,
    school: str,
    fields: Mapping[str, str] | None = None,
    since: Submission | None = None,
    understood: Understood | None = None,
    ask: str = "",
    due_on: date | None = None,
) -> Receipt:
    """The receipt of a submission that went as far as it could; a refused one has its finding.

    `since` is the submission that it is the next round of.
    """
    return Receipt(
        understood=understood or Understood(),
        ask=ask,
        due_on=due_on,
        file=submission.name,
        school=school,
        findings=findings,
        received_at=submission.received_at,
        about=_described_as(submission),
        regions=_regions(submission.regions),
        rows_read=submission.rows_read,
        rows_recorded=submission.rows_sound,
        rows_waiting=submission.rows_waiting,
        rows_unsure=submission.rows_unsure,
        changes=submission.changes,
        since=f"“{since.name}”, sent on {in_words(since.sent_on)}" if since else "",
        waived=submission.waived,
        is_refused=submission.refused_code is not None,
        noted=_reread_sentence(submission),
        fields=fields or {},
    )


def receipt_workbook(receipt: Receipt) -> bytes:
    """The receipt and the finding list as a workbook, the same bytes for the same answer."""
    made_on = in_london(receipt.received_at).date() if receipt.received_at else date(2000, 1, 1)
    book = Book(f"Receipt for {receipt.file}"[:250], made_on=made_on, about="Receipt")
    _receipt_page(book, receipt)
    if receipt.findings and not receipt.is_refused:
        _fix_page(book, receipt)
    return book.content()


def _receipt_page(book: Book, receipt: Receipt) -> None:
    page = book.page("Receipt", _PAGE_WIDTHS, warm=bool(receipt.findings))
    row = page.across(0, "Receipt", "title")
    row = page.across(row, f"{receipt.file}, from {receipt.school}", "subtitle")
    row = page.across(row, _headline_sentence(receipt), "notice") + 1
    for words in _received_lines(receipt):
        row = page.across(row, words, "body")
    if not receipt.is_refused:
        for words in _read_as(receipt):
            row = page.across(row, words, "body")
        row = _regions_table(page, row + 1, receipt)
        row = _words_table(page, row + 1, receipt)
    row = page.across(row + 1, "What happens next", "section")
    for words in _next_steps(receipt):
        row = page.across(row, words, "body")
    if receipt.findings and not receipt.is_refused:
        page.link(row + 1, 0, "What to fix", "Go to the list of what to fix")


def _regions_table(page: Page, row: int, receipt: Receipt) -> int:
    row = page.across(row, "Rows", "section")
    for name, number in _row_counts(receipt):
        page.text(row, 0, name, "label")
        page.cell(row, 1, number, "count left")
        row += 1
    for words in (*_changes_lines(receipt), *_waived_lines(receipt)):
        row = page.across(row, words, "body")
    if not receipt.regions:
        return row
    row = page.across(row + 1, "What we read and what we left out", "section")
    rows = [
        (
            region.sheet or SHEET_OF_CSV,
            _row_span(region),
            "read" if region.used else "left out",
            region.why,
        )
        for region in receipt.regions
    ]
    return page.table(row, _REGION_COLUMNS, rows)


def _read_as(receipt: Receipt) -> list[str]:
    """What we took the file for: in one line, or a line for each tab, cohort and moment."""
    parts = receipt.understood.parts
    if len(parts) > 1:
        return ["We read it as:", *(f"  {part_in_words(part)}" for part in parts)]
    return [f"We read it as: {receipt.about}"] if receipt.about else []


def _words_table(page: Page, row: int, receipt: Receipt) -> int:
    """The sender's words beside our own, the most typed first."""
    words = receipt.understood.words
    if not words:
        return row
    row = page.across(row, "Your words, and what we call them", "section")
    return page.table(row, _WORD_COLUMNS, [(word.typed, word.kind, word.rows) for word in words])


def _fix_page(book: Book, receipt: Receipt) -> None:
    page = book.page("What to fix", column_widths(_FIX_COLUMNS), warm=True)
    row = page.across(0, "What to fix", "title")
    row = page.across(row, summary_sentence(receipt.findings, receipt.fields), "big")
    row = page.across(row, "Biggest problems first. Change them in your own file", "note") + 1
    ordered = biggest_first(receipt.findings)
    rows = [
        (
            number,
            WEIGHTS[finding.severity],
            finding.sheet,
            _cell_place(finding),
            finding.heading,
            finding.value,
            f"{finding.says}.",
            f"{finding.do}." if finding.do else "",
            "; ".join(finding.suggests),
            finding.code,
        )
        for number, finding in enumerate(ordered, start=1)
    ]
    end = page.table(row, _FIX_COLUMNS, rows)
    for number, finding in enumerate(ordered, start=row + 1):
        style = "must" if finding.severity == Severity.MUST_FIX else "check"
        page.text(number, 1, WEIGHTS[finding.severity], style)
    page.freeze(row, columns=4, last=end - 1)


def _headline_sentence(receipt: Receipt) -> str:
    if receipt.is_refused:
        sentences = [finding_sentence(finding) for finding in biggest_first(receipt.findings)]
        return " ".join(["We could not use this file.", *sentences])
    leading = [finding for finding in receipt.findings if finding.code in LEADING_RULES]
    others = [finding for finding in receipt.findings if finding.code not in LEADING_RULES]
    words = summary_sentence(others, receipt.fields)
    return " ".join([*(finding_sentence(finding) for finding in leading), words])


def _received_lines(receipt: Receipt) -> list[str]:
    if receipt.received_at is None:
        return []
    local = in_london(receipt.received_at)
    received = f"Received {in_words(local.date())} at {local:%H:%M}"
    return [received, receipt.noted] if receipt.noted else [received]


def _reread_sentence(submission: Submission) -> str:
    if submission.noted_as != Noted.ANEW or submission.noted_at is None:
        return ""
    day = in_words(in_london(submission.noted_at).date())
    return f"On {day} you told us something else about this file, so we read it again with that"


def _row_counts(receipt: Receipt) -> list[tuple[str, int]]:
    read = [("Rows read", receipt.rows_read)]
    if not receipt.is_kept:
        return read
    if receipt.understood.leavers is not None:
        read.append(("Leavers named", receipt.understood.leavers))
    return [
        *read,
        ("Recorded", receipt.rows_recorded),
        ("Waiting for a fix", receipt.rows_waiting),
        ("Not sure who it is", receipt.rows_unsure),
    ]


def changes_in_words(since: Submission, changes: Mapping[str, int], *, is_sent: bool = True) -> str:
    """What a next round changed since the one before, or would change were it sent."""
    earlier_round = f"“{since.name}”, sent on {in_words(since.sent_on)}"
    return _changes_sentence(earlier_round, changes, is_sent=is_sent)


def _changes_lines(receipt: Receipt) -> list[str]:
    """What has changed since the round before, in one sentence; nothing for a first round."""
    if not receipt.since or not receipt.changes:
        return []
    return [_changes_sentence(receipt.since, receipt.changes, is_sent=True)]


def _changes_sentence(earlier_round: str, changes: Mapping[str, int], *, is_sent: bool) -> str:
    if not any(changes.values()):
        return f"Nothing {'has changed' if is_sent else 'would change'} since {earlier_round}."
    counts = {name: f"{changes.get(name, 0):,}" for name in CHANGES}
    left = (
        "have become blank and were left as they were"
        if is_sent
        else "become blank and stay as they are"
    )
    return (
        f"Since {earlier_round}: {counts['new']} new, {counts['changed']} changed, "
        f"{counts['gone']} gone, {counts['would_become_blank']} would {left}."
    )


def _waived_lines(receipt: Receipt) -> list[str]:
    """How much is not asked, in one sentence; nothing where no rule is set aside."""
    if not receipt.waived:
        return []
    codes = sorted(receipt.waived)
    listed = " and ".join([part for part in (", ".join(codes[:-1]), codes[-1]) if part])
    rules = "rule" if len(codes) == 1 else "rules"
    things_are = count_of(sum(receipt.waived.values()), "thing is", "things are")
    return [
        f"{things_are} not asked about: your hub has set {rules} {listed} aside for you. Your "
        "evidence pack says by whom, why and until when."
    ]


def _next_steps(receipt: Receipt) -> list[str]:
    steps = _steps(receipt)
    has_questions = receipt.is_refused or bool(receipt.findings)
    if receipt.due_on and has_questions:
        steps.append(f"These answers are due by {in_words(receipt.due_on)}.")
    if receipt.ask:
        steps.append(f"Ask {receipt.ask} about anything here.")
    return steps


def _steps(receipt: Receipt) -> list[str]:
    if receipt.is_refused:
        return [
            "Nothing of this file is recorded, and nothing recorded before has changed.",
            "Put it right as said above and send it again.",
        ]
    if not receipt.is_kept:
        return ["This was a check: nothing is recorded."]
    must_fix = any(finding.severity == Severity.MUST_FIX for finding in receipt.findings)
    steps = []
    if must_fix or receipt.rows_waiting:
        noun = ("row waits until it is", "rows wait until they are")
        steps.append(
            f"{count_of(receipt.rows_waiting, *noun)} put right. Change your own file, or the "
            "marked copy beside this receipt (“please fix”), and send the whole of it again: what "
            "is recorded already stays as it is."
        )
    if any(finding.severity == Severity.PLEASE_CHECK for finding in receipt.findings):
        steps.append(
            "What is marked “please check” is recorded as you typed it. If it is right, do "
            "nothing, or say so in the column Confirm of the marked copy: we will not ask again."
        )
    if receipt.rows_unsure:
        steps.append(
            f"{count_of(receipt.rows_unsure, 'row is', 'rows are')} about somebody we could not be "
            "sure of. A data officer will look; you need do nothing."
        )
    return steps or ["You need do nothing."]


def _described_as(submission: Submission) -> str:
    if submission.kind == SubmissionKind.ENROLMENTS:
        return "a list of people enrolled"
    words = []
    if submission.leaving_stage:
        words.append(f"{stage_name(submission.leaving_stage)} leavers")
    if submission.academic_year:
        words.append(f"of {year_name(submission.academic_year)}")
    if submission.wave is not None:
        words.append(f"at {wave_name(submission.wave).lower()}")
    return " ".join(words)


def _regions(stored: Sequence[Any]) -> tuple[Region, ...]:
    # As a database keeps them: each a mapping by name, or its five values in order.
    return tuple(
        Region(**region) if isinstance(region, Mapping) else Region(*region) for region in stored
    )


def _row_span(region: Region) -> str:
    if not region.last_row:
        return "all of it"  # a whole sheet, such as a hidden one
    if region.first_row == region.last_row:
        return f"row {region.first_row}"
    return f"rows {region.first_row} to {region.last_row}"


def _cell_place(finding: Finding) -> str:
    if finding.row is None:
        return f"column {finding.column}" if finding.column else ""
    return f"{finding.column}{finding.row}" if finding.column else f"row {finding.row}"
