"""Remembered: what people confirmed becomes a school's own map, and can be given to others as one.

What is kept, by whom and since when, comes in as `HeadingMapping` and `ValueMapping`.  A school's
own word goes before the hub's, and a person's before the standard map's.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import yaml

from imports.crosswalk.column_map import (
    ColumnMap,
    load_map,
    map_exists,
    normalise_heading,
    normalise_word,
    strip_moments,
)
from imports.crosswalk.fields import FIELDS, NOT_OURS, closed_list_values
from imports.crosswalk.provider_as_destination import Places, no_places
from imports.text.headings import BLOCKED, compact_heading, heading_words, word_set
from models.handoffs.sheets import ReadFile
from models.responses import HeadingMapping, ValueMapping

HUB = ""  # the URN that stands for every school
_MOST_MAPS = 32  # each holds every heading and word that is known
# What is the leaver's own: never read from a column about somebody or something else.
_LEAVERS_OWN = word_set(
    "upn uln surname forename full_name born_on sex postcode ethnicity sen disadvantaged consent"
)
_OF_THIS_SCHOOL = "it was confirmed for another sheet of this school"
_OF_ANOTHER = "it was confirmed for another school"


@dataclass(frozen=True, eq=False)
class Crosswalk:
    """Everything people confirmed, for every school, ready to be read with."""

    standard: ColumnMap
    headings: Sequence[HeadingMapping] = ()
    words: Sequence[ValueMapping] = ()
    places: Places = no_places
    _made: dict[tuple[str, str, frozenset[str]], ColumnMap] = field(
        default_factory=dict, repr=False
    )

    def to_find_tables(self, urn: str) -> ColumnMap:
        """The map that a school's headings are looked for with, whatever heading row they are of.

        It finds tables only: what a column is, is decided by the heading row.
        """
        return self.to_map(urn, {one.fingerprint for one in self._headings.get(urn, ())})

    def to_map(self, urn: str, rows: Iterable[str]) -> ColumnMap:
        """The map of a school for a file with these heading rows (fingerprints)."""
        own = urn if _has_own_map(urn) else ""
        here = frozenset(rows) if urn in self._headings else frozenset()
        # Schools of whom nobody said anything share one map.
        about = own, urn if urn in self._headings or urn in self._words else HUB, here
        if about not in self._made:
            if len(self._made) >= _MOST_MAPS:
                self._made.pop(next(iter(self._made)))
            self._made[about] = replace(self._map(urn, here), places=self.places)
        return self._made[about]

    def base(self, urn: str) -> ColumnMap:
        """What is known without anybody's word: the school's own YAML map, or the standard one."""
        return load_map(urn) if _has_own_map(urn) else self.standard

    def accepted_heading(
        self, urn: str, rows: Iterable[str], heading: str
    ) -> HeadingMapping | None:
        """Who said what a heading of these heading rows is; None where nobody did."""
        return self._of(urn, frozenset(rows)).get(normalise_heading(heading))

    def _map(self, urn: str, rows: frozenset[str]) -> ColumnMap:
        theirs, words = self._of(urn, rows), self._words_of(urn)
        elsewhere = self._elsewhere(urn, theirs)
        base = self.base(urn)
        if not (theirs or words or elsewhere):
            return base
        aliases = {one.shown: one.field or NOT_OURS for one in theirs.values()}
        meant: dict[str, dict[str, str]] = {}
        for (name, _), one in words.items():
            meant.setdefault(name, {})[one.word] = one.value
        return base.without(aliases, meant).extended(aliases, meant, elsewhere)

    @cached_property
    def _headings(self) -> dict[str, list[HeadingMapping]]:
        """By URN, those of any heading row first, the latest last."""
        found: defaultdict[str, list[HeadingMapping]] = defaultdict(list)
        for one in sorted(self.headings, key=lambda one: (one.fingerprint != "", one.accepted_at)):
            if is_mappable(one.field) and not blocking_words(one.shown, one.field):
                found[one.urn].append(one)
        return dict(found)

    @cached_property
    def _words(self) -> dict[str, list[ValueMapping]]:
        lists = closed_list_values()
        found: defaultdict[str, list[ValueMapping]] = defaultdict(list)
        for one in sorted(self.words, key=lambda one: one.accepted_at):
            if one.value in lists.get(one.field, {}):
                found[one.urn].append(one)
        return dict(found)

    @cached_property
    def _everywhere(self) -> dict[str, tuple[str, frozenset[str]]]:
        """The field of each heading of which nobody disagrees, and the schools that said it."""
        said: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
        for urn, headings in self._headings.items():
            for one in headings:
                said[normalise_heading(one.shown)].add((one.field, urn))
        return {
            key: (min(fields), frozenset(urn for _, urn in pairs))
            for key, pairs in said.items()
            if len(fields := {field for field, _ in pairs}) == 1 and "" not in fields
        }

    def _of(self, urn: str, rows: frozenset[str]) -> dict[str, HeadingMapping]:
        """The headings that hold for these heading rows, by key; the school's own word last."""
        return {
            normalise_heading(one.shown): one
            for one in (*self._headings.get(HUB, ()), *self._headings.get(urn, ()))
            if one.fingerprint in rows or not one.fingerprint
        }

    def _words_of(self, urn: str) -> dict[tuple[str, str], ValueMapping]:
        return {
            (one.field, normalise_word(one.word)): one
            for one in (*self._words.get(HUB, ()), *self._words.get(urn, ()))
        }

    def _elsewhere(self, urn: str, theirs: Mapping[str, object]) -> dict[str, tuple[str, str]]:
        """What was said of other headings elsewhere: only ever proposed."""
        return {
            key: (field, _OF_THIS_SCHOOL if urn in schools else _OF_ANOTHER)
            for key, (field, schools) in self._everywhere.items()
            if key not in theirs
        }


def _has_own_map(urn: str) -> bool:
    return urn.isdigit() and map_exists(urn)


def heading_fingerprints(read: ReadFile) -> tuple[str, ...]:
    """The fingerprint of the heading row of each table of a file."""
    return tuple(heading_fingerprint(one.parts for one in table.headings) for table in read.tables)


def heading_fingerprint(headings: Iterable[tuple[str, ...]]) -> str:
    """The same for the same headings, whatever their order, case and spaces (64 hex digits).

    Years and other moments in them do not count, nor how many there are: what next autumn adds,
    "Sept 24" beside "Sept 23", is the same heading row.
    """
    keys = {
        "/".join(compact_heading(heading_words(strip_moments(part))) for part in parts)
        for parts in headings
    }
    return hashlib.sha256("\n".join(sorted(keys - {""})).encode()).hexdigest()


def full_heading(parts: Sequence[str]) -> str:
    """All that stands above a column, outermost first, each thing once."""
    return " ".join(dict.fromkeys(part.strip() for part in parts if part.strip()))


def is_mappable(name: str) -> bool:
    """Whether a heading may be remembered as this: one of our fields, or '' to leave it out."""
    return name == "" or name in FIELDS


def blocking_words(heading: str, name: str) -> str:
    """The words for which a heading can never be this field: "parent"; '' where it may be.

    "Parent DOB" is never a date of birth, whoever says so (sources.md: headings).
    """
    if name not in _LEAVERS_OWN:
        return ""
    return " ".join(word for word in heading_words(heading) if word in BLOCKED)


def map_as_yaml(
    name: str, aliases: Mapping[str, str], words: Mapping[str, Mapping[str, str]]
) -> str:
    """Confirmed headings and words as a YAML map that adds to the standard one.

    `aliases` goes from a heading to our field, `words`, for each field, from a word to its value.
    """
    columns: dict[str, dict[str, object]] = {}
    for heading, ours in aliases.items():
        known = columns.setdefault(ours, {}).setdefault("headings", [])
        if isinstance(known, list):
            known.append(heading)
    for ours, meant in words.items():
        values: dict[str, list[str]] = {}
        for typed, value in meant.items():
            values.setdefault(value, []).append(typed)
        columns.setdefault(ours, {})["values"] = values
    written = {"name": name, "extends": "standard", "columns": columns}
    return yaml.safe_dump(written, sort_keys=False, allow_unicode=True)
