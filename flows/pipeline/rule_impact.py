"""Rule impact: a changed suite runs over everything that was ever sent, beside the one in force.

Originals are read again; nothing is recorded and nobody is told.  Nothing of Prefect's here.
"""

import logging
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

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


class FindingPlace(NamedTuple):
    """Which rule spoke, and where: `column` is a letter, and a row of None is the whole sheet."""

    code: str
    sheet: str
    row: int | None
    column: str


class RowPlace(NamedTuple):
    """One row of a file, as Excel numbers it."""

    sheet: str
    row: int


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
        return sum(counts.total() for counts in changed)

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
    impact = RuleImpact()
    tolerances = run.settings.tolerances(Tolerances)
    for metadata, submissions, hashes in _prepare_recorded(run, impact):
        before = _judge(run, metadata, submissions, Trial(tolerances=tolerances), today)
        after = _judge(run, metadata, submissions, trial, today)
        with Session(run.engine) as session:
            for submission in submissions:
                submission_id = submission.metadata.submission_id
                if hashes[submission_id] != _suite_in_code(submission.metadata):
                    before[submission_id] = _stored_severities(session, submission_id)
        for submission in submissions:
            submission_id = submission.metadata.submission_id
            if submission_id in before and submission_id in after:
                _count_differences(
                    impact, submission.metadata.urn, before[submission_id], after[submission_id]
                )
                impact.submissions += 1
                impact.rows += len({(row.sheet, row.row) for row in submission.rows})
    return impact


Judged = dict[int, dict[FindingPlace, Severity]]


def _prepare_recorded(
    run: RunContext, impact: RuleImpact
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
            submissions = session.scalars(
                select(Submission).where(col(Submission.id).in_(chunk))
            ).all()
        metadata = {
            submission.id or 0: submission_metadata(submission, run.settings.waves)
            for submission in submissions
        }
        prepared = [
            normalised
            for submission in submissions
            if (normalised := _read_again(run, submission, metadata, impact))
        ]
        yield (
            metadata,
            prepared,
            {submission.id or 0: submission.suite_hash for submission in submissions},
        )


def _read_again(
    run: RunContext,
    submission: Submission,
    metadata_by_id: Mapping[int, SubmissionMetadata],
    impact: RuleImpact,
) -> NormalisedSubmission | None:
    try:
        file = FileAsSent(submission.name, run.store.get(submission.stored_as))
        metadata = metadata_by_id[submission.id or 0]
        return prepare(file, metadata, run.crosswalk, guard=run.guard).normalised
    except (SubmissionRefused, KeyError):  # as we read today; or retention took the original
        impact.unread += 1
        log.info("submission %s could not be read again", submission.id)
        return None


def _judge(
    run: RunContext,
    metadata: Mapping[int, SubmissionMetadata],
    submissions: Sequence[NormalisedSubmission],
    trial: Trial,
    today: date,
) -> Judged:
    judged = validate(submissions, tolerances=trial.tolerances, trial=trial)
    with Session(run.engine) as session:
        return {
            submission_id: _severities(
                drop_waived(session, metadata[submission_id], findings, today).findings
            )
            for submission_id, findings in judged.findings.items()
        }


def _severities(findings: Sequence[Finding]) -> dict[FindingPlace, Severity]:
    return {
        FindingPlace(finding.code, finding.sheet, finding.row, finding.column): finding.severity
        for finding in findings
    }


def _stored_severities(session: Session, submission_id: int) -> dict[FindingPlace, Severity]:
    """What its sender was told."""
    stored = session.scalars(
        select(FindingRecord).where(col(FindingRecord.submission_id) == submission_id)
    ).all()
    return {
        FindingPlace(finding.code, finding.sheet, finding.row, finding.column): Severity(
            finding.severity
        )
        for finding in stored
    }


def _suite_in_code(metadata: SubmissionMetadata) -> str:
    year = academic_year(metadata.sent_on.year, metadata.sent_on.month)
    return suite_hash(metadata.kind or SubmissionKind.LEAVERS, year)


def _count_differences(
    impact: RuleImpact,
    urn: str,
    before: dict[FindingPlace, Severity],
    after: dict[FindingPlace, Severity],
) -> None:
    impact.new.update(
        (urn, place.code) for place in after.keys() - before.keys() if _is_judged(place)
    )
    impact.gone.update(
        (urn, place.code) for place in before.keys() - after.keys() if _is_judged(place)
    )
    for place in before.keys() & after.keys():
        if before[place] is not after[place]:
            counts = impact.heavier if after[place] is Severity.MUST_FIX else impact.lighter
            counts[urn, place.code] += 1
    waited, waits = _waiting(before), _waiting(after)
    if waits - waited:
        impact.would_wait[urn] += len(waits - waited)
    if waited - waits:
        impact.freed[urn] += len(waited - waits)


def _is_judged(place: FindingPlace) -> bool:
    """Whether a suite says it, and not a stage that noticed something on its way."""
    rule = catalogue().get(place.code)
    return rule is None or bool(rule.kind)


def _waiting(severities: Mapping[FindingPlace, Severity]) -> set[RowPlace]:
    return {
        RowPlace(place.sheet, place.row)
        for place, severity in severities.items()
        if place.row is not None and severity is Severity.MUST_FIX
    }
