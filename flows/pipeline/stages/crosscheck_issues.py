"""Crosscheck issues: which of them a sender is told, and which a rule set aside keeps silent."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session

from destinations.crosschecks.run_crosschecks import drop_implied
from destinations.responses.confirmations import drop_confirmed
from flows.pipeline.submission_work import SubmissionWork
from models.handoffs.findings import Issue


@dataclass(frozen=True)
class CrosscheckIssues:
    """The issues to tell, and how often each rule that is set aside spoke, of all its stages."""

    issues: tuple[Issue, ...]
    waived: Counter[str]


def crosscheck_issues(
    session: Session, work: SubmissionWork, remarks: Sequence[Issue]
) -> CrosscheckIssues:
    """What crosschecks found of a recorded submission whose sender is told these `remarks`."""
    result = work.result
    issues = drop_implied(work.crosschecks, remarks)
    waived = Counter(work.waived) + Counter(result.set_aside)
    waived.update(issue.code for issue in issues if issue.code in work.silent)
    spoken = [issue for issue in issues if issue.code not in work.silent]
    return CrosscheckIssues(drop_confirmed(session, spoken, result.people, work.rows), waived)
