"""Telling: what a submission's sender is told is kept by place and rule, never with the value."""

from collections.abc import Callable, Iterable, Sequence

from sqlalchemy import delete
from sqlmodel import Session, col

from destinations.linkage.match_results import Matched, Outcome
from destinations.matching import NEW
from models.database import insert_all
from models.handoffs.findings import Finding, Remark
from models.handoffs.normalised import Declared, MappedRow
from models.submissions import ToldFinding
from models.vocabulary import Kind, Severity


def keep_findings(
    session: Session,
    submission_id: int,
    findings: Iterable[Finding],
    remarks: Iterable[Remark] = (),
) -> None:
    """The findings of a submission as they now are, in place of those it had.

    `remarks` are matching's own (M01 ...), all of them things to check.
    """
    session.execute(delete(ToldFinding).where(col(ToldFinding.submission_id) == submission_id))
    told: list[tuple[Finding | Remark, Severity]] = [(one, one.severity) for one in findings]
    _keep(session, submission_id, told)
    also_told(session, submission_id, remarks)


def also_told(session: Session, submission_id: int, remarks: Iterable[Remark]) -> None:
    """More that was noticed of a submission, all of it to be checked, beside what it had."""
    _keep(session, submission_id, [(one, Severity.PLEASE_CHECK) for one in remarks])


def _keep(
    session: Session, submission_id: int, told: Iterable[tuple[Finding | Remark, Severity]]
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
    insert_all(session, ToldFinding, rows)


def remarks_of(
    declared: Declared,
    rows: Sequence[MappedRow],
    matched: Sequence[Matched],
    others: Iterable[Remark] = (),
    *,
    waited: Callable[[], int | None] = lambda: None,
) -> tuple[Remark, ...]:
    """What matching has to say to the sender, in reading order.

    M01: nobody is sure whom a row is about.  M02: a leaver first named in a later autumn, unless
    they may be one of the rows that `waited` in earlier sheets of the cohort (None: there were no
    such sheets).  M03 (in `others`): a value differs from the one kept.
    """
    first: dict[tuple[str, int], MappedRow] = {}
    for row in rows:
        first.setdefault((row.sheet, row.row), row)
    told = list(others)
    if declared.kind is Kind.LEAVERS:
        unsure = (one for one in matched if one.outcome is Outcome.UNSURE)
        told += [Remark("M01", one.sheet, one.row) for one in unsure]
        late = [
            Remark("M02", one.sheet, one.row)
            for one in matched
            if one.level == NEW and (first[one.sheet, one.row].wave or declared.wave or 0) > 1
        ]
        expected = waited() if late else None
        told += late if expected is not None and len(late) > expected else []
    placed = [_placed(one, first[one.sheet, one.row]) for one in told if one.row is not None]
    order = {key: at for at, key in enumerate(first)}
    return tuple(sorted(placed, key=lambda one: (order[one.sheet, one.row or 0], one.code)))


def _placed(remark: Remark, row: MappedRow) -> Remark:
    """The remark at the cell to look at: the value that differs, or whatever names the leaver."""
    fields = [value for name, value in remark.facts if name == "field"] or ["upn", "surname"]
    place = next((row.columns[field] for field in fields if field in row.columns), None)
    place = place or row.columns.get("full_name")
    return Remark(
        remark.code,
        remark.sheet,
        remark.row,
        place.letter if place else "",
        place.heading if place else "",
    )
