"""Confirm: a person's word is remembered, and the submissions that waited for it are read again."""

from collections.abc import Callable, Mapping

import typer
from sqlmodel import Session

from destinations.cli.allowed import refuse_blocked, value_name
from destinations.cli.sheets import (
    Seen,
    everything_remembered,
    field_name,
    headings_seen,
    is_heading,
    read_original,
    rows_of,
)
from destinations.cli.speech import say
from destinations.layouts import FOR_COLUMNS, LEFT_OUT, accept_heading, accept_word, read_again
from destinations.settings import Settings
from expectations.catalogue import catalogue
from imports.columns import heading_key, word_key
from imports.remembered import Remembered
from models.answers import AcceptedHeading
from models.base import now
from models.sheets import SubmissionRefused
from models.submissions import Submission


def asked_of(
    settings: Settings, session: Session, sent: Submission, heading: str | None
) -> dict[str, str]:
    """The headings of a submission that we ask of, and the field each may be."""
    seen = _headings(settings, sent, everything_remembered(session))
    found: dict[str, str] = {}
    for one in seen:
        wanted = is_heading(one, heading) if heading else not one.is_there_already
        if one.asked and wanted and (heading or one.asked.field not in found.values()):
            found.setdefault(one.whole, one.asked.field)
    if not found:
        raise typer.BadParameter(
            f"we propose nothing for '{heading}'; say what it is with map set"
            if heading
            else f"we propose nothing for submission {sent.id}; see map show {sent.id}"
        )
    return found


def _headings(settings: Settings, sent: Submission, remembered: Remembered) -> list[Seen]:

    try:
        return headings_seen(remembered, sent.urn, read_original(settings, remembered, sent))
    except SubmissionRefused:
        return []
    except KeyError:
        raise typer.BadParameter(f"the original of submission {sent.id} is gone") from None


def remember_headings(
    settings: Settings,
    session: Session,
    sent: Submission,
    said: Mapping[str, str],
    *,
    by: str,
    hub: bool,
) -> None:
    """Remember what some headings mean, and have read again what waited for it."""
    remembered = everything_remembered(session)
    urn = "" if hub else sent.urn
    keys = set()
    for heading, field in said.items():
        refuse_blocked(heading, field)
        whole, rows = _where_it_stands(settings, sent, heading, field, remembered)
        refuse_blocked(whole, field)
        accept_heading(
            session,
            urn=urn,
            rows=[""] if hub else rows,
            key=heading_key(whole),
            shown=whole,
            field=field,
            by=by.strip(),
            at=now(),
        )
        keys.add(heading_key(whole))
        meant = field_name(field) if field else "left out"
        say(f"'{whole}' is {meant} for {urn or 'the hub'}, says {by.strip()}.")
    ids = read_again(
        session,
        urn=urn,
        codes=(*FOR_COLUMNS, *LEFT_OUT),
        always=sent.id,
        about=_ends_one_of(keys),
    )
    session.commit()
    _say_again(ids)


def _ends_one_of(keys: set[str]) -> Callable[[str], bool]:
    """Whether a heading as told, the lowest of its parts, belongs to one of these."""
    return lambda heading: not heading or any(one.endswith(heading_key(heading)) for one in keys)


def _where_it_stands(
    settings: Settings, sent: Submission, heading: str, field: str, remembered: Remembered
) -> tuple[str, list[str]]:
    """A heading as it stands in a sheet, and the heading rows that have it."""
    seen = _headings(settings, sent, remembered)
    whole = _one_heading(seen, heading) if seen else heading
    tentative = AcceptedHeading(
        urn=sent.urn, heading=heading_key(whole), shown=whole, field=field, accepted_by="-"
    )
    rows = [one.row for one in seen if heading_key(one.whole) == heading_key(whole)]
    try:
        rows += rows_of(settings, remembered, sent, tentative)
    except SubmissionRefused:
        rows = rows or [""]  # still no table: then for any heading row of the school
    return whole, rows or [""]


def _one_heading(seen: list[Seen], heading: str) -> str:
    """The heading as it stands: all of it, or its end where only one ends so."""
    key = heading_key(heading)
    by_key = {heading_key(one.whole): one.whole for one in seen}
    ends = [whole for known, whole in by_key.items() if key and known.endswith(key)]
    if key in by_key:
        return by_key[key]
    if len(ends) == 1:
        return ends[0]
    listed = ", ".join(f"'{whole}'" for whole in (ends or by_key.values()))
    raise typer.BadParameter(f"there is no heading '{heading}' in that sheet; it has {listed}")


def remember_word(
    session: Session,
    urn: str,
    field: str,
    typed: str,
    value: str,
    *,
    by: str,
    number: int | None,
) -> None:
    """Remember what a word means, and have read again what waited for it."""
    if not word_key(typed):
        raise typer.BadParameter("there is nothing in that word to go by")
    accept_word(
        session,
        urn=urn,
        field=field,
        word=" ".join(typed.casefold().split()),
        value=value,
        by=by.strip(),
        at=now(),
    )
    codes = [code for code, rule in catalogue().items() if rule.field == field]
    ids = read_again(session, urn=urn, codes=codes, always=number)
    session.commit()
    say(f"'{typed}' is {value_name(field, value)} for {urn or 'the hub'}, says {by.strip()}.")
    _say_again(ids)


def _say_again(ids: list[int]) -> None:
    if ids:
        count = "1 submission" if len(ids) == 1 else f"{len(ids)} submissions"
        say(f"The next intake reads {count} again: {', '.join(map(str, ids))}.")
