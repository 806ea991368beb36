"""Marks: what reading knows of a file, handed to those who mark it.  Nothing of Prefect's here."""

from collections.abc import Mapping, Sequence

from destinations.marked import Marked, Sent, WholeSheet, marked_workbook
from destinations.marked.copied import identifier_columns
from imports.cells import Cells
from imports.columns import ColumnMap
from imports.grids import grid_of
from imports.guard import Guard
from imports.reading import read_file
from models.sheets import Finding, ReadFile


def mark_file(
    content: bytes,
    read: ReadFile,
    findings: Sequence[Finding],
    *,
    guard: Guard,
    columns: ColumnMap,
    fields: Mapping[str, str],
    submission_id: int,
    key: bytes | None,
) -> Marked:
    """The marked workbook of one file that was read; `fields` gives our field for a rule's code."""
    known = {
        (table.sheet, heading.letter): ours
        for table in read.tables
        for heading in table.headings
        if (ours := columns.field_of(heading.parts))
    }
    sent = Sent(content, read, lambda: _whole(content, read, guard, known), known, fields)
    return marked_workbook(
        sent,
        findings,
        submission_id=submission_id,
        key=key,
        again=lambda marked: read_file("marked.xlsx", marked, columns.field_of, guard=guard),
    )


def _whole(
    content: bytes, read: ReadFile, guard: Guard, known: Mapping[tuple[str, str], str]
) -> list[WholeSheet]:
    """Every visible sheet with all its cells."""
    raw = guard.open_file(content)
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
