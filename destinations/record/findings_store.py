"""Telling: what a submission's sender is told is kept by place and rule, never with the value."""

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
    """The findings of a submission as they now are, in place of those it had.

    `remarks` are matching's own (M01 ...), all of them things to check.
    """
    session.execute(delete(FindingRecord).where(col(FindingRecord.submission_id) == submission_id))
    told: list[tuple[Finding | Issue, Severity]] = [(one, one.severity) for one in findings]
    _keep(session, submission_id, told)
    add_findings(session, submission_id, remarks)


def add_findings(session: Session, submission_id: int, remarks: Iterable[Issue]) -> None:
    """More that was noticed of a submission, all of it to be checked, beside what it had."""
    _keep(session, submission_id, [(one, Severity.PLEASE_CHECK) for one in remarks])


def _keep(
    session: Session, submission_id: int, told: Iterable[tuple[Finding | Issue, Severity]]
) -> None:
    rows = [
        {
            "submission_id": submission_id,
            "code": one.code,
            "severity": severity.value,
            "sheet": one.sheet,
            "row": one.row,
            "column": one.column,
            "heading": one.heading[:300],
            "suggests": list(one.suggests),
            "facts": dict(one.facts),
        }
        for one, severity in told
    ]
    insert_all(session, FindingRecord, rows)


def match_issues(
    declared: SubmissionMetadata,
    rows: Sequence[NormalisedRow],
    matched: Sequence[RowMatch],
    others: Iterable[Issue] = (),
    *,
    waited: Callable[[], int | None] = lambda: None,
) -> tuple[Issue, ...]:
    """What matching has to say to the sender, in reading order.

    M01: nobody is sure whom a row is about.  M02: a leaver first named in a later autumn, unless
    they may be one of the rows that `waited` in earlier sheets of the cohort (None: there were no
    such sheets).  M03 (in `others`): a value differs from the one kept.
    """
    first: dict[tuple[str, int], NormalisedRow] = {}
    for row in rows:
        first.setdefault((row.sheet, row.row), row)
    told = list(others)
    if declared.kind is SubmissionKind.LEAVERS:
        unsure = (one for one in matched if one.outcome is MatchOutcome.UNSURE)
        told += [Issue("M01", one.sheet, one.row) for one in unsure]
        late = [
            Issue("M02", one.sheet, one.row)
            for one in matched
            if one.level == NEW and (first[one.sheet, one.row].wave or declared.wave or 0) > 1
        ]
        expected = waited() if late else None
        told += late if expected is not None and len(late) > expected else []
    placed = [_placed(one, first[one.sheet, one.row]) for one in told if one.row is not None]
    order = {key: at for at, key in enumerate(first)}
    return tuple(sorted(placed, key=lambda one: (order[one.sheet, one.row or 0], one.code)))


def _placed(remark: Issue, row: NormalisedRow) -> Issue:
    """The remark at the cell to look at: the value that differs, or whatever names the leaver."""
    fields = [value for name, value in remark.facts if name == "field"] or ["upn", "surname"]
    place = next((row.columns[field] for field in fields if field in row.columns), None)
    place = place or row.columns.get("full_name")
    return Issue(
        remark.code,
        remark.sheet,
        remark.row,
        place.letter if place else "",
        place.heading if place else "",
    )
