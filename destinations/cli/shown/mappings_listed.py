"""Mappings listed: what is confirmed and what is asked, for a person or for a script."""

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


def show_submission(
    settings: Settings, session: Session, submission: Submission, *, json_: bool
) -> None:
    """Every heading of a submission, and below what a person is asked."""
    crosswalk = load_crosswalk(session)
    headings: list[SeenHeading] = []
    why = ""
    try:
        headings = list_headings_seen(
            crosswalk, submission.urn, read_original(settings, crosswalk, submission)
        )
    except SubmissionRefused as refused:
        refusal = refusal_finding(refused.code, refused.facts)
        why = f"{refusal.says}. {refusal.do}"
        if likely := read_refused_file(refused):
            headings = list_headings_seen(crosswalk, submission.urn, likely)
    except KeyError:
        why = "Its original is gone"
    if json_:
        print_json_lines([heading_as_json(heading) for heading in headings])
        return
    if why and not headings:
        print_sentence(f"Submission {submission.id} has no table that we can show. {why}.")
        return
    if why:
        print_sentence(f"Submission {submission.id} is not read yet. {why}.")
    print_table(
        f"Submission {submission.id}, from {submission.urn}",
        ("sheet", "column", "heading", "read as", "by", "cells", "words we do not know"),
        (
            (
                heading.sheet,
                heading.letter,
                heading.whole,
                field_name(heading.field),
                mapped_by(heading),
                heading.filled,
                heading.strange or "",
            )
            for heading in headings
        ),
    )
    for heading in _unmapped_headings(headings):
        _print_question(heading, submission.id)


def _unmapped_headings(headings: list[SeenHeading]) -> list[SeenHeading]:
    by_name: dict[str, SeenHeading] = {}
    for heading in headings:
        if not heading.field:
            by_name.setdefault(normalise_heading(heading.whole), heading)
    return list(by_name.values())


def _print_question(heading: SeenHeading, submission_id: int | None) -> None:
    if heading.asked:
        likeness = f"The name is {round(heading.asked.likeness)} % like one of ours."
        duplicate = " The sheet has such a column already." if heading.is_there_already else ""
        print_sentence(f"{heading.question} {likeness}{duplicate}")
        print_sentence(
            f'  Yes: destinations map accept {submission_id} "{heading.whole}" --by NAME'
        )
    elif heading.filled:
        nearest = ", ".join(proposal.name for proposal in heading.proposals)
        nearest_words = f" The nearest are {nearest}." if nearest else ""
        print_sentence(f"We do not know '{heading.whole}'.{nearest_words}")
    if heading.filled:
        print_sentence(
            f'  Else: destinations map set {submission_id} "{heading.whole}" FIELD --by NAME'
        )


def show_confirmed(session: Session, school: str | None, *, json_: bool) -> None:
    """Everything that people confirmed, or what holds for one school."""
    headings, words = load_mappings(session)
    lines = [
        *(
            _heading_line(mapping)
            for mapping in headings
            if school is None or mapping.urn in ("", school)
        ),
        *(
            _word_line(mapping)
            for mapping in words
            if school is None or mapping.urn in ("", school)
        ),
    ]
    lines = list({tuple(line.items()): line for line in lines}.values())
    if json_:
        print_json_lines(lines)
    elif lines:
        print_table("", tuple(lines[0]), (tuple(line.values()) for line in lines))
    else:
        print_sentence("Nobody has confirmed anything yet. See destinations map show SUBMISSION.")


def _heading_line(mapping: HeadingMapping) -> dict[str, Any]:
    return {
        "for": mapping.urn or "the hub",
        "said of": "heading",
        "as typed": mapping.shown,
        "means": field_name(mapping.field or NOT_OURS),
        "by": mapping.accepted_by,
        "on": in_words(in_london(mapping.accepted_at).date()),
    }


def _word_line(mapping: ValueMapping) -> dict[str, Any]:
    return {
        "for": mapping.urn or "the hub",
        "said of": f"word under {field_name(mapping.field)}",
        "as typed": mapping.word,
        "means": mapping.value,
        "by": mapping.accepted_by,
        "on": in_words(in_london(mapping.accepted_at).date()),
    }
