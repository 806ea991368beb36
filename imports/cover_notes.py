"""Cover notes: what senders say of a file beside sending it, before its file shows or after.

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

# What a cover note may say beside the day.
SAID = ("kind", "academic_year", "leaving_stage", "wave")


@dataclass(frozen=True, slots=True)
class Later:
    """A note that came later than what a submission was last read with."""

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
    """Write down what a sender says of a file; the same again changes nothing.

    `sha256` is that of the content, in hexadecimal.  `academic_year` is the September in which
    the leaving year starts.  A day that is not given is that of the first sending, today where
    there was none.  Raises ValueError for a kind or a stage that does not exist.
    """
    sha256 = sha256.lower()
    said: dict[str, Any] = {
        "kind": SubmissionKind(kind).value if kind else None,
        "academic_year": academic_year,
        "leaving_stage": LeavingStage(leaving_stage).value if leaving_stage else None,
        "wave": wave,
        "sent_on": sent_on,
    }
    before = session.execute(
        select(CoverNote).where(col(CoverNote.urn) == urn, col(CoverNote.sha256) == sha256)
    ).scalar_one_or_none()
    if before is not None:
        said = {
            field: getattr(before, field) if value is None else value
            for field, value in said.items()
        }
        if all(getattr(before, field) == value for field, value in said.items()):
            return
    elif sent_on is None:
        said["sent_on"] = _first_sent(session, urn, sha256)
    row: dict[str, Any] = {
        "urn": urn,
        "sha256": sha256,
        "name": shorten(PurePosixPath(decode_name(name)).name, 300),
    }
    row |= {**said, "noted_at": now()}
    changing = tuple(field for field in row if field not in ("urn", "sha256"))
    upsert(session, CoverNote, [row], key=("urn", "sha256"), update=changing)


def find_cover_note(session: Session, urn: str, sha256: str) -> CoverNote | None:
    """What is said of some bytes that came under a URN."""
    return session.execute(
        select(CoverNote)
        .where(col(CoverNote.urn) == urn, col(CoverNote.sha256) == sha256)
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()


def last_note(session: Session, submission: Submission) -> CoverNote | None:
    """The last thing said of a submission, under whichever URN of its school its bytes came."""
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


def later_notes(session: Session) -> list[Later]:
    """Notes that came after what their submissions were last read with, the first said first.

    None of what was taken back.
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
    return [Later(submission_id, note_id) for submission_id, note_id, _ in rows]


def says_more_than(cover: CoverNote, submission: Submission) -> bool:
    """Whether a note says anything but what a submission is taken to be already."""
    return cover.sent_on != submission.sent_on or any(
        getattr(cover, field) not in (None, getattr(submission, field)) for field in SAID
    )


def apply_cover_note(submission: Submission, cover: CoverNote) -> None:
    """Let a submission be what its sender says it is, where they say anything."""
    for field in SAID:
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
