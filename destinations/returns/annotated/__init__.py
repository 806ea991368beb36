"""Annotated: a sender's own workbook with what is wrong coloured, explained and listed in front.

In place where nothing of theirs is lost by it: the cells concerned, their notes and our tabs are
put into the package, and every other part goes back as it came.  Otherwise a fresh copy of what
they see, marked the same way, and it says so.
"""

import hashlib
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from destinations.returns.annotated.choices import choices_by_field
from destinations.returns.annotated.fix_list import (
    MOST_NOTES,
    TITLE,
    FixLine,
    comments_by_cell,
    fix_lines,
)
from destinations.returns.annotated.fresh_copy import (
    IDENTIFIERS,
    DisplayedSheet,
    copy_workbook,
    tab_names,
)
from destinations.returns.annotated.in_place import mark_in_place
from destinations.returns.annotated.our_sheets import Annotations, CellMark
from destinations.returns.annotated.signature import WorkbookSignature, sign, verify_signature
from destinations.returns.annotated.workbook_parts import CannotAnnotate
from destinations.returns.fix_order import summary_sentence
from models.handoffs.findings import Finding, SubmissionRefused
from models.handoffs.returned_workbook import YES
from models.handoffs.sheets import ReadFile

__all__ = [
    "AnnotatedWorkbook", "DisplayedSheet", "SentWorkbook", "WorkbookSignature",
    "annotate_workbook", "verify_signature",
]  # fmt: skip

log = logging.getLogger(__name__)

HOW_TO = (
    "Go to each cell by its link, put it right there, save this workbook and send it back: we "
    "will know which file it belongs to, and ask only for what is left."
)
HOW_TO_CONFIRM = (
    "Where something to check is right as it is, pick “Yes, this is right” beside it: we "
    "will not ask again."
)
COLOURS = "Orange cells must be fixed, blue hatched cells are to be checked; each has a note."
OWN = "This is your own workbook. We added this list, the colours and the notes; the rest is yours."
FRESH = (
    "We made a fresh copy because {}. What you see is the same, in the same cells; formulas, "
    "pictures and hidden sheets are not in it."
)
# Why a kind of file is not marked in place.
_WHY_NOT_IN_PLACE = {
    "csv": "yours is a CSV file, which can hold no colours and no notes",
    "xls": "yours is in the old Excel format (.xls), in which we cannot write",
    "xlsb": "yours is a binary workbook (.xlsb), in which we cannot write",
    "ods": "yours is an OpenDocument spreadsheet, in which we cannot write",
    "xlsm": "your workbook holds macros, which we never run and never send back",
}
_NOT_AS_IT_WAS = "parts that we could not be sure of"


@dataclass(frozen=True, slots=True)
class SentWorkbook:
    """A file as sent, as read, and what is known of its columns.

    `columns` gives our field for a sheet and the letters of a column, `fields` for a rule's code.
    `whole` gives every visible sheet with all its cells, should a copy be needed.
    """

    content: bytes
    read: ReadFile
    whole: Callable[[], Sequence[DisplayedSheet]]
    columns: Mapping[tuple[str, str], str] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AnnotatedWorkbook:
    """The marked workbook, whether it is the sender's own, and if not, why."""

    content: bytes
    in_place: bool
    why: str = ""


def annotate_workbook(
    sent: SentWorkbook,
    findings: Sequence[Finding],
    *,
    submission_id: int,
    key: bytes | None,
    reread: Callable[[bytes], ReadFile] | None = None,
) -> AnnotatedWorkbook:
    """The workbook to give back for some findings; the same findings give the same bytes.

    It is signed with `key`, so that it is recognised when it comes back; without one it is not.
    `reread` reads a workbook: what is marked in place must read as it did before.
    """
    mark = WorkbookSignature(submission_id, hashlib.sha256(sent.content).hexdigest())
    written = sign(mark, key)
    lines = fix_lines(findings, sent.read, sent.columns, sent.fields)
    why = _WHY_NOT_IN_PLACE.get(sent.read.file_format, "")
    if not why:
        try:
            marks = _annotations(sent, lines, findings, {}, OWN, written)
            if returned := sent.read.returned:
                marks = replace(marks, own=returned.tabs, kept_formats=returned.before)
            content = mark_in_place(sent.content, marks)
            if reread is None or _reads_the_same(sent.read, reread(content)):
                return AnnotatedWorkbook(content, in_place=True)
            obstacle = _NOT_AS_IT_WAS
        except CannotAnnotate as reason:
            obstacle = str(reason)
        except SubmissionRefused:
            obstacle = _NOT_AS_IT_WAS
        except Exception as error:  # whatever a strange workbook leads to, the copy is there
            log.warning("submission %s: %s while marking", submission_id, type(error).__name__)
            obstacle = _NOT_AS_IT_WAS
        why = f"your workbook holds {obstacle}"
    log.info("submission %s is marked in a fresh copy", submission_id)
    sheets = sent.whole()
    names = tab_names(sheet.name for sheet in sheets)
    base = copy_workbook([replace(sheet, name=names[sheet.name]) for sheet in sheets])
    marks = _annotations(sent, lines, findings, names, FRESH.format(why), written)
    return AnnotatedWorkbook(mark_in_place(base, marks), in_place=False, why=why)


def _annotations(
    sent: SentWorkbook,
    lines: Sequence[FixLine],
    findings: Sequence[Finding],
    names: Mapping[str, str],
    about: str,
    mark: str,
) -> Annotations:
    lists = choices_by_field()
    cells: dict[str, dict[tuple[int, str], CellMark]] = {}
    by_spot = {line.spot: line for line in reversed(lines) if line.spot is not None}
    for number, (spot, (severity, note)) in enumerate(comments_by_cell(lines).items()):
        line = by_spot[spot]
        cells.setdefault(names.get(spot.sheet, spot.sheet), {})[spot.row, spot.column] = CellMark(
            severity,
            note if number < MOST_NOTES else "",
            line.field if line.has_list else "",
            as_text=line.field in IDENTIFIERS,
        )
    used = {cell.choices for of_sheet in cells.values() for cell in of_sheet.values()}
    confirms = any(line.can_confirm for line in lines)
    return Annotations(
        cells=cells,
        lines=lines,
        above=(
            summary_sentence(findings, sent.fields),
            " ".join((HOW_TO, HOW_TO_CONFIRM) if confirms else (HOW_TO,)),
            f"{about} {COLOURS}",
        ),
        choices={name: words for name, words in lists.items() if name in used},
        title=TITLE,
        answer=YES,
        mark=mark,
        names=names,
    )


def _reads_the_same(original: ReadFile, annotated: ReadFile) -> bool:
    """Whether every table is where it was, with the same cells."""
    if len(original.tables) != len(annotated.tables):
        return False
    return all(
        (table.sheet, table.heading_rows, table.headings)
        == (reread_table.sheet, reread_table.heading_rows, reread_table.headings)
        and [(row.number, [cell.text for cell in row.cells]) for row in table.rows]
        == [(row.number, [cell.text for cell in row.cells]) for row in reread_table.rows]
        for table, reread_table in zip(original.tables, annotated.tables, strict=True)
    )
