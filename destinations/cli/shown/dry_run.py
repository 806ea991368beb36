"""Dry run: what a file would change, recorded and rolled back, becomes a sentence."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace

from sqlmodel import Session, col, select

from destinations.cli.typed.submission_headings import if_set_up
from destinations.platform.settings import Settings
from destinations.recording import record_submission
from destinations.returns.receipts import changes_in_words
from models.facts.calendar import now
from models.facts.submission_state import is_standing
from models.facts.succession import school_chain
from models.handoffs.findings import Finding
from models.handoffs.normalised import NormalisedSubmission
from models.places import Institution
from models.submissions import Submission


def dry_run_sentence(
    settings: Settings,
    name: str,
    content: bytes,
    mapped: NormalisedSubmission,
    findings: Sequence[Finding],
) -> str:
    """What a sheet would change beside what its school sent before, in a sentence.

    '' where no hub is set up, nobody said whose sheet it is, or nothing like it was sent before.
    """
    sha256 = hashlib.sha256(content).hexdigest()
    submission = Submission(
        urn=mapped.metadata.urn, name=name, sha256=sha256, size=len(content), stored_as="",
        sent_on=mapped.metadata.sent_on,
    )  # fmt: skip
    return if_set_up(
        settings, lambda session: _record_and_roll_back(session, submission, mapped, findings), ""
    )


def _record_and_roll_back(
    session: Session,
    submission: Submission,
    mapped: NormalisedSubmission,
    findings: Sequence[Finding],
) -> str:
    """The sheet is recorded, and what was recorded is taken back before anybody sees it."""
    institution_urn = session.exec(
        select(Institution.urn).where(Institution.urn == submission.urn)
    ).first()
    if institution_urn is None or mapped.metadata.kind is None:
        return ""
    same_file = session.exec(
        select(Submission).where(
            col(Submission.urn).in_(school_chain(session, submission.urn)),
            Submission.sha256 == submission.sha256,
            is_standing(),
        )
    ).first()
    if same_file is not None:
        return changes_in_words(same_file, {}, is_sent=False)
    try:
        session.add(submission)
        session.flush()
        declared = replace(mapped.metadata, submission_id=submission.id or 0)
        recorded = record_submission(
            session, replace(mapped, metadata=declared), findings, recorded_at=now()
        )
        session.refresh(submission)
        previous = session.get(Submission, submission.follows_id) if submission.follows_id else None
        return changes_in_words(previous, recorded.changes, is_sent=False) if previous else ""
    finally:
        session.rollback()
