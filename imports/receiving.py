"""Receiving: a file in the inbox becomes a submission, known by its SHA-256, its original kept.

Senders write inbox/<urn>/<name>; a file deeper down ("inbox/<urn>/autumn/<name>") is theirs too and
known by its name alone.  Nothing in the inbox is ever changed or removed.
"""

import hashlib
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from pathlib import PurePosixPath
from typing import NamedTuple

from sqlalchemy import delete, select
from sqlmodel import Session, col

from imports.cover_notes import apply_cover_note, find_cover_note, says_more_than
from imports.inbox import decode_name, sender_and_name, shorten, stored_key
from imports.sender_school import is_registered, school_of_sender
from models.facts.calendar import in_london
from models.facts.submission_state import is_standing, mark_received, mark_refused_unread
from models.handoffs.store import Store, StoredFile
from models.submissions import Arrival, CoverNote, Noted, Submission

SUBMISSIONS = "submissions/"

# Why a file is not taken in; the words are in expectations/rules/arrivals.py.
UNKNOWN_SCHOOL = "A01"
NOT_IN_A_HUB = "A02"
NO_SCHOOL_FOLDER = "A03"
UNCLAIMED_CODES = (UNKNOWN_SCHOOL, NOT_IN_A_HUB, NO_SCHOOL_FOLDER)
TOO_LARGE = "A04"
EMPTY = "A05"

# Why a file could not be taken in by the last run, and is tried again by the next.
NOT_OPENED = "unread"
CHANGING = "changing"
OUR_FAULT = "fault"
RETRIED_CODES = (NOT_OPENED, CHANGING, OUR_FAULT)


class _FileVersion(NamedTuple):
    """A file of the inbox at one moment: its key as an arrival keeps it, its size in bytes."""

    key: str
    size: int
    modified_at: datetime


class StillChangingError(Exception):
    """A file grew or shrank while it was read: what we hold is not what its sender means."""


def list_new_files(session: Session, files: Iterable[StoredFile]) -> list[StoredFile]:
    """Of the files of the inbox, those not yet received as they are now, earliest first.

    A file whose school was not known is given again once the school is.  One query for all the
    arrivals there ever were, and a few for each school that is still not known.
    """
    arrivals = select(
        col(Arrival.key),
        col(Arrival.size),
        col(Arrival.modified_at),
        col(Arrival.urn),
        col(Arrival.refused_code),
    )
    seen = {
        _FileVersion(key, size, modified_at): (urn, code)
        for key, size, modified_at, urn, code in session.execute(arrivals)
    }
    is_welcome: dict[tuple[str, date], bool] = {}
    new = []
    for stored in files:
        urn, code = seen.get(_file_version(stored), ("", "new"))
        if code in (UNKNOWN_SCHOOL, NOT_IN_A_HUB):
            sender_and_day = urn, _day_received(stored)
            if sender_and_day not in is_welcome:
                # In a hub on the day it came, or in one without an end.
                is_welcome[sender_and_day] = (
                    school_of_sender(session, urn, (sender_and_day[1], date.max)) is not None
                )
            code = "new" if is_welcome[sender_and_day] else code
        if code == "new" or code in RETRIED_CODES:
            new.append(stored)
    return sorted(new, key=lambda stored: (stored.modified_at, stored.key))


def receive(
    session: Session, store: Store, stored: StoredFile, *, today: date, size_limit: int
) -> Arrival:
    """What became of one file of the inbox, within the caller's transaction.

    `size_limit` is in bytes.  A file from a folder that is no school of a hub gives an arrival
    with a `refused_code` and no submission: it stays where it is and is tried again once its
    school is known.  A file that is empty or too large becomes a submission that is refused, so
    that its sender is answered.  Bytes sent before point to their first submission.

    Safe to run again after being killed anywhere: the original is kept first, under its hash, and
    the rows follow in one transaction.  Raises KeyError when the file is no longer there, and
    StillChangingError while somebody is still writing it.
    """
    arrival = _find_or_make_arrival(session, stored)
    arrival.refused_code = _unknown_sender_code(session, arrival.urn)
    if arrival.refused_code is None:
        submission = _submission_of_file(
            session, store, stored, arrival, today=today, size_limit=size_limit
        )
        if submission is None:
            arrival.refused_code = NOT_IN_A_HUB
        else:
            session.add(submission)
            session.flush()
            arrival.submission_id = submission.id
    session.add(arrival)
    session.flush()
    return arrival


def record_not_received(session: Session, stored: StoredFile, code: str) -> None:
    """Record that a file could not be received, and its code; every run tries it again."""
    arrival = _find_or_make_arrival(session, stored)
    arrival.refused_code = code
    session.add(arrival)
    session.flush()


def list_not_received(
    session: Session, files: Iterable[StoredFile]
) -> list[tuple[StoredFile, str]]:
    """Of the files of the inbox, those not received as they are now, each with its code."""
    refused = select(
        col(Arrival.key), col(Arrival.size), col(Arrival.modified_at), col(Arrival.refused_code)
    ).where(col(Arrival.refused_code).is_not(None), col(Arrival.submission_id).is_(None))
    by_version: dict[_FileVersion, str] = {}
    by_key: dict[str, str] = {}
    for key, size, modified_at, code in session.execute(refused):
        by_version[_FileVersion(key, size, modified_at)] = code
        if code == CHANGING:  # it is no longer as it was then
            by_key[key] = code
    codes = (
        (stored, by_version.get(version) or by_key.get(version.key))
        for stored, version in ((stored, _file_version(stored)) for stored in files)
    )
    return [(stored, code) for stored, code in codes if code]


def clear_retried_arrivals(session: Session) -> None:
    """Delete the arrivals whose files are tried again, as every run does first."""
    session.execute(
        delete(Arrival).where(
            col(Arrival.refused_code).in_(RETRIED_CODES), col(Arrival.submission_id).is_(None)
        )
    )


def restart_submission(session: Session, submission: Submission, cover: CoverNote | None) -> None:
    """Have a submission of which nothing is recorded read again, with the note that came since."""
    if cover is not None:
        apply_cover_note(submission, cover)
        submission.noted_as = Noted.ANEW.value
    mark_received(submission)
    session.flush()


def _file_version(stored: StoredFile) -> _FileVersion:
    return _FileVersion(stored_key(stored.key), stored.size, stored.modified_at)


def _find_or_make_arrival(session: Session, stored: StoredFile) -> Arrival:
    """The arrival of a file as it is now: the one it had while its school was not known, or new."""
    version = _file_version(stored)
    existing: Arrival | None = session.execute(
        select(Arrival).where(
            col(Arrival.key) == version.key,
            col(Arrival.size) == version.size,
            col(Arrival.modified_at) == version.modified_at,
        )
    ).scalar_one_or_none()
    if existing is not None:
        return existing
    urn, name = sender_and_name(stored.key)
    return Arrival(
        key=version.key,
        urn=urn,
        name=shorten(name, 300),
        size=version.size,
        modified_at=version.modified_at,
    )


def _unknown_sender_code(session: Session, urn: str) -> str | None:
    if not urn:
        return NO_SCHOOL_FOLDER
    return None if is_registered(session, urn) else UNKNOWN_SCHOOL


def _submission_of_file(
    session: Session,
    store: Store,
    stored: StoredFile,
    arrival: Arrival,
    *,
    today: date,
    size_limit: int,
) -> Submission | None:
    """The submission that a file is, new or known; None when its sender was in no hub.

    Whether they were can depend on the day it was sent, which the cover note knows by the hash of
    the content; so the file is read before that is asked.
    """
    pieces = _pieces_as_listed(stored, store.pieces(stored.key))
    content = b"".join(pieces) if stored.size <= size_limit else None
    arrival.sha256 = _sha256((content,) if content is not None else pieces)
    cover = find_cover_note(session, arrival.urn, arrival.sha256)
    sent_on = cover.sent_on if cover else min(_day_received(stored), today)
    urn = school_of_sender(session, arrival.urn, (sent_on, today))
    if urn is None:
        return None
    submission = _find_submission(session, urn, arrival.sha256)
    arrival.is_again = submission is not None
    if submission is None:
        submission = Submission(
            urn=urn,
            name=arrival.name,
            sha256=arrival.sha256,
            size=stored.size,
            stored_as="",
            sent_on=sent_on,
        )
        mark_received(submission)
    elif _may_restart(submission, cover, content):
        restart_submission(session, submission, cover)
    else:
        return submission
    if cover is not None:
        apply_cover_note(submission, cover)
    _store_original(store, stored, submission, content)
    if not content:
        code = EMPTY if content is not None else TOO_LARGE
        facts = {"size": _readable_size(submission.size), "limit": _readable_size(size_limit)}
        mark_refused_unread(submission, code, facts)
    return submission


def _sha256(pieces: Iterable[bytes]) -> str:
    digest = hashlib.sha256()
    for piece in pieces:
        digest.update(piece)
    return digest.hexdigest()


def _pieces_as_listed(stored: StoredFile, pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The pieces of a file that is as large as it was listed, and never more of them than that."""
    size = 0
    for piece in pieces:
        size += len(piece)
        if size > stored.size:
            break
        yield piece
    if size != stored.size:
        raise StillChangingError


def _find_submission(session: Session, urn: str, sha256: str) -> Submission | None:
    return session.execute(
        select(Submission).where(
            col(Submission.urn) == urn,
            col(Submission.sha256) == sha256,
            is_standing(),  # what was taken back may be sent again
        )
    ).scalar_one_or_none()


def _may_restart(submission: Submission, cover: CoverNote | None, content: bytes | None) -> bool:
    """Whether bytes that were refused may go on: by a new limit, or what their sender says now."""
    if submission.refused_code in (TOO_LARGE, EMPTY):
        return bool(content)
    if not submission.refused_code or submission.rows_read or cover is None:
        return False
    is_later = submission.noted_at is None or cover.noted_at > submission.noted_at
    return is_later and says_more_than(cover, submission)


def _store_original(
    store: Store, stored: StoredFile, submission: Submission, content: bytes | None
) -> None:
    """Keep the original as sent.  One that is empty or too large stays in the inbox."""
    if submission.stored_as.startswith(SUBMISSIONS):
        return
    if not content:
        submission.stored_as = shorten(decode_name(stored.key), 400)
        return
    ending = PurePosixPath(submission.name).suffix[1:].lower()
    ending = ending if ending.isascii() and ending.isalnum() and len(ending) <= 10 else "bin"
    year, sha256 = submission.sent_on.year, submission.sha256
    submission.stored_as = f"{SUBMISSIONS}{year}/{sha256}/original.{ending}"
    if not store.has(submission.stored_as):
        store.put(submission.stored_as, content)


def _day_received(stored: StoredFile) -> date:
    """The day on which a file was put where it is, as its sender's calendar has it."""
    return in_london(stored.modified_at).date()


def _readable_size(size: int) -> str:
    """A size in bytes as schools read it: "1.2 MB"."""
    return f"{size / 1_000_000:.1f} MB" if size >= 100_000 else f"{size / 1_000:.1f} kB"
