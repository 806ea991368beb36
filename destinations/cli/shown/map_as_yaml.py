"""Map as YAML: the mappings confirmed for a school become a map to be reviewed."""

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
    aliases = _heading_aliases(
        (mapping for mapping in headings if mapping.urn == urn), standard, remarks
    )
    value_words = _value_words(
        (mapping for mapping in words if mapping.urn == urn), standard, remarks
    )
    text = map_as_yaml(urn or "hub", aliases, value_words)
    parse_map(text, urn or "hub")  # raises where it would not be read
    remark_lines = [
        f"# What was confirmed for {urn or 'the hub'}, to be reviewed: docs/runbooks/add-a-map.md"
    ]
    remark_lines += [
        f"# Not among these, since a map only ever adds: {remark}" for remark in remarks
    ]
    return "\n".join(remark_lines) + "\n" + text


def _heading_aliases(
    mappings: Iterable[HeadingMapping], standard: ColumnMap, remarks: list[str]
) -> dict[str, str]:
    aliases: dict[str, tuple[str, str]] = {}
    for mapping in mappings:
        key, field = normalise_heading(mapping.shown), mapping.field or NOT_OURS
        standard_field = standard.headings.get(key)
        if standard_field and standard_field != field and standard.field_of((mapping.shown,)):
            remarks.append(
                f"'{mapping.shown}' as {field}; the standard map has it as {standard_field}"
            )
        elif standard_field != field:
            if aliases.get(key, ("", field))[1] != field:
                remarks.append(f"'{mapping.shown}' as {aliases[key][1]}, on another heading row")
            aliases[key] = mapping.shown, field
    return dict(aliases.values())


def _value_words(
    mappings: Iterable[ValueMapping], standard: ColumnMap, remarks: list[str]
) -> dict[str, dict[str, str]]:
    value_words: dict[str, dict[str, str]] = {}
    for mapping in mappings:
        standard_value = standard.words.get(mapping.field, {}).get(normalise_word(mapping.word))
        if standard_value and standard_value != mapping.value:
            remarks.append(
                f"'{mapping.word}' as {mapping.value}; the standard map has it as {standard_value}"
            )
        elif not standard_value:
            value_words.setdefault(mapping.field, {})[mapping.word] = mapping.value
    return value_words
