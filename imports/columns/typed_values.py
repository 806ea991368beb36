"""Typed values: what one cell holds becomes a typed value of one of our fields."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from imports.crosswalk.column_map import ColumnMap
from imports.text.headings import word_set
from imports.values.dates import DayMonthOrder, read_date
from imports.values.moment_in_answer import is_still_to_come
from imports.values.name_marks import strip_name_marks
from imports.values.nothing_words import is_empty_text, is_nothing_word
from imports.values.person_names import normalise_text
from imports.values.typed_identifiers import IDENTIFIERS, read_identifier
from models.handoffs.sheets import Cell, CellKind, Value
from models.vocabulary import LeavingStage

DATES = frozenset({"born_on", "started_on", "ended_on", "as_at"})
FLAGS = frozenset({"disadvantaged", "consent", "enrolled", "withdrawn"})

_WHOLE = re.compile(r"(\d+)\.0+")
_ERRORS = word_set(
    "#N/A #REF! #VALUE! #NAME? #DIV/0! #NULL! #NUM! #SPILL! #CALC! #FIELD! #GETTING_DATA"
)
# What stands in front of a reason: "Withdrawn - ill", "No (left in October)", "Left: moved away".
_REASON = re.compile(r"\s+[-\u2010-\u2015]+\s+|\s*[:;,(]\s*")
# What points at the cell above or beside it, and names nothing itself.
_POINTING = frozenset({"as above", "same as above", "same", "ditto", "as before"})
_NAMED = frozenset({"provider_name", "course"})
_PERSON_NAMES = frozenset({"surname", "forename", "full_name"})
_THERE = ("2", "3", "4", "55")  # learning or working, now
_NOT_YET = frozenset({"260"})  # a gap year is what comes before
_UNIVERSITY, _START_AGREED = "240", "615"
_APPLICANTS = frozenset({LeavingStage.Y13})
_YEAR_GROUP = re.compile(r"(?:nc\s*)?(?:year|yr|y)?\s*(\d{1,2})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class CellReader:
    """What reading a cell depends on beside the cell: the map, the column's dates, the day."""

    column_map: ColumnMap
    order: DayMonthOrder
    sent_on: date
    stage: LeavingStage | None = None
    footnotes: frozenset[str] = frozenset()  # the marks that a line below the table explains

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
            if any(mark in cell.text for mark in self.footnotes):
                return None, ""  # "College*": what the star says of it we have not read
            value = self._closed_list_value(name, cell)
            return self.held_against_day(value, cell) if name == "activity" else (value, "")
        if name == "year_group":
            year_group = _YEAR_GROUP.fullmatch(displayed_text(cell))
            return (str(int(year_group[1])) if year_group else displayed_text(cell)), ""
        text = displayed_text(cell)
        if name in _PERSON_NAMES:
            bare = strip_name_marks(text)
            return bare or None, "name mark" if bare != text else ""
        return text or None, ""

    def held_against_day(self, activity: Value, cell: Cell) -> tuple[Value, str]:
        """An activity code and a mark: "agreed" where it was still to begin, "later" where unclear.

        Who goes to university next year may be anything until then, and is asked about.
        """
        code = str(activity or "")
        if not code.startswith(_THERE) or code in _NOT_YET:
            return activity, ""
        if not is_still_to_come(displayed_text(cell), self.sent_on):
            return activity, ""
        return (None, "later") if code == _UNIVERSITY else (_START_AGREED, "agreed")

    def _closed_list_value(self, name: str, cell: Cell) -> Value:
        typed = displayed_text(cell)
        value = is_still_enrolled(typed, self.column_map) if name == "enrolled" else None
        value = value or self.column_map.value_of(name, typed)
        if value is None and name == "activity" and self.stage in _APPLICANTS:
            # Among those who apply through UCAS its words are known: "Placed".
            value = self.column_map.value_of(name, f"UCAS {typed}")
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
    """Whether nothing was typed, a dash or "Please select".

    An error or a formula without a value is something.
    """
    if cell.kind in (CellKind.ERROR, CellKind.FORMULA):
        return False
    return cell.kind is CellKind.BLANK or is_empty_text(normalise_text(cell.text))


def says_nothing(name: str, cell: Cell) -> bool:
    """Whether a cell of a field is blank, or only says that there is nothing to say ("n/a")."""
    text = normalise_text(cell.text).lower()
    if name in _NAMED and text in _POINTING:
        return True
    return is_blank(cell) or is_nothing_word(name, text)
