"""Annotate: what reading knows of a file, handed to those who mark it.

Nothing of Prefect's here.
"""

import logging
from collections.abc import Mapping, Sequence

from destinations.returns.annotated import (
    AnnotatedWorkbook,
    DisplayedSheet,
    SentWorkbook,
    annotate_workbook,
)
from destinations.returns.annotated.fresh_copy import identifier_columns
from expectations.catalogue import catalogue
from imports.crosswalk.column_map import ColumnMap
from imports.crosswalk.confirmed_mappings import Crosswalk, heading_fingerprints
from imports.reading import read_file
from imports.tables.find_tables import LookUpHeading
from imports.workbook.displayed_cells import DisplayedCells
from imports.workbook.grid import grid_of
from imports.workbook.guard import Guard
from imports.workbook.our_workbook import drop_our_sheets
from models.handoffs.findings import Finding
from models.handoffs.normalised import SubmissionMetadata
from models.handoffs.sheets import ReadFile

log = logging.getLogger(__name__)


def annotate_file(
    content: bytes,
    read: ReadFile,
    findings: Sequence[Finding],
    *,
    guard: Guard,
    columns: ColumnMap,
    knows: LookUpHeading | None = None,
    submission_id: int = 0,
    key: bytes | None = None,
) -> AnnotatedWorkbook:
    """The marked workbook of one file that was read.

    `columns` is what it is mapped with, `knows` what its tables are found with, where they differ.
    """
    fields_by_column = {
        (table.sheet, heading.letter): ours
        for table in read.tables
        for heading in table.headings
        if (ours := columns.field_of(heading.parts))
    }
    fields = {code: rule.field for code, rule in catalogue().items()}
    sent = SentWorkbook(
        content,
        read,
        lambda: _displayed_sheets(content, read, guard, fields_by_column),
        fields_by_column,
        fields,
    )
    return annotate_workbook(
        sent,
        findings,
        submission_id=submission_id,
        key=key,
        reread=lambda marked: read_file(
            "marked.xlsx", marked, knows or columns.field_of, guard=guard
        ),
    )


def annotate_submission(
    content: bytes,
    read: ReadFile,
    findings: Sequence[Finding],
    *,
    metadata: SubmissionMetadata,
    guard: Guard,
    crosswalk: Crosswalk,
    key: bytes,
) -> bytes:
    """The marked workbook of one submission, by what people said of its school's headings."""
    return annotate_file(
        content,
        read,
        findings,
        guard=guard,
        columns=crosswalk.to_map(metadata.urn, heading_fingerprints(read)),
        knows=crosswalk.to_find_tables(metadata.urn).field_of,
        submission_id=metadata.submission_id,
        key=key,
    ).content


def _displayed_sheets(
    content: bytes, read: ReadFile, guard: Guard, fields_by_column: Mapping[tuple[str, str], str]
) -> list[DisplayedSheet]:
    """Every visible sheet with all its cells."""
    raw = drop_our_sheets(guard.open_file(content))
    displayed = DisplayedCells(is_1904=raw.is_1904)
    heading_rows: dict[str, list[int]] = {}
    for table in read.tables:
        heading_rows.setdefault(table.sheet, []).extend(table.heading_rows)
    displayed_sheets = []
    for sheet in raw.sheets:
        if sheet.hidden:
            continue
        grid = grid_of(sheet, displayed)
        displayed_sheets.append(
            DisplayedSheet(
                grid.name,
                {
                    (row.number, column): cell
                    for row in grid.rows
                    for column, cell in row.cells.items()
                },
                grid.merges,
                [row.number for row in grid.rows if row.hidden],
                sorted(grid.hidden_columns),
                heading_rows.get(grid.name, ()),
                identifier_columns(fields_by_column, grid.name),
            )
        )
    return displayed_sheets
