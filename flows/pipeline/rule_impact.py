"""Trials: a changed suite runs over everything that was ever sent, beside the one in force.

Originals are read again; nothing is recorded and nobody is told.  Nothing of Prefect's here.
"""

import logging
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select
from sqlmodel import Session, col

from destinations.responses.waivers import drop_waived
from expectations.catalogue import catalogue
from expectations.engine.suites import suite_hash
from expectations.engine.trial import Trial
from expectations.tolerances import Tolerances
from expectations.validating import validate
from flows.pipeline.chunks import chunks_of
from flows.pipeline.run_context import RunContext
from flows.pipeline.submission_metadata import submission_metadata
from imports.prepare import FileAsSent, prepare
from models.facts.submission_state import is_accepted
from models.handoffs.findings import Finding, SubmissionRefused
from models.handoffs.normalised import NormalisedSubmission, SubmissionMetadata
from models.submissions import FindingRecord, Submission
from models.vocabulary import Severity, SubmissionKind, academic_year

log = logging.getLogger(__name__)

Cell = tuple[str, str, int | None, str]  # rule, sheet, row, column
Row = tuple[str, int]


@dataclass
class RuleImpact:
    """What would change, counted by (school, rule), and rows by school.

    A finding that only weighs otherwise is neither new nor gone.
    """

    new: Counter[tuple[str, str]] = field(default_factory=Counter)
    gone: Counter[tuple[str, str]] = field(default_factory=Counter)
    heavier: Counter[tuple[str, str]] = field(default_factory=Counter)
    lighter: Counter[tuple[str, str]] = field(default_factory=Counter)
    would_wait: Counter[str] = field(default_factory=Counter)
    freed: Counter[str] = field(default_factory=Counter)
    submissions: int = 0
    rows: int = 0
    unread: int = 0  # originals that are gone, or that we cannot read today

    @property
    def total(self) -> int:
        """How many findings would differ."""
        changed = (self.new, self.gone, self.heavier, self.lighter)
        return sum(each.total() for each in changed)

    def lines(self) -> list[dict[str, str | int]]:
        """By school and rule: new, gone, and weighed otherwise."""
        keys = sorted({*self.new, *self.gone, *self.heavier, *self.lighter})
        return [
            {
                "urn": urn,
                "rule": code,
                "new": self.new[urn, code],
                "gone": self.gone[urn, code],
                "must now be fixed": self.heavier[urn, code],
                "need only be checked": self.lighter[urn, code],
            }
            for urn, code in keys
        ]

    def rows_by_school(self) -> list[dict[str, str | int]]:
        """By school: rows that would wait, and rows that would wait no longer."""
        return [
            {"urn": urn, "would wait": self.would_wait[urn], "freed": self.freed[urn]}
            for urn in sorted({*self.would_wait, *self.freed})
        ]


def compare_suites(run: RunContext, trial: Trial, today: date) -> RuleImpact:
    """The trial beside the suite in force, over every submission that was recorded.

    In force is what judged the submission: where the code has changed since, what its sender was
    told; where it has not, the code as it is, so that what was confirmed since is no difference.
    """
    found = RuleImpact()
    tolerances = run.settings.tolerances(Tolerances)
    for declared, mapped, hashes in _history(run, found):
        before = _judged(run, declared, mapped, Trial(tolerances=tolerances), today)
        after = _judged(run, declared, mapped, trial, today)
        with Session(run.engine) as session:
            for one in mapped:
                number = one.declared.submission_id
                if hashes[number] != _hash(one.declared):
                    before[number] = _told(session, number)
        for one in mapped:
            number = one.declared.submission_id
            if number in before and number in after:
                _count(found, one.declared.urn, before[number], after[number])
                found.submissions += 1
                found.rows += len({(row.sheet, row.row) for row in one.rows})
    return found


Judged = dict[int, dict[Cell, Severity]]


def _history(
    run: RunContext, found: RuleImpact
) -> Iterator[
    tuple[dict[int, SubmissionMetadata], list[NormalisedSubmission], dict[int, str | None]]
]:
    """Everything recorded, read and mapped again, a chunk at a time."""
    with Session(run.engine) as session:
        ids = session.scalars(
            select(col(Submission.id))
            .where(
                is_accepted(),
                col(Submission.suite_hash).is_not(None),
            )
            .order_by(col(Submission.sent_on), col(Submission.id))
        ).all()
    for chunk in chunks_of(run, [number for number in ids if number is not None]):
        with Session(run.engine) as session:
            sent = session.scalars(select(Submission).where(col(Submission.id).in_(chunk))).all()
        declared = {one.id or 0: submission_metadata(one, run.settings.waves) for one in sent}
        mapped = [again for one in sent if (again := _read_again(run, one, declared, found))]
        yield declared, mapped, {one.id or 0: one.suite_hash for one in sent}


def _read_again(
    run: RunContext,
    sent: Submission,
    declared: Mapping[int, SubmissionMetadata],
    found: RuleImpact,
) -> NormalisedSubmission | None:
    try:
        file = FileAsSent(sent.name, run.store.get(sent.stored_as))
        metadata = declared[sent.id or 0]
        return prepare(file, metadata, run.crosswalk, guard=run.guard).normalised
    except (SubmissionRefused, KeyError):  # as we read today; or retention took the original
        found.unread += 1
        log.info("submission %s could not be read again", sent.id)
        return None


def _judged(
    run: RunContext,
    declared: Mapping[int, SubmissionMetadata],
    mapped: Sequence[NormalisedSubmission],
    trial: Trial,
    today: date,
) -> Judged:
    judged = validate(mapped, tolerances=trial.tolerances, trial=trial)
    with Session(run.engine) as session:
        return {
            number: _cells(drop_waived(session, declared[number], told, today).findings)
            for number, told in judged.findings.items()
        }


def _cells(findings: Sequence[Finding]) -> dict[Cell, Severity]:
    return {(one.code, one.sheet, one.row, one.column): one.severity for one in findings}


def _told(session: Session, number: int) -> dict[Cell, Severity]:
    """What its sender was told."""
    kept = session.scalars(
        select(FindingRecord).where(col(FindingRecord.submission_id) == number)
    ).all()
    return {(one.code, one.sheet, one.row, one.column): Severity(one.severity) for one in kept}


def _hash(declared: SubmissionMetadata) -> str:
    year = academic_year(declared.sent_on.year, declared.sent_on.month)
    return suite_hash(declared.kind or SubmissionKind.LEAVERS, year)


def _count(
    found: RuleImpact, urn: str, before: dict[Cell, Severity], after: dict[Cell, Severity]
) -> None:
    found.new.update((urn, cell[0]) for cell in after.keys() - before.keys() if _is_judged(cell))
    found.gone.update((urn, cell[0]) for cell in before.keys() - after.keys() if _is_judged(cell))
    for cell in before.keys() & after.keys():
        if before[cell] is not after[cell]:
            weighed = found.heavier if after[cell] is Severity.MUST_FIX else found.lighter
            weighed[urn, cell[0]] += 1
    waited, waits = _waiting(before), _waiting(after)
    if waits - waited:
        found.would_wait[urn] += len(waits - waited)
    if waited - waits:
        found.freed[urn] += len(waited - waits)


def _is_judged(cell: Cell) -> bool:
    """Whether a suite says it, and not a stage that noticed something on its way."""
    rule = catalogue().get(cell[0])
    return rule is None or bool(rule.kind)


def _waiting(told: Mapping[Cell, Severity]) -> set[Row]:
    return {
        (sheet, row)
        for (_, sheet, row, _), severity in told.items()
        if row is not None and severity is Severity.MUST_FIX
    }
