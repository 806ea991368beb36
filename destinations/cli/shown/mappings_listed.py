"""Maps shown: what is confirmed and what is asked, for a person or for a script."""

from typing import Any

from sqlmodel import Session

from destinations.cli.shown.output import print_json_lines, print_sentence, print_table
from destinations.cli.typed.submission_headings import (
    SeenHeading,
    field_name,
    heading_as_json,
    list_headings_seen,
    mapped_by,
    read_original,
    read_refused_file,
)
from destinations.platform.settings import Settings
from destinations.responses.mappings import load_mappings
from expectations.validating import refusal_finding
from flows.pipeline.reference_data import load_crosswalk
from imports.crosswalk.column_map import normalise_heading
from imports.crosswalk.fields import NOT_OURS
from models.facts.calendar import in_london, in_words
from models.handoffs.findings import SubmissionRefused
from models.responses import HeadingMapping, ValueMapping
from models.submissions import Submission


def show_submission(settings: Settings, session: Session, sent: Submission, *, json_: bool) -> None:
    """Every heading of a submission, and below what a person is asked."""
    remembered = load_crosswalk(session)
    seen: list[SeenHeading] = []
    why = ""
    try:
        seen = list_headings_seen(remembered, sent.urn, read_original(settings, remembered, sent))
    except SubmissionRefused as refused:
        told = refusal_finding(refused.code, refused.facts)
        why = f"{told.says}. {told.do}"
        if likely := read_refused_file(refused):
            seen = list_headings_seen(remembered, sent.urn, likely)
    except KeyError:
        why = "Its original is gone"
    if json_:
        print_json_lines([heading_as_json(one) for one in seen])
        return
    if why and not seen:
        print_sentence(f"Submission {sent.id} has no table that we can show. {why}.")
        return
    if why:
        print_sentence(f"Submission {sent.id} is not read yet. {why}.")
    print_table(
        f"Submission {sent.id}, from {sent.urn}",
        ("sheet", "column", "heading", "read as", "by", "cells", "words we do not know"),
        (
            (one.sheet, one.letter, one.whole, field_name(one.field), mapped_by(one), one.filled,
             one.strange or "")
            for one in seen
        ),
    )  # fmt: skip
    for one in _each_once(seen):
        _ask(one, sent.id)


def _each_once(seen: list[SeenHeading]) -> list[SeenHeading]:
    asked: dict[str, SeenHeading] = {}
    for one in seen:
        if not one.field:
            asked.setdefault(normalise_heading(one.whole), one)
    return list(asked.values())


def _ask(one: SeenHeading, number: int | None) -> None:
    if one.asked:
        like = f"The name is {round(one.asked.likeness)} % like one of ours."
        there = " The sheet has such a column already." if one.is_there_already else ""
        print_sentence(f"{one.question} {like}{there}")
        print_sentence(f'  Yes: destinations map accept {number} "{one.whole}" --by NAME')
    elif one.filled:
        near = ", ".join(each.name for each in one.proposals)
        perhaps = f" The nearest are {near}." if near else ""
        print_sentence(f"We do not know '{one.whole}'.{perhaps}")
    if one.filled:
        print_sentence(f'  Else: destinations map set {number} "{one.whole}" FIELD --by NAME')


def show_confirmed(session: Session, school: str | None, *, json_: bool) -> None:
    """Everything that people confirmed, or what holds for one school."""
    headings, words = load_mappings(session)
    lines = [
        *(_heading(one) for one in headings if school is None or one.urn in ("", school)),
        *(_word(one) for one in words if school is None or one.urn in ("", school)),
    ]
    lines = list({tuple(line.items()): line for line in lines}.values())
    if json_:
        print_json_lines(lines)
    elif lines:
        print_table("", tuple(lines[0]), (tuple(line.values()) for line in lines))
    else:
        print_sentence("Nobody has confirmed anything yet. See destinations map show SUBMISSION.")


def _heading(one: HeadingMapping) -> dict[str, Any]:
    return {
        "for": one.urn or "the hub",
        "said of": "heading",
        "as typed": one.shown,
        "means": field_name(one.field or NOT_OURS),
        "by": one.accepted_by,
        "on": in_words(in_london(one.accepted_at).date()),
    }


def _word(one: ValueMapping) -> dict[str, Any]:
    return {
        "for": one.urn or "the hub",
        "said of": f"word under {field_name(one.field)}",
        "as typed": one.word,
        "means": one.value,
        "by": one.accepted_by,
        "on": in_words(in_london(one.accepted_at).date()),
    }
