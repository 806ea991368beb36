"""Known leavers: a second round may name its leavers by UPN or ULN alone.

It is read where the school's own leavers of before have those numbers.  A row with a number that
none of them has waits: nobody is made a leaver without a name.
"""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace

from imports.columns.mapped_table import TableMapping, cell_at
from imports.context.cohort_columns import with_cohort_columns
from imports.values.typed_identifiers import read_identifier
from models.handoffs.findings import Issue, SubmissionRefused
from models.handoffs.normalised import LeavingCohort, SubmissionMetadata
from models.handoffs.sheets import SheetRow
from models.vocabulary import SubmissionKind

_NUMBERS = ("upn", "uln")
_WHO = ("full_name", "surname", "forename", "born_on")

# From UPNs and ULNs the cohorts of the leavers of one school that have them.
FindLeavers = Callable[[Collection[str]], Mapping[str, Sequence[LeavingCohort]]]


def nobody(numbers: Collection[str]) -> Mapping[str, Sequence[LeavingCohort]]:
    """The lookup that knows nobody, as on a machine that keeps no record."""
    return {}


def place_known_leavers(
    layouts: Sequence[TableMapping], declared: SubmissionMetadata, find_leavers: FindLeavers
) -> tuple[list[TableMapping], list[Issue]]:
    """The tables of a leaver sheet, those without names with the cohort of each row.

    And an issue for each row whose number is no known leaver's.  Raises SubmissionRefused C73
    where a sheet has nothing but numbers and none of them is known.
    """
    nameless = [layout for layout in layouts if _is_nameless(layout)]
    if declared.kind is not SubmissionKind.LEAVERS or not nameless:
        return list(layouts), []
    numbers = {
        number
        for layout in nameless
        for row in layout.table.rows
        for number in _numbers(layout, row)
    }
    cohorts = find_leavers(numbers)
    usual = Counter(cohort for found in cohorts.values() for cohort in found)
    if declared.academic_year is not None:
        usual = Counter(
            {cohort: usual[cohort] for cohort in usual if _is_declared(cohort, declared)} or usual
        )
    if not cohorts:
        if any(layout.has(*_WHO) for layout in layouts):
            return list(layouts), []  # what is missing of their names is said
        raise SubmissionRefused("C73")
    placed, issues = [], []
    for layout in layouts:
        if _is_nameless(layout):
            issues += _unknown_issues(layout, cohorts)
            layout = _with_cohorts(layout, cohorts, usual)
        placed.append(layout)
    return placed, issues


def _is_nameless(layout: TableMapping) -> bool:
    named = layout.has("full_name") or layout.has("surname") and layout.has("forename")
    return layout.has(*_NUMBERS) and not named


def _is_declared(cohort: LeavingCohort, declared: SubmissionMetadata) -> bool:
    return cohort.academic_year == declared.academic_year and (
        declared.leaving_stage in (None, cohort.leaving_stage)
    )


def _numbers(layout: TableMapping, row: SheetRow) -> list[str]:
    return [
        number
        for field in _NUMBERS
        for column in layout.columns(field)
        if (number := read_identifier(field, cell_at(row, column.at))[0])
    ]


def _cohorts_of(
    layout: TableMapping, row: SheetRow, cohorts: Mapping[str, Sequence[LeavingCohort]]
) -> Sequence[LeavingCohort]:
    return [cohort for number in _numbers(layout, row) for cohort in cohorts.get(number, ())]


def _unknown_issues(
    layout: TableMapping, cohorts: Mapping[str, Sequence[LeavingCohort]]
) -> list[Issue]:
    """An issue at the number of each row that is about no known leaver."""
    column = next(column for field in _NUMBERS for column in layout.columns(field))
    return [
        Issue(
            "C74",
            sheet=layout.table.sheet,
            row=row.number,
            column=column.letter,
            heading=column.heading,
            value=cell_at(row, column.at).text,
            facts=(("heading", column.heading),),
        )
        for row in layout.table.rows
        if not _cohorts_of(layout, row, cohorts)
    ]


def _with_cohorts(
    layout: TableMapping,
    cohorts: Mapping[str, Sequence[LeavingCohort]],
    usual: Counter[LeavingCohort],
) -> TableMapping:
    """The table with two more columns, for the leaving year and the year group of each leaver.

    Of somebody in two cohorts it is the one that most of the sheet is of.
    """
    of_rows = [
        max(
            _cohorts_of(layout, row, cohorts) or list(usual),
            key=lambda candidate: (usual[candidate], candidate),
        )
        for row in layout.table.rows
    ]
    return replace(with_cohort_columns(layout, of_rows), is_by_number=True)
