"""Findings store: what a sender is told is kept by place and rule code, never with the value."""

from collections.abc import Callable, Iterable, Sequence

from sqlalchemy import delete
from sqlmodel import Session, col

from destinations.linkage.match_results import MatchOutcome, RowMatch
from destinations.matching import NEW
from models.database import insert_all
from models.handoffs.findings import Finding, Issue
from models.handoffs.normalised import NormalisedRow, SubmissionMetadata
from models.submissions import FindingRecord
from models.vocabulary import Severity, SubmissionKind


def store_findings(
    session: Session,
    submission_id: int,
    findings: Iterable[Finding],
    remarks: Iterable[Issue] = (),
) -> None:
    """Store the findings of a submission in place of those it had.

    `remarks` are issues that matching and crosschecks found (M01, H01 ...), all to be checked.
    """
    session.execute(delete(FindingRecord).where(col(FindingRecord.submission_id) == submission_id))
    severity_of: list[tuple[Finding | Issue, Severity]] = [
        *((finding, finding.severity) for finding in findings),
        *((issue, Severity.PLEASE_CHECK) for issue in remarks),
    ]
    rows = [
        {
            "submission_id": submission_id,
            "code": finding.code,
            "severity": severity.value,
            "sheet": finding.sheet,
            "row": finding.row,
            "column": finding.column,
            "heading": finding.heading[:300],
            "suggests": list(finding.suggests),
            "facts": dict(finding.facts),
        }
        for finding, severity in severity_of
    ]
    insert_all(session, FindingRecord, rows)


def match_issues(
    declared: SubmissionMetadata,
    rows: Sequence[NormalisedRow],
    matched: Sequence[RowMatch],
    other_issues: Iterable[Issue] = (),
    *,
    waited: Callable[[], int | None] = lambda: None,
) -> tuple[Issue, ...]:
    """The issues that matching found, each at the cell to look at, in reading order.

    M01: nobody is sure whom a row is about.  M02: a leaver first named in a later autumn, unless
    they may be one of the rows that `waited` in earlier sheets of the cohort (None: there were no
    such sheets).  M03 (in `other_issues`): a value differs from the one kept.
    """
    first_rows: dict[tuple[str, int], NormalisedRow] = {}
    for row in rows:
        first_rows.setdefault((row.sheet, row.row), row)
    issues = list(other_issues)
    if declared.kind is SubmissionKind.LEAVERS:
        unsure = (match for match in matched if match.outcome is MatchOutcome.UNSURE)
        issues += [Issue("M01", match.sheet, match.row) for match in unsure]
        late = [
            Issue("M02", match.sheet, match.row)
            for match in matched
            if match.level == NEW
            and (first_rows[match.sheet, match.row].wave or declared.wave or 0) > 1
        ]
        rows_waited = waited() if late else None
        issues += late if rows_waited is not None and len(late) > rows_waited else []
    placed = [
        _place_issue(issue, first_rows[issue.sheet, issue.row])
        for issue in issues
        if issue.row is not None
    ]
    order = {key: position for position, key in enumerate(first_rows)}
    return tuple(sorted(placed, key=lambda issue: (order[issue.sheet, issue.row or 0], issue.code)))


def _place_issue(issue: Issue, row: NormalisedRow) -> Issue:
    """The issue at the cell to look at: the value that differs, or whatever names the leaver."""
    fields = [value for name, value in issue.facts if name == "field"] or ["upn", "surname"]
    cell = next((row.columns[field] for field in fields if field in row.columns), None)
    cell = cell or row.columns.get("full_name")
    return Issue(
        issue.code,
        issue.sheet,
        issue.row,
        cell.letter if cell else "",
        cell.heading if cell else "",
    )
