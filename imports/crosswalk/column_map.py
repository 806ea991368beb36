"""Maps: which headings and which words are ours.  A map is a YAML file and only ever adds."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files
from types import MappingProxyType

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from imports.crosswalk import vocabulary
from imports.crosswalk.fields import FIELDS, LEFT_ON, NOT_OURS, PERHAPS, YEARLY, closed_list_values
from imports.crosswalk.periods import Period, parse_period
from imports.crosswalk.provider_as_destination import (
    NamedPlace,
    Places,
    destination_at_place,
    no_places,
)
from imports.text import headings, phrases
from imports.text.memoise import LONGEST
from models.vocabulary import ID01

# Words round a moment that change nothing: "position at 1 November 2023".
_AROUND = headings.word_set(
    "at as on in by from for of the is was position current actual status academic "
    "ay autumn term year update follow up followup tracking tracked survey check"
)
# A year beside these is the year of a cohort, not the moment of an answer.
_COHORT = headings.word_set("leaver leavers cohort class summer left leaving")
# A number behind one of these is no day: "Post 16 destination 2024".
_NUMBERED = headings.word_set("post ks stage year yr y after")
# What a later map may give a meaning to: it had none that is asked for.
_OPEN = frozenset({PERHAPS, NOT_OURS, LEFT_ON})
# What a destination's brackets may ask for instead of it: "Destination (institution)".
_PARTS = frozenset({"provider_name", "course", "level", "started_on", "ended_on", "as_at"})
_MOST_SEEN, _MOST_MEANT = 20_000, 20_000  # thousands of strange files would fill the memory
_BESIDE_ANY = "any"


class FieldWords(BaseModel):
    """What one map knows of one field: its headings, and the words typed for each of its values."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    headings: tuple[str, ...] = ()
    values: dict[str, tuple[str, ...]] = {}
    # Words that change nothing, by the values beside which they do not: "any", or what the
    # values begin with ("21 22" for a sixth form of either kind).
    neutral: dict[str, tuple[str, ...]] = {}


class MapFile(BaseModel):
    """One YAML file: a name, the map it adds to, and what it adds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    extends: str | None = None
    # Words that change nothing in a heading, by the fields that it may be of.
    around: dict[str, tuple[str, ...]] = {}
    columns: dict[str, FieldWords] = {}


@dataclass(frozen=True, slots=True)
class HeadingMeaning:
    """What a heading is: one of our fields, and the moment it asks about where it names one."""

    field: str
    moment: Period | None = None


@dataclass(frozen=True, eq=False)
class ColumnMap:
    """Everything that is known of headings and words, ready to be looked up.

    `headings` goes from a heading's key to our field; `words`, for each field with a closed list,
    from a word's key to its value; `neutral` has, for each field, the words that change nothing
    and the beginnings of the values beside which they do not, and `around` the same for headings
    and fields.  `heard`, from a heading's key to a field and why it is
    proposed, is what people said of that heading elsewhere: it is never used, only proposed.
    """

    name: str = ""
    headings: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    neutral: Mapping[str, vocabulary.Neutral] = field(default_factory=dict)
    around: vocabulary.Neutral = field(default_factory=dict)
    written: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # to suggest from
    heard: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    places: Places = no_places  # a destination may be told by the name of a place
    _seen: dict[tuple[str, ...], HeadingMeaning | None] = field(default_factory=dict, repr=False)
    _meant: dict[tuple[str, str], str | None] = field(default_factory=dict, repr=False)

    def field_of(self, parts: tuple[str, ...]) -> str | None:
        """Our field for a heading, its parts outermost first; None where no map has it."""
        meaning = self.meaning(parts)
        return meaning.field if meaning and meaning.field in FIELDS else None

    def meaning(self, parts: tuple[str, ...]) -> HeadingMeaning | None:
        """Our field for a heading and the moment it names; None where no map has it.

        May be `left_on`, `perhaps_activity` or `not_ours`, which `field_of` does not give.
        """
        said = tuple(dict.fromkeys(part.strip() for part in parts if part.strip()))
        if not said:
            return None
        if said in self._seen:
            return self._seen[said]
        if len(self._seen) >= _MOST_SEEN:
            self._seen.clear()
        meaning = self._seen[said] = self._looked_up(said)
        return meaning

    def value_of(self, name: str, typed: str) -> str | None:
        """The value that a typed word has in a field with a closed list; None where unknown."""
        known = self._meant.get((name, typed), "")
        if known != "":
            return known
        known = vocabulary.find_value(name, typed, self.words, self.neutral)
        if len(self._meant) >= _MOST_MEANT:
            self._meant.clear()
        if len(typed) <= LONGEST:
            self._meant[name, typed] = known
        return known

    def knows_values(self, name: str) -> bool:
        """Whether a field has a closed list of values."""
        return name in self.words

    def extended(
        self,
        aliases: Mapping[str, str] | None = None,
        words: Mapping[str, Mapping[str, str]] | None = None,
        heard: Mapping[str, tuple[str, str]] | None = None,
    ) -> "ColumnMap":
        """The map with what a person confirmed for one school, or for a hub.

        `aliases` goes from a heading as typed to our field, or to "not_ours"; `words`, for each
        field, from a word as typed to its value; `heard` is only proposed.
        Raises ValueError for a field or value that is not ours, and for a heading or word that
        means something else already.
        """
        columns = {name: FieldWords() for name in {*(aliases or {}).values(), *(words or {})}}
        for heading, name in (aliases or {}).items():
            columns[name] = _plus(columns[name], FieldWords(headings=(heading,)))
        for name, listed in (words or {}).items():
            for typed, value in listed.items():
                columns[name] = _plus(columns[name], FieldWords(values={value: (typed,)}))
        return replace(_add(self, MapFile(name=self.name, columns=columns)), heard=heard or {})

    def told_by_place(self, typed: str, urn: str) -> NamedPlace | None:
        """What a destination is that names a place, as the school of that URN would name it."""
        return destination_at_place(typed, self.value_of, lambda name: self.places(name, urn))

    def without(
        self, aliases: Iterable[str] = (), words: Mapping[str, Iterable[str]] | None = None
    ) -> "ColumnMap":
        """The map as if it had never had these headings, nor these words by field, as typed."""
        gone = {normalise_heading(one) for one in aliases}
        kept = dict(self.words)
        for name, typed in (words or {}).items():
            strange = {_key(one) for one in typed}
            listed = self.words.get(name, {})
            kept[name] = {key: value for key, value in listed.items() if key not in strange}
        known = {key: meant for key, meant in self.headings.items() if key not in gone}
        return replace(self, headings=known, words=kept, _seen={}, _meant={})

    def _looked_up(self, said: tuple[str, ...]) -> HeadingMeaning | None:
        whole = " ".join(said)
        exact = self._has(whole)
        if exact:
            return HeadingMeaning(exact)
        # "Tutor group" is ours for all that "tutor" is not, below "Pupil" as well.
        if any(self._is_blocked(part) for part in said):
            return HeadingMeaning(NOT_OURS) if self._has(said[-1]) == NOT_OURS else None
        return (
            self._dated(said)
            or self._bracketed(whole)
            or self._known(whole)
            or self._inner(said)
            or (HeadingMeaning("provider_name") if headings.lists_provider_types(whole) else None)
        )

    def _is_blocked(self, part: str) -> bool:
        # "Consent to contact (Y/N)" is ours; "DOB (parent)" is not.
        bare = headings.strip_brackets(part)
        inside = headings.names_another_person(part) and not headings.names_another_person(bare)
        return headings.names_another_person(strip_moments(part)) and (
            inside or self._has(bare) not in FIELDS
        )

    def _has(self, text: str) -> str | None:
        return self.headings.get(headings.compact_heading(headings.heading_words(text)))

    def _bracketed(self, text: str) -> HeadingMeaning | None:
        # "Final destination (course)" asks for the course, "Intended destination (course)" for
        # none of ours: only what was done is kept beside what was done.
        inside = self._known(headings.bracketed_text(text))
        about = self._known(headings.strip_brackets(text)) if inside else None
        if inside is None or about is None or inside.field not in _PARTS:
            return None
        return {"activity": inside, "intended": HeadingMeaning(NOT_OURS)}.get(about.field)

    def _known(self, text: str) -> HeadingMeaning | None:
        known = _first(self.headings, headings.lookup_keys(text)) or vocabulary.account_for_words(
            headings.significant_words(text), vocabulary.Vocabulary(self.headings, self.around)
        )
        return HeadingMeaning(known) if known else None

    def _dated(self, said: tuple[str, ...]) -> HeadingMeaning | None:
        # "Sept 23", "where Sept 23", ("Autumn 2024", "Type"): a moment and what is left of it.
        for at in reversed(range(len(said))):
            found = parse_period(said[at])
            if found:
                rest = " ".join((*said[:at], strip_moments(said[at]), *said[at + 1 :]))
                return self._at(found[0], _around(rest))
        return None

    def _at(self, moment: Period, rest: str) -> HeadingMeaning | None:
        if not _COHORT.isdisjoint(rest.split()):
            return None
        known = self._known(f"destination {rest}") or self._known(rest)
        if rest and known is None and headings.lists_provider_types(rest):
            known = HeadingMeaning("provider_name")
        if not rest or (known and known.field in (*YEARLY, PERHAPS)):
            return HeadingMeaning(known.field if known and rest else "activity", moment)
        return known

    def _inner(self, said: tuple[str, ...]) -> HeadingMeaning | None:
        # What stands lower counts more: ("Pupil", "DOB") is a DOB, ("Leavers 2023", "UPN") a UPN.
        for first in range(1, len(said)):
            known = self._dated(said[first:]) or self._known(" ".join(said[first:]))
            above = " ".join(said[:first])
            is_either = known and known.field in (*YEARLY, PERHAPS, NOT_OURS)
            if known and (is_either or not headings.is_about_provider(above)):
                return known
        return None


@cache
def load_map(name: str = "standard") -> ColumnMap:
    """A map and every map it extends.

    Raises ValueError, naming the file, for a field, value or key that is not ours, and for a
    heading or word in two places.
    """
    return parse_map((files("imports.maps") / f"{name}.yaml").read_text("utf-8"), name)


def map_exists(name: str) -> bool:
    """Whether there is a map of that name to load."""
    return (files("imports.maps") / f"{name}.yaml").is_file()


def parse_map(text: str, name: str) -> ColumnMap:
    """A map as it stands in a file `name`.yaml, and every map it extends.

    Raises ValueError as `load_map` does.
    """
    try:
        own = MapFile.model_validate(yaml.load(text, yaml.CBaseLoader))
        return _add(load_map(own.extends) if own.extends else _our_own_words(), own)
    except (ValidationError, ValueError) as error:
        message = f"{name}.yaml is not a map: {error}"
        raise ValueError(message) from error


def normalise_heading(heading: str) -> str:
    """What a heading is known by: the same however it is spaced, cased and punctuated."""
    return headings.compact_heading(headings.heading_words(heading))


def normalise_word(word: str) -> str:
    """What a word in a cell is known by."""
    return _key(word)


@cache
def _our_own_words() -> ColumnMap:
    """Every code and label of the closed lists, so that mapped words map to themselves."""
    columns = {
        name: FieldWords(values={value: (value, label) for value, label in listed.items()})
        for name, listed in closed_list_values().items()
    }
    codes = {word.value: (code,) for word, code in ID01.items()}
    columns["intended"] = _plus(columns["intended"], FieldWords(values=codes))
    return _add(ColumnMap(name="our own words"), MapFile(name="our own words", columns=columns))


def _add(base: ColumnMap, more: MapFile) -> ColumnMap:
    told = {normalise_heading(one) for new in more.columns.values() for one in new.headings}
    known = {
        key: meant for key, meant in base.headings.items() if key not in told or meant not in _OPEN
    }
    written = dict(base.written)
    words = {name: dict(listed) for name, listed in base.words.items()}
    neutral = dict(base.neutral)
    lists = closed_list_values()
    for name, new in more.columns.items():
        if name not in (*FIELDS, LEFT_ON, PERHAPS, NOT_OURS):
            message = f"there is no field called {name}"
            raise ValueError(message)
        _put(known, ((normalise_heading(one), name) for one in new.headings))
        written[name] = (*written.get(name, ()), *new.headings)
        strange = set(new.values) - set(lists.get(name, ()))
        if strange:
            message = f"{name} has no value {', '.join(sorted(strange))}"
            raise ValueError(message)
        _put(
            words.setdefault(name, {}) if new.values else {},
            ((_key(one), value) for value, all_of in new.values.items() for one in all_of),
        )
        neutral[name] = _with_neutral(neutral.get(name, {}), new.neutral, _key)
    frozen = {name: MappingProxyType(listed) for name, listed in words.items()}
    around = _with_neutral(base.around, more.around, normalise_heading)
    return ColumnMap(more.name, known, frozen, neutral, around, written, base.heard)


def _with_neutral(
    base: vocabulary.Neutral, more: Mapping[str, tuple[str, ...]], key_of: Callable[[str], str]
) -> vocabulary.Neutral:
    known = dict(base)
    for beside, all_of in more.items():
        begins = ("",) if beside == _BESIDE_ANY else tuple(beside.split())
        for key in map(key_of, all_of):
            known[key] = tuple(dict.fromkeys((*known.get(key, ()), *begins)))
    return known


def _put(known: dict[str, str], pairs: Iterable[tuple[str, str]]) -> None:
    for key, meant in pairs:
        if known.setdefault(key, meant) != meant:
            message = f"'{key}' is both {known[key]} and {meant}"
            raise ValueError(message)


def _plus(one: FieldWords, other: FieldWords) -> FieldWords:
    values = dict(one.values)
    for value, words in other.values.items():
        values[value] = (*values.get(value, ()), *words)
    return FieldWords(headings=(*one.headings, *other.headings), values=values)


def _key(word: str) -> str:
    return phrases.compact_phrase(phrases.normalise_phrase(word))


def _first(known: Mapping[str, str], keys: Iterable[str]) -> str | None:
    return next((known[key] for key in keys if key in known), None)


def strip_moments(text: str) -> str:
    """The heading without the moments it names: "Year 1 (Sept 2023)" names its moment twice."""
    while found := parse_period(text):
        text = found[1]
    return text


def _around(rest: str) -> str:
    words = headings.heading_words(rest)
    return " ".join(
        word
        for before, word in zip(("", *words), words, strict=False)
        if word not in _AROUND and (before in _NUMBERED or not word.rstrip("sthnrd").isdigit())
    )
