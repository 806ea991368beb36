"""Wave columns: which columns of a table a row is read from, for each wave that it answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from imports.columns.date_format_inference import Orders
from imports.columns.mapped_table import ColumnMapping, TableMapping, cell_at
from imports.columns.typed_values import CellReader, says_nothing
from imports.context.year_columns import answered_waves
from imports.crosswalk.column_map import ColumnMap
from imports.crosswalk.fields import BORN_IN, LEFT_ON, NOT_OURS
from imports.values.dates import DayMonthOrder
from imports.values.person_names import Split
from models.handoffs.normalised import FieldColumn, SubmissionMetadata
from models.handoffs.sheets import SheetRow
from models.vocabulary import SubmissionKind

_NOT_KEPT = ("", NOT_OURS, LEFT_ON, BORN_IN)


@dataclass(frozen=True, slots=True)
class WaveColumns:
    """One wave of one table: the columns that a row of it is read from."""

    wave: int | None
    mappings: tuple[tuple[ColumnMapping, CellReader], ...]
    own_wave: tuple[ColumnMapping, ...]  # the columns of this wave alone
    columns: Mapping[str, FieldColumn]
    fallbacks: Mapping[int, FieldColumn]  # by place; read where their field's first is blank
    split: Split | None
    urn: str  # of the sender


def columns_by_wave_of(
    layout: TableMapping,
    metadata: SubmissionMetadata,
    column_map: ColumnMap,
    orders: Orders,
    split: Split | None,
) -> list[WaveColumns]:
    """The columns of each wave that a table has answers for, and of the one it was sent for."""
    waves: Sequence[int | None] = answered_waves(layout)
    if not waves and layout.wave is not None:
        waves = [layout.wave]
    elif not waves:
        waves = [None if metadata.kind is SubmissionKind.ENROLMENTS else metadata.wave]
    elif metadata.wave not in waves:
        waves = [*waves, metadata.wave]
    ours = [column for column in layout.mappings if column.field not in _NOT_KEPT]
    columns_by_wave = []
    for wave in waves:
        mappings = [column for column in ours if column.wave in (None, wave)]
        columns_by_wave.append(
            WaveColumns(
                wave=wave,
                mappings=tuple(
                    (
                        column,
                        replace(
                            _cell_reader(column, column_map, orders, metadata),
                            footnotes=layout.table.footnotes,
                        ),
                    )
                    for column in mappings
                ),
                own_wave=tuple(column for column in mappings if column.wave is not None),
                columns=_field_columns(layout, mappings, split),
                fallbacks=_fallback_columns(layout, mappings),
                split=split,
                urn=metadata.urn,
            )
        )
    return columns_by_wave


def _cell_reader(
    column: ColumnMapping, column_map: ColumnMap, orders: Orders, metadata: SubmissionMetadata
) -> CellReader:
    order = orders.get((column.field, column.wave), DayMonthOrder.DAY_FIRST)
    return CellReader(column_map, order, metadata.sent_on, metadata.leaving_stage)


def _field_columns(
    layout: TableMapping, mappings: Sequence[ColumnMapping], split: Split | None
) -> Mapping[str, FieldColumn]:
    columns = {column.field: column.field_column(layout.table.sheet) for column in mappings}
    if split and "full_name" in columns:
        for name in ("surname", "forename"):
            columns.setdefault(name, replace(columns["full_name"], field=name))
    return columns


def _fallback_columns(
    layout: TableMapping, mappings: Sequence[ColumnMapping]
) -> Mapping[int, FieldColumn]:
    sheet, by_place = layout.table.sheet, {column.at: column for column in layout.mappings}
    return {
        at: replace(by_place[at], field=column.field, wave=column.wave).field_column(sheet)
        for column in mappings
        for at in column.fallbacks
    }


def waves_answered(
    row: SheetRow, columns_by_wave: Sequence[WaveColumns], metadata: SubmissionMetadata
) -> list[WaveColumns]:
    """The waves that a row answers; that of the file where it answers none."""
    if len(columns_by_wave) == 1:
        return [columns_by_wave[0]]
    answered = [
        wave_columns
        for wave_columns in columns_by_wave
        if any(
            not says_nothing(column.field, cell_at(row, cell_index(row, column)))
            for column in wave_columns.own_wave
        )
        or (wave_columns.wave == metadata.wave and wave_columns.own_wave)
    ]
    return answered or [
        wave_columns for wave_columns in columns_by_wave if wave_columns.wave == metadata.wave
    ]


def cell_index(row: SheetRow, column: ColumnMapping) -> int:
    """Where a row's cell of a field stands: in its first column that says something there."""
    places = (column.at, *column.fallbacks)
    return next(
        (at for at in places if not says_nothing(column.field, cell_at(row, at))), column.at
    )
