"""Allowed: a field or a value as a person typed it, or a sentence that lists what there is."""

import typer

from imports.columns.proposals import NAMES
from imports.crosswalk.column_map import heading_key, load_map, word_key
from imports.crosswalk.confirmed_mappings import why_never
from imports.crosswalk.fields import FIELDS, closed_lists

LEAVE_OUT = ("leaveout", "leaveitout", "notours", "ignore")


def field_meant(typed: str) -> str:
    """Our field for what was typed, its name or a heading that we know; '' for "leave out".

    Raises BadParameter, with what is allowed, for anything else.
    """
    key = heading_key(typed)
    if key in LEAVE_OUT:
        return ""
    names = {heading_key(name): field for field, name in NAMES.items()}
    names |= {heading_key(field): field for field in FIELDS}
    found = names.get(key) or load_map().field_of((typed,))
    if found is None:
        listed = ", ".join(NAMES[field] for field in FIELDS)
        raise typer.BadParameter(f"we do not keep '{typed}'; say one of: {listed}; or leave out")
    return found


def listed_field_meant(typed: str) -> str:
    """Our field with a closed list for what was typed.

    Raises BadParameter, with the fields that have one, for anything else.
    """
    lists = closed_lists()
    key = heading_key(typed)
    found = next((one for one in lists if key in (heading_key(one), heading_key(NAMES[one]))), None)
    if found is None:
        listed = ", ".join(NAMES[one] for one in lists)
        raise typer.BadParameter(f"'{typed}' has no list of words; say one of: {listed}")
    return found


def value_meant(field: str, typed: str) -> str:
    """The value of a closed list that was typed, by its code or what it is called.

    Raises BadParameter, with the whole list, for anything else.
    """
    listed = closed_lists()[field]
    key = word_key(typed)
    for value, label in listed.items():
        if typed.strip() == value or (key and key in (word_key(value), word_key(label))):
            return value
    allowed = "; ".join(value_name(field, value) for value in listed)
    raise typer.BadParameter(f"{NAMES[field]} has no '{typed}'; say one of: {allowed}")


def value_name(field: str, value: str) -> str:
    """A value and what it is called: 230 Full-time education: further education."""
    label = closed_lists()[field][value]
    return value if label == value else f"{value} {label}"


def refuse_blocked(heading: str, field: str) -> None:
    """Raise BadParameter for a heading that can never be this: "Parent DOB" is no leaver's."""
    blocked = why_never(heading, field)
    if blocked:
        raise typer.BadParameter(
            f"'{heading}' says '{blocked}', so it is about somebody or something else and is never "
            f"read as the leaver's {NAMES[field]}. If it does hold the leaver's own, the school "
            "must rename it"
        )
