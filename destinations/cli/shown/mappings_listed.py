"""Maps shown: what is confirmed and what is asked, for a person or for a script."""

from typing import Any

from sqlmodel import Session

from destinations.cli.shown.output import as_json, as_table, say
from destinations.cli.typed.submission_headings import (
    Seen,
    field_name,
    heading_line,
    headings_seen,
    likely_file,
    read_original,
    said_by,
)
from destinations.platform.settings import Settings
from destinations.responses.mappings import accepted
from expectations.validating import refusal
from flows.pipeline.reference_data import everything_known
from imports.crosswalk.column_map import heading_key
from imports.crosswalk.fields import NOT_OURS
from models.facts.calendar import in_london, in_words
from models.handoffs.findings import SubmissionRefused
from models.responses import AcceptedHeading, AcceptedWord
from models.submissions import Submission


def show_submission(settings: Settings, session: Session, sent: Submission, *, json_: bool) -> None:
    """Every heading of a submission, and below what a person is asked."""
    remembered = everything_known(session)
    seen: list[Seen] = []
    why = ""
    try:
        seen = headings_seen(remembered, sent.urn, read_original(settings, remembered, sent))
    except SubmissionRefused as refused:
        told = refusal(refused.code, refused.facts)
        why = f"{told.says}. {told.do}"
        if likely := likely_file(refused):
            seen = headings_seen(remembered, sent.urn, likely)
    except KeyError:
        why = "Its original is gone"
    if json_:
        as_json([heading_line(one) for one in seen])
        return
    if why and not seen:
        say(f"Submission {sent.id} has no table that we can show. {why}.")
        return
    if why:
        say(f"Submission {sent.id} is not read yet. {why}.")
    as_table(
        f"Submission {sent.id}, from {sent.urn}",
        ("sheet", "column", "heading", "read as", "by", "cells", "words we do not know"),
        (
            (one.sheet, one.letter, one.whole, field_name(one.field), said_by(one), one.filled,
             one.strange or "")
            for one in seen
        ),
    )  # fmt: skip
    for one in _each_once(seen):
        _ask(one, sent.id)


def _each_once(seen: list[Seen]) -> list[Seen]:
    asked: dict[str, Seen] = {}
    for one in seen:
        if not one.field:
            asked.setdefault(heading_key(one.whole), one)
    return list(asked.values())


def _ask(one: Seen, number: int | None) -> None:
    if one.asked:
        like = f"The name is {round(one.asked.likeness)} % like one of ours."
        there = " The sheet has such a column already." if one.is_there_already else ""
        say(f"{one.question} {like}{there}")
        say(f'  Yes: destinations map accept {number} "{one.whole}" --by NAME')
    elif one.filled:
        near = ", ".join(each.name for each in one.proposals)
        perhaps = f" The nearest are {near}." if near else ""
        say(f"We do not know '{one.whole}'.{perhaps}")
    if one.filled:
        say(f'  Else: destinations map set {number} "{one.whole}" FIELD --by NAME')


def show_confirmed(session: Session, school: str | None, *, json_: bool) -> None:
    """Everything that people confirmed, or what holds for one school."""
    headings, words = accepted(session)
    lines = [
        *(_heading(one) for one in headings if school is None or one.urn in ("", school)),
        *(_word(one) for one in words if school is None or one.urn in ("", school)),
    ]
    lines = list({tuple(line.items()): line for line in lines}.values())
    if json_:
        as_json(lines)
    elif lines:
        as_table("", tuple(lines[0]), (tuple(line.values()) for line in lines))
    else:
        say("Nobody has confirmed anything yet. See destinations map show SUBMISSION.")


def _heading(one: AcceptedHeading) -> dict[str, Any]:
    return {
        "for": one.urn or "the hub",
        "said of": "heading",
        "as typed": one.shown,
        "means": field_name(one.field or NOT_OURS),
        "by": one.accepted_by,
        "on": in_words(in_london(one.accepted_at).date()),
    }


def _word(one: AcceptedWord) -> dict[str, Any]:
    return {
        "for": one.urn or "the hub",
        "said of": f"word under {field_name(one.field)}",
        "as typed": one.word,
        "means": one.value,
        "by": one.accepted_by,
        "on": in_words(in_london(one.accepted_at).date()),
    }
