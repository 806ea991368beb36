"""Confirmed mappings: what people confirmed becomes a school's own map, or a YAML map for others.

What is kept, by whom and since when, comes in as `HeadingMapping` and `ValueMapping`.  A school's
own word goes before the hub's, and a person's before the standard map's.
"""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from operator import attrgetter
from typing import NamedTuple

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
from imports.crosswalk.provider_as_destination import PlaceLookup, no_places
from imports.text.headings import BLOCKED, compact_heading, heading_words, word_set
from models.handoffs.normalised import LeavingCohort
from models.handoffs.sheets import ReadFile
from models.responses import HeadingMapping, ValueMapping

HUB = ""  # the URN that stands for every school
_MAX_MAPS = 32  # each holds every heading and word that is known
# What is the leaver's own: never read from a column about somebody or something else.
_LEAVERS_OWN = word_set(
    "upn uln surname forename full_name born_on sex postcode ethnicity sen disadvantaged consent"
)
_OF_THIS_SCHOOL = "it was confirmed for another sheet of this school"
_OF_ANOTHER = "it was confirmed for another school"


# From a school's URN and some UPNs and ULNs the cohorts of its leavers that have them.
LeaverLookup = Callable[[str, Collection[str]], Mapping[str, Sequence[LeavingCohort]]]


def no_leavers(urn: str, numbers: Collection[str]) -> Mapping[str, Sequence[LeavingCohort]]:
    """The lookup that knows nobody, as on a machine without a record."""
    return {}


def is_no_provider(urn: str) -> bool:
    """That a sender is a school, as is taken of everybody on a machine without a register."""
    return False


class _MapKey(NamedTuple):
    """What a map is made of: a school's YAML map, what it confirmed, the heading rows it reads."""

    own_map: str
    urn: str
    fingerprints: frozenset[str]


@dataclass(frozen=True, eq=False)
class Crosswalk:
    """Everything people confirmed, for every school, ready to be read with."""

    standard: ColumnMap
    headings: Sequence[HeadingMapping] = ()
    words: Sequence[ValueMapping] = ()
    places: PlaceLookup = no_places
    leavers: LeaverLookup = no_leavers
    is_provider: Callable[[str], bool] = is_no_provider  # of the URN of a sender
    _made: dict[_MapKey, ColumnMap] = field(default_factory=dict, repr=False)

    def to_find_tables(self, urn: str) -> ColumnMap:
        """The map that a school's headings are looked for with, whatever heading row they are of.

        It finds tables only: what a column is, is decided by the heading row.
        """
        return self.to_map(
            urn, {confirmed.fingerprint for confirmed in self._headings.get(urn, ())}
        )

    def to_map(self, urn: str, rows: Iterable[str]) -> ColumnMap:
        """The map that a school's file is read with; `rows` are its heading rows' fingerprints."""
        own = urn if _has_own_map(urn) else ""
        fingerprints = frozenset(rows) if urn in self._headings else frozenset()
        # Schools of whom nobody said anything share one map.
        has_answers = urn in self._headings or urn in self._words
        key = _MapKey(own, urn if has_answers else HUB, fingerprints)
        if key not in self._made:
            if len(self._made) >= _MAX_MAPS:
                self._made.pop(next(iter(self._made)))
            self._made[key] = replace(self._build_map(urn, fingerprints), places=self.places)
        return self._made[key]

    def base(self, urn: str) -> ColumnMap:
        """The map before anything was confirmed: the school's own YAML map, or the standard one."""
        return load_map(urn) if _has_own_map(urn) else self.standard

    def accepted_heading(
        self, urn: str, rows: Iterable[str], heading: str
    ) -> HeadingMapping | None:
        """What was confirmed of a heading; `rows` are its sheet's heading rows' fingerprints."""
        return self._confirmed_headings(urn, frozenset(rows)).get(normalise_heading(heading))

    def _build_map(self, urn: str, rows: frozenset[str]) -> ColumnMap:
        headings, words = self._confirmed_headings(urn, rows), self._confirmed_words(urn)
        elsewhere = self._proposals(urn, headings)
        base = self.base(urn)
        if not (headings or words or elsewhere):
            return base
        aliases = {confirmed.shown: confirmed.field or NOT_OURS for confirmed in headings.values()}
        values: dict[str, dict[str, str]] = {}
        for (name, _), confirmed_word in words.items():
            values.setdefault(name, {})[confirmed_word.word] = confirmed_word.value
        return base.without(aliases, values).extended(aliases, values, elsewhere)

    @cached_property
    def _headings(self) -> dict[str, list[HeadingMapping]]:
        """By URN, those of any heading row first, the latest last."""
        by_urn: defaultdict[str, list[HeadingMapping]] = defaultdict(list)
        for confirmed in sorted(self.headings, key=_heading_precedence):
            if is_mappable(confirmed.field) and not blocking_words(
                confirmed.shown, confirmed.field
            ):
                by_urn[confirmed.urn].append(confirmed)
        return dict(by_urn)

    @cached_property
    def _words(self) -> dict[str, list[ValueMapping]]:
        lists = closed_list_values()
        by_urn: defaultdict[str, list[ValueMapping]] = defaultdict(list)
        for confirmed in sorted(self.words, key=attrgetter("accepted_at")):
            if confirmed.value in lists.get(confirmed.field, {}):
                by_urn[confirmed.urn].append(confirmed)
        return dict(by_urn)

    @cached_property
    def _undisputed(self) -> dict[str, tuple[str, frozenset[str]]]:
        """By heading key, the field that nobody disagrees on, and the URNs that confirmed it."""
        answers: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
        for urn, headings in self._headings.items():
            for confirmed in headings:
                answers[normalise_heading(confirmed.shown)].add((confirmed.field, urn))
        return {
            key: (min(fields), frozenset(urn for _, urn in pairs))
            for key, pairs in answers.items()
            if len(fields := {field for field, _ in pairs}) == 1 and "" not in fields
        }

    def _confirmed_headings(self, urn: str, rows: frozenset[str]) -> dict[str, HeadingMapping]:
        """The headings that hold for these heading rows, by key; the school's own word last."""
        return {
            normalise_heading(confirmed.shown): confirmed
            for confirmed in (*self._headings.get(HUB, ()), *self._headings.get(urn, ()))
            if confirmed.fingerprint in rows or not confirmed.fingerprint
        }

    def _confirmed_words(self, urn: str) -> dict[tuple[str, str], ValueMapping]:
        return {
            (confirmed.field, normalise_word(confirmed.word)): confirmed
            for confirmed in (*self._words.get(HUB, ()), *self._words.get(urn, ()))
        }

    def _proposals(self, urn: str, confirmed: Mapping[str, object]) -> dict[str, tuple[str, str]]:
        """By heading key, a field confirmed elsewhere, and where: only ever proposed."""
        return {
            key: (field, _OF_THIS_SCHOOL if urn in schools else _OF_ANOTHER)
            for key, (field, schools) in self._undisputed.items()
            if key not in confirmed
        }


def _heading_precedence(confirmed: HeadingMapping) -> tuple[bool, datetime]:
    return confirmed.fingerprint != "", confirmed.accepted_at


def _has_own_map(urn: str) -> bool:
    return urn.isdigit() and map_exists(urn)


def heading_fingerprints(read: ReadFile) -> tuple[str, ...]:
    """The fingerprint of the heading row of each table of a file."""
    return tuple(
        heading_fingerprint(heading.parts for heading in table.headings) for table in read.tables
    )


def heading_fingerprint(headings: Iterable[tuple[str, ...]]) -> str:
    """SHA-256 of a heading row, 64 hex digits: the same whatever the order, case and spaces.

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

    `aliases`: heading to our field.  `words`: field to word to value.
    """
    columns: dict[str, dict[str, object]] = {}
    for heading, name_of_field in aliases.items():
        listed = columns.setdefault(name_of_field, {}).setdefault("headings", [])
        if isinstance(listed, list):
            listed.append(heading)
    for name_of_field, values_by_word in words.items():
        values: dict[str, list[str]] = {}
        for typed, value in values_by_word.items():
            values.setdefault(value, []).append(typed)
        columns.setdefault(name_of_field, {})["values"] = values
    written = {"name": name, "extends": "standard", "columns": columns}
    return yaml.safe_dump(written, sort_keys=False, allow_unicode=True)
