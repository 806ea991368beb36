"""Remember: a person's word becomes a stored mapping, and what waited for it is read again."""

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
    settings: Settings, session: Session, submission: Submission, heading: str | None
) -> dict[str, str]:
    """The field proposed for each heading that we ask of, or for the one named.

    Raises BadParameter where nothing is proposed.
    """
    headings = _headings_of_submission(settings, submission, load_crosswalk(session))
    questions: dict[str, str] = {}
    for seen in headings:
        wanted = is_same_heading(seen, heading) if heading else not seen.is_there_already
        if seen.asked and wanted and (heading or seen.asked.field not in questions.values()):
            questions.setdefault(seen.whole, seen.asked.field)
    if not questions:
        raise typer.BadParameter(
            f"we propose nothing for '{heading}'; say what it is with map set"
            if heading
            else f"we propose nothing for submission {submission.id}; see map show {submission.id}"
        )
    return questions


def _headings_of_submission(
    settings: Settings, submission: Submission, crosswalk: Crosswalk
) -> list[SeenHeading]:
    """Every heading of a submission; where no table was found, those of what is likely one."""
    try:
        return list_headings_seen(
            crosswalk, submission.urn, read_original(settings, crosswalk, submission)
        )
    except SubmissionRefused as refused:
        likely = read_refused_file(refused)
        return list_headings_seen(crosswalk, submission.urn, likely) if likely else []
    except KeyError:
        raise typer.BadParameter(f"the original of submission {submission.id} is gone") from None


def remember_headings(
    settings: Settings,
    session: Session,
    submission: Submission,
    fields: Mapping[str, str],
    *,
    by: str,
    hub: bool,
) -> None:
    """Remember the field of each heading ('' to leave it out); queue what waited for it.

    Raises BadParameter for a heading that the sheet has not, or that can never be that field.
    """
    urn = "" if hub else submission.urn
    for heading, field in fields.items():
        refuse_blocked_heading(heading, field)
    confirmed_keys = set()
    for mapping, rows in _mappings_with_rows(settings, session, submission, fields):
        refuse_blocked_heading(mapping.shown, mapping.field)
        is_new = mapping.accepted_by == _NOBODY_YET
        store_heading_mapping(
            session,
            urn=urn if is_new else mapping.urn,
            rows=[""] if hub and is_new else rows,
            key=mapping.heading,
            shown=mapping.shown,
            field=mapping.field,
            by=by.strip() if is_new else mapping.accepted_by,
            at=now() if is_new else mapping.accepted_at,
        )
        if is_new:
            confirmed_keys.add(mapping.heading)
            meaning = field_name(mapping.field) if mapping.field else "left out"
            print_sentence(
                f"'{mapping.shown}' is {meaning} for {urn or 'the hub'}, says {by.strip()}."
            )
    ids = request_reading_again(
        session,
        urn=urn,
        codes=(*FOR_COLUMNS, *LEFT_OUT),
        always=submission.id,
        about=_is_end_of_any(confirmed_keys),
    )
    session.commit()
    _print_reading_again(ids)


def _is_end_of_any(keys: set[str]) -> Callable[[str], bool]:
    """Whether a heading as told, the lowest of its parts, belongs to one of these."""
    return lambda heading: (
        not heading or any(key.endswith(normalise_heading(heading)) for key in keys)
    )


def _mappings_with_rows(
    settings: Settings, session: Session, submission: Submission, fields: Mapping[str, str]
) -> list[tuple[HeadingMapping, list[str]]]:
    """A mapping for each heading as it stands in a sheet, with the heading rows that have it.

    What was confirmed of these rows before they could be read goes with them: once there is a
    table its headings may stand on more rows than could be seen then.
    """
    crosswalk = load_crosswalk(session)
    seen = _headings_of_submission(settings, submission, crosswalk)
    new = [
        _new_mapping(_match_heading(seen, heading) if seen else heading, submission.urn, field)
        for heading, field in fields.items()
    ]
    rows = {heading.row for heading in seen}
    before = [
        mapping
        for mapping in crosswalk.headings
        if mapping.urn == submission.urn
        and mapping.fingerprint in rows
        and mapping.heading not in _mapped_keys(new)
    ]
    try:
        read = headings_once_mapped(settings, crosswalk, submission, new)
    except SubmissionRefused:
        read, before = [], []
    placed = []
    for mapping in (*new, *before):
        fingerprints = [
            heading.row
            for heading in (*seen, *read)
            if normalise_heading(heading.whole) == mapping.heading
        ]
        # Still no table and no likely one: then for any heading row of the school.
        placed.append((mapping, fingerprints or [""]))
    return placed


def _new_mapping(heading: str, urn: str, field: str) -> HeadingMapping:
    return HeadingMapping(
        urn=urn,
        heading=normalise_heading(heading),
        shown=heading,
        field=field,
        accepted_by=_NOBODY_YET,
    )


def _mapped_keys(mappings: Iterable[HeadingMapping]) -> set[str]:
    return {mapping.heading for mapping in mappings}


def _match_heading(seen: list[SeenHeading], heading: str) -> str:
    """The heading as it stands: all of it, or its end where only one ends so."""
    key = normalise_heading(heading)
    by_key = {normalise_heading(seen_heading.whole): seen_heading.whole for seen_heading in seen}
    with_that_end = [whole for seen_key, whole in by_key.items() if key and seen_key.endswith(key)]
    if key in by_key:
        return by_key[key]
    if len(with_that_end) == 1:
        return with_that_end[0]
    listed = ", ".join(f"'{whole}'" for whole in (with_that_end or by_key.values()))
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
    """Remember the value that a word of a field stands for; queue what waited for it.

    `urn` is '' for the whole hub; `number` is a submission that is read again in any case.
    Raises BadParameter for a word of which nothing is left once it is normalised.
    """
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
    _print_reading_again(ids)


def _print_reading_again(ids: list[int]) -> None:
    if ids:
        submissions = count_of(len(ids), "submission")
        print_sentence(f"The next intake reads {submissions} again: {', '.join(map(str, ids))}.")
