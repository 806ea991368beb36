"""Inbox: keys and names as senders and their programs make them."""

import hashlib
from pathlib import PurePosixPath

from models.handoffs.store import LeftOut, Listing, Oddity, Store

INBOX = "inbox/"

# What programs leave beside the files that people send.
LEFT_BEHIND = ("~$", "._", ".~lock.", ".#")
LEFT_BEHIND_NAMES = {".ds_store", "thumbs.db", "desktop.ini", ".keep", ".gitkeep"}
LEFT_BEHIND_FOLDERS = {"__MACOSX", "@eaDir", "$RECYCLE.BIN"}

# Endings of files.  A folder with one is a document that some programs keep as a folder, or what
# came out of one: none of the parts is what somebody meant to send.
_FILE_ENDINGS = {
    ".csv", ".docx", ".fods", ".numbers", ".ods", ".pdf", ".tsv",
    ".xls", ".xlsb", ".xlsm", ".xlsx", ".zip",
}  # fmt: skip


def look_into(store: Store) -> Listing:
    """What senders put in the inbox: the files, and the names that are left out and why.

    What programs leave beside files is neither.  Raises StorageFailed where the inbox itself
    cannot be looked into.
    """
    listing = store.survey(INBOX)
    named_as_files = _outermost_named_as_files(
        [*listing.folders, *(stored.key.rpartition("/")[0] for stored in listing.files)]
    )

    def is_sent(key: str) -> bool:
        return not is_left_behind(key) and not _folders_above(key) & named_as_files

    folders = (LeftOut(key, Oddity.FOLDER_NAMED_AS_FILE) for key in named_as_files)
    left_out = [left for left in listing.left_out if is_sent(left.key)]
    return Listing(
        tuple(stored for stored in listing.files if is_sent(stored.key)),
        tuple(sorted((*left_out, *folders), key=lambda left: left.key)),
    )


def folder_urn(key: str) -> str:
    """The URN that the folder of a key is named by, '' where it is in no school's folder."""
    folder = decode_name(key).removeprefix(INBOX).partition("/")[0]
    is_urn = len(folder) == 6 and folder.isascii() and folder.isdecimal()
    return folder if is_urn and key.startswith(INBOX) else ""


def sender_and_name(key: str) -> tuple[str, str]:
    """The URN whose folder a file is in, '' where it is in no school's folder, and its name."""
    folder, _, rest = decode_name(key).removeprefix(INBOX).partition("/")
    return (folder_urn(key) if rest else ""), PurePosixPath(rest or folder).name


def is_left_behind(key: str) -> bool:
    """Whether a file is a program's own: a lock, a thumbnail, half of a Mac's file."""
    *folders, name = key.split("/")
    return (
        name.startswith(LEFT_BEHIND)
        or name.casefold() in LEFT_BEHIND_NAMES
        or not LEFT_BEHIND_FOLDERS.isdisjoint(folders)
    )


def stored_key(key: str) -> str:
    """The key as an arrival keeps it: readable, and no longer than the table allows."""
    return shorten(decode_name(key), 600)


def decode_name(text: str) -> str:
    """A name as text.  A file system may hold bytes that are not UTF-8: Windows letters then."""
    raw = text.encode("utf-8", "surrogateescape")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")


def shorten(text: str, longest: int) -> str:
    """The text; where it is too long for its column, with a hash of it in its middle."""
    if len(text) <= longest:
        return text
    digest = hashlib.sha256(text.encode()).hexdigest()[:16]
    half = (longest - len(digest)) // 2
    return text[:half] + digest + text[-half:]


def _folders_above(key: str) -> set[str]:
    parts = key.split("/")
    return {"/".join(parts[:depth]) for depth in range(1, len(parts))}


def _outermost_named_as_files(folders: list[str]) -> set[str]:
    named = {
        folder
        for path in folders
        for folder in (path, *_folders_above(path))
        if PurePosixPath(folder).suffix.lower() in _FILE_ENDINGS and not is_left_behind(folder)
    }
    return {folder for folder in named if not _folders_above(folder) & named}
