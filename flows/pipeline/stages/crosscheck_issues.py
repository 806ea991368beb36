"""Crosscheck issues: which of them a sender is told, and which a rule set aside keeps silent."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from destinations.crosschecks.run_crosschecks import drop_implied
from destinations.responses.confirmations import SubmissionConfirmations
from flows.pipeline.submission_work import SubmissionWork
from models.handoffs.findings import Issue


@dataclass(frozen=True)
class CrosscheckIssues:
    """The issues to tell, and how often each rule that is set aside spoke, of all its stages."""

    issues: tuple[Issue, ...]
    waived: Counter[str]


def crosscheck_issues(
    work: SubmissionWork, remarks: Sequence[Issue], confirmations: SubmissionConfirmations
) -> CrosscheckIssues:
    """What crosschecks found of a recorded submission whose sender is told these `remarks`."""
    issues = drop_implied(work.crosschecks, remarks)
    waived = Counter(work.waived) + Counter(work.result.set_aside)
    waived.update(issue.code for issue in issues if issue.code in work.silent)
    spoken = [issue for issue in issues if issue.code not in work.silent]
    return CrosscheckIssues(confirmations.drop_confirmed(spoken), waived)
