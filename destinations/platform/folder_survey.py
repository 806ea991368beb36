"""Folder survey: what stands below a folder, each name looked at by itself.

Whatever is wrong with one name is said of that name; the others are listed as though it were not
there.  No link is followed that leads out of its folder, and nothing is opened that could keep
its reader waiting.
"""

import errno
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from models.facts.storage_keys import is_half_written, is_key
from models.handoffs.store import LeftOut, Listing, Oddity, StoredFile

# Names at the top of a key that say whose folder it is: "inbox/123456".
_OWN_FOLDER = 2

_BY_ERRNO = {
    errno.ELOOP: Oddity.LOOPING_LINK,
    errno.ENAMETOOLONG: Oddity.TOO_LONG,
}
# Taken away since it was listed: there is nothing to say of it.
_GONE = (errno.ENOENT, errno.ENOTDIR)


@dataclass
class _Walk:
    root: Path
    files: list[StoredFile] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    folders: list[str] = field(default_factory=list)


def survey_folder(root: Path, top: str) -> Listing:
    """All that stands below `top`, a key, in storage at `root`, a path without links.

    Nothing where there is no such folder.  Raises OSError where the top itself cannot be looked
    into: then nobody knows what is there.
    """
    walk = _Walk(root)
    if top and (oddity := _oddity_of_top(root, top)):
        return Listing(left_out=(LeftOut(top, oddity),))
    waiting = [top]
    while waiting:
        folder = waiting.pop()
        for key, entry in _entries(walk, folder, is_top=folder == top):
            if _note_entry(walk, key, entry):
                walk.folders.append(key)
                waiting.append(key)
    return Listing(
        tuple(sorted(walk.files, key=lambda stored: stored.key)),
        tuple(sorted(walk.left_out, key=lambda left: left.key)),
        tuple(sorted(walk.folders)),
    )


def is_below(path: str, folder: str) -> bool:
    """Whether a path, links resolved, is a folder or lies in it."""
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


def _oddity_of_top(root: Path, top: str) -> Oddity | None:
    """What is wrong with the top of a listing, or with a folder on the way to it."""
    path = root / top
    if not is_below(os.path.realpath(path), str(root)):
        return Oddity.OUTWARD_LINK
    try:
        path.stat()
    except OSError as error:
        return _BY_ERRNO.get(error.errno or 0)
    return None


def _entries(walk: _Walk, folder: str, *, is_top: bool) -> Iterator[tuple[str, "os.DirEntry[str]"]]:
    path = walk.root / folder
    try:
        with os.scandir(path) as entries:
            listed = list(entries)
    except OSError as error:
        if error.errno in _GONE:
            return
        if is_top:
            raise
        walk.left_out.append(LeftOut(folder, _oddity_of(error)))
        return
    for entry in listed:
        yield (f"{folder}/{entry.name}" if folder else entry.name), entry


def _note_entry(walk: _Walk, key: str, entry: "os.DirEntry[str]") -> bool:
    """Note one name, as a file or as left out; True for a folder to look into."""
    try:
        oddity = _oddity_of_link(walk.root, key, entry) if entry.is_symlink() else None
        facts = None if oddity else os.stat(entry.path)  # noqa: PTH116 - a Path loses nothing here
    except OSError as error:
        if error.errno not in _GONE:
            walk.left_out.append(LeftOut(key, _oddity_of(error)))
        return False
    if facts is not None and stat.S_ISDIR(facts.st_mode):
        if is_key(f"{key}/x"):
            return True
        oddity = Oddity.NOT_A_KEY
    elif is_half_written(key):
        return False
    oddity = oddity or _oddity_of_file(key, entry, facts)
    if oddity or facts is None:
        walk.left_out.append(LeftOut(key, oddity or Oddity.UNREADABLE))
    else:
        modified_at = datetime.fromtimestamp(facts.st_mtime, UTC)
        walk.files.append(StoredFile(key, facts.st_size, modified_at))
    return False


def _oddity_of_link(root: Path, key: str, entry: "os.DirEntry[str]") -> Oddity | None:
    # Asked first, so that nothing outside is ever looked at, not even whether it is there.
    own = root.joinpath(*key.split("/")[:-1][:_OWN_FOLDER])
    if not is_below(os.path.realpath(entry.path), os.path.realpath(own)):
        return Oddity.OUTWARD_LINK
    try:
        facts = os.stat(entry.path)  # noqa: PTH116
    except OSError as error:
        return Oddity.DANGLING_LINK if error.errno in _GONE else _oddity_of(error)
    return Oddity.FOLDER_LINK if stat.S_ISDIR(facts.st_mode) else None


def _oddity_of_file(
    key: str, entry: "os.DirEntry[str]", facts: os.stat_result | None
) -> Oddity | None:
    if facts is None or not stat.S_ISREG(facts.st_mode):
        return Oddity.SPECIAL_FILE
    if not is_key(key):
        return Oddity.NOT_A_KEY
    may_read = os.access(entry.path, os.R_OK, effective_ids=os.access in os.supports_effective_ids)
    return None if may_read else Oddity.UNREADABLE


def _oddity_of(error: OSError) -> Oddity:
    return _BY_ERRNO.get(error.errno or 0, Oddity.UNREADABLE)
