"""Submission work: all that a run knows of one submission on its way from stage to stage."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from destinations.recording import RecordResult
from destinations.returns.understood import Understood
from imports.crosswalk.confirmed_mappings import Crosswalk
from models.handoffs.findings import Finding, Issue
from models.handoffs.normalised import NormalisedSubmission, SubmissionMetadata
from models.handoffs.sheets import ReadFile

_NOTHING_READ = ReadFile("", ())


@dataclass(frozen=True)
class SubmissionWork:
    """One submission on its way.  Each stage gives it back with what it found out.

    A field holds its default until the stage that is named beside it.  It holds what pupils'
    sheets say, so neither Prefect nor a log is ever given one.
    """

    id: int
    name: str  # as sent
    stored_as: str  # the key of its original
    metadata: SubmissionMetadata  # with what the round before says, once mapped
    crosswalk: Crosswalk  # what it is read and mapped with
    queued_since: datetime | None  # when what this run takes up was asked for
    read: ReadFile = _NOTHING_READ  # read
    normalised: NormalisedSubmission | None = None  # mapped, until answers are applied
    findings: tuple[Finding, ...] = ()  # validated: all but those of rules set aside
    waived: Mapping[str, int] = field(default_factory=dict)  # findings of rules set aside, by code
    suite_hash: str | None = None  # validated: which suite judged it
    recorded: RecordResult | None = None  # recorded
    silent: frozenset[str] = frozenset()  # recorded: the rules that are set aside
    crosschecks: tuple[Issue, ...] = ()  # recorded: beside all that was recorded before
    understood: Understood | None = None  # recorded: what its sender is shown that it says
    findings_told: tuple[Finding, ...] = ()  # recorded: what its sender is told

    @property
    def rows(self) -> NormalisedSubmission:
        """The submission in our words.  Raises LookupError where it is not at hand."""
        if self.normalised is None:
            raise LookupError("not mapped yet, or done with")
        return self.normalised

    @property
    def result(self) -> RecordResult:
        """What recording it came to.  Raises LookupError before it is recorded."""
        if self.recorded is None:
            raise LookupError("not recorded yet")
        return self.recorded


@dataclass(frozen=True)
class Chunk:
    """Submissions that go from stage to stage together.

    `works` are those that still go on: one that is refused, or stops through our fault, leaves
    them.  `ids` are all that the chunk set out with, for each of their senders is answered;
    `unread` those that were too many to be read with them, and are a chunk of their own.
    """

    ids: tuple[int, ...]
    works: tuple[SubmissionWork, ...] = ()
    unread: tuple[int, ...] = ()
