"""Rows: each row of a table in our words, once for each wave that it answers."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from imports.columns.date_format_inference import Orders
from imports.columns.table_mapping import ColumnMapping, TableMapping, cell_at
from imports.columns.typed_values import CellReader, displayed_text, says_nothing
from imports.columns.unreadable_cells import unreadable_issue
from imports.context.year_columns import answered_waves
from imports.crosswalk.column_map import ColumnMap
from imports.crosswalk.fields import BESIDE, INTENDED_BY_ACTIVITY, LEFT_ON, NOT_OURS, STAYING
from imports.crosswalk.provider_as_destination import NamedPlace
from imports.crosswalk.suggested_words import suggest_values
from imports.values.dates import DayMonthOrder
from imports.values.person_names import Split, infer_name_splitter, normalise_text
from imports.values.typed_identifiers import (
    IDENTIFIERS,
    displayed_identifier,
    infer_missing_letter,
    lost_leading_zeros,
)
from models.handoffs.findings import Issue
from models.handoffs.normalised import FieldColumn, NormalisedRow, SubmissionMetadata
from models.handoffs.sheets import Cell, SheetRow, Value
from models.vocabulary import SubmissionKind

_TOLD_BY_PLACE = frozenset({"activity", "intended"})
_AS = {BESIDE: "activity"}  # read as

Suggests = dict[tuple[str, int, str], tuple[str, ...]]


@dataclass
class NormalisedRows:
    """The rows of a file so far, what may have been meant in them, and what was noticed."""

    rows: list[NormalisedRow] = field(default_factory=list)
    suggests: Suggests = field(default_factory=dict)
    remarks: list[Issue] = field(default_factory=list)
    # Destinations told by the name of a place, by the column they stand in.
    places: Counter[FieldColumn] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class _WaveColumns:
    """One wave of one table: the columns that a row of it is read from."""

    wave: int | None
    placed: tuple[tuple[ColumnMapping, CellReader], ...]
    asking: tuple[ColumnMapping, ...]  # the columns of this wave alone
    columns: Mapping[str, FieldColumn]
    others: Mapping[
        int, FieldColumn
    ]  # read where the first column of their field is blank, by place
    split: Split | None
    urn: str  # of the sender


def normalise_rows(
    layouts: Sequence[TableMapping],
    declared: SubmissionMetadata,
    columns: ColumnMap,
    orders: Orders,
) -> NormalisedRows:
    """Every row of every table, in reading order.

    A table with a column a year gives a row for each year that the leaver has an answer for, and
    one for the wave the file was sent for where that was asked or nothing was answered at all.
    """
    written = NormalisedRows()
    for layout in layouts:
        split = _splitter(layout, layouts, written)
        answers = _answers(layout, declared, columns, orders, split)
        _say_zeros(layout, written)
        for row in layout.table.rows:
            for answer in _answered(row, answers, declared):
                written.rows.append(_mapped(row, layout.table.sheet, answer, written))
    _say_places(written)
    return written


def _answers(
    layout: TableMapping,
    declared: SubmissionMetadata,
    columns: ColumnMap,
    orders: Orders,
    split: Split | None,
) -> list[_WaveColumns]:
    waves: Sequence[int | None] = answered_waves(layout)
    if not waves:
        waves = [None if declared.kind is SubmissionKind.ENROLMENTS else declared.wave]
    elif declared.wave not in waves:
        waves = [*waves, declared.wave]
    ours = [one for one in layout.placed if one.field not in ("", NOT_OURS, LEFT_ON)]
    answers = []
    for wave in waves:
        placed = [one for one in ours if one.wave in (None, wave)]
        answers.append(
            _WaveColumns(
                wave=wave,
                placed=tuple((one, _reader(one, columns, orders, declared)) for one in placed),
                asking=tuple(one for one in placed if one.wave is not None),
                columns=_columns(layout, placed, split),
                others=_others(layout, placed),
                split=split,
                urn=declared.urn,
            )
        )
    return answers


def _reader(
    one: ColumnMapping, columns: ColumnMap, orders: Orders, declared: SubmissionMetadata
) -> CellReader:
    order = orders.get((one.field, one.wave), DayMonthOrder.DAY_FIRST)
    return CellReader(columns, order, declared.sent_on)


def _columns(
    layout: TableMapping, placed: Sequence[ColumnMapping], split: Split | None
) -> Mapping[str, FieldColumn]:
    columns = {one.field: one.column(layout.table.sheet) for one in placed}
    if split and "full_name" in columns:
        for name in ("surname", "forename"):
            columns.setdefault(name, replace(columns["full_name"], field=name))
    return columns


def _others(layout: TableMapping, placed: Sequence[ColumnMapping]) -> Mapping[int, FieldColumn]:
    sheet, known = layout.table.sheet, {one.at: one for one in layout.placed}
    return {
        at: replace(known[at], field=one.field, wave=one.wave).column(sheet)
        for one in placed
        for at in one.more
    }


def _answered(
    row: SheetRow, answers: Sequence[_WaveColumns], declared: SubmissionMetadata
) -> list[_WaveColumns]:
    if len(answers) == 1:
        return [answers[0]]
    told = [
        answer
        for answer in answers
        if any(
            not says_nothing(one.field, cell_at(row, _place_of(row, one))) for one in answer.asking
        )
        or (answer.wave == declared.wave and answer.asking)
    ]
    return told or [answer for answer in answers if answer.wave == declared.wave]


def _mapped(
    row: SheetRow, sheet: str, answer: _WaveColumns, written: NormalisedRows
) -> NormalisedRow:
    raw: dict[str, str] = {}
    values: dict[str, Value] = {}
    marks: dict[str, str] = {}
    place: NamedPlace | None = None
    columns = answer.columns
    for one, reader in answer.placed:
        at = _place_of(row, one)
        cell = cell_at(row, at)
        if says_nothing(one.field, cell):
            continue
        columns = columns if at == one.at else {**columns, one.field: answer.others[at]}
        raw[one.field] = cell.text
        value, mark = reader.value(_AS.get(one.field, one.field), cell)
        values[one.field] = value
        if one.field in _TOLD_BY_PLACE and value is None and not mark:
            named = reader.columns.told_by_place(displayed_text(cell), answer.urn)
            value = values[one.field] = _meant_by(one.field, named)
            if named and value:
                written.places[answer.columns[one.field]] += 1
                # Where somebody meant to go is not where they went.
                is_where = one.field == "activity" or "activity" not in columns
                place = named if is_where else place
        if mark:
            marks[one.field] = mark
            written.remarks += unreadable_issue(sheet, row.number, one, cell, mark)
        near = _nearest(one.field, cell, value, mark, reader.columns)
        if near:
            written.suggests[sheet, row.number, one.field] = near
    if answer.split and "full_name" in raw:
        _tell_apart(raw["full_name"], answer.split, values)
    if place and "provider_name" not in raw:
        columns = _with_place(place, raw, values, columns)
    if BESIDE in raw and "activity" not in raw:
        columns = _only_beside(raw, values, columns)
    return NormalisedRow(sheet, row.number, answer.wave, raw, values, columns, marks)


def _with_place(
    place: NamedPlace,
    raw: dict[str, str],
    values: dict[str, Value],
    columns: Mapping[str, FieldColumn],
) -> Mapping[str, FieldColumn]:
    """The place that a destination names is where they went, unless a column of places says so."""
    raw["provider_name"] = values["provider_name"] = place.name
    told = columns.get("activity") or columns["intended"]
    return {**columns, "provider_name": replace(told, field="provider_name")}


def _meant_by(name: str, place: NamedPlace | None) -> str | None:
    """The value of a destination, meant or actual, that names a place.

    A sixth form may be of the leaver's own school or of another: two intentions.
    """
    if place is None or name == "activity":
        return place.code if place else None
    return None if place.code == STAYING else INTENDED_BY_ACTIVITY.get(place.code)


def _only_beside(
    raw: dict[str, str], values: dict[str, Value], columns: Mapping[str, FieldColumn]
) -> Mapping[str, FieldColumn]:
    """A destination that only the second column of the two has is that row's destination."""
    raw["activity"], values["activity"] = raw.pop(BESIDE), values.pop(BESIDE)
    return {**columns, "activity": replace(columns[BESIDE], field="activity")}


def _place_of(row: SheetRow, one: ColumnMapping) -> int:
    """Where a row's cell of a field stands: in its first column that says something there."""
    places = (one.at, *one.more)
    return next((at for at in places if not says_nothing(one.field, cell_at(row, at))), one.at)


def _nearest(name: str, cell: Cell, value: Value, mark: str, columns: ColumnMap) -> tuple[str, ...]:
    if name == "upn":
        letter = infer_missing_letter(displayed_identifier(cell))
        return (letter + displayed_identifier(cell),) if letter else ()
    if value is None and not mark and columns.knows_values(name):
        return suggest_values(name, displayed_text(cell), columns)
    return ()


def _tell_apart(name: str, split: Split, values: dict[str, Value]) -> None:
    parts = split(name)
    if parts:
        for part, text in zip(("surname", "forename"), parts, strict=True):
            values.setdefault(part, text)


def _splitter(
    layout: TableMapping, layouts: Sequence[TableMapping], written: NormalisedRows
) -> Split | None:
    """How full names are told apart, judged by that column on every tab."""
    if layout.has("surname") and layout.has("forename"):
        return None
    for one in layout.columns("full_name"):
        names = [
            normalise_text(cell.text)
            for other in layouts
            for same in other.columns("full_name")
            for cell in other.cells(same)
        ]
        split = infer_name_splitter(one.heading, names)
        if split:
            facts = (("heading", one.heading),)
            sheet = layout.table.sheet
            written.remarks.append(
                Issue("C22", sheet=sheet, column=one.letter, heading=one.heading, facts=facts)
            )
        return split
    return None


def _say_zeros(layout: TableMapping, written: NormalisedRows) -> None:
    for one in layout.placed:
        if one.field in IDENTIFIERS:
            count = sum(map(lost_leading_zeros, layout.cells(one)))
            if count:
                written.remarks.append(
                    Issue(
                        "C24",
                        sheet=layout.table.sheet,
                        column=one.letter,
                        heading=one.heading,
                        facts=(("count", str(count)), ("heading", one.heading)),
                    )
                )


def _say_places(written: NormalisedRows) -> None:
    """That names of places were taken for destinations is said once for each heading."""
    by_heading: dict[str, list[FieldColumn]] = {}
    for column in written.places:
        by_heading.setdefault(column.heading, []).append(column)
    for heading, columns in by_heading.items():
        count = sum(written.places[column] for column in columns)
        written.remarks.append(
            Issue(
                "C36",
                sheet=columns[0].sheet,
                column=columns[0].letter,
                heading=heading,
                facts=(("count", str(count)), ("heading", heading)),
            )
        )
