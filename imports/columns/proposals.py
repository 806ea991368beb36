"""Proposals: what an unknown heading or word may be.  A person decides; nothing here is applied.

Likeness alone is dangerous: a common setting takes "Parent DOB" for a date of birth
(sources.md: headings).  So a heading is proposed only when it is nearly one we know, and far from
every other, or when its cells prove what they are.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz import fuzz, process

from imports.columns.mapped_table import ColumnMapping, TableMapping, share_of_known_places
from imports.columns.typed_values import displayed_text
from imports.crosswalk.column_map import ColumnMap, normalise_heading
from imports.crosswalk.fields import FIELDS, PERHAPS
from imports.text import headings
from imports.values.dates import parse_typed_date
from imports.values.typed_identifiers import displayed_identifier
from models.facts.identifiers import is_valid_uln, is_valid_upn
from models.handoffs.sheets import Cell, CellKind

NAMES = {
    "upn": "UPN", "uln": "ULN", "surname": "Surname", "forename": "Forename",
    "full_name": "Full name", "born_on": "Date of birth", "sex": "Sex", "postcode": "Postcode",
    "ethnicity": "Ethnicity", "sen": "SEN", "disadvantaged": "Disadvantaged", "form": "Form",
    "year_group": "Year group", "activity": "Destination", "intended": "Intended destination",
    "provider_name": "Provider", "provider_urn": "Provider URN",
    "provider_ukprn": "Provider UKPRN", "provider_laestab": "Provider DfE number",
    "course": "Course", "level": "Level", "started_on": "Start date", "ended_on": "End date",
    "as_at": "Date confirmed", "source": "Source of information", "consent": "Consent",
    "notes": "Notes", "school_urn": "School URN", "school_laestab": "School DfE number",
    "school_name": "School", "leaving_year": "Leaving year",
    "enrolled": "Still enrolled", "withdrawn": "Withdrawn", "cohort_status": "Cohort status",
}  # fmt: skip

_NEAR, _MARGIN = 90, 5
_PROOF = 0.8
# Senders have words of their own: half of a column of destinations may be strange to us.
_MANY_WORDS = 0.5
_ENOUGH_CELLS = 3
_MAX_CELLS = 200
# Of the nearest only those are named that are rather like it, or have a word with it in common.
_WORTH_SAYING, _RATHER, _NEARLY_SAME_WORD = 55, 70, 85
_SHORT_WORD = 4
_COMMON_WORDS = headings.word_set(
    "name names date number code type status year years school first last other after from group "
    "details information info that this with have made type level term month home time area"
)
_ABOUT_DESTINATIONS = headings.word_set(
    "where destination destinations going gone went next doing now progression progressed "
    "pathway pathways leaver leavers post16 post18"
)
_DESTINATIONS = frozenset({"activity", "intended"})
_AFTERWARDS = headings.word_set(
    "destination destinations next onward future receiving where going gone"
)
_POSTCODE = re.compile(r"[A-Z]{1,2}[0-9][A-Z0-9]?[0-9][A-Z]{2}")


@dataclass(frozen=True, slots=True)
class FieldProposal:
    """One of our fields that a heading may be: how like it is (0 to 100), and why.

    `is_made` when the evidence is good enough to ask "is it?"; the others are only the nearest.
    """

    field: str
    name: str
    likeness: float
    evidence: tuple[str, ...] = ()
    is_made: bool = False


class _Likeness(NamedTuple):
    """How like two headings are, 0 to 100: as a whole, and with words in any order or missing."""

    whole: float
    by_word: float


def propose_fields(
    parts: tuple[str, ...], cells: Sequence[Cell], column_map: ColumnMap
) -> tuple[FieldProposal, ...]:
    """Up to three fields that an unknown heading may be, likeliest first."""
    heading = " ".join(part for part in parts if part.strip())
    if headings.names_another_person(heading):
        return ()
    evidence = _confirmed_elsewhere(heading, column_map)
    for name, why in _proven_by_cells(cells[:_MAX_CELLS], column_map).items():
        evidence[name] = f"{evidence[name]}, and {why}" if name in evidence else why
    words = headings.heading_words(heading)
    if "activity" in evidence and not headings.SPEAKS_OF_PLANS.isdisjoint(words):
        # "My plan for next year" in words that we know is still a plan.
        evidence["intended"] = evidence.pop("activity")
    likeness = _likeness_by_field(heading, column_map)
    if not (headings.SPEAKS_OF_BEFORE | headings.SPEAKS_OF_OFFERS).isdisjoint(words):
        # Where somebody was, or was offered a place, is never proposed as where they are.
        for field in _DESTINATIONS:
            evidence.pop(field, None)
            likeness.pop(field, None)
    ranked = sorted(likeness, key=lambda field: (field not in evidence, -likeness[field].by_word))
    best = max((of_field.whole for of_field in likeness.values()), default=0.0)
    made = [
        FieldProposal(
            field,
            NAMES[field],
            likeness[field].by_word,
            _evidence_for(field, likeness[field].whole, evidence),
            True,
        )
        for field in ranked
        if field in evidence
        or (likeness[field].whole == best >= _NEAR and _is_apart(field, likeness))
    ]
    others = [
        FieldProposal(field, NAMES[field], likeness[field].by_word)
        for field in ranked
        if likeness[field].by_word >= _WORTH_SAYING
        and field not in {proposal.field for proposal in made}
        and (likeness[field].whole >= _RATHER or _shares_a_word(heading, field, column_map))
    ]
    return tuple([*made, *others][:3])


def may_hold_destination(layouts: Sequence[TableMapping], column_map: ColumnMap) -> bool:
    """Whether a column that no map knows may say where leavers went: its heading, or its words."""
    return any(
        not _ABOUT_DESTINATIONS.isdisjoint(headings.heading_words(column.heading))
        or any(proposal.is_made and proposal.field in _DESTINATIONS for proposal in proposals)
        for layout in layouts
        for column in layout.columns("")
        if (cells := layout.cells(column)) and not all(map(holds_date, cells))
        for proposals in (propose_fields(column.parts, cells, column_map),)
    )


def columns_that_may_say(layout: TableMapping, column_map: ColumnMap) -> tuple[ColumnMapping, ...]:
    """The columns of a table without a destination that a person may be asked about for it.

    Those with an open heading, such as "Now", whose words we do not know; else those of places
    whose heading speaks of what comes afterwards, such as "Destination School".
    """
    if layout.has(*_DESTINATIONS):
        return ()
    open_columns = tuple(
        column for column in layout.columns("") if _is_open(layout, column, column_map)
    )
    return open_columns or tuple(
        column
        for column in layout.columns("provider_name")
        if speaks_of_afterwards(column) and layout.cells(column)
    )


def speaks_of_afterwards(column: ColumnMapping) -> bool:
    """Whether a heading asks where somebody went: "Destination School", "Next college"."""
    return not _AFTERWARDS.isdisjoint(headings.heading_words(" ".join(column.parts)))


def _is_open(layout: TableMapping, column: ColumnMapping, column_map: ColumnMap) -> bool:
    meaning = column_map.meaning(column.parts)
    texts = {displayed_text(cell) for cell in layout.cells(column)}
    return meaning is not None and meaning.field == PERHAPS and len(texts) > 1


def _likeness_by_field(heading: str, column_map: ColumnMap) -> dict[str, _Likeness]:
    """For each field, how like its nearest heading is."""
    normalised = " ".join(headings.heading_words(headings.strip_brackets(heading)))
    by_field = dict.fromkeys(FIELDS, _Likeness(0.0, 0.0))
    if not normalised:
        return by_field
    fields, known_headings = _comparable_headings(column_map)
    for scorer_index, scorer in enumerate((fuzz.ratio, fuzz.WRatio)):
        for _, likeness, index in process.extract(
            normalised, known_headings, scorer=scorer, limit=None
        ):
            whole, by_word = by_field[fields[index]]
            if scorer_index == 0:
                by_field[fields[index]] = _Likeness(max(whole, likeness), by_word)
            else:
                by_field[fields[index]] = _Likeness(whole, max(by_word, likeness))
    return by_field


@lru_cache(maxsize=16)
def _comparable_headings(column_map: ColumnMap) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The fields of a map's headings, and those headings as they are compared."""
    pairs = [
        (field, " ".join(headings.heading_words(heading)))
        for field in FIELDS
        for heading in column_map.headings_as_written.get(field, ())
    ]
    return tuple(field for field, _ in pairs), tuple(heading for _, heading in pairs)


def _shares_a_word(heading: str, field: str, column_map: ColumnMap) -> bool:
    """Whether a word of a heading is one of a field's headings, begins one or is nearly one."""
    words = [
        word
        for word in headings.heading_words(headings.strip_brackets(heading))
        if len(word) >= _SHORT_WORD and word not in _COMMON_WORDS
    ]
    known_words = _heading_words_by_field(column_map).get(field, frozenset())
    return any(
        word in known_words
        or any(heading_word.startswith(word) for heading_word in known_words)
        or process.extractOne(word, known_words, scorer=fuzz.ratio, score_cutoff=_NEARLY_SAME_WORD)
        for word in words
    )


@lru_cache(maxsize=16)
def _heading_words_by_field(column_map: ColumnMap) -> dict[str, frozenset[str]]:
    """The words of every heading of each field that say something."""
    return {
        field: frozenset(
            word
            for heading in column_map.headings_as_written.get(field, ())
            for word in headings.heading_words(heading)
            if len(word) >= _SHORT_WORD and word not in _COMMON_WORDS
        )
        for field in FIELDS
    }


def _is_apart(field: str, likeness: dict[str, _Likeness]) -> bool:
    others = [whole for name, (whole, _) in likeness.items() if name != field]
    return likeness[field].whole - max(others, default=0.0) >= _MARGIN


def _evidence_for(field: str, ratio: float, evidence: dict[str, str]) -> tuple[str, ...]:
    name = (f"the heading is nearly '{NAMES[field]}'",) if ratio >= _NEAR else ()
    return (*name, *((evidence[field],) if field in evidence else ()))


def _confirmed_elsewhere(heading: str, column_map: ColumnMap) -> dict[str, str]:
    """What a person said of the very same heading on another sheet."""
    field, why = column_map.proposed.get(normalise_heading(heading), ("", ""))
    return {field: why} if field in FIELDS else {}


def _proven_by_cells(cells: Sequence[Cell], column_map: ColumnMap) -> dict[str, str]:
    """The fields that the cells of a column prove, and in which words."""
    if len(cells) < _ENOUGH_CELLS:
        return {}
    evidence = {
        field: f"{round(share * 100)}% of its cells hold {description}"
        for field, description, test in _TESTS
        if (share := sum(map(test, cells)) / len(cells)) >= _PROOF
    }
    share = share_of_known_places(cells, column_map)
    if share >= _MANY_WORDS and not all(map(_is_flag, cells)):
        evidence["activity"] = (
            "its words are destinations that we know"
            if share >= _PROOF
            else f"{round(share * 100)}% of its cells hold destinations that we know"
        )
    return evidence


def _is_upn(cell: Cell) -> bool:
    return is_valid_upn(displayed_identifier(cell))


def _is_uln(cell: Cell) -> bool:
    return is_valid_uln(displayed_identifier(cell))


def _is_postcode(cell: Cell) -> bool:
    return bool(_POSTCODE.fullmatch(displayed_identifier(cell)))


def _is_flag(cell: Cell) -> bool:
    # "Y", "No" and numbers are words of many lists.
    return cell.kind is not CellKind.TEXT or len(cell.text.strip()) <= 3


def holds_date(cell: Cell) -> bool:
    """Whether a cell holds a date, real or typed."""
    typed = parse_typed_date(cell.text)
    return cell.kind is CellKind.DATE or typed.day is not None or typed.pair is not None


_TESTS: tuple[tuple[str, str, Callable[[Cell], bool]], ...] = (
    ("upn", "a UPN with the right check letter", _is_upn),
    ("uln", "a ULN with the right check digit", _is_uln),
    ("postcode", "a postcode", _is_postcode),
)
