"""Identities: what a row says of who it is about, normalised so that two spellings are equal.

The record keeps what was typed; these forms are for comparing only and are never stored.
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

_MAC_PREFIX = re.compile(r"^mac(?=[a-z]{3})")

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
    """A person as one row names them: folded names and valid identifiers, '' or () where none.

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
    """The identity in a row's values by field; an identifier that fails its check is left out."""
    upn, uln, surname, forename, postcode = (_cell_text(values, name) for name in _TEXT_FIELDS)
    born_on = values.get("born_on")
    return _identity(
        upn, uln, surname, forename, postcode, born_on if isinstance(born_on, date) else None
    )


_TEXT_FIELDS = ("upn", "uln", "surname", "forename", "postcode")


@lru_cache(maxsize=50_000)  # a row is compared more than once on its way
def _identity(
    upn: str, uln: str, surname: str, forename: str, postcode: str, born_on: date | None
) -> Identity:
    upn = upn.upper()
    surnames = _normalise_mac(fold_name(surname))
    main_form, other_forms = _forenames(forename)
    forms = tuple(dict.fromkeys("".join(form) for form in (main_form, *other_forms) if form))
    return Identity(
        upn=upn if is_valid_upn(upn) else "",
        uln=uln if is_valid_uln(uln) else "",
        surname="".join(surnames),
        surname_parts=tuple(part for part in surnames if len(part) > 2 and part not in _PARTICLES),
        forenames=forms,
        firsts=tuple(dict.fromkeys(form[0] for form in (main_form, *other_forms) if form)),
        middles=main_form[1:],
        born_on=born_on,
        postcode="".join(postcode.upper().split()),
    )


def is_short_for(left: str, right: str) -> bool:
    """Whether one forename is a short form of the other: its first letters, or a known one."""
    short, long = sorted((left, right), key=len)
    if len(short) >= 3 and long.startswith(short):
        return True
    return bool(_full_forms(left) & _full_forms(right))


def is_same_forename(left: Identity, right: Identity) -> bool:
    """Whether both forenames are written alike, in any of their forms."""
    return not set(left.forenames).isdisjoint(right.forenames)


def same_without_middle_names(left: Identity, right: Identity) -> bool:
    """Whether the first forenames are the same and the middle ones, where both have any, agree."""
    if set(left.firsts).isdisjoint(right.firsts):
        return False
    return all(
        a.startswith(b) or b.startswith(a)
        for a, b in zip(left.middles, right.middles, strict=False)
    )


def is_short_forename(left: Identity, right: Identity) -> bool:
    """Whether one forename is a short form of the other, the two not being written alike."""
    return set(left.firsts).isdisjoint(right.firsts) and any(
        is_short_for(a, b)
        for a in {*left.firsts, *left.forenames}
        for b in {*right.firsts, *right.forenames}
    )


def is_like_forename(left: Identity, right: Identity) -> bool:
    """Whether the forenames are the same, save a middle name, or one is short for the other."""
    return (
        is_same_forename(left, right)
        or same_without_middle_names(left, right)
        or is_short_forename(left, right)
    )


def is_like_surname(left: Identity, right: Identity) -> bool:
    """Whether the surnames are the same, one is a part of the other, or parts changed places."""
    if left.surname == right.surname:
        return bool(left.surname)
    if len(left.surname_parts) > 1 and sorted(left.surname_parts) == sorted(right.surname_parts):
        return True
    return left.surname in right.surname_parts or right.surname in left.surname_parts


def is_like_name(left: Identity, right: Identity) -> bool:
    """Whether both names are alike, or stand in each other's place."""
    if is_like_surname(left, right) and is_like_forename(left, right):
        return True
    return left.surname in right.forenames and right.surname in left.forenames


def shares_names(left: Identity, right: Identity) -> bool:
    """Whether both have a surname, or both a forename: there is something to compare."""
    return bool(left.surname and right.surname) or bool(left.forenames and right.forenames)


def is_like_name_so_far(left: Identity, right: Identity) -> bool:
    """Whether the names are alike, or the one part that both have, where one of them lacks one."""
    if not (left.surname and right.surname):
        return is_like_forename(left, right)
    if not (left.forenames and right.forenames):
        return is_like_surname(left, right)
    return is_like_name(left, right)


def has_other_identifier(left: Identity, right: Identity) -> bool:
    """Whether both have a valid UPN, or both a valid ULN, and these differ.

    A temporary UPN, which ends in a letter, is given up for a permanent one or for that of the
    next school (DfE, UPN guide; sources.md: identifiers), so it tells nobody from anybody.
    """
    upns = (left.upn, right.upn)
    both_permanent = all(upn and not is_temporary_upn(upn) for upn in upns)
    return (both_permanent and left.upn != right.upn) or (
        bool(left.uln and right.uln) and left.uln != right.uln
    )


def is_temporary_upn(upn: str) -> bool:
    """Whether a UPN is a temporary one: it ends in a letter (DfE, UPN guide)."""
    return upn[-1:].isalpha()


def is_near_birth_date(left: date | None, right: date | None) -> bool:
    """Whether two dates differ in day, month or year only, or in the order of day and month."""
    if left is None or right is None or left == right:
        return False
    parts_agreeing = (
        (left.day == right.day) + (left.month == right.month) + (left.year == right.year)
    )
    is_swapped = (left.day, left.month, left.year) == (right.month, right.day, right.year)
    return parts_agreeing == 2 or is_swapped


@lru_cache(maxsize=50_000)
def fold_name(text: str) -> tuple[str, ...]:
    """The words of a name for comparing: no capitals, accents, apostrophes, hyphens or points."""
    folded = unicodedata.normalize("NFKD", text.casefold()).translate(_UNACCENTED)
    plain = "".join(c for c in folded if not unicodedata.combining(c))
    spaced = "".join(" " if c.isspace() or c in "-‐‑‒–—_/,." else c for c in plain)
    words = ("".join(c for c in word if c.isalnum()) for word in spaced.split())
    return tuple(word for word in words if word)


def _normalise_mac(surname: tuple[str, ...]) -> tuple[str, ...]:
    # MacDonald, McDonald and "Mc Donald" are one name to whoever types it.
    return tuple(_MAC_PREFIX.sub("mc", word) for word in surname)


@lru_cache(maxsize=50_000)
def _forenames(text: str) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    bracketed = re.findall(r"\(([^()]*)\)", text)
    return fold_name(re.sub(r"\([^()]*\)", " ", text)), tuple(fold_name(form) for form in bracketed)


def _cell_text(values: Mapping[str, Value], field: str) -> str:
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
