"""Remembered: what a person confirmed of one heading row, told again and given to others.

Nothing is kept here.  Whoever keeps it does so by school and fingerprint, and hands it back to
`ColumnMap.extended`.
"""

import hashlib
from collections.abc import Iterable, Mapping

import yaml

from imports.headings import key_of, words_of


def fingerprint(headings: Iterable[tuple[str, ...]]) -> str:
    """The same for the same headings, whatever their order, case and spaces (64 hex digits)."""
    keys = sorted("/".join(key_of(words_of(part)) for part in parts) for parts in headings)
    return hashlib.sha256("\n".join(keys).encode()).hexdigest()


def written_map(
    name: str, aliases: Mapping[str, str], words: Mapping[str, Mapping[str, str]]
) -> str:
    """Confirmed headings and words as a YAML map that adds to the standard one.

    `aliases` goes from a heading to our field, `words`, for each field, from a word to its value.
    """
    columns: dict[str, dict[str, object]] = {}
    for heading, field in aliases.items():
        listed = columns.setdefault(field, {}).setdefault("headings", [])
        if isinstance(listed, list):
            listed.append(heading)
    for field, meant in words.items():
        values: dict[str, list[str]] = {}
        for typed, value in meant.items():
            values.setdefault(value, []).append(typed)
        columns.setdefault(field, {})["values"] = values
    written = {"name": name, "extends": "standard", "columns": columns}
    return yaml.safe_dump(written, sort_keys=False, allow_unicode=True)
