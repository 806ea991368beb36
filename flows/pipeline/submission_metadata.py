"""Said: what is known of a submission before its rows are."""

from dataclasses import replace

from sqlmodel import Session

from imports.cover_notes import last_note
from models.handoffs.normalised import Declared
from models.submissions import CoverNote, Submission
from models.vocabulary import Kind, LeavingStage


def declared_of(submission: Submission, waves: int) -> Declared:
    """What its line says: what its sender said, and what was worked out of it since.

    `waves` is for how many autumns the hub follows a cohort.
    """
    return Declared(
        submission_id=submission.id or 0,
        urn=submission.urn,
        sent_on=submission.sent_on,
        kind=Kind(submission.kind) if submission.kind else None,
        academic_year=submission.academic_year,
        leaving_stage=LeavingStage(submission.leaving_stage) if submission.leaving_stage else None,
        wave=submission.wave,
        waves=waves,
    )


def as_said(session: Session, submission: Submission, waves: int) -> Declared:
    """The same for one whose sender has heard nothing yet: only what they said themselves.

    What a run worked out before it was killed is worked out again, so that it is asked about.
    """
    declared = declared_of(submission, waves)
    if submission.answered_at is not None:
        return declared
    return with_note(declared, last_note(session, submission))


def with_note(declared: Declared, note: CoverNote | None) -> Declared:
    """What a sender says in a cover note, and nothing that was worked out since."""
    stage = LeavingStage(note.leaving_stage) if note and note.leaving_stage else None
    return replace(
        declared,
        kind=Kind(note.kind) if note and note.kind else None,
        academic_year=note.academic_year if note else None,
        leaving_stage=stage,
        wave=note.wave if note else None,
        sent_on=note.sent_on if note else declared.sent_on,
    )
