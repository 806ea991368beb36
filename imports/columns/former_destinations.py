"""Former destinations: "Was | Left on | Now" is two facts in order, what was and what is.

What was is kept for a row that says when it ended; without a day nobody could say of which autumn
it speaks.  It never stands in for what is.
"""

from collections.abc import Sequence
from dataclasses import replace

from imports.columns.mapped_table import (
    ColumnMapping,
    TableMapping,
    share_of_known_destinations,
    share_of_known_places,
)
from imports.columns.proposals import holds_date
from imports.columns.typed_values import displayed_text, says_nothing
from imports.crosswalk.column_map import ColumnMap
from imports.crosswalk.fields import FORMER, FORMER_END, FORMER_PROVIDER, LEFT_ON, NOT_OURS
from imports.text.headings import SPEAKS_OF_BEFORE, heading_words, word_set
from models.handoffs.findings import Issue

_MOST = 0.7
_SHORT = 2  # letters: "Y" and "NA" are words of many lists
_NOW = word_set(
    "now current currently new latest present presently today updated changed change moved"
)
# Headings of a first answer, where another says that it is the present one.
_FIRST = word_set("first initial initially")
_ENDS = word_set("left leaving until ended end finished changed change moved withdrew withdrawn")
_PLACES = frozenset({"provider_name", "activity"})
_OPEN = ("", NOT_OURS, "activity")


def read_former_destinations(layout: TableMapping, column_map: ColumnMap, urn: str) -> TableMapping:
    """The layout with what leavers did before, where one column says so beside what they do now.

    `urn` is of the sender: which places a name may mean depends on where they are.
    """
    was = _column_of_before(layout, column_map, urn)
    now = [column for column in layout.columns("activity") if column is not was]
    if was is None or len(now) != 1 or was.period or now[0].period:
        return layout
    mappings = list(layout.mappings)
    mappings[was.at] = replace(was, field=FORMER)
    end = _column_of_end(layout, was, now[0], column_map)
    if end is not None:
        mappings[end.at] = replace(end, field=FORMER_END)
    place = _column_of_place(layout, was, column_map)
    if place is not None:
        mappings[place.at] = replace(place, field=FORMER_PROVIDER)
    return replace(layout, mappings=tuple(mappings))


def former_issues(layouts: Sequence[TableMapping]) -> list[Issue]:
    """What was made of what leavers did before, once a table."""
    issues = []
    for layout in layouts:
        for was in layout.columns(FORMER):
            now = layout.columns("activity")[0]
            facts = [("now", _called(now, was)), ("was", _called(was, now))]
            end = next(iter(layout.columns(FORMER_END)), None)
            if end is not None:
                facts.append(("end", end.heading))
            issues.append(
                Issue(
                    "C71" if end is not None else "C72",
                    sheet=layout.table.sheet,
                    column=was.letter,
                    heading=was.heading,
                    facts=tuple(sorted(facts)),
                )
            )
    return issues


def _called(column: ColumnMapping, other: ColumnMapping) -> str:
    """A column's heading, with what stands above it where the other has the same."""
    return " ".join(column.parts) if column.heading == other.heading else column.heading


def _column_of_before(
    layout: TableMapping, column_map: ColumnMap, urn: str
) -> ColumnMapping | None:
    """The one column of destinations whose heading speaks of before; None where there are more."""
    is_dated = any(_has_words(column, _NOW) for column in layout.columns("activity"))
    before = SPEAKS_OF_BEFORE | _FIRST if is_dated else SPEAKS_OF_BEFORE
    columns = [
        column
        for column in layout.mappings
        if column.field in _OPEN and _has_words(column, before) and not _has_words(column, _NOW)
    ]
    kinds = [column for column in columns if _share(layout, column, column_map, "") >= _MOST]
    places = [column for column in columns if _share(layout, column, column_map, urn) >= _MOST]
    chosen = kinds or places
    return chosen[0] if len(chosen) == 1 else None


def _share(layout: TableMapping, column: ColumnMapping, column_map: ColumnMap, urn: str) -> float:
    """The share of a column's answers that are destinations, or with a URN places near it."""
    cells = [cell for cell in layout.cells(column) if not says_nothing("activity", cell)]
    if all(len(displayed_text(cell)) <= _SHORT for cell in cells):
        return 0.0
    if not urn:
        return share_of_known_destinations(cells, column_map)
    return share_of_known_places(cells, column_map, urn)


def _column_of_end(
    layout: TableMapping, was: ColumnMapping, now: ColumnMapping, column_map: ColumnMap
) -> ColumnMapping | None:
    """The column of the days on which what was ended: it says so, or stands between the two."""
    columns = [
        column
        for column in layout.mappings
        if _is_of_days(layout, column, column_map)
        and (_has_words(column, SPEAKS_OF_BEFORE) or was.at < column.at < now.at)
    ] or [
        column
        for column in layout.mappings
        if column.at > was.at
        and column.field in ("", NOT_OURS)
        and _is_of_days(layout, column, column_map)
    ]
    return columns[0] if len(columns) == 1 else None


def _is_of_days(layout: TableMapping, column: ColumnMapping, column_map: ColumnMap) -> bool:
    meaning = column_map.meaning(column.parts)
    ends = column.field in (LEFT_ON, "ended_on", "withdrawn") or (
        column.field in ("", NOT_OURS)
        and (_has_words(column, _ENDS) or meaning is not None and meaning.field == LEFT_ON)
    )
    cells = layout.cells(column)
    return ends and bool(cells) and sum(map(holds_date, cells)) >= _MOST * len(cells)


def _column_of_place(
    layout: TableMapping, was: ColumnMapping, column_map: ColumnMap
) -> ColumnMapping | None:
    """The column of places whose heading speaks of before as well: "Original provider"."""
    columns = [
        column
        for column in layout.mappings
        if column is not was
        and column.field in ("", NOT_OURS, "provider_name")
        and _has_words(column, SPEAKS_OF_BEFORE | _FIRST)
        and not _has_words(column, _NOW)
        and _meaning_without_before(column, column_map) in _PLACES
    ]
    return columns[0] if len(columns) == 1 else None


def _meaning_without_before(column: ColumnMapping, column_map: ColumnMap) -> str:
    words = (
        word
        for word in heading_words(" ".join(column.parts))
        if word not in SPEAKS_OF_BEFORE | _FIRST
    )
    meaning = column_map.meaning((" ".join(words),))
    return meaning.field if meaning else ""


def _has_words(column: ColumnMapping, words: frozenset[str]) -> bool:
    return not words.isdisjoint(heading_words(" ".join(column.parts)))
