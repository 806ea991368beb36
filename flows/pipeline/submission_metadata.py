"""Submission metadata: what is known of a submission before its rows are."""

from dataclasses import replace

from sqlmodel import Session

from imports.cover_notes import last_note
from models.handoffs.normalised import SubmissionMetadata
from models.submissions import CoverNote, Submission
from models.vocabulary import LeavingStage, SubmissionKind


def submission_metadata(submission: Submission, waves: int) -> SubmissionMetadata:
    """What its line says: what its sender said, and what was worked out of it since.

    `waves` is for how many autumns the hub follows a cohort.
    """
    return SubmissionMetadata(
        submission_id=submission.id or 0,
        urn=submission.urn,
        sent_on=submission.sent_on,
        kind=SubmissionKind(submission.kind) if submission.kind else None,
        academic_year=submission.academic_year,
        leaving_stage=LeavingStage(submission.leaving_stage) if submission.leaving_stage else None,
        wave=submission.wave,
        waves=waves,
    )


def metadata_as_sent(session: Session, submission: Submission, waves: int) -> SubmissionMetadata:
    """The same for one whose sender has heard nothing yet: only what they said themselves.

    What a run worked out before it was killed is worked out again, so that it is asked about.  So
    is for every sheet of wave 0 whether it is one.
    """
    declared = submission_metadata(submission, waves)
    if submission.answered_at is None:
        return with_note(declared, last_note(session, submission))
    if declared.wave == 0:
        # A sheet without answers is of wave 0 until somebody says which column has them.
        note = last_note(session, submission)
        return replace(declared, wave=note.wave if note else None)
    return declared


def with_note(declared: SubmissionMetadata, note: CoverNote | None) -> SubmissionMetadata:
    """What a sender says in a cover note, and nothing that was worked out since."""
    stage = LeavingStage(note.leaving_stage) if note and note.leaving_stage else None
    return replace(
        declared,
        kind=SubmissionKind(note.kind) if note and note.kind else None,
        academic_year=note.academic_year if note else None,
        leaving_stage=stage,
        wave=note.wave if note else None,
        sent_on=note.sent_on if note else declared.sent_on,
    )
