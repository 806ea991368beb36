"""Inbox: keys and names as senders and their programs make them."""

import hashlib
from pathlib import PurePosixPath

INBOX = "inbox/"

# What programs leave beside the files that people send.
LEFT_BEHIND = ("~$", "._", ".~lock.")
LEFT_BEHIND_NAMES = {".ds_store", "thumbs.db", "desktop.ini", ".keep", ".gitkeep"}
LEFT_BEHIND_FOLDERS = {"__MACOSX", "@eaDir", "$RECYCLE.BIN"}


def sender_and_name(key: str) -> tuple[str, str]:
    """The URN whose folder a file is in, '' where it is in no school's folder, and its name."""
    folder, _, rest = readable(key).removeprefix(INBOX).partition("/")
    is_urn = bool(rest) and len(folder) == 6 and folder.isascii() and folder.isdecimal()
    return (folder if is_urn else ""), PurePosixPath(rest or folder).name


def is_left_behind(key: str) -> bool:
    """Whether a file is a program's own: a lock, a thumbnail, half of a Mac's file."""
    *folders, name = key.split("/")
    return (
        name.startswith(LEFT_BEHIND)
        or name.casefold() in LEFT_BEHIND_NAMES
        or not LEFT_BEHIND_FOLDERS.isdisjoint(folders)
    )


def kept(key: str) -> str:
    """The key as an arrival keeps it: readable, and no longer than the table allows."""
    return short(readable(key), 600)


def readable(text: str) -> str:
    """A name as text.  A file system may hold bytes that are not UTF-8: Windows letters then."""
    raw = text.encode("utf-8", "surrogateescape")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")


def short(text: str, longest: int) -> str:
    """The text; where it is too long for its column, with a hash of it in its middle."""
    if len(text) <= longest:
        return text
    mark = hashlib.sha256(text.encode()).hexdigest()[:16]
    half = (longest - len(mark)) // 2
    return text[:half] + mark + text[-half:]
