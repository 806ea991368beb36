"""Provider as destination: a place's name becomes an activity, "Downs College - A levels".

A name counts when the register has exactly one place of that very name, and what stands beside it
is understood to the last word: "Downs College or work" and "Downs College - offer" are asked about.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from imports.text.memoise import LONGEST

ValueOf = Callable[[str, str], str | None]

# What may stand between a place and what somebody does there.
_SEPARATORS = re.compile(
    r"\s+(?:at|with|@)\s+|\s+[-\u2013\u2014/]\s+|\s*[,:;]\s+|\s*\(", re.IGNORECASE
)
_COMPANY = re.compile(r"[^,;/()]*\w[^,;/()]*\s(?:ltd|limited|plc|llp)\.?", re.IGNORECASE)
_FULL_TIME = frozenset({"210", "220", "230"})  # of these the register says which it is
_STUDYING = ("21", "22", "23", "24", "25", "27", "28", "29")
_AT_A_PLACE = (*_STUDYING, "31", "32", "34", "4")  # or an apprentice, at work with study, training
_AT_WORK = ("31", "32", "33", "34", "35", "36")


@dataclass(frozen=True, slots=True)
class NamedPlace:
    """A place by its name as typed, and the NCCIS code of what somebody does there."""

    code: str
    name: str


# From a name, and the URN of whoever says it, the code of studying at the place of that name full
# time; None where it is nobody's name, or that of several.
PlaceLookup = Callable[[str, str], str | None]
SchoolPlaceLookup = Callable[[str], str | None]  # the same for one sender


def no_places(name: str, urn: str) -> str | None:
    """The lookup that knows no place, as on a machine without a register."""
    return None


def destination_at_place(
    typed: str, value_of: ValueOf, find_place: SchoolPlaceLookup
) -> NamedPlace | None:
    """The place and activity of a destination that names a place; None where it names none.

    None too where part of it is not understood.  `value_of` gives the value of a word in a field.
    """
    if "?" in typed or len(typed) > LONGEST:
        return None
    code = find_place(typed)
    if code:
        return NamedPlace(code, typed)
    for separator in _SEPARATORS.finditer(typed):
        before, after = typed[: separator.start()].strip(), typed[separator.end() :].strip()
        if separator[0].endswith("("):
            after = after.removesuffix(")").strip()
        destination = _place_and_activity(
            before, after, value_of, find_place
        ) or _place_and_activity(after, before, value_of, find_place)
        if destination:
            return destination
    return None


def _place_and_activity(
    name: str, words: str, value_of: ValueOf, find_place: SchoolPlaceLookup
) -> NamedPlace | None:
    if not name or not words:
        return None
    code = find_place(name)
    if code is None and not _COMPANY.fullmatch(name):
        return None
    activity = value_of("activity", words)
    if code is None:
        return NamedPlace(activity, name) if activity and activity.startswith(_AT_WORK) else None
    activity = activity or value_of("activity", f"College {words}")  # "A levels", "Level 3 Sport"
    if activity is None or not activity.startswith(_AT_A_PLACE):
        return None
    return NamedPlace(code if activity in _FULL_TIME else activity, name)
