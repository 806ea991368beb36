"""Confirm: a person's word is remembered, and the submissions that waited for it are read again."""

from collections.abc import Callable, Iterable, Mapping

import typer
from sqlmodel import Session

from destinations.cli.shown.output import print_sentence
from destinations.cli.typed.allowed_values import refuse_blocked_heading, value_name
from destinations.cli.typed.submission_headings import (
    SeenHeading,
    field_name,
    headings_once_mapped,
    is_same_heading,
    list_headings_seen,
    read_original,
    read_refused_file,
)
from destinations.platform.settings import Settings
from destinations.responses.mappings import (
    FOR_COLUMNS,
    LEFT_OUT,
    request_reading_again,
    store_heading_mapping,
    store_value_mapping,
)
from expectations.catalogue import catalogue
from flows.pipeline.reference_data import load_crosswalk
from imports.crosswalk.column_map import normalise_heading, normalise_word
from imports.crosswalk.confirmed_mappings import Crosswalk
from models.facts.calendar import now
from models.facts.counts import count_of
from models.handoffs.findings import SubmissionRefused
from models.responses import HeadingMapping
from models.submissions import Submission

_NOBODY_YET = "-"  # said by the person who is asked just now


def questions_of_submission(
    settings: Settings, session: Session, sent: Submission, heading: str | None
) -> dict[str, str]:
    """The headings of a submission that we ask of, and the field each may be."""
    seen = _headings(settings, sent, load_crosswalk(session))
    found: dict[str, str] = {}
    for one in seen:
        wanted = is_same_heading(one, heading) if heading else not one.is_there_already
        if one.asked and wanted and (heading or one.asked.field not in found.values()):
            found.setdefault(one.whole, one.asked.field)
    if not found:
        raise typer.BadParameter(
            f"we propose nothing for '{heading}'; say what it is with map set"
            if heading
            else f"we propose nothing for submission {sent.id}; see map show {sent.id}"
        )
    return found


def _headings(settings: Settings, sent: Submission, remembered: Crosswalk) -> list[SeenHeading]:
    """Every heading of a submission; where no table was found, those of what is likely one."""
    try:
        return list_headings_seen(remembered, sent.urn, read_original(settings, remembered, sent))
    except SubmissionRefused as refused:
        likely = read_refused_file(refused)
        return list_headings_seen(remembered, sent.urn, likely) if likely else []
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
    urn = "" if hub else sent.urn
    for heading, field in said.items():
        refuse_blocked_heading(heading, field)
    keys = set()
    for one, rows in _where_they_stand(settings, session, sent, said):
        refuse_blocked_heading(one.shown, one.field)
        is_new = one.accepted_by == _NOBODY_YET
        store_heading_mapping(
            session,
            urn=urn if is_new else one.urn,
            rows=[""] if hub and is_new else rows,
            key=one.heading,
            shown=one.shown,
            field=one.field,
            by=by.strip() if is_new else one.accepted_by,
            at=now() if is_new else one.accepted_at,
        )
        if is_new:
            keys.add(one.heading)
            meant = field_name(one.field) if one.field else "left out"
            print_sentence(f"'{one.shown}' is {meant} for {urn or 'the hub'}, says {by.strip()}.")
    ids = request_reading_again(
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
    return lambda heading: (
        not heading or any(one.endswith(normalise_heading(heading)) for one in keys)
    )


def _where_they_stand(
    settings: Settings, session: Session, sent: Submission, said: Mapping[str, str]
) -> list[tuple[HeadingMapping, list[str]]]:
    """Headings as they stand in a sheet, each with the heading rows that have it.

    What was said of these rows before they could be read goes with them: once there is a table
    its headings may stand on more rows than could be seen then.
    """
    remembered = load_crosswalk(session)
    seen = _headings(settings, sent, remembered)
    new = [_as_said(_one_heading(seen, one) if seen else one, sent.urn, said[one]) for one in said]
    rows = {one.row for one in seen}
    before = [
        one
        for one in remembered.headings
        if one.urn == sent.urn and one.fingerprint in rows and one.heading not in _keys(new)
    ]
    try:
        read = headings_once_mapped(settings, remembered, sent, new)
    except SubmissionRefused:
        read, before = [], []
    found = []
    for one in (*new, *before):
        here = [each.row for each in (*seen, *read) if normalise_heading(each.whole) == one.heading]
        # Still no table and no likely one: then for any heading row of the school.
        found.append((one, here or [""]))
    return found


def _as_said(whole: str, urn: str, field: str) -> HeadingMapping:
    return HeadingMapping(
        urn=urn, heading=normalise_heading(whole), shown=whole, field=field, accepted_by=_NOBODY_YET
    )


def _keys(headings: Iterable[HeadingMapping]) -> set[str]:
    return {one.heading for one in headings}


def _one_heading(seen: list[SeenHeading], heading: str) -> str:
    """The heading as it stands: all of it, or its end where only one ends so."""
    key = normalise_heading(heading)
    by_key = {normalise_heading(one.whole): one.whole for one in seen}
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
    if not normalise_word(typed):
        raise typer.BadParameter("there is nothing in that word to go by")
    store_value_mapping(
        session,
        urn=urn,
        field=field,
        word=" ".join(typed.casefold().split()),
        value=value,
        by=by.strip(),
        at=now(),
    )
    codes = [code for code, rule in catalogue().items() if rule.field == field]
    ids = request_reading_again(session, urn=urn, codes=codes, always=number)
    session.commit()
    print_sentence(
        f"'{typed}' is {value_name(field, value)} for {urn or 'the hub'}, says {by.strip()}."
    )
    _say_again(ids)


def _say_again(ids: list[int]) -> None:
    if ids:
        submissions = count_of(len(ids), "submission")
        print_sentence(f"The next intake reads {submissions} again: {', '.join(map(str, ids))}.")
