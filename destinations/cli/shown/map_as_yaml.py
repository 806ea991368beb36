"""Maps written: what was confirmed for a school becomes a YAML map, to be reviewed."""

from collections.abc import Iterable

from sqlmodel import Session

from destinations.responses.mappings import load_mappings
from imports.crosswalk.column_map import (
    ColumnMap,
    load_map,
    normalise_heading,
    normalise_word,
    parse_map,
)
from imports.crosswalk.confirmed_mappings import map_as_yaml
from imports.crosswalk.fields import NOT_OURS
from models.responses import HeadingMapping, ValueMapping


def export_map(session: Session, urn: str) -> str:
    """What was confirmed for a school ('' for the hub) as YAML.

    What contradicts the standard map cannot be added to it, and stands above as a remark.
    """
    standard = load_map()
    remarks: list[str] = []
    headings, words = load_mappings(session)
    aliases = _headings((one for one in headings if one.urn == urn), standard, remarks)
    own = _words((one for one in words if one.urn == urn), standard, remarks)
    text = map_as_yaml(urn or "hub", aliases, own)
    parse_map(text, urn or "hub")  # raises where it would not be read
    head = [f"# What was confirmed for {urn or 'the hub'}, to be reviewed: docs/add-a-map.md"]
    head += [f"# Not among these, since a map only ever adds: {remark}" for remark in remarks]
    return "\n".join(head) + "\n" + text


def _headings(
    said: Iterable[HeadingMapping], standard: ColumnMap, remarks: list[str]
) -> dict[str, str]:
    aliases: dict[str, tuple[str, str]] = {}
    for one in said:
        key, ours = normalise_heading(one.shown), one.field or NOT_OURS
        known = standard.headings.get(key)
        if known and known != ours and standard.field_of((one.shown,)):
            remarks.append(f"'{one.shown}' as {ours}; the standard map has it as {known}")
        elif known != ours:
            if aliases.get(key, ("", ours))[1] != ours:
                remarks.append(f"'{one.shown}' as {aliases[key][1]}, on another heading row")
            aliases[key] = one.shown, ours
    return dict(aliases.values())


def _words(
    said: Iterable[ValueMapping], standard: ColumnMap, remarks: list[str]
) -> dict[str, dict[str, str]]:
    own: dict[str, dict[str, str]] = {}
    for one in said:
        known = standard.words.get(one.field, {}).get(normalise_word(one.word))
        if known and known != one.value:
            remarks.append(f"'{one.word}' as {one.value}; the standard map has it as {known}")
        elif not known:
            own.setdefault(one.field, {})[one.word] = one.value
    return own
