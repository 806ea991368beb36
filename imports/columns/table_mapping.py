"""Layouts: which column of a table holds which of our fields, and for which wave."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from imports.columns.typed_values import displayed_text, is_blank
from imports.crosswalk.column_map import ColumnMap
from imports.crosswalk.fields import BESIDE, PERHAPS
from imports.crosswalk.periods import Period
from models.handoffs.normalised import FieldColumn
from models.handoffs.sheets import BLANK, Cell, SheetRow, Table
from models.vocabulary import activities

_MOST = 0.7
_NEARLY_ALL = 0.9
_ENOUGH = 3


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """One column of a table: where it stands, its heading, and what it is to us.

    `more` are columns read where this one is blank.  `field` is '' for a column no map knows.
    """

    at: int
    letter: str
    heading: str
    parts: tuple[str, ...]
    field: str = ""
    moment: Period | None = None
    wave: int | None = None
    more: tuple[int, ...] = ()

    def column(self, sheet: str) -> FieldColumn:
        """The column as the hand-off names it."""
        return FieldColumn(self.field, sheet, self.letter, self.heading, self.wave)


@dataclass(frozen=True, slots=True)
class TableMapping:
    """A table and what its columns are."""

    table: Table
    placed: tuple[ColumnMapping, ...]

    def columns(self, field: str) -> tuple[ColumnMapping, ...]:
        """Every column that holds a field."""
        return tuple(one for one in self.placed if one.field == field)

    def has(self, *fields: str) -> bool:
        """Whether there is a column for any of the fields."""
        return any(one.field in fields for one in self.placed)

    def cells(self, column: ColumnMapping) -> list[Cell]:
        """The cells of a column that hold something."""
        cells = (cell_at(row, column.at) for row in self.table.rows)
        return [cell for cell in cells if not is_blank(cell)]


def cell_at(row: SheetRow, at: int) -> Cell:
    """The cell of a row at a place; a blank one where the row is shorter than its headings."""
    return row.cells[at] if at < len(row.cells) else BLANK


def map_columns(table: Table, columns: ColumnMap) -> TableMapping:
    """What each column of a table is by its heading."""
    placed = []
    for at, heading in enumerate(table.headings):
        one = ColumnMapping(at, heading.letter, heading.text, heading.parts)
        meaning = columns.meaning(heading.parts)
        if meaning:
            one = replace(one, field=meaning.field, moment=meaning.moment)
        placed.append(one)
    layout = _with_surname(_with_leaving_year(TableMapping(table, tuple(placed))))
    return _with_destination(_without_flags(layout, columns), columns)


def _without_flags(layout: TableMapping, columns: ColumnMap) -> TableMapping:
    # "Destination confirmed" over Yes and No says whether, not where.
    placed = (
        replace(one, field="")
        if one.field == "activity" and holds_yes_no(layout.cells(one), columns)
        else one
        for one in layout.placed
    )
    return replace(layout, placed=tuple(placed))


def holds_yes_no(cells: Sequence[Cell], columns: ColumnMap) -> bool:
    """Whether a column holds words for yes and no and nothing else."""
    said = {displayed_text(cell) for cell in cells}
    return bool(said) and all(
        not word.isdigit()
        and columns.value_of("disadvantaged", word)
        and not columns.value_of("activity", word)
        for word in said
    )


def _with_leaving_year(layout: TableMapping) -> TableMapping:
    # "Year" is a year group where it holds 11, and the year of leaving where it holds 2023.
    placed = list(layout.placed)
    for one in layout.columns("year_group"):
        years = [displayed_text(cell).startswith("20") for cell in layout.cells(one)]
        if years and sum(years) > len(years) / 2 and not layout.has("leaving_year"):
            placed[one.at] = replace(one, field="leaving_year")
    return replace(layout, placed=tuple(placed))


def _with_surname(layout: TableMapping) -> TableMapping:
    # "Name" beside "Forename", one word in each cell, is the surname.
    names = layout.columns("full_name")
    if len(names) != 1 or layout.has("surname") or not layout.has("forename"):
        return layout
    single = [len(displayed_text(cell).split()) == 1 for cell in layout.cells(names[0])]
    if not single or sum(single) < _MOST * len(single):
        return layout
    placed = list(layout.placed)
    placed[names[0].at] = replace(names[0], field="surname")
    return replace(layout, placed=tuple(placed))


def _with_destination(layout: TableMapping, columns: ColumnMap) -> TableMapping:
    """The layout with a destination where a heading leaves it open and the words are ones we know.

    "Status", "Type" and "Route" are a destination where they hold destinations and no heading is
    surer; so is "Where" beside no destination, holding "College" and "Apprenticeship".
    """
    placed = list(layout.placed)
    found = layout.has("activity")
    for field in (PERHAPS, "provider_name"):
        group = layout.columns(field)
        proved = () if found else _proved(layout, group, columns)
        found = found or bool(proved)
        for one in group:
            if one in proved:
                placed[one.at] = replace(one, field="activity")
            elif field == PERHAPS:
                told_again = _is_told_again(layout, one, columns)
                placed[one.at] = replace(one, field=BESIDE if told_again else "")
    return replace(layout, placed=tuple(placed))


def _is_told_again(layout: TableMapping, one: ColumnMapping, columns: ColumnMap) -> bool:
    """Whether an open heading has in words what a column of codes has already."""
    coded = layout.columns("activity")
    if len(coded) != 1 or coded[0].moment or one.moment or layout.has(BESIDE):
        return False
    codes = activities().keys()
    both = [
        (displayed_text(cell_at(row, coded[0].at)), displayed_text(cell_at(row, one.at)))
        for row in layout.table.rows
    ]
    said = [(code, columns.value_of("activity", word)) for code, word in both if code and word]
    same = sum(code == meant for code, meant in said if code in codes)
    return same >= _ENOUGH and same >= _NEARLY_ALL * len(said)


def _proved(
    layout: TableMapping, group: Sequence[ColumnMapping], columns: ColumnMap
) -> tuple[ColumnMapping, ...]:
    """The first column that holds destinations, and others of its kind that ask for other years."""
    shares = {
        one: share_of_known_destinations(cells, columns)
        for one in group
        if len(cells := layout.cells(one)) >= _ENOUGH
    }
    first = next((one for one in group if shares.get(one, 0) >= _MOST), None)
    if first is None or first.moment is None:
        return () if first is None else (first,)
    years = [one for one in group if one.moment and shares.get(one, _MOST) >= _MOST]
    return tuple({one.moment: one for one in reversed(years)}.values())


def use_provider_as_destination(layout: TableMapping, columns: ColumnMap, urn: str) -> TableMapping:
    """A leaver sheet that says where and nowhere what: its column of places is the destination.

    Only where most of its cells are places of the register, or words such as "Work".
    """
    if layout.has("activity", "intended"):
        return layout

    where = {
        one
        for one in layout.columns("provider_name")
        if len(cells := layout.cells(one)) >= _ENOUGH
        and share_of_known_places(cells, columns, urn) >= _MOST
    }
    placed = (replace(one, field="activity") if one in where else one for one in layout.placed)
    return replace(layout, placed=tuple(placed))


def share_of_known_destinations(cells: Sequence[Cell], columns: ColumnMap) -> float:
    """How many of the cells hold a destination that we know, as a share; 0 where there are none."""
    known = sum(columns.value_of("activity", displayed_text(cell)) is not None for cell in cells)
    return known / len(cells) if cells else 0.0


def share_of_known_places(cells: Sequence[Cell], columns: ColumnMap, urn: str = "") -> float:
    """The same with the names of places; near the school of that URN more of them are known."""
    said = [displayed_text(cell) for cell in cells]
    told = (columns.value_of("activity", x) or columns.told_by_place(x, urn) for x in said)
    return sum(map(bool, told)) / len(said) if said else 0.0
