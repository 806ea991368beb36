"""Cohort columns: what is known of each row's cohort stands beside it, as a sheet would say it.

Then whatever reads cohorts from cells needs no second way to be told.
"""

from collections.abc import Sequence
from dataclasses import replace

from imports.columns.mapped_table import ColumnMapping, TableMapping
from imports.crosswalk.fields import NOT_OURS
from models.handoffs.normalised import LeavingCohort
from models.handoffs.sheets import BLANK, Cell, CellKind, Heading
from models.vocabulary import stage_name, year_name

COHORT_FIELDS = ("leaving_year", "year_group")


def with_cohort_columns(
    layout: TableMapping, cohorts: Sequence[LeavingCohort | None]
) -> TableMapping:
    """The table with a column each for leaving year and year group, instead of its own.

    `cohorts` has one for each row; None leaves the cells blank.
    """
    table, at = layout.table, len(layout.table.headings)
    rows = []
    for row, cohort in zip(table.rows, cohorts, strict=True):
        blanks = (BLANK,) * max(at - len(row.cells), 0)
        rows.append(replace(row, cells=(*row.cells, *blanks, *_cells(cohort))))
    mappings = [
        replace(column, field=NOT_OURS) if column.field in COHORT_FIELDS else column
        for column in layout.mappings
    ]
    mappings += [
        ColumnMapping(at + place, "", "", (), field) for place, field in enumerate(COHORT_FIELDS)
    ]
    headings = (*table.headings, *(Heading("", ()) for _ in COHORT_FIELDS))
    return replace(
        layout,
        table=replace(table, headings=headings, rows=tuple(rows)),
        mappings=tuple(mappings),
    )


def _cells(cohort: LeavingCohort | None) -> tuple[Cell, ...]:
    if cohort is None:
        return (BLANK,) * len(COHORT_FIELDS)
    texts = (year_name(cohort.academic_year), stage_name(cohort.leaving_stage))
    return tuple(Cell(text, text, CellKind.TEXT) for text in texts)
