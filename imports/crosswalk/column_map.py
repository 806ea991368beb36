"""Column map: headings become our fields, typed words become values.  A YAML map only ever adds."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files
from types import MappingProxyType

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from imports.crosswalk import vocabulary
from imports.crosswalk.fields import (
    BORN_IN,
    FIELDS,
    LEFT_ON,
    NOT_OURS,
    PERHAPS,
    YEARLY,
    closed_list_values,
)
from imports.crosswalk.periods import Period, parse_period
from imports.crosswalk.provider_as_destination import (
    NamedPlace,
    PlaceLookup,
    destination_at_place,
    no_places,
)
from imports.text import headings, phrases
from imports.text.memoise import LONGEST
from models.vocabulary import ID01

# Words round a period that change nothing: "position at 1 November 2023".
_IGNORED_WORDS = headings.word_set(
    "at as on in by from for of the is was position current actual status academic "
    "ay autumn term year update follow up followup tracking tracked survey check"
)
# A year beside these is the year of a cohort, not the period of an answer.
_COHORT_WORDS = headings.word_set("leaver leavers cohort class summer left leaving")
# A number behind one of these is no day: "Post 16 destination 2024".
_BEFORE_NUMBERS = headings.word_set("post ks stage year yr y after")
# What a later map may give a meaning to: it had none that is asked for.
_REDEFINABLE = frozenset({PERHAPS, NOT_OURS, LEFT_ON})
_WITHOUT_VALUES = (LEFT_ON, PERHAPS, NOT_OURS, BORN_IN)  # no fields that are kept
# What a destination's brackets may ask for instead of it: "Destination (institution)".
_DETAILS = frozenset({"provider_name", "course", "level", "started_on", "ended_on", "as_at"})
_MAX_HEADINGS, _MAX_WORDS = 20_000, 20_000  # thousands of strange files would fill the memory
_BESIDE_EVERY_VALUE = "any"


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
    """What a heading is: one of our fields, and the period it asks about where it names one."""

    field: str
    period: Period | None = None


@dataclass(frozen=True, eq=False)
class ColumnMap:
    """Everything that is known of headings and words, ready to be looked up.

    `headings`: heading key to field.  `words`: field to word key to value, for fields with a
    closed list.  `neutral`: field to the phrases that change nothing, each with the beginnings of
    the values beside which they do not; `around`: the same of headings, with fields for values.
    `headings_as_written`: field to its headings as typed, plainest first.  `proposed`: heading key
    to a field and why, from what was confirmed elsewhere; it is proposed and never applied.
    Keys are those of `normalise_heading` and `normalise_word`.
    """

    name: str = ""
    headings: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    neutral: Mapping[str, vocabulary.Neutral] = field(default_factory=dict)
    around: vocabulary.Neutral = field(default_factory=dict)
    headings_as_written: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    proposed: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    places: PlaceLookup = no_places  # a destination may be the name of a place
    _seen: dict[tuple[str, ...], HeadingMeaning | None] = field(default_factory=dict, repr=False)
    _meant: dict[tuple[str, str], str | None] = field(default_factory=dict, repr=False)

    def field_of(self, parts: tuple[str, ...]) -> str | None:
        """Our field for a heading, its parts outermost first; None where no map has it."""
        meaning = self.meaning(parts)
        return meaning.field if meaning and meaning.field in FIELDS else None

    def meaning(self, parts: tuple[str, ...]) -> HeadingMeaning | None:
        """Our field for a heading and the period it names; None where no map has it.

        May be `left_on`, `perhaps_activity` or `not_ours`, which `field_of` does not give.
        """
        heading = tuple(dict.fromkeys(part.strip() for part in parts if part.strip()))
        if not heading:
            return None
        if heading in self._seen:
            return self._seen[heading]
        if len(self._seen) >= _MAX_HEADINGS:
            self._seen.clear()
        meaning = self._seen[heading] = self._look_up(heading)
        return meaning

    def value_of(self, name: str, typed: str) -> str | None:
        """The value that a typed word has in a field with a closed list; None where unknown."""
        value = self._meant.get((name, typed), "")
        if value != "":
            return value
        value = vocabulary.find_value(name, typed, self.words, self.neutral)
        if len(self._meant) >= _MAX_WORDS:
            self._meant.clear()
        if len(typed) <= LONGEST:
            self._meant[name, typed] = value
        return value

    def knows_values(self, name: str) -> bool:
        """Whether a field has a closed list of values."""
        return name in self.words

    def extended(
        self,
        aliases: Mapping[str, str] | None = None,
        words: Mapping[str, Mapping[str, str]] | None = None,
        proposed: Mapping[str, tuple[str, str]] | None = None,
    ) -> "ColumnMap":
        """The map with what a person confirmed for one school, or for a hub.

        `aliases`: heading as typed to our field, or to "not_ours".  `words`: field to word as
        typed to value.  `proposed`: as the attribute of that name.
        Raises ValueError for a field or value that is not ours, and for a heading or word that
        means something else already.
        """
        columns = {name: FieldWords() for name in {*(aliases or {}).values(), *(words or {})}}
        for heading, name in (aliases or {}).items():
            columns[name] = _combine(columns[name], FieldWords(headings=(heading,)))
        for name, listed in (words or {}).items():
            for typed, value in listed.items():
                columns[name] = _combine(columns[name], FieldWords(values={value: (typed,)}))
        return replace(
            _merge_map(self, MapFile(name=self.name, columns=columns)), proposed=proposed or {}
        )

    def named_place(self, typed: str, urn: str) -> NamedPlace | None:
        """The place that a destination names, as the school of that URN would name it, or None."""
        return destination_at_place(typed, self.value_of, lambda name: self.places(name, urn))

    def without(
        self, aliases: Iterable[str] = (), words: Mapping[str, Iterable[str]] | None = None
    ) -> "ColumnMap":
        """The map as if it had never had these headings, nor these words by field, as typed."""
        removed = {normalise_heading(heading) for heading in aliases}
        remaining_words = dict(self.words)
        for name, typed in (words or {}).items():
            removed_words = {_word_key(word) for word in typed}
            listed = self.words.get(name, {})
            remaining_words[name] = {
                key: value for key, value in listed.items() if key not in removed_words
            }
        remaining_headings = {
            key: name_of_field for key, name_of_field in self.headings.items() if key not in removed
        }
        return replace(
            self, headings=remaining_headings, words=remaining_words, _seen={}, _meant={}
        )

    def _look_up(self, parts: tuple[str, ...]) -> HeadingMeaning | None:
        whole = " ".join(parts)
        exact = self._exact_field(whole)
        if exact:
            return HeadingMeaning(exact)
        # "Tutor group" is ours for all that "tutor" is not, below "Pupil" as well.
        if any(self._is_blocked(part) for part in parts):
            return HeadingMeaning(NOT_OURS) if self._exact_field(parts[-1]) == NOT_OURS else None
        return (
            self._dated_meaning(parts)
            or self._bracketed_meaning(whole)
            or self._undated_meaning(whole)
            or self._innermost_meaning(parts)
            or (HeadingMeaning("provider_name") if headings.lists_provider_types(whole) else None)
        )

    def _is_blocked(self, part: str) -> bool:
        # "Consent to contact (Y/N)" is ours; "DOB (parent)" is not.
        bare = headings.strip_brackets(part)
        inside = headings.names_another_person(part) and not headings.names_another_person(bare)
        return headings.names_another_person(strip_moments(part)) and (
            inside or self._exact_field(bare) not in FIELDS
        )

    def _exact_field(self, text: str) -> str | None:
        return self.headings.get(headings.compact_heading(headings.heading_words(text)))

    def _bracketed_meaning(self, text: str) -> HeadingMeaning | None:
        # "Final destination (course)" asks for the course, "Intended destination (course)" for
        # none of ours: only what was done is kept beside what was done.
        inside = self._undated_meaning(headings.bracketed_text(text))
        outside = self._undated_meaning(headings.strip_brackets(text)) if inside else None
        if inside is None or outside is None or inside.field not in _DETAILS:
            return None
        return {"activity": inside, "intended": HeadingMeaning(NOT_OURS)}.get(outside.field)

    def _undated_meaning(self, text: str) -> HeadingMeaning | None:
        name = _first_match(
            self.headings, headings.lookup_keys(text)
        ) or vocabulary.account_for_words(
            headings.significant_words(text), vocabulary.Vocabulary(self.headings, self.around)
        )
        return HeadingMeaning(name) if name else None

    def _dated_meaning(self, parts: tuple[str, ...]) -> HeadingMeaning | None:
        # "Sept 23", "where Sept 23", ("Autumn 2024", "Type"): a period and what is left of it.
        for at in reversed(range(len(parts))):
            parsed = parse_period(parts[at])
            if parsed:
                rest = " ".join((*parts[:at], strip_moments(parts[at]), *parts[at + 1 :]))
                meaning = self._meaning_at(parsed[0], _drop_ignored_words(rest))
                # "What they went on to" is known as it stands, and not without its "on".
                return meaning or self._meaning_at(parsed[0], rest)
        return None

    def _meaning_at(self, period: Period, rest: str) -> HeadingMeaning | None:
        if not _COHORT_WORDS.isdisjoint(rest.split()):
            return None
        meaning = self._undated_meaning(f"destination {rest}") or self._undated_meaning(rest)
        if rest and meaning is None and headings.lists_provider_types(rest):
            meaning = HeadingMeaning("provider_name")
        if not rest or (meaning and meaning.field in (*YEARLY, PERHAPS)):
            return HeadingMeaning(meaning.field if meaning and rest else "activity", period)
        return meaning

    def _innermost_meaning(self, parts: tuple[str, ...]) -> HeadingMeaning | None:
        # What stands lower counts more: ("Pupil", "DOB") is a DOB, ("Leavers 2023", "UPN") a UPN.
        for first in range(1, len(parts)):
            meaning = self._dated_meaning(parts[first:]) or self._undated_meaning(
                " ".join(parts[first:])
            )
            above = " ".join(parts[:first])
            is_either = meaning and meaning.field in (*YEARLY, PERHAPS, NOT_OURS)
            if meaning and (is_either or not headings.is_about_provider(above)):
                return meaning
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
        return _merge_map(load_map(own.extends) if own.extends else _closed_list_map(), own)
    except (ValidationError, ValueError) as error:
        message = f"{name}.yaml is not a map: {error}"
        raise ValueError(message) from error


def normalise_heading(heading: str) -> str:
    """The key of a heading: the same however it is spaced, cased and punctuated."""
    return headings.compact_heading(headings.heading_words(heading))


def normalise_word(word: str) -> str:
    """The key of a word in a cell: the same however it is spaced, cased and punctuated."""
    return _word_key(word)


@cache
def _closed_list_map() -> ColumnMap:
    """Every code and label of the closed lists, so that mapped words map to themselves."""
    columns = {
        name: FieldWords(values={value: (value, label) for value, label in listed.items()})
        for name, listed in closed_list_values().items()
    }
    codes = {word.value: (code,) for word, code in ID01.items()}
    columns["intended"] = _combine(columns["intended"], FieldWords(values=codes))
    return _merge_map(
        ColumnMap(name="our own words"), MapFile(name="our own words", columns=columns)
    )


def _merge_map(base: ColumnMap, more: MapFile) -> ColumnMap:
    new_keys = {
        normalise_heading(heading) for new in more.columns.values() for heading in new.headings
    }
    heading_fields = {
        key: name_of_field
        for key, name_of_field in base.headings.items()
        if key not in new_keys or name_of_field not in _REDEFINABLE
    }
    written = dict(base.headings_as_written)
    words = {name: dict(listed) for name, listed in base.words.items()}
    neutral = dict(base.neutral)
    lists = closed_list_values()
    for name, new in more.columns.items():
        if name not in (*FIELDS, *_WITHOUT_VALUES):
            message = f"there is no field called {name}"
            raise ValueError(message)
        _add_meanings(
            heading_fields, ((normalise_heading(heading), name) for heading in new.headings)
        )
        written[name] = (*written.get(name, ()), *new.headings)
        unknown_values = set(new.values) - set(lists.get(name, ()))
        if unknown_values:
            message = f"{name} has no value {', '.join(sorted(unknown_values))}"
            raise ValueError(message)
        _add_meanings(
            words.setdefault(name, {}) if new.values else {},
            ((_word_key(word), value) for value, typed in new.values.items() for word in typed),
        )
        neutral[name] = _merge_neutral(neutral.get(name, {}), new.neutral, _word_key)
    frozen = {name: MappingProxyType(listed) for name, listed in words.items()}
    around = _merge_neutral(base.around, more.around, normalise_heading)
    return ColumnMap(more.name, heading_fields, frozen, neutral, around, written, base.proposed)


def _merge_neutral(
    base: vocabulary.Neutral, more: Mapping[str, tuple[str, ...]], key_of: Callable[[str], str]
) -> vocabulary.Neutral:
    merged = dict(base)
    for beside, phrases_typed in more.items():
        begins = ("",) if beside == _BESIDE_EVERY_VALUE else tuple(beside.split())
        for key in map(key_of, phrases_typed):
            merged[key] = tuple(dict.fromkeys((*merged.get(key, ()), *begins)))
    return merged


def _add_meanings(meanings: dict[str, str], pairs: Iterable[tuple[str, str]]) -> None:
    for key, meaning in pairs:
        if meanings.setdefault(key, meaning) != meaning:
            message = f"'{key}' is both {meanings[key]} and {meaning}"
            raise ValueError(message)


def _combine(base: FieldWords, more: FieldWords) -> FieldWords:
    values = dict(base.values)
    for value, words in more.values.items():
        values[value] = (*values.get(value, ()), *words)
    return FieldWords(headings=(*base.headings, *more.headings), values=values)


def _word_key(word: str) -> str:
    return phrases.compact_phrase(phrases.normalise_phrase(word))


def _first_match(meanings: Mapping[str, str], keys: Iterable[str]) -> str | None:
    return next((meanings[key] for key in keys if key in meanings), None)


def strip_moments(text: str) -> str:
    """The heading without the periods it names: "Year 1 (Sept 2023)" names its period twice."""
    while parsed := parse_period(text):
        text = parsed[1]
    return text


def _drop_ignored_words(rest: str) -> str:
    words = headings.heading_words(rest)
    return " ".join(
        word
        for before, word in zip(("", *words), words, strict=False)
        if word not in _IGNORED_WORDS
        and (before in _BEFORE_NUMBERS or not word.rstrip("sthnrd").isdigit())
    )
