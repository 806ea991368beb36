"""Marks: what reading knows of a file, handed to those who mark it, and what comes back with it.

Nothing of Prefect's here.
"""

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from sqlmodel import Session

from destinations.cohorts import school_chain
from destinations.confirmations import confirm, value_in
from destinations.marked import Marked, Sent, WholeSheet, marked_workbook, recognise
from destinations.marked.copied import identifier_columns
from expectations.catalogue import catalogue
from imports.cells import Cells
from imports.columns import ColumnMap
from imports.grids import grid_of
from imports.guard import Guard
from imports.reading import read_file
from imports.remembered import Remembered, heading_rows
from imports.returned import without_our_tabs
from imports.tables import Knows
from models.returned import Confirmed, Returned
from models.sheets import Declared, Finding, Mapped, ReadFile
from models.submissions import Submission
from models.vocabulary import Kind, LeavingStage

log = logging.getLogger(__name__)


def mark_file(
    content: bytes,
    read: ReadFile,
    findings: Sequence[Finding],
    *,
    guard: Guard,
    columns: ColumnMap,
    knows: Knows | None = None,
    submission_id: int = 0,
    key: bytes | None = None,
) -> Marked:
    """The marked workbook of one file that was read.

    `columns` is what it is mapped with, `knows` what its tables are found with, where they differ.
    """
    known = {
        (table.sheet, heading.letter): ours
        for table in read.tables
        for heading in table.headings
        if (ours := columns.field_of(heading.parts))
    }
    fields = {code: rule.field for code, rule in catalogue().items()}
    sent = Sent(content, read, lambda: _whole(content, read, guard, known), known, fields)
    return marked_workbook(
        sent,
        findings,
        submission_id=submission_id,
        key=key,
        again=lambda marked: read_file(
            "marked.xlsx", marked, knows or columns.field_of, guard=guard
        ),
    )


def mark_submission(
    content: bytes,
    read: ReadFile,
    findings: Sequence[Finding],
    *,
    of: Declared,
    guard: Guard,
    known: Remembered,
    key: bytes,
) -> bytes:
    """The marked workbook of one submission, by what people said of its school's headings."""
    return mark_file(
        content,
        read,
        findings,
        guard=guard,
        columns=known.to_map(of.urn, heading_rows(read)),
        knows=known.to_find_tables(of.urn).field_of,
        submission_id=of.submission_id,
        key=key,
    ).content


def as_before(
    session: Session, returned: Returned | None, declared: Declared, *, key: bytes
) -> Declared:
    """What is known of a submission, and of the one that it is the next round of where it is."""
    before = _marked_before(session, returned, declared, key)
    if before is None:
        return declared
    return replace(
        declared,
        kind=declared.kind or (Kind(before.kind) if before.kind else None),
        academic_year=declared.academic_year or before.academic_year,
        leaving_stage=declared.leaving_stage
        or (LeavingStage(before.leaving_stage) if before.leaving_stage else None),
        wave=before.wave if declared.wave is None else declared.wave,
    )


def take_up(session: Session, returned: Returned | None, mapped: Mapped, *, key: bytes) -> int:
    """How many answers were taken from a workbook that we marked and its sender sent back.

    The submission becomes the next round of the one that was marked; each "yes, this is right" is
    noted before anything is recorded.
    """
    before = _marked_before(session, returned, mapped.declared, key)
    if returned is None or before is None:
        return 0
    this = session.get(Submission, mapped.declared.submission_id)
    if this is not None and this.id != before.id:
        this.follows_id = before.id
        session.flush()
    return _confirm(session, before.id or 0, returned.confirmed, mapped)


def _marked_before(
    session: Session, returned: Returned | None, declared: Declared, key: bytes
) -> Submission | None:
    """The submission that a workbook was marked for: signed by us, and of the same school."""
    mark = recognise(returned.mark, key) if returned else None
    before = session.get(Submission, mark.submission_id) if mark else None
    if mark is None or before is None or before.sha256 != mark.sha256:
        return None
    return before if before.urn in school_chain(session, declared.urn) else None


def _confirm(
    session: Session, submission_id: int, answers: Iterable[Confirmed], mapped: Mapped
) -> int:
    done = 0
    for one in answers:
        # A csv file has no sheets, and its copy has one.
        rows = [row for row in mapped.rows if row.row == one.row and one.sheet in ("", row.sheet)]
        ours, whole = value_in(rows, one.column)
        try:
            confirm(
                session,
                submission_id,
                one.sheet,
                one.row,
                one.code,
                value=one.value if one.column else whole,
                by=f"the sender of submission {mapped.declared.submission_id}",
                field=ours,
            )
        except (LookupError, ValueError) as why:
            # Told of nobody we know, or to be put right: it is asked again.
            log.info("an answer in submission %s was not taken: %s", submission_id, why)
        else:
            done += 1
    return done


def _whole(
    content: bytes, read: ReadFile, guard: Guard, known: Mapping[tuple[str, str], str]
) -> list[WholeSheet]:
    """Every visible sheet with all its cells."""
    raw = without_our_tabs(guard.open_file(content))
    made = Cells(is_1904=raw.is_1904)
    headed: dict[str, list[int]] = {}
    for table in read.tables:
        headed.setdefault(table.sheet, []).extend(table.heading_rows)
    whole = []
    for sheet in raw.sheets:
        if sheet.hidden:
            continue
        grid = grid_of(sheet, made)
        whole.append(
            WholeSheet(
                grid.name,
                {
                    (row.number, column): cell
                    for row in grid.rows
                    for column, cell in row.cells.items()
                },
                grid.merges,
                [row.number for row in grid.rows if row.hidden],
                sorted(grid.hidden_columns),
                headed.get(grid.name, ()),
                identifier_columns(known, grid.name),
            )
        )
    return whole
