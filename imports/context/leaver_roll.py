"""Leaver roll: a list of who the leavers are, as an MIS prints it, with no word of where they went.

It begins the cohort; of everybody in it nothing is known yet.
"""

from collections.abc import Sequence

from imports.columns.mapped_table import ColumnMapping, TableMapping
from imports.columns.proposals import may_hold_destination
from imports.columns.typed_values import displayed_text, says_nothing
from imports.context.titles import read_title
from imports.crosswalk.column_map import ColumnMap
from imports.crosswalk.fields import PERHAPS
from models.handoffs.findings import Issue
from models.handoffs.normalised import SubmissionMetadata
from models.vocabulary import SubmissionKind

# Whoever fills one of these says something of where leavers went.
_OF_A_DESTINATION = (
    *("activity", "intended", "provider_name", "provider_urn", "provider_ukprn"),
    *("provider_laestab", "course", "level", "started_on", "ended_on"),
)
_OF_A_LIST = ("enrolled", "withdrawn")


def is_leaver_roll(
    layouts: Sequence[TableMapping], declared: SubmissionMetadata, column_map: ColumnMap
) -> bool:
    """Whether a file names leavers and has nothing that may be where they went.

    That they are leavers its sender says, or the title of every table.  One that was sent for an
    autumn after leaving should say where they were: its sender is asked.
    """
    return (
        bool(layouts)
        and not declared.wave
        and _are_leavers(layouts, declared)
        and all(map(_has_names, layouts))
        and not any(_says_where(layout, column_map) for layout in layouts)
        and not may_hold_destination(layouts, column_map)
    )


def roll_issue(layouts: Sequence[TableMapping]) -> Issue:
    """What is said of a roll: how many leavers it names."""
    count = sum(len(layout.table.rows) for layout in layouts)
    return Issue("C70", facts=(("count", f"{count:,}"),))


def _are_leavers(layouts: Sequence[TableMapping], declared: SubmissionMetadata) -> bool:
    if declared.kind is not None:
        return declared.kind is SubmissionKind.LEAVERS
    if any(layout.has(*_OF_A_LIST) for layout in layouts):
        return False
    titles = [read_title(layout.table.title) for layout in layouts]
    return declared.academic_year is not None or all(
        title.leaving_year is not None and title.is_sure for title in titles
    )


def _has_names(layout: TableMapping) -> bool:
    return layout.has("full_name") or layout.has("surname") and layout.has("forename")


def _says_where(layout: TableMapping, column_map: ColumnMap) -> bool:
    return any(
        _has_answers(layout, column, column_map)
        for column in layout.mappings
        if column.field in ("", *_OF_A_DESTINATION)
    )


def _has_answers(layout: TableMapping, column: ColumnMapping, column_map: ColumnMap) -> bool:
    """Whether a column may answer the question; a "Status" that is the same of all does not."""
    texts = {
        displayed_text(cell)
        for cell in layout.cells(column)
        if not says_nothing(column.field or "activity", cell)
    }
    if column.field:
        return bool(texts)
    meaning = column_map.meaning(column.parts)
    return len(texts) > 1 and meaning is not None and meaning.field == PERHAPS
