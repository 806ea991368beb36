"""Leaver keys: what rows say of whom they are about, to tell whether tables share leavers."""

from collections.abc import Mapping

from imports.columns.mapped_table import TableMapping, cell_at
from imports.columns.typed_values import displayed_text
from models.handoffs.sheets import SheetRow

_WHO = ("upn", "uln", "surname", "forename", "full_name", "born_on")


def leaver_keys(layout: TableMapping) -> frozenset[tuple[str, ...]]:
    """The keys of the leavers of a table; rows that name nobody are left out."""
    return frozenset(filter(None, (leaver_key(layout, row) for row in layout.table.rows)))


def leaver_key(layout: TableMapping, row: SheetRow) -> tuple[str, ...]:
    """What a row says of who it is about: a number, else all that names them."""
    texts: Mapping[str, str] = {
        name: displayed_text(cell_at(row, column.at)).casefold()
        for name in _WHO
        for column in layout.columns(name)[:1]
    }
    number = texts.get("upn") or texts.get("uln")
    return (number,) if number else tuple(filter(None, texts.values()))
