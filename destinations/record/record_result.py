"""Record result: what recording a submission changed, and what is kept of that with it."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session

from destinations.linkage.match_decisions import StoredMatch
from destinations.linkage.repeated_leavers import RowKey
from destinations.record.findings_store import store_findings
from models.facts import submission_state
from models.facts.submission_cohorts import store_cohorts
from models.handoffs.findings import Finding, Issue
from models.handoffs.normalised import NormalisedSubmission


@dataclass(frozen=True, slots=True)
class RecordResult:
    """What recording a submission changed.  Rows are those of the file, counted once each.

    read = sound + waiting; sound = matched + unsure + nobody.  Of those waiting, `named` say who
    they are about all the same, and make or find a leaver.
    """

    submission_id: int
    read: int = 0
    sound: int = 0
    waiting: int = 0  # for something to be fixed
    named: int = 0
    matched: int = 0
    unsure: int = 0  # for a person to say whom they are about
    nobody: int = 0  # rows of an enrolment list that are like no known leaver
    new_people: int = 0
    new_leavers: int = 0
    filled: int = 0  # leavers of whom a blank was filled
    differing: int = 0  # identity values that say something else than what is kept
    new_destinations: int = 0
    issues: tuple[Issue, ...] = ()  # matching's own, whoever confirmed them
    remarks: tuple[Issue, ...] = ()  # of these the ones that nobody has confirmed
    findings: tuple[Finding, ...] = ()  # those given, but for what a person has confirmed
    changes: Mapping[str, int] = field(default_factory=dict)  # since the round before
    people: Mapping[RowKey, int] = field(default_factory=dict)  # whom each row is about
    set_aside: Mapping[str, int] = field(default_factory=dict)  # issues left out, by code
    matches: Mapping[RowKey, StoredMatch] = field(default_factory=dict)  # what is kept of each row
    # Of a leaver sheet, its rows by the id of their cohort.
    cohorts: Mapping[int, Sequence[RowKey]] = field(default_factory=dict)
    is_again: bool = False  # whether the submission had been recorded before
    rows_hash: str = ""
    follows_id: int | None = None  # the submission that it is the next round of


def store_result(
    session: Session,
    mapped: NormalisedSubmission,
    result: RecordResult,
    *,
    recorded_at: datetime,
    crosschecks: Iterable[Issue] = (),
    **noted: object,
) -> None:
    """Mark a submission as recorded, and store what its sender is told in place of what they were.

    With it go its counts and the metadata that reading it gave; `noted` are further columns of its
    line.  `crosschecks` are issues to tell beside those of the result.
    """
    metadata = mapped.metadata
    store_findings(
        session, metadata.submission_id, result.findings, (*result.remarks, *crosschecks)
    )
    read = {
        "kind": metadata.kind,
        "academic_year": metadata.academic_year,
        "leaving_stage": metadata.leaving_stage,
        "wave": metadata.wave,
    }
    submission_state.mark_recorded(
        session,
        metadata.submission_id,
        at=recorded_at,
        rows_read=result.read,
        rows_sound=result.sound,
        rows_waiting=result.waiting,
        rows_unsure=result.unsure,
        rows_hash=result.rows_hash,
        follows_id=result.follows_id,
        changes=result.changes,
        **{name: value for name, value in read.items() if value is not None},
        **noted,
    )
    cohorts = _rows_by_cohort(mapped)
    store_cohorts(session, metadata.submission_id, cohorts, is_again=result.is_again)


def _rows_by_cohort(mapped: NormalisedSubmission) -> list[tuple[int, str, int]]:
    """Leaving year, stage and number of rows of each cohort that the submission holds."""
    rows = Counter(
        cohort
        for _, _, cohort in {(row.sheet, row.row, mapped.cohort_of(row)) for row in mapped.rows}
        if cohort
    )
    return [
        (cohort.academic_year, cohort.leaving_stage.value, count)
        for cohort, count in sorted(rows.items())
    ]
