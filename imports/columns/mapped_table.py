"""Table mapping: which column of a table holds which of our fields, and for which wave."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from imports.columns.typed_values import displayed_text, is_blank
from imports.crosswalk.column_map import ColumnMap
from imports.crosswalk.fields import BESIDE, PERHAPS
from imports.crosswalk.periods import Period
from imports.text.headings import SPEAKS_OF_PROOF, heading_words
from models.handoffs.normalised import FieldColumn
from models.handoffs.sheets import BLANK, Cell, SheetRow, Table
from models.vocabulary import activities

_MOSTLY = 0.7
_NEARLY_ALL = 0.9
_ENOUGH = 3


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """One column of a table: where it stands, its heading, and what it is to us.

    `at` is its place in the table from 0, `fallbacks` the places of columns read where this one
    is blank.  `field` is '' for a column no map knows.
    """

    at: int
    letter: str
    heading: str
    parts: tuple[str, ...]
    field: str = ""
    period: Period | None = None
    wave: int | None = None
    fallbacks: tuple[int, ...] = ()
    is_by_words: bool = False  # no heading says what it is

    def field_column(self, sheet: str) -> FieldColumn:
        """The column as normalised rows refer to it, on a sheet of that name."""
        return FieldColumn(self.field, sheet, self.letter, self.heading, self.wave)


@dataclass(frozen=True, slots=True)
class TableMapping:
    """A table and what its columns are.

    `wave` and `moment`, the day by which its answers were true, are what its title says of them;
    `period` is a year or a year group that the title has for the answers.  `is_by_number` where its
    leavers are known by their UPN or ULN alone.
    """

    table: Table
    mappings: tuple[ColumnMapping, ...]
    wave: int | None = None
    moment: date | None = None
    period: Period | None = None
    is_by_number: bool = False

    def columns(self, field: str) -> tuple[ColumnMapping, ...]:
        """Every column that holds a field."""
        return tuple(column for column in self.mappings if column.field == field)

    def has(self, *fields: str) -> bool:
        """Whether there is a column for any of the fields."""
        return any(column.field in fields for column in self.mappings)

    def cells(self, column: ColumnMapping) -> list[Cell]:
        """The cells of a column that hold something."""
        cells = (cell_at(row, column.at) for row in self.table.rows)
        return [cell for cell in cells if not is_blank(cell)]


def cell_at(row: SheetRow, at: int) -> Cell:
    """The cell of a row at a place from 0; blank where the row is shorter than its headings."""
    return row.cells[at] if at < len(row.cells) else BLANK


def map_columns(table: Table, column_map: ColumnMap) -> TableMapping:
    """What each column of a table is by its heading."""
    mappings = []
    for at, heading in enumerate(table.headings):
        column = ColumnMapping(at, heading.letter, heading.text, heading.parts)
        meaning = column_map.meaning(heading.parts)
        if meaning:
            column = replace(column, field=meaning.field, period=meaning.period)
        mappings.append(column)
    layout = _with_surname(_with_leaving_year(TableMapping(table, tuple(mappings))))
    return _with_destination(_without_flags(layout, column_map), column_map)


def _without_flags(layout: TableMapping, column_map: ColumnMap) -> TableMapping:
    # "Destination confirmed" over Yes and No says whether, not where; but beside where somebody
    # meant to go "Yes" under "Actual destination" is an answer.
    mappings = (
        replace(column, field="")
        if column.field == "activity"
        and holds_yes_no(layout.cells(column), column_map)
        and not (layout.has("intended") and SPEAKS_OF_PROOF.isdisjoint(_heading_words(column)))
        else column
        for column in layout.mappings
    )
    return replace(layout, mappings=tuple(mappings))


def _heading_words(column: ColumnMapping) -> tuple[str, ...]:
    return heading_words(" ".join(column.parts))


def holds_yes_no(cells: Sequence[Cell], column_map: ColumnMap) -> bool:
    """Whether a column holds words for yes and no and nothing else."""
    texts = {displayed_text(cell) for cell in cells}
    return bool(texts) and all(
        not word.isdigit()
        and column_map.value_of("disadvantaged", word)
        and not column_map.value_of("activity", word)
        for word in texts
    )


def _with_leaving_year(layout: TableMapping) -> TableMapping:
    # "Year" is a year group where it holds 11, and the year of leaving where it holds 2023.
    mappings = list(layout.mappings)
    for column in layout.columns("year_group"):
        years = [displayed_text(cell).startswith("20") for cell in layout.cells(column)]
        if years and sum(years) > len(years) / 2 and not layout.has("leaving_year"):
            mappings[column.at] = replace(column, field="leaving_year")
    return replace(layout, mappings=tuple(mappings))


def _with_surname(layout: TableMapping) -> TableMapping:
    # "Name" beside "Forename", one word in each cell, is the surname.
    names = layout.columns("full_name")
    if len(names) != 1 or layout.has("surname") or not layout.has("forename"):
        return layout
    single = [len(displayed_text(cell).split()) == 1 for cell in layout.cells(names[0])]
    if not single or sum(single) < _MOSTLY * len(single):
        return layout
    mappings = list(layout.mappings)
    mappings[names[0].at] = replace(names[0], field="surname")
    return replace(layout, mappings=tuple(mappings))


def _with_destination(layout: TableMapping, column_map: ColumnMap) -> TableMapping:
    """The layout with a destination where a heading leaves it open and the words are ones we know.

    "Status", "Type" and "Route" are a destination where they hold destinations and no heading is
    surer; so is "Where" beside no destination, holding "College" and "Apprenticeship".
    """
    mappings = list(layout.mappings)
    has_destination = layout.has("activity")
    for field in (PERHAPS, "provider_name"):
        group = layout.columns(field)
        proven = () if has_destination else _proven_destinations(layout, group, column_map)
        has_destination = has_destination or bool(proven)
        for column in group:
            if column in proven:
                mappings[column.at] = replace(column, field="activity")
            elif field == PERHAPS:
                is_repeated = _repeats_destination(layout, column, column_map)
                mappings[column.at] = replace(column, field=BESIDE if is_repeated else "")
    return replace(layout, mappings=tuple(mappings))


def _repeats_destination(
    layout: TableMapping, column: ColumnMapping, column_map: ColumnMap
) -> bool:
    """Whether an open heading has in words what a column of codes has already."""
    coded = layout.columns("activity")
    if len(coded) != 1 or coded[0].period or column.period or layout.has(BESIDE):
        return False
    codes = activities().keys()
    pairs = [
        (displayed_text(cell_at(row, coded[0].at)), displayed_text(cell_at(row, column.at)))
        for row in layout.table.rows
    ]
    answers = [
        (code, column_map.value_of("activity", word)) for code, word in pairs if code and word
    ]
    same = sum(code == value for code, value in answers if code in codes)
    return same >= _ENOUGH and same >= _NEARLY_ALL * len(answers)


def _proven_destinations(
    layout: TableMapping, group: Sequence[ColumnMapping], column_map: ColumnMap
) -> tuple[ColumnMapping, ...]:
    """The first column that holds destinations, and others of its kind that ask for other years."""
    shares = {
        column: share_of_known_destinations(cells, column_map)
        for column in group
        if len(cells := layout.cells(column)) >= _ENOUGH
    }
    first = next((column for column in group if shares.get(column, 0) >= _MOSTLY), None)
    if first is None or first.period is None:
        return () if first is None else (first,)
    years = [column for column in group if column.period and shares.get(column, _MOSTLY) >= _MOSTLY]
    return tuple({column.period: column for column in reversed(years)}.values())


def use_provider_as_destination(
    layout: TableMapping, column_map: ColumnMap, urn: str
) -> TableMapping:
    """A leaver sheet that says where and nowhere what: its column of places is the destination.

    Only where most of its cells are places of the register, or words such as "Work".
    """
    if layout.has("activity", "intended"):
        return layout

    place_columns = {
        column
        for column in layout.columns("provider_name")
        if len(cells := layout.cells(column)) >= _ENOUGH
        and share_of_known_places(cells, column_map, urn) >= _MOSTLY
    }
    mappings = (
        replace(column, field="activity") if column in place_columns else column
        for column in layout.mappings
    )
    return replace(layout, mappings=tuple(mappings))


def share_of_known_destinations(cells: Sequence[Cell], column_map: ColumnMap) -> float:
    """The share of the cells, 0 to 1, that hold a destination we know; 0 where there are none."""
    count = sum(column_map.value_of("activity", displayed_text(cell)) is not None for cell in cells)
    return count / len(cells) if cells else 0.0


def share_of_known_places(cells: Sequence[Cell], column_map: ColumnMap, urn: str = "") -> float:
    """As `share_of_known_destinations`, names of places counted; more are known near that URN."""
    texts = [displayed_text(cell) for cell in cells]
    meanings = (
        column_map.value_of("activity", text) or column_map.named_place(text, urn) for text in texts
    )
    return sum(map(bool, meanings)) / len(texts) if texts else 0.0
