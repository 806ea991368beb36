"""Rehearsed: what a file would change, said before anything is recorded.  Nothing of it is kept."""

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
    sent = Submission(
        urn=mapped.declared.urn, name=name, sha256=sha256, size=len(content), stored_as="",
        sent_on=mapped.declared.sent_on,
    )  # fmt: skip
    return if_set_up(settings, lambda session: _rehearsed(session, sent, mapped, findings), "")


def _rehearsed(
    session: Session, sent: Submission, mapped: NormalisedSubmission, findings: Sequence[Finding]
) -> str:
    """The sheet is recorded, and what was recorded is taken back before anybody sees it."""
    known = session.exec(select(Institution.urn).where(Institution.urn == sent.urn)).first()
    if known is None or mapped.declared.kind is None:
        return ""
    same = session.exec(
        select(Submission).where(
            col(Submission.urn).in_(school_chain(session, sent.urn)),
            Submission.sha256 == sent.sha256,
            is_standing(),
        )
    ).first()
    if same is not None:
        return changes_in_words(same, {}, is_sent=False)
    try:
        session.add(sent)
        session.flush()
        declared = replace(mapped.declared, submission_id=sent.id or 0)
        done = record_submission(
            session, replace(mapped, declared=declared), findings, recorded_at=now()
        )
        session.refresh(sent)
        before = session.get(Submission, sent.follows_id) if sent.follows_id else None
        return changes_in_words(before, done.changes, is_sent=False) if before else ""
    finally:
        session.rollback()
