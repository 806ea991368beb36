"""Who a row says it is about, put so that two ways of writing one person compare as equal.

What is kept is what was typed; these forms are for comparing only and are never stored.
"""

import csv
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from importlib.resources import files

from models.facts.identifiers import is_valid_uln, is_valid_upn
from models.handoffs.sheets import Value

_MAC = re.compile(r"^mac(?=[a-z]{3})")

# Letters that Unicode does not take apart into a letter and an accent.
_UNACCENTED = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "ß": "ss", "æ": "ae", "œ": "oe", "þ": "th", "ı": "i"}
)
# Too common to tell one surname from another when they stand alone.
_PARTICLES = frozenset(
    {"al", "ap", "ben", "bin", "da", "de", "del", "della", "den", "der", "di", "dos", "du", "el"}
    | {"la", "le", "mac", "san", "st", "van", "von"}
)


@dataclass(frozen=True, slots=True)
class Identity:
    """A person as one row names them: folded names, valid identifiers, the rest left out.

    `forenames` has more than one form where another stands in brackets: "Elizabeth (Liz)".
    """

    upn: str = ""
    uln: str = ""
    surname: str = ""
    surname_parts: tuple[str, ...] = ()
    forenames: tuple[str, ...] = ()  # whole forenames as one word: "annamaria"
    firsts: tuple[str, ...] = ()  # the first of them: "anna"
    middles: tuple[str, ...] = ()  # the others: ("maria",)
    born_on: date | None = None
    postcode: str = ""


def parse_identity(values: Mapping[str, Value]) -> Identity:
    """Who a row is about, from its values by field; an identifier that fails its check is left."""
    upn, uln, surname, forename, postcode = (_text(values, name) for name in _TEXTS)
    born_on = values.get("born_on")
    return _identity(
        upn, uln, surname, forename, postcode, born_on if isinstance(born_on, date) else None
    )


_TEXTS = ("upn", "uln", "surname", "forename", "postcode")


@lru_cache(maxsize=50_000)  # a row is compared more than once on its way
def _identity(
    upn: str, uln: str, surname: str, forename: str, postcode: str, born_on: date | None
) -> Identity:
    upn = upn.upper()
    surnames = _with_mc(fold_name(surname))
    mains, others = _forenames(forename)
    forms = tuple(dict.fromkeys("".join(form) for form in (mains, *others) if form))
    return Identity(
        upn=upn if is_valid_upn(upn) else "",
        uln=uln if is_valid_uln(uln) else "",
        surname="".join(surnames),
        surname_parts=tuple(part for part in surnames if len(part) > 2 and part not in _PARTICLES),
        forenames=forms,
        firsts=tuple(dict.fromkeys(form[0] for form in (mains, *others) if form)),
        middles=mains[1:],
        born_on=born_on,
        postcode="".join(postcode.upper().split()),
    )


def is_short_for(one: str, other: str) -> bool:
    """Whether one forename is a short form of the other: its first letters, or a known one."""
    short, long = sorted((one, other), key=len)
    if len(short) >= 3 and long.startswith(short):
        return True
    return bool(_full_forms(one) & _full_forms(other))


def is_same_forename(one: Identity, other: Identity) -> bool:
    """Whether both forenames are written alike, in any of their forms."""
    return not set(one.forenames).isdisjoint(other.forenames)


def same_without_middle_names(one: Identity, other: Identity) -> bool:
    """Whether the first forenames are the same and the middle ones, where both have any, agree."""
    if set(one.firsts).isdisjoint(other.firsts):
        return False
    return all(
        a.startswith(b) or b.startswith(a) for a, b in zip(one.middles, other.middles, strict=False)
    )


def is_short_forename(one: Identity, other: Identity) -> bool:
    """Whether one forename is a short form of the other, the two not being written alike."""
    return set(one.firsts).isdisjoint(other.firsts) and any(
        is_short_for(a, b)
        for a in {*one.firsts, *one.forenames}
        for b in {*other.firsts, *other.forenames}
    )


def is_like_forename(one: Identity, other: Identity) -> bool:
    """Whether the forenames are the same, save a middle name, or one is short for the other."""
    return (
        is_same_forename(one, other)
        or same_without_middle_names(one, other)
        or is_short_forename(one, other)
    )


def is_like_surname(one: Identity, other: Identity) -> bool:
    """Whether the surnames are the same, one is a part of the other, or parts changed places."""
    if one.surname == other.surname:
        return bool(one.surname)
    if len(one.surname_parts) > 1 and sorted(one.surname_parts) == sorted(other.surname_parts):
        return True
    return one.surname in other.surname_parts or other.surname in one.surname_parts


def is_like_name(one: Identity, other: Identity) -> bool:
    """Whether both names are alike, or stand in each other's place."""
    if is_like_surname(one, other) and is_like_forename(one, other):
        return True
    return one.surname in other.forenames and other.surname in one.forenames


def has_other_identifier(one: Identity, other: Identity) -> bool:
    """Whether each has its own valid UPN, or its own valid ULN, and they differ.

    A temporary UPN, which ends in a letter, is given up for a permanent one or for that of the
    next school (DfE, UPN guide; sources.md: identifiers), so it tells nobody from anybody.
    """
    upns = (one.upn, other.upn)
    lasting = all(upn and not is_temporary_upn(upn) for upn in upns)
    return (lasting and one.upn != other.upn) or (
        bool(one.uln and other.uln) and one.uln != other.uln
    )


def is_temporary_upn(upn: str) -> bool:
    """Whether a UPN is a temporary one: its last place is a letter."""
    return upn[-1:].isalpha()


def is_near_birth_date(one: date | None, other: date | None) -> bool:
    """Whether two dates differ in day, month or year only, or in the order of day and month."""
    if one is None or other is None or one == other:
        return False
    alike = (one.day == other.day) + (one.month == other.month) + (one.year == other.year)
    turned = (one.day, one.month, one.year) == (other.month, other.day, other.year)
    return alike == 2 or turned


@lru_cache(maxsize=50_000)
def fold_name(text: str) -> tuple[str, ...]:
    """The words of a name for comparing: no capitals, accents, apostrophes, hyphens or points."""
    folded = unicodedata.normalize("NFKD", text.casefold()).translate(_UNACCENTED)
    plain = "".join(c for c in folded if not unicodedata.combining(c))
    spaced = "".join(" " if c.isspace() or c in "-‐‑‒–—_/,." else c for c in plain)
    words = ("".join(c for c in word if c.isalnum()) for word in spaced.split())
    return tuple(word for word in words if word)


def _with_mc(surname: tuple[str, ...]) -> tuple[str, ...]:
    # MacDonald, McDonald and "Mc Donald" are one name to whoever types it.
    return tuple(_MAC.sub("mc", word) for word in surname)


@lru_cache(maxsize=50_000)
def _forenames(text: str) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    bracketed = re.findall(r"\(([^()]*)\)", text)
    return fold_name(re.sub(r"\([^()]*\)", " ", text)), tuple(fold_name(form) for form in bracketed)


def _text(values: Mapping[str, Value], field: str) -> str:
    value = values.get(field)
    return "" if value is None else str(value).strip()


@cache
def _short_forms() -> dict[str, frozenset[str]]:
    text = (files("destinations.linkage") / "lists" / "short_forms.csv").read_text(encoding="utf-8")
    forms: dict[str, set[str]] = {}
    for line in csv.DictReader(line for line in text.splitlines() if not line.startswith("#")):
        forms.setdefault(line["short"], set()).add(line["full"])
    return {short: frozenset(full) for short, full in forms.items()}


def _full_forms(name: str) -> frozenset[str]:
    return _short_forms().get(name, frozenset()) | {name}
