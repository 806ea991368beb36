"""Later notes: what a sender says of a file after it was taken in is applied, and to the letter.

Nothing of Prefect's here.  A cover note holds only where the sheet is silent.  So a file that is
recorded already is mapped with and without the note: where the rows come out the same nothing
changes; where they do not, what it had said is taken back and the same file starts anew.  Each
note is one transaction, so a run that is killed anywhere is simply run again.
"""

import logging
from dataclasses import replace

from sqlalchemy import update
from sqlmodel import Session, col

from destinations.record.undo import take_back_submission
from flows.pipeline.run_context import RunContext
from flows.pipeline.sender_responses import metadata_from_round_before
from flows.pipeline.submission_metadata import submission_metadata, with_note
from flows.redaction import place_of
from imports.cover_notes import LaterNote, apply_cover_note, later_notes, says_more_than
from imports.prepare import FileAsSent, normalise, read_as_sent
from imports.receiving import EMPTY, TOO_LARGE, restart_submission
from models.database import transaction
from models.facts.calendar import in_london, in_words, now
from models.facts.submission_state import mark_received, was_taken_back
from models.handoffs.findings import SubmissionRefused
from models.handoffs.normalised import NormalisedSubmission
from models.submissions import Arrival, CoverNote, Noted, Submission

log = logging.getLogger(__name__)


def apply_later_notes(run: RunContext) -> int:
    """How many submissions are to be read again because of what their senders said later."""
    with Session(run.engine) as session:
        pending = later_notes(session)
    return sum(_is_read_again(run, later) for later in pending)


def _is_read_again(run: RunContext, later: LaterNote) -> bool:
    try:
        outcome = _outcome_of(run, later)
        with transaction(run.engine) as session:
            submission = session.get_one(Submission, later.submission_id, with_for_update=True)
            cover = session.get_one(CoverNote, later.note_id)
            _apply(session, submission, cover, outcome)
    except Exception as error:  # the note is there still, for the next run
        log.error(
            "what was said later of submission %s was not applied: %s",
            *(later.submission_id, place_of(error)),
        )
        return False
    return outcome is Noted.ANEW


def _outcome_of(run: RunContext, later: LaterNote) -> Noted | None:
    """What a note does to its submission; None where it says nothing new."""
    with Session(run.engine) as session:
        submission = session.get_one(Submission, later.submission_id)
        cover = session.get_one(CoverNote, later.note_id)
    if not says_more_than(cover, submission):
        return None
    if not submission.rows_read:
        return Noted.ANEW
    return _compare(run, submission, cover)


def _compare(run: RunContext, submission: Submission, cover: CoverNote) -> Noted:
    """What the note does to a file of which something is recorded."""
    file = FileAsSent(submission.name, run.store.get(submission.stored_as))
    read = read_as_sent(file, submission.urn, run.crosswalk, guard=run.guard)
    declared = submission_metadata(submission, waves=run.settings.waves)
    noted = metadata_from_round_before(run, read, with_note(declared, cover))
    try:
        after = normalise(read, noted, run.crosswalk).normalised
    except SubmissionRefused:
        return Noted.UNUSABLE
    try:
        before = normalise(read, declared, run.crosswalk).normalised
    except SubmissionRefused:
        return Noted.ANEW
    return Noted.SILENT if _content(before) == _content(after) else Noted.ANEW


def _content(mapped: NormalisedSubmission) -> object:
    # The wave that is declared shows in each row that it holds for, and only there.
    return replace(mapped.metadata, wave=None), mapped.rows


def _apply(
    session: Session, submission: Submission, cover: CoverNote, outcome: Noted | None
) -> None:
    if was_taken_back(submission):
        return
    if outcome is not Noted.ANEW:
        submission.noted_at = cover.noted_at
        submission.noted_as = outcome.value if outcome else submission.noted_as
    elif submission.refused_code in (EMPTY, TOO_LARGE):
        apply_cover_note(submission, cover)  # there is nothing to read
    elif not submission.rows_read:
        restart_submission(session, submission, cover)
    else:
        _replace(session, submission, cover)


def _replace(session: Session, submission: Submission, cover: CoverNote) -> None:
    """What was recorded is taken back, and the same file starts anew as its sender means it."""
    assert submission.id is not None
    take_back_submission(session, submission.id, by="its sender", at=now())
    anew = Submission(
        urn=submission.urn,
        name=submission.name,
        sha256=submission.sha256,
        size=submission.size,
        stored_as=submission.stored_as,
        sent_on=submission.sent_on,
        noted_as=Noted.ANEW.value,
    )
    apply_cover_note(anew, cover)
    mark_received(anew)
    session.add(anew)
    session.flush()
    # The same bytes are one submission: the one that stands.
    session.execute(
        update(Arrival)
        .where(col(Arrival.submission_id) == submission.id)
        .values(submission_id=anew.id)
    )
    said_on = in_words(in_london(cover.noted_at).date())
    submission.undone_because = (
        f"something else was said of it on {said_on}, so it was read again as submission {anew.id}"
    )
