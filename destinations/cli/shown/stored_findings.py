"""Stored findings: records become findings, with cells as typed from the original as sent."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

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


class TypedCell(NamedTuple):
    """Where a cell stands: its sheet, and the row and the column letters that Excel shows."""

    sheet: str
    row: int
    column: str


def findings_of_submission(
    settings: Settings, engine: Engine, submission_id: int
) -> tuple[Finding, ...] | None:
    """Everything its sender was told; None when there is no such submission.

    A refused submission has the one finding that says why.
    """
    with Session(engine) as session:
        submission = session.get(Submission, submission_id)
        records = session.exec(
            select(FindingRecord)
            .where(FindingRecord.submission_id == submission_id)
            .order_by(col(FindingRecord.id))
        ).all()
        crosswalk = load_crosswalk(session)
    if submission is None:
        return None
    if submission.refused_code:
        return (
            _finding_from_facts(
                submission.refused_code, Severity.MUST_FIX, submission.refused_facts
            ),
        )
    findings = tuple(
        replace(
            _finding_from_facts(record.code, Severity(record.severity), record.facts),
            sheet=record.sheet,
            row=record.row,
            column=record.column,
            heading=record.heading,
            suggests=tuple(record.suggests),
        )
        for record in records
    )
    return (
        _with_typed_values(findings, _typed_values(settings, crosswalk, submission))
        if findings
        else ()
    )


def _with_typed_values(
    findings: Iterable[Finding], typed: Mapping[TypedCell, str]
) -> tuple[Finding, ...]:
    """The same findings with what was typed in their cells; '' where that is not known."""
    return tuple(
        replace(finding, value=typed.get(TypedCell(finding.sheet, finding.row, finding.column), ""))
        if finding.row is not None
        else finding
        for finding in findings
    )


def _finding_from_facts(code: str, severity: Severity, facts: dict[str, Any]) -> Finding:
    says, do = rule_words(code, facts)
    return Finding(code, severity, says, do, facts=tuple(sorted(facts.items())))


def _typed_values(
    settings: Settings, crosswalk: Crosswalk, submission: Submission
) -> dict[TypedCell, str]:
    try:
        read = read_original(settings, crosswalk, submission)
    except (SubmissionRefused, KeyError):  # the original is gone, or retention took it
        return {}
    return {
        TypedCell(table.sheet, row.number, heading.letter): cell.text
        for table in read.tables
        for row in table.rows
        for heading, cell in zip(table.headings, row.cells, strict=True)
    }
