"""Cover notes: what a sender declares of a file, before or after it shows, becomes its metadata.

A later note adds to what was said before and replaces what it says anew; what it is silent about
stands.  The submission keeps the moment of the last note that was taken into account.
"""

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import PurePosixPath
from typing import Any

from sqlalchemy import and_, or_, select
from sqlmodel import Session, col

from imports.inbox import decode_name, shorten
from models.database import upsert
from models.facts.calendar import in_london, now
from models.facts.submission_state import is_standing
from models.submissions import Arrival, CoverNote, Submission
from models.vocabulary import LeavingStage, SubmissionKind

# What a cover note may say of a submission beside the day it was sent.
NOTE_FIELDS = ("kind", "academic_year", "leaving_stage", "wave")


@dataclass(frozen=True, slots=True)
class LaterNote:
    """A note that came after the one that its submission was last read with."""

    submission_id: int
    note_id: int


def store_cover_note(
    session: Session,
    *,
    urn: str,
    name: str,
    sha256: str,
    sent_on: date | None = None,
    kind: SubmissionKind | str | None = None,
    academic_year: int | None = None,
    leaving_stage: LeavingStage | str | None = None,
    wave: int | None = None,
) -> None:
    """Store what a sender declares of a file; the same a second time changes nothing.

    `sha256` is that of the content, in hexadecimal.  `academic_year` is the September in which
    the leaving year starts.  A day that is not given is that of the first sending, today where
    there was none.  Raises ValueError for a kind or a stage that does not exist.
    """
    sha256 = sha256.lower()
    values: dict[str, Any] = {
        "kind": SubmissionKind(kind).value if kind else None,
        "academic_year": academic_year,
        "leaving_stage": LeavingStage(leaving_stage).value if leaving_stage else None,
        "wave": wave,
        "sent_on": sent_on,
    }
    existing = session.execute(
        select(CoverNote).where(col(CoverNote.urn) == urn, col(CoverNote.sha256) == sha256)
    ).scalar_one_or_none()
    if existing is not None:
        values = {
            field: getattr(existing, field) if value is None else value
            for field, value in values.items()
        }
        if all(getattr(existing, field) == value for field, value in values.items()):
            return
    elif sent_on is None:
        values["sent_on"] = _first_sent(session, urn, sha256)
    row: dict[str, Any] = {
        "urn": urn,
        "sha256": sha256,
        "name": shorten(PurePosixPath(decode_name(name)).name, 300),
    }
    row |= {**values, "noted_at": now()}
    changing = tuple(field for field in row if field not in ("urn", "sha256"))
    upsert(session, CoverNote, [row], key=("urn", "sha256"), update=changing)


def find_cover_note(session: Session, urn: str, sha256: str) -> CoverNote | None:
    """The note of a content by its SHA-256 in hexadecimal, as sent under that URN."""
    return session.execute(
        select(CoverNote)
        .where(col(CoverNote.urn) == urn, col(CoverNote.sha256) == sha256)
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()


def last_note(session: Session, submission: Submission) -> CoverNote | None:
    """The latest note of a submission, under whichever URN of its school its bytes came."""
    came_under = select(col(Arrival.urn)).where(col(Arrival.submission_id) == submission.id)
    return session.execute(
        select(CoverNote)
        .where(
            col(CoverNote.sha256) == submission.sha256,
            or_(col(CoverNote.urn) == submission.urn, col(CoverNote.urn).in_(came_under)),
        )
        .order_by(col(CoverNote.noted_at).desc(), col(CoverNote.id).desc())
        .limit(1)
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()


def later_notes(session: Session) -> list[LaterNote]:
    """Notes that came after what their submissions were last read with, the earliest first.

    None of a submission that was taken back.
    """
    rows = session.execute(
        select(col(Submission.id), col(CoverNote.id), col(CoverNote.noted_at))
        .join(Arrival, col(Arrival.submission_id) == col(Submission.id))
        .join(
            CoverNote,
            and_(
                col(CoverNote.urn) == col(Arrival.urn),
                col(CoverNote.sha256) == col(Submission.sha256),
            ),
        )
        .where(
            is_standing(),
            or_(
                col(Submission.noted_at).is_(None),
                col(CoverNote.noted_at) > col(Submission.noted_at),
            ),
        )
        .distinct()
        .order_by(col(CoverNote.noted_at), col(CoverNote.id))
    ).all()
    return [LaterNote(submission_id, note_id) for submission_id, note_id, _ in rows]


def says_more_than(cover: CoverNote, submission: Submission) -> bool:
    """Whether a note declares anything that differs from the submission's metadata."""
    return cover.sent_on != submission.sent_on or any(
        getattr(cover, field) not in (None, getattr(submission, field)) for field in NOTE_FIELDS
    )


def apply_cover_note(submission: Submission, cover: CoverNote) -> None:
    """Set a submission's metadata to what its note declares; what it is silent about stands."""
    for field in NOTE_FIELDS:
        if getattr(cover, field) is not None:
            setattr(submission, field, getattr(cover, field))
    submission.sent_on = cover.sent_on
    submission.noted_at = cover.noted_at


def _first_sent(session: Session, urn: str, sha256: str) -> date:
    moment: datetime = now()
    sent_on: date | None = session.execute(
        select(col(Submission.sent_on))
        .join(Arrival, col(Arrival.submission_id) == col(Submission.id))
        .where(
            col(Arrival.urn) == urn,
            col(Arrival.sha256) == sha256,
            is_standing(),
        )
        .limit(1)
    ).scalar_one_or_none()
    return sent_on or in_london(moment).date()
