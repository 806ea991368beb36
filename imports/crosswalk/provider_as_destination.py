"""Whereabouts: a destination told by the name of a place, "Downs College - A levels".

A name counts when the register has exactly one place of that very name, and what stands beside it
is understood to the last word: "Downs College or work" and "Downs College - offer" are asked about.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from imports.text.memoise import LONGEST

ValueOf = Callable[[str, str], str | None]

# What may stand between a place and what somebody does there.
_BETWEEN = re.compile(
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
Places = Callable[[str, str], str | None]
Place = Callable[[str], str | None]  # the same for one sender


def no_places(name: str, urn: str) -> str | None:
    """No place is known, as on a machine without a register."""
    return None


def destination_at_place(typed: str, value_of: ValueOf, place: Place) -> NamedPlace | None:
    """What a destination is that names a place; None where it does not, or says more than we know.

    `value_of` gives the code of words that are known.
    """
    if "?" in typed or len(typed) > LONGEST:
        return None
    code = place(typed)
    if code:
        return NamedPlace(code, typed)
    for between in _BETWEEN.finditer(typed):
        before, after = typed[: between.start()].strip(), typed[between.end() :].strip()
        if between[0].endswith("("):
            after = after.removesuffix(")").strip()
        told = _at(before, after, value_of, place) or _at(after, before, value_of, place)
        if told:
            return told
    return None


def _at(where: str, what: str, value_of: ValueOf, place: Place) -> NamedPlace | None:
    if not where or not what:
        return None
    code = place(where)
    if code is None and not _COMPANY.fullmatch(where):
        return None
    said = value_of("activity", what)
    if code is None:
        return NamedPlace(said, where) if said and said.startswith(_AT_WORK) else None
    said = said or value_of("activity", f"College {what}")  # "A levels", "Level 3 Sport"
    if said is None or not said.startswith(_AT_A_PLACE):
        return None
    return NamedPlace(code if said in _FULL_TIME else said, where)
