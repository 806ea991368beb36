"""Inbox, left out: a name that is not taken in becomes a line with what to do about it."""

from typing import TYPE_CHECKING, Any

from destinations.cli.shown.output import escape_line
from models.facts.calendar import in_london, in_words

if TYPE_CHECKING:
    from sqlmodel import Session

    from destinations.platform.settings import Settings
    from models.handoffs.store import Oddity, StoredFile
    from models.submissions import Submission


def left_out_lines(
    settings: "Settings", session: "Session", urn: str | None = None
) -> list[dict[str, Any]]:
    """A line for each name in the inbox that is not taken in, of one school's folder or all."""
    from destinations.platform.storage import StorageFailed, open_storage
    from imports.inbox import folder_urn, look_into
    from imports.receiving import list_not_received

    store = open_storage(
        settings.store, endpoint=settings.s3_endpoint, checksums=settings.s3_checksums
    )
    try:
        inbox = look_into(store)
    except StorageFailed as failed:
        return [_left_out_line("", "inbox", f"Nobody can look into the inbox just now: {failed}")]
    shown = {left.key: _oddity_sentence(left.key, left.oddity) for left in inbox.left_out}
    shown |= {
        stored.key: _not_taken_sentence(stored, code)
        for stored, code in list_not_received(session, inbox.files)
    }
    return [
        _left_out_line(folder_urn(key), key, words)
        for key, words in sorted(shown.items())
        if not urn or folder_urn(key) == urn
    ]


def noted_words(submission: "Submission") -> str:
    """What became of what its sender said of it later; '' where they said nothing."""
    from models.submissions import Noted

    if not submission.noted_as or submission.noted_at is None:
        return ""
    day = in_words(in_london(submission.noted_at).date())
    return {
        Noted.ANEW: f"read again with what its sender said of it on {day}",
        Noted.SILENT: f"what its sender said of it on {day} changes nothing: "
        "the sheet says all of that itself",
        Noted.UNUSABLE: f"what its sender said of it on {day} cannot be used: the file would have "
        "to be refused with it, so what is recorded stands",
    }[Noted(submission.noted_as)]


def _left_out_line(urn: str, key: str, why: str) -> dict[str, Any]:
    from imports.inbox import INBOX, decode_name

    name = decode_name(key).removeprefix(INBOX)
    return {
        "submission": None,
        "urn": urn,
        "file": escape_line(name.removeprefix(f"{urn}/") if urn else name),
        "stage": "left out",
        "sent_on": None,
        "rows": 0,
        "recorded": 0,
        "waiting": 0,
        "unsure": 0,
        "why": why,
    }


def _quoted_name(key: str) -> str:
    from imports.inbox import decode_name

    folder, _, name = escape_line(decode_name(key)).rpartition("/")
    return f"“{name}” in {folder or 'storage'}"


def _oddity_sentence(key: str, oddity: "Oddity") -> str:
    from models.handoffs.store import Oddity

    put_file = "Delete it, and put the file itself there"
    fault, remedy = {
        Oddity.LOOPING_LINK: ("is a link that leads round to itself", put_file),
        Oddity.DANGLING_LINK: ("is a link to something that is not there", put_file),
        Oddity.OUTWARD_LINK: ("is a link that leads out of that folder", put_file),
        Oddity.FOLDER_LINK: (
            "is a link to a folder",
            "Delete it, and put the files themselves there",
        ),
        Oddity.SPECIAL_FILE: ("is not a file but a pipe, a socket or a device", put_file),
        Oddity.UNREADABLE: (
            "cannot be opened",
            "Give the account that runs destinations the right to read it, or put it there again",
        ),
        Oddity.TOO_LONG: (
            "lies too deep, or its name is too long",
            "Put the file in the school's own folder, under a shorter name",
        ),
        Oddity.NOT_A_KEY: (
            "has a name that storage cannot keep",
            "Give it a name without a backslash",
        ),
        Oddity.FOLDER_NAMED_AS_FILE: (
            "is a folder with the name of a file",
            "If it holds a spreadsheet, put that beside it; otherwise give the folder another name",
        ),
    }[oddity]
    return f"{_quoted_name(key)} {fault}. {remedy}."


def _not_taken_sentence(stored: "StoredFile", code: str) -> str:
    from expectations.validating import refusal_finding
    from imports.receiving import CHANGING, NOT_OPENED, OUR_FAULT
    from models.handoffs.store import Oddity

    if code == NOT_OPENED:
        return _oddity_sentence(stored.key, Oddity.UNREADABLE)
    quoted = _quoted_name(stored.key)
    if code == CHANGING:
        return f"{quoted} was still being written. Do nothing: the next intake takes it in."
    if code == OUR_FAULT:
        return f"{quoted} was not taken in, and the fault is ours. Every intake tries it again."
    refusal = refusal_finding(code, {})
    return f"{quoted}: {refusal.says}. {refusal.do}."
