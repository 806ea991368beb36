"""Normalised rows: each row of a table in our words, once for each wave that it answers."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time

from imports.columns.date_format_inference import Orders
from imports.columns.mapped_table import TableMapping, cell_at
from imports.columns.typed_values import CellReader, displayed_text, says_nothing
from imports.columns.unreadable_cells import unreadable_issue
from imports.context.wave_columns import (
    WaveColumns,
    cell_index,
    columns_by_wave_of,
    waves_answered,
)
from imports.crosswalk.column_map import ColumnMap
from imports.crosswalk.fields import (
    BESIDE,
    FORMER,
    FORMER_PROVIDER,
    INTENDED_BY_ACTIVITY,
    READ_AS,
    STAYING,
)
from imports.crosswalk.provider_as_destination import NamedPlace
from imports.crosswalk.suggested_words import suggest_values
from imports.values.name_marks import strip_name_marks
from imports.values.nothing_words import says_as_intended
from imports.values.person_names import Split, infer_name_splitter, normalise_text
from imports.values.typed_identifiers import (
    IDENTIFIERS,
    displayed_identifier,
    infer_missing_letter,
    lost_leading_zeros,
)
from models.handoffs.findings import Issue
from models.handoffs.normalised import (
    FieldColumn,
    NormalisedRow,
    SubmissionMetadata,
)
from models.handoffs.sheets import Cell, SheetRow, Value

_MAY_NAME_PLACE = frozenset({"activity", "intended"})
_COUNTED = ("agreed", "name mark")

CellKey = tuple[str, int, str]  # sheet, row as Excel shows it, field
Suggestions = dict[CellKey, tuple[str, ...]]


@dataclass
class NormalisedRows:
    """The rows of a file so far, what may have been meant in them, and what was noticed."""

    rows: list[NormalisedRow] = field(default_factory=list)
    suggests: Suggestions = field(default_factory=dict)
    issues: list[Issue] = field(default_factory=list)
    # Destinations that are the name of a place, by the column they stand in.
    places: Counter[FieldColumn] = field(default_factory=Counter)
    # By mark, the cells that have it, by their column: told once for each heading.
    counted: Mapping[str, Counter[FieldColumn]] = field(
        default_factory=lambda: {mark: Counter() for mark in _COUNTED}
    )
    # Destinations that say no more than that it went as intended.
    as_intended: Counter[FieldColumn] = field(default_factory=Counter)

    def count(self, mark: str, column: FieldColumn) -> None:
        """One cell more of a column that has a mark which is told once for each heading."""
        if mark in self.counted:
            self.counted[mark][column] += 1


@dataclass(frozen=True, slots=True)
class RowsToNormalise:
    """The tables of one cohort, its metadata, and the order of day and month in their dates."""

    metadata: SubmissionMetadata
    layouts: Sequence[TableMapping]
    orders: Orders


def normalise_rows(cohorts: Sequence[RowsToNormalise], column_map: ColumnMap) -> NormalisedRows:
    """Every row of every table, cohort by cohort.

    A table with a column a year gives a row for each year that the leaver has an answer for, and
    one for the wave the file was sent for where that was asked or nothing was answered at all.
    """
    normalised = NormalisedRows()
    layouts = [layout for cohort in cohorts for layout in cohort.layouts]
    for cohort in cohorts:
        metadata = cohort.metadata
        for layout in cohort.layouts:
            split = _choose_splitter(layout, layouts, normalised)
            columns_by_wave = columns_by_wave_of(layout, metadata, column_map, cohort.orders, split)
            _report_lost_zeros(layout, normalised)
            for row in layout.table.rows:
                for wave_columns in waves_answered(row, columns_by_wave, metadata):
                    normalised_row = _normalise_row(
                        row, layout.table.sheet, wave_columns, normalised
                    )
                    normalised.rows.append(
                        replace(_with_moment(normalised_row, layout), cohort=metadata.cohort)
                    )
    normalised.issues += [
        *_count_issues("C36", normalised.places),
        *_count_issues("C60", normalised.counted["agreed"]),
        *_count_issues("C63", normalised.counted["name mark"]),
        *_count_issues("C62", normalised.as_intended),
    ]
    return normalised


def _normalise_row(
    row: SheetRow, sheet: str, wave_columns: WaveColumns, normalised: NormalisedRows
) -> NormalisedRow:
    raw: dict[str, str] = {}
    values: dict[str, Value] = {}
    marks: dict[str, str] = {}
    place: NamedPlace | None = None
    columns = wave_columns.columns
    for column, reader in wave_columns.mappings:
        at = cell_index(row, column)
        cell = cell_at(row, at)
        name = READ_AS.get(column.field, column.field)
        if says_nothing(name, cell):
            continue
        columns = (
            columns if at == column.at else {**columns, column.field: wave_columns.fallbacks[at]}
        )
        raw[column.field] = cell.text
        value, mark = reader.value(name, cell)
        values[column.field] = value
        if column.field in _MAY_NAME_PLACE and value is None and not mark:
            named_place, value, mark = _read_place(column.field, cell, reader, wave_columns.urn)
            values[column.field] = value
            if named_place:
                normalised.places[wave_columns.columns[column.field]] += 1
                # Where somebody meant to go is not where they went.
                is_where = column.field == "activity" or "activity" not in columns
                place = named_place if is_where else place
        if mark:
            marks[column.field] = mark
            normalised.count(mark, wave_columns.columns[column.field])
            normalised.issues += unreadable_issue(sheet, row.number, column, cell, mark)
        suggestions = _suggest(column.field, cell, value, mark, reader.column_map)
        if suggestions:
            normalised.suggests[sheet, row.number, column.field] = suggestions
    _read_as_intended(raw, values, wave_columns, normalised)
    _read_former_place(raw, values, wave_columns)
    if wave_columns.split and "full_name" in raw:
        _split_name(str(values["full_name"] or ""), wave_columns.split, values)
    if place and "provider_name" not in raw:
        columns = _add_provider(place, raw, values, columns)
    if BESIDE in raw and "activity" not in raw:
        columns = _use_second_destination(raw, values, columns)
    columns = _use_word_of_plans(raw, values, columns, wave_columns)
    return NormalisedRow(sheet, row.number, wave_columns.wave, raw, values, columns, marks)


def _read_as_intended(
    raw: Mapping[str, str],
    values: dict[str, Value],
    wave_columns: WaveColumns,
    normalised: NormalisedRows,
) -> None:
    """Where the actual destination says "as intended" or "yes", the intended one has the answer."""
    if not ("intended" in raw and says_as_intended(raw.get("activity", ""))):
        return
    column_map = next(reader.column_map for _, reader in wave_columns.mappings)
    typed = normalise_text(raw["intended"])
    place = column_map.named_place(typed, wave_columns.urn)
    values["activity"] = column_map.value_of("activity", typed) or (place.code if place else None)
    normalised.as_intended[wave_columns.columns["activity"]] += values["activity"] is not None


def _read_former_place(
    raw: Mapping[str, str], values: dict[str, Value], wave_columns: WaveColumns
) -> None:
    """What a leaver did before may be the name of a place too."""
    if FORMER not in raw or values[FORMER] is not None:
        return
    column_map = next(reader.column_map for _, reader in wave_columns.mappings)
    place = column_map.named_place(normalise_text(raw[FORMER]), wave_columns.urn)
    if place:
        values[FORMER] = place.code
        values.setdefault(FORMER_PROVIDER, place.name)


def _read_place(
    name: str, cell: Cell, reader: CellReader, urn: str
) -> tuple[NamedPlace | None, Value, str]:
    """The place that a destination names, its value and mark; no place where it has no value."""
    place = reader.column_map.named_place(displayed_text(cell), urn)
    value: Value = _destination_value(name, place)
    mark = ""
    if name == "activity":
        value, mark = reader.held_against_day(value, cell)
    return (place if value else None), value, mark


def _with_moment(row: NormalisedRow, layout: TableMapping) -> NormalisedRow:
    """The row with the moment at which it was true: its own day, or that of its table."""
    day = row.get("as_at") or layout.moment
    if not isinstance(day, date):
        return row
    return replace(row, moment=day if isinstance(day, datetime) else datetime.combine(day, time()))


def _add_provider(
    place: NamedPlace,
    raw: dict[str, str],
    values: dict[str, Value],
    columns: Mapping[str, FieldColumn],
) -> Mapping[str, FieldColumn]:
    """The place that a destination names is where they went, unless a column of places says so."""
    raw["provider_name"] = values["provider_name"] = place.name
    destination = columns.get("activity") or columns["intended"]
    return {**columns, "provider_name": replace(destination, field="provider_name")}


def _destination_value(name: str, place: NamedPlace | None) -> str | None:
    """The value of a destination, meant or actual, that names a place.

    A sixth form may be of the leaver's own school or of another: two intentions.
    """
    if place is None or name == "activity":
        return place.code if place else None
    return None if place.code == STAYING else INTENDED_BY_ACTIVITY.get(place.code)


def _use_word_of_plans(
    raw: dict[str, str],
    values: dict[str, Value],
    columns: Mapping[str, FieldColumn],
    wave_columns: WaveColumns,
) -> Mapping[str, FieldColumn]:
    """Where a title makes answers plans, "Undecided" is a plan, though nobody can be doing it."""
    is_plan = wave_columns.wave == 0 and "intended" not in raw
    if not is_plan or "activity" not in raw or values["activity"] is not None:
        return columns
    column_map = next(reader.column_map for _, reader in wave_columns.mappings)
    plan = column_map.value_of("intended", normalise_text(raw["activity"]))
    if plan is None:
        return columns
    raw["intended"], values["intended"] = raw.pop("activity"), plan
    del values["activity"]
    rest = {name: column for name, column in columns.items() if name != "activity"}
    return {**rest, "intended": replace(columns["activity"], field="intended")}


def _use_second_destination(
    raw: dict[str, str], values: dict[str, Value], columns: Mapping[str, FieldColumn]
) -> Mapping[str, FieldColumn]:
    """A destination that only the second column of the two has is that row's destination."""
    raw["activity"], values["activity"] = raw.pop(BESIDE), values.pop(BESIDE)
    return {**columns, "activity": replace(columns[BESIDE], field="activity")}


def _suggest(
    name: str, cell: Cell, value: Value, mark: str, column_map: ColumnMap
) -> tuple[str, ...]:
    if name == "upn":
        letter = infer_missing_letter(displayed_identifier(cell))
        return (letter + displayed_identifier(cell),) if letter else ()
    if value is None and not mark and column_map.knows_values(name):
        return suggest_values(name, displayed_text(cell), column_map)
    return ()


def _split_name(name: str, split: Split, values: dict[str, Value]) -> None:
    parts = split(name)
    if parts:
        for part, text in zip(("surname", "forename"), parts, strict=True):
            values.setdefault(part, text)


def _choose_splitter(
    layout: TableMapping, layouts: Sequence[TableMapping], normalised: NormalisedRows
) -> Split | None:
    """How full names are told apart, judged by that column on every tab."""
    if layout.has("surname") and layout.has("forename"):
        return None
    for column in layout.columns("full_name"):
        names = [
            strip_name_marks(normalise_text(cell.text))
            for other in layouts
            for same_column in other.columns("full_name")
            for cell in other.cells(same_column)
        ]
        split = infer_name_splitter(column.heading, names)
        if split:
            facts = (("heading", column.heading),)
            sheet = layout.table.sheet
            normalised.issues.append(
                Issue("C22", sheet=sheet, column=column.letter, heading=column.heading, facts=facts)
            )
        return split
    return None


def _report_lost_zeros(layout: TableMapping, normalised: NormalisedRows) -> None:
    for column in layout.mappings:
        if column.field in IDENTIFIERS:
            count = sum(map(lost_leading_zeros, layout.cells(column)))
            if count:
                normalised.issues.append(
                    Issue(
                        "C24",
                        sheet=layout.table.sheet,
                        column=column.letter,
                        heading=column.heading,
                        facts=(("count", str(count)), ("heading", column.heading)),
                    )
                )


def _count_issues(code: str, counts: Counter[FieldColumn]) -> list[Issue]:
    """What was made of many cells of a column is said once for each heading, with how many."""
    by_heading: dict[str, list[FieldColumn]] = {}
    for column in +counts:
        by_heading.setdefault(column.heading, []).append(column)
    return [
        Issue(
            code,
            sheet=columns[0].sheet,
            column=columns[0].letter,
            heading=heading,
            facts=(("count", str(sum(counts[column] for column in columns))), ("heading", heading)),
        )
        for heading, columns in by_heading.items()
    ]
