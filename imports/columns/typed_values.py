"""Typed values: what one cell holds becomes a typed value of one of our fields."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from imports.crosswalk.column_map import ColumnMap
from imports.text.headings import word_set
from imports.values.dates import DayMonthOrder, read_date
from imports.values.person_names import normalise_text
from imports.values.typed_identifiers import IDENTIFIERS, read_identifier
from models.handoffs.sheets import Cell, CellKind, Value

DATES = frozenset({"born_on", "started_on", "ended_on", "as_at"})
FLAGS = frozenset({"disadvantaged", "consent", "enrolled", "withdrawn"})

_WHOLE = re.compile(r"(\d+)\.0+")
_ERRORS = word_set(
    "#N/A #REF! #VALUE! #NAME? #DIV/0! #NULL! #NUM! #SPILL! #CALC! #FIELD! #GETTING_DATA"
)
# What people type to show that they have not forgotten a cell.
_DASHES = re.compile(r"[-.\u2010-\u2015\u2212_]+")
_NOTHING = word_set(
    "n/a na n.a. n.a n/k nk none nil null unknown tbc tba ? ?? ??? x xx xxx neet unemployed blank"
) | {"not applicable", "not known", "not yet known", "no provider", "no college", "to be confirmed"}
# Where such a word is no answer.  A destination may be "NK", and a date of birth is asked for.
_MAY_BE_NOTHING = frozenset(
    "provider_name provider_urn provider_ukprn provider_laestab course level "
    "started_on ended_on as_at".split()
)
# What stands in front of a reason: "Withdrawn - ill", "No (left in October)", "Left: moved away".
_REASON = re.compile(r"\s+[-\u2010-\u2015]+\s+|\s*[:;,(]\s*")
# What points at the cell above or beside it, and names nothing itself.
_POINTING = frozenset({"as above", "same as above", "same", "ditto", "as before"})
_NAMED = frozenset({"provider_name", "course"})
_YEAR_GROUP = re.compile(r"(?:nc\s*)?(?:year|yr|y)?\s*(\d{1,2})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class CellReader:
    """What reading a cell depends on beside the cell: the map, the column's dates, the day."""

    column_map: ColumnMap
    order: DayMonthOrder
    sent_on: date

    def value(self, name: str, cell: Cell) -> tuple[Value, str]:
        """The value of a field and its mark; None where we can make nothing of the cell."""
        if cell.kind is CellKind.ERROR or cell.text.strip().upper() in _ERRORS:
            return None, "error"
        if cell.kind is CellKind.FORMULA:
            return None, "formula"
        if name in DATES:
            later = timedelta(days=0 if name == "born_on" else 366)
            return read_date(cell, self.order, self.sent_on + later)
        if name in IDENTIFIERS:
            return read_identifier(name, cell)
        if self.column_map.knows_values(name):
            return self._closed_list_value(name, cell), ""
        if name == "year_group":
            year_group = _YEAR_GROUP.fullmatch(displayed_text(cell))
            return (str(int(year_group[1])) if year_group else displayed_text(cell)), ""
        return displayed_text(cell) or None, ""

    def _closed_list_value(self, name: str, cell: Cell) -> Value:
        typed = displayed_text(cell)
        value = is_still_enrolled(typed, self.column_map) if name == "enrolled" else None
        value = value or self.column_map.value_of(name, typed)
        if name == "withdrawn" and value is None:
            value = "yes"  # the reason why, in words or as a code
        return value == "yes" if value and name in FLAGS else value


def is_still_enrolled(typed: str, column_map: ColumnMap) -> str | None:
    """What a cell says of whether somebody is still enrolled; None where we cannot tell.

    A reason behind it changes nothing of "Withdrawn - gone into work", but much of "Y - withdrawn".
    """
    first = _REASON.split(typed, maxsplit=1)[0]
    answer = column_map.value_of("enrolled", typed)
    return answer or ("no" if column_map.value_of("enrolled", first) == "no" else None)


def displayed_text(cell: Cell) -> str:
    """The text of a cell without stray spaces; a whole number without ".0"."""
    text = normalise_text(cell.text)
    whole = _WHOLE.fullmatch(text) if cell.kind is CellKind.NUMBER else None
    return whole[1] if whole else text


def is_blank(cell: Cell) -> bool:
    """Whether nothing was typed, or a dash; an error or a formula without a value is something."""
    if cell.kind in (CellKind.ERROR, CellKind.FORMULA):
        return False
    return cell.kind is CellKind.BLANK or not _DASHES.sub("", normalise_text(cell.text))


def says_nothing(name: str, cell: Cell) -> bool:
    """Whether a cell of a field is blank, or only says that there is nothing to say ("n/a")."""
    text = normalise_text(cell.text).lower()
    if name in _NAMED and text in _POINTING:
        return True
    return is_blank(cell) or (name in _MAY_BE_NOTHING and text in _NOTHING)
