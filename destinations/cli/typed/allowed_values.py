"""Allowed values: a field or a value as typed becomes ours, or a sentence that lists them."""

import typer

from imports.columns.proposals import NAMES
from imports.crosswalk.column_map import load_map, normalise_heading, normalise_word
from imports.crosswalk.confirmed_mappings import blocking_words
from imports.crosswalk.fields import FIELDS, closed_list_values

LEAVE_OUT = ("leaveout", "leaveitout", "notours", "ignore")


def parse_field(typed: str) -> str:
    """Our field for what was typed, its name or a heading that we know; '' for "leave out".

    Raises BadParameter, with what is allowed, for anything else.
    """
    key = normalise_heading(typed)
    if key in LEAVE_OUT:
        return ""
    names = {normalise_heading(name): field for field, name in NAMES.items()}
    names |= {normalise_heading(field): field for field in FIELDS}
    matched = names.get(key) or load_map().field_of((typed,))
    if matched is None:
        listed = ", ".join(NAMES[field] for field in FIELDS)
        raise typer.BadParameter(f"we do not keep '{typed}'; say one of: {listed}; or leave out")
    return matched


def parse_listed_field(typed: str) -> str:
    """Our field with a closed list for what was typed.

    Raises BadParameter, with the fields that have one, for anything else.
    """
    lists = closed_list_values()
    key = normalise_heading(typed)
    matched = next(
        (
            field
            for field in lists
            if key in (normalise_heading(field), normalise_heading(NAMES[field]))
        ),
        None,
    )
    if matched is None:
        listed = ", ".join(NAMES[field] for field in lists)
        raise typer.BadParameter(f"'{typed}' has no list of words; say one of: {listed}")
    return matched


def parse_value(field: str, typed: str) -> str:
    """The value of a closed list that was typed, by its code or what it is called.

    Raises BadParameter, with the whole list, for anything else.
    """
    listed = closed_list_values()[field]
    key = normalise_word(typed)
    for value, label in listed.items():
        if typed.strip() == value or (
            key and key in (normalise_word(value), normalise_word(label))
        ):
            return value
    allowed = "; ".join(value_name(field, value) for value in listed)
    raise typer.BadParameter(f"{NAMES[field]} has no '{typed}'; say one of: {allowed}")


def value_name(field: str, value: str) -> str:
    """A value and what it is called: 230 Full-time education: further education."""
    label = closed_list_values()[field][value]
    return value if label == value else f"{value} {label}"


def refuse_blocked_heading(heading: str, field: str) -> None:
    """Raise BadParameter for a heading that can never be this: "Parent DOB" is no leaver's."""
    blocked = blocking_words(heading, field)
    if blocked:
        raise typer.BadParameter(
            f"'{heading}' says '{blocked}', so it is about somebody or something else and is never "
            f"read as the leaver's {NAMES[field]}. If it does hold the leaver's own, the school "
            "must rename it"
        )
