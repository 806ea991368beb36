"""Waived notice: how many findings a check leaves out because their rule is set aside."""

from collections.abc import Sequence
from datetime import date

from destinations.cli.typed.submission_headings import if_set_up
from destinations.platform.settings import Settings
from destinations.responses.waivers import UnwaivedFindings, drop_waived
from models.facts.counts import count_of
from models.handoffs.findings import Finding
from models.handoffs.normalised import SubmissionMetadata


def drop_waived_if_set_up(
    settings: Settings, declared: SubmissionMetadata, findings: Sequence[Finding], today: date
) -> UnwaivedFindings:
    """The findings but for those of rules set aside today; all of them where no hub is set up."""
    return if_set_up(
        settings,
        lambda session: drop_waived(session, declared, findings, today),
        UnwaivedFindings(tuple(findings)),
    )


def waived_notice(waived: UnwaivedFindings) -> str:
    """How much a person is not told, and why; '' where it is nothing."""
    waived_count = sum(waived.counts.values())
    if not waived_count:
        return ""
    rules = ", ".join(waived.counts)
    things = count_of(waived_count, "thing is", "things are")
    return f"{things} left out: set aside for this school ({rules}; see: destinations waivers)."
