"""Providers: what a row calls the place a leaver went to becomes an entry of the register.

A name is resolved when, normalised, it is the name of exactly one entry; nothing is guessed.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy import select
from sqlmodel import Session, col

from destinations.linkage.identities import fold_name
from models.places import Institution

# Words that one writer puts in and the next leaves out.
_OPTIONAL_WORDS = frozenset({"the", "ltd", "limited", "plc", "llp", "cic"})
_EQUIVALENT_WORDS = {"saint": "st", "saints": "st", "sts": "st", "6th": "sixth"}
# Names that many towns give a school: far from the sender they may be another of the same name.
_DEDICATIONS = frozenset({"st", "holy", "our", "sacred", "christ", "all", "blessed"})
_SIXTH_FORMS = (" and sixth form centre", " and sixth form college", " and sixth form")
_SIXTH_FORM = re.compile(r"(.+\S)\s+(?:sixth|6th)\s+form(?:\s+centre)?", re.IGNORECASE)
_KIND_WORDS = frozenset({"college", "school", "academy", "university", "sixth", "form", "centre"})
_COMMON_WORDS = frozenset({"the", "city", "central", "new", "community", "high", "secondary", "of"})
_FULL_TIME_CODES = frozenset({"210", "220", "230", "240", "280", "290"})
_AFTER_16 = ("further education", "higher education", "sixth form", "post 16", "16-19", "16 to 19")
_AND_SIGNS = str.maketrans({"&": " and ", "+": " and "})


@dataclass(frozen=True, slots=True)
class RegisterEntry:
    """One register entry, as far as a destination needs it; numbers as digits, None where none."""

    urn: str | None
    ukprn: str | None
    laestab: str | None
    name: str
    type_name: str = ""
    further_education_type: str = ""
    has_sixth_form: bool = False
    is_open: bool = True
    la_code: str = ""


class ProviderRegister:
    """Every register entry, found by number or by name."""

    def __init__(self, places: Iterable[RegisterEntry]) -> None:
        """`places` in any order."""
        self._numbers: dict[tuple[str, str], list[RegisterEntry]] = defaultdict(list)
        self._names: dict[str, list[RegisterEntry]] = defaultdict(list)
        for place in places:
            for kind in ("urn", "ukprn", "laestab"):
                number = getattr(place, kind)
                if number:
                    self._numbers[kind, number].append(place)
            for key in _register_keys(place.name):
                self._names[key].append(place)

    def by_number(self, kind: str, number: str) -> RegisterEntry | None:
        """The entry with that "urn", "ukprn" or "laestab"; an open one where a closed one had it.

        None where there is none, or where several have it at once.
        """
        plain = "".join(c for c in number if c.isdigit())
        return _only_entry(self._numbers.get((kind, plain), []), la_code="")

    def by_name(self, name: str, *, la_code: str = "") -> RegisterEntry | None:
        """The only entry of that name; among several, the only one in the council `la_code`.

        "Downs Coast College, Sussex" is Downs Coast College unless the register has the longer
        name too.  A saint's name is the saint's of that council, or nobody's.
        """
        return self._first_entry(_typed_keys(name), la_code)

    def by_whole_name(self, name: str, *, la_code: str = "") -> RegisterEntry | None:
        """As `by_name`, but nothing is left off the name: "Downs Coast College, work" is nobody's.

        "And Sixth Form" at its end may be: it comes and goes.
        """
        return self._first_entry(_name_forms(name), la_code)

    def _first_entry(self, keys: Iterable[str], la_code: str) -> RegisterEntry | None:
        for key in keys:
            entries = self._names.get(key)
            if entries:
                place = _only_entry(entries, la_code=la_code)
                is_elsewhere = place is not None and la_code not in {"", place.la_code}
                return None if is_elsewhere and key.split()[0] in _DEDICATIONS else place
        return None

    def resolve(
        self,
        *,
        urn: str = "",
        ukprn: str = "",
        laestab: str = "",
        name: str = "",
        la_code: str = "",
    ) -> RegisterEntry | None:
        """The entry that a row means: by URN, UKPRN or LAESTAB, else by name; '' if not given."""
        for kind, number in (("urn", urn), ("ukprn", ukprn), ("laestab", laestab)):
            place = self.by_number(kind, number) if number else None
            if place:
                return place
        return self.by_name(name, la_code=la_code) if name else None


def load_providers(session: Session) -> ProviderRegister:
    """The register in the database; load it once for many submissions."""
    names = ("urn", "ukprn", "laestab", "name", "type_name", "further_education_type")
    flags = ("has_sixth_form", "is_open", "la_code")
    columns = [getattr(Institution, name) for name in (*names, *flags)]
    rows = session.execute(select(*columns).order_by(col(Institution.id)))
    return ProviderRegister(RegisterEntry(*row) for row in rows)


def activity_code_at(place: RegisterEntry | Institution) -> str:
    """The NCCIS code of being enrolled there full time (sources.md: codes, types from GIAS).

    270, full-time education of another kind, where the register does not say which it is.
    """
    kind, college = place.type_name.casefold(), place.further_education_type.casefold()
    if "special post 16" in kind:
        return "280"
    if college.startswith("sixth form college") or kind == "sixth form centres":
        return "220"
    if kind == "academy 16-19 converter":
        return "220"  # GIAS: sixth form colleges that became academies
    if kind == "further education":
        return "230"
    if kind == "higher education institutions":
        return "240"
    if "secure" in kind:
        return "290"
    if not place.urn:
        return "410"  # known by UKPRN alone: a training provider
    if place.has_sixth_form or "16 to 19" in kind:
        return "210"
    return "270"


def takes_nobody_before_16(type_name: str) -> bool:
    """Whether a kind of establishment, in the words of GIAS, is for those who have left school."""
    kind = type_name.casefold()
    return any(words in kind for words in _AFTER_16)


def studying_at(register: ProviderRegister, name: str, *, la_code: str = "") -> str | None:
    """The NCCIS code of being enrolled full time at the place of that name, None where unsure.

    Far from the sender only a name that says what it is counts, and which: "The Bridge" and "City
    Academy" are many places.  A school without a sixth form is nowhere to go at 16, and who is
    with a training provider may be an apprentice.
    """
    place = register.by_whole_name(name, la_code=la_code)
    is_sixth_form = False
    if place is None and (name_match := _SIXTH_FORM.fullmatch(name.strip())):
        # "Ridge School Sixth Form" stands in the register as Ridge School.
        place, is_sixth_form = register.by_whole_name(name_match[1], la_code=la_code), True
    if place is None or not (place.la_code == la_code or _is_distinctive(place.name)):
        return None
    code = activity_code_at(place)
    is_sure = code == "210" if is_sixth_form else code in _FULL_TIME_CODES
    return code if is_sure else None


def _is_distinctive(name: str) -> bool:
    """Whether a name has a word for a kind of place to learn, and a word that is its own."""
    words = set(fold_name(name))
    return not words.isdisjoint(_KIND_WORDS) and not words <= _KIND_WORDS | _COMMON_WORDS


def _only_entry(entries: list[RegisterEntry], *, la_code: str) -> RegisterEntry | None:
    """The only one; else the only one in that council; else the only one of those still open."""
    in_council = [place for place in entries if la_code and place.la_code == la_code] or entries
    for candidates in (in_council, [place for place in in_council if place.is_open]):
        if len(candidates) == 1:
            return candidates[0]
    return None


def _register_keys(name: str) -> set[str]:
    return {key for form in (name, _unbracketed(name)) for key in _name_forms(form)}


def _typed_keys(name: str) -> Iterator[str]:
    """The name normalised, then without what stands in brackets, or after a comma or a dash."""
    yield from _name_forms(name)
    unbracketed = _unbracketed(name)
    yield from _name_forms(unbracketed)
    for mark in (",", " - ", " – "):
        parts = unbracketed.split(mark)
        for end in range(len(parts) - 1, 0, -1):
            yield from _name_forms(mark.join(parts[:end]))


def _name_forms(name: str) -> Iterator[str]:
    """The name normalised, and then without "and Sixth Form", which comes and goes."""
    plain = _normalise_name(name)
    if plain:
        yield plain
    for ending in _SIXTH_FORMS:
        if plain.endswith(ending) and plain != ending:
            yield plain.removesuffix(ending)


def _unbracketed(name: str) -> str:
    return re.sub(r"\([^()]*\)", " ", name)


@lru_cache(maxsize=100_000)
def _normalise_name(name: str) -> str:
    words = (_EQUIVALENT_WORDS.get(word, word) for word in fold_name(name.translate(_AND_SIGNS)))
    return " ".join(word for word in words if word not in _OPTIONAL_WORDS)
