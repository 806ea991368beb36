"""What a sender was told, with their own words beside it: read again from the original as sent."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from destinations.cli.typed.submission_headings import read_original
from destinations.platform.settings import Settings
from expectations.catalogue import rule_words
from flows.pipeline.reference_data import load_crosswalk
from imports.crosswalk.confirmed_mappings import Crosswalk
from models.handoffs.findings import Finding, SubmissionRefused
from models.submissions import FindingRecord, Submission
from models.vocabulary import Severity


def findings_of_submission(
    settings: Settings, engine: Engine, submission: int
) -> tuple[Finding, ...] | None:
    """Everything its sender was told; None when there is no such submission.

    A refused submission has the one finding that says why.
    """
    with Session(engine) as session:
        sent = session.get(Submission, submission)
        kept = session.exec(
            select(FindingRecord)
            .where(FindingRecord.submission_id == submission)
            .order_by(col(FindingRecord.id))
        ).all()
        remembered = load_crosswalk(session)
    if sent is None:
        return None
    if sent.refused_code:
        return (_finding(sent.refused_code, Severity.MUST_FIX, sent.refused_facts),)
    told = tuple(
        replace(
            _finding(each.code, Severity(each.severity), each.facts),
            sheet=each.sheet,
            row=each.row,
            column=each.column,
            heading=each.heading,
            suggests=tuple(each.suggests),
        )
        for each in kept
    )
    return add_typed_values(told, _cells(settings, remembered, sent)) if told else ()


def add_typed_values(
    told: Iterable[Finding], cells: dict[tuple[str, int, str], str]
) -> tuple[Finding, ...]:
    """The same findings with the cells as typed, by (sheet, row, column)."""
    return tuple(
        replace(each, value=cells.get((each.sheet, each.row, each.column), ""))
        if each.row is not None
        else each
        for each in told
    )


def _finding(code: str, severity: Severity, facts: dict[str, Any]) -> Finding:
    says, do = rule_words(code, facts)
    return Finding(code, severity, says, do, facts=tuple(sorted(facts.items())))


def _cells(
    settings: Settings, remembered: Crosswalk, sent: Submission
) -> dict[tuple[str, int, str], str]:
    try:
        read = read_original(settings, remembered, sent)
    except (SubmissionRefused, KeyError):  # the original is gone, or retention took it
        return {}
    return {
        (table.sheet, row.number, heading.letter): cell.text
        for table in read.tables
        for row in table.rows
        for heading, cell in zip(table.headings, row.cells, strict=True)
    }
