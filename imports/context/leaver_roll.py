"""Leaver roll: a list of who the leavers are, as an MIS prints it, without where they went.

It begins the cohort; of everybody in it nothing is known yet.  Where it has a column of places,
"Destination School", whether those are where they went is asked.
"""

from collections.abc import Sequence

from imports.columns.mapped_table import ColumnMapping, TableMapping, share_of_known_places
from imports.columns.proposals import NAMES, may_hold_destination, speaks_of_afterwards
from imports.columns.typed_values import displayed_text, says_nothing
from imports.context.titles import read_title
from imports.crosswalk.column_map import ColumnMap
from imports.crosswalk.fields import PERHAPS
from models.handoffs.findings import Issue
from models.handoffs.normalised import SubmissionMetadata
from models.handoffs.sheets import Cell
from models.vocabulary import SubmissionKind

_ANSWERS = ("activity", "intended")
# Whoever fills one of these says something of where leavers went.
_DETAILS = (
    *("provider_urn", "provider_ukprn", "provider_laestab"),
    *("course", "level", "started_on", "ended_on"),
)
# What lists of people enrolled have, and lists of leavers have not.
_OF_A_LIST = (
    *("enrolled", "withdrawn", "provider_ukprn", "provider_laestab"),
    *("course", "level", "started_on", "ended_on"),
)
_MANY = 0.5


def is_leaver_roll(
    layouts: Sequence[TableMapping], declared: SubmissionMetadata, column_map: ColumnMap
) -> bool:
    """Whether a file names leavers and no column of it is known to say what they went on to.

    That they are leavers its sender says, or the title of every table, or a column for the place
    of their destination.  One that was sent for an autumn after leaving should say where they
    were: without even a column of places it is none.
    """
    return (
        bool(layouts)
        and (not declared.wave or any(map(_columns_of_places, layouts)))
        and _are_leavers(layouts, declared)
        and all(map(_has_names, layouts))
        and not any(_may_say_where(layout, column_map, declared.urn) for layout in layouts)
        and not may_hold_destination(layouts, column_map)
    )


def roll_issues(layouts: Sequence[TableMapping], column_map: ColumnMap, urn: str) -> list[Issue]:
    """What is said of a roll: how many leavers it names, or what may be where they went."""
    asked = [
        _ask_about_places(layout, column, column_map, urn)
        for layout in layouts
        for column in _columns_of_places(layout)
    ]
    count = sum(len(layout.table.rows) for layout in layouts)
    return asked or [Issue("C70", facts=(("count", f"{count:,}"),))]


def _are_leavers(layouts: Sequence[TableMapping], declared: SubmissionMetadata) -> bool:
    if declared.kind is not None:
        return declared.kind is SubmissionKind.LEAVERS
    if any(layout.has(*_OF_A_LIST) for layout in layouts):
        return False
    if any(map(_columns_of_places, layouts)):
        return any(map(_names_places_afterwards, layouts))
    titles = [read_title(layout.table.title) for layout in layouts]
    return declared.academic_year is not None or all(
        title.leaving_year is not None and title.is_sure for title in titles
    )


def _has_names(layout: TableMapping) -> bool:
    return layout.has("full_name") or layout.has("surname") and layout.has("forename")


def _names_places_afterwards(layout: TableMapping) -> bool:
    return any(map(speaks_of_afterwards, _columns_of_places(layout)))


def _columns_of_places(layout: TableMapping) -> list[ColumnMapping]:
    return [column for column in layout.columns("provider_name") if _filled_cells(layout, column)]


def _filled_cells(layout: TableMapping, column: ColumnMapping) -> list[Cell]:
    cells = layout.cells(column)
    return [cell for cell in cells if not says_nothing(column.field or "activity", cell)]


def _may_say_where(layout: TableMapping, column_map: ColumnMap, urn: str) -> bool:
    """Whether a table has an answer, or details of one, that no question would be about."""
    if layout.has(*_ANSWERS):
        return True
    places = _columns_of_places(layout)
    if places:
        return not _can_be_asked(layout, places, column_map, urn)
    return any(_has_answers(layout, column, column_map) for column in layout.mappings)


def _can_be_asked(
    layout: TableMapping, places: Sequence[ColumnMapping], column_map: ColumnMap, urn: str
) -> bool:
    """Whether there is one column of places and it may well be where leavers went."""
    cells = _filled_cells(layout, places[0])
    return len(places) == 1 and (
        _names_places_afterwards(layout) or share_of_known_places(cells, column_map, urn) >= _MANY
    )


def _ask_about_places(
    layout: TableMapping, column: ColumnMapping, column_map: ColumnMap, urn: str
) -> Issue:
    cells = _filled_cells(layout, column)
    share = round(100 * share_of_known_places(cells, column_map, urn))
    known = f"{share}% of its cells are places that we know" if share else "it holds places"
    facts = (
        ("evidence", known),
        ("heading", column.heading),
        ("ours", NAMES["activity"]),
    )
    sheet = layout.table.sheet
    return Issue(
        "C11", sheet=sheet, column=column.letter, heading=column.heading, facts=facts,
        suggests=(NAMES["activity"],),
    )  # fmt: skip


def _has_answers(layout: TableMapping, column: ColumnMapping, column_map: ColumnMap) -> bool:
    """Whether a column may answer the question; a "Status" that is the same of all does not."""
    if column.field in _DETAILS:
        return bool(_filled_cells(layout, column))
    if column.field:
        return False
    texts = {displayed_text(cell) for cell in _filled_cells(layout, column)}
    meaning = column_map.meaning(column.parts)
    return len(texts) > 1 and meaning is not None and meaning.field == PERHAPS
