"""Birth months: a council's extract gives the month and year of birth alone, which tell the cohort.

No day is made up, and so no date of birth is kept.
"""

import re
from collections.abc import Sequence

from imports.columns.mapped_table import ColumnMapping, TableMapping, cell_at
from imports.columns.typed_values import displayed_text
from imports.context.cohort_columns import COHORT_FIELDS, with_cohort_columns
from imports.crosswalk.column_map import normalise_heading
from imports.crosswalk.fields import BORN_IN
from models.handoffs.findings import Issue
from models.handoffs.normalised import LeavingCohort, SubmissionMetadata
from models.handoffs.sheets import Cell, CellKind
from models.vocabulary import LeavingStage, SubmissionKind, academic_year

_OF_A_COUNCIL = frozenset({"cohortstatus", "youngpersonsid", "ypid", "youngpersonid"})
_MONTH_FIRST = re.compile(r"(0?[1-9]|1[0-2])\s*[/.\-]\s*((?:19|20)\d\d)")
_NAMED = re.compile(r"([a-z]{3,9})[\s.,/\-]*((?:19|20)\d\d)")
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_YEAR_FIRST = re.compile(r"((?:19|20)\d\d)\s*[/.\-]\s*(0?[1-9]|1[0-2])")


def place_by_birth_month(
    layouts: Sequence[TableMapping], declared: SubmissionMetadata
) -> tuple[list[TableMapping], list[Issue]]:
    """The tables of a leaver sheet, those with months of birth alone with the cohort of each row.

    In a council's extract everybody once was a leaver of Year 11.  Of another sheet its sender must
    say the stage, for nobody can tell it from a month of birth.
    """
    placed, issues = [], []
    for layout in layouts:
        column = next(iter(layout.columns(BORN_IN)), None)
        stage = declared.leaving_stage or (LeavingStage.Y11 if _is_extract(layout) else None)
        if column and stage and _is_of_leavers(layout, declared):
            births = [_born_in(cell_at(row, column.at)) for row in layout.table.rows]
            cohorts = [LeavingCohort(year + stage.age, stage) if year else None for year in births]
            if any(cohorts):
                issues.append(_issue(layout, column, sum(year is not None for year in births)))
                layout = with_cohort_columns(layout, cohorts)
        placed.append(layout)
    return placed, issues


def _is_of_leavers(layout: TableMapping, declared: SubmissionMetadata) -> bool:
    is_silent = not layout.has("born_on", *COHORT_FIELDS)
    return is_silent and declared.kind is SubmissionKind.LEAVERS


def _is_extract(layout: TableMapping) -> bool:
    """Whether a table has what only the records of a council have."""
    return any(normalise_heading(column.heading) in _OF_A_COUNCIL for column in layout.mappings)


def _born_in(cell: Cell) -> int | None:
    """The September of the academic year of a birth, by its month; None where there is none."""
    if cell.kind is CellKind.DATE and cell.value is not None:
        return academic_year(cell.value.year, cell.value.month)  # type: ignore[union-attr]
    text = displayed_text(cell)
    if match := _MONTH_FIRST.fullmatch(text):
        return academic_year(int(match[2]), int(match[1]))
    if match := _YEAR_FIRST.fullmatch(text):
        return academic_year(int(match[1]), int(match[2]))
    match = _NAMED.fullmatch(text.lower())
    if match and match[1][:3] in _MONTHS:
        return academic_year(int(match[2]), _MONTHS.index(match[1][:3]) + 1)
    return None


def _issue(layout: TableMapping, column: ColumnMapping, count: int) -> Issue:
    facts = (("count", f"{count:,}"), ("heading", column.heading))
    return Issue("C76", layout.table.sheet, None, column.letter, column.heading, facts=facts)
