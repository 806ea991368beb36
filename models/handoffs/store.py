"""Store: what the stages need of storage, files by key, in a folder or a bucket."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


@dataclass(frozen=True, slots=True)
class StoredFile:
    """One file as a listing shows it."""

    key: str
    size: int
    modified_at: datetime


class Oddity(StrEnum):
    """Why a name in storage is left out, in words that a log may hold."""

    LOOPING_LINK = "a link that loops"
    DANGLING_LINK = "a link to nothing"
    OUTWARD_LINK = "a link that leads out of its folder"
    FOLDER_LINK = "a link to a folder"
    SPECIAL_FILE = "a pipe, a socket or a device"
    UNREADABLE = "it cannot be opened"
    TOO_LONG = "a name that is too long"
    NOT_A_KEY = "a sign that no name may hold"
    FOLDER_NAMED_AS_FILE = "a folder with the name of a file"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A name that stands in storage and is neither listed nor followed.

    `key` is where it stands, whether or not it could be a key.  It may hold a person's name.
    """

    key: str
    oddity: Oddity


@dataclass(frozen=True, slots=True)
class Listing:
    """All that stands below a prefix: files by key, names left out, and folders, empty ones too."""

    files: tuple[StoredFile, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    folders: tuple[str, ...] = ()


class Store(Protocol):
    """Files by key ("inbox/123456/leavers.xlsx").  Keys use "/" and never leave the store."""

    def put(self, key: str, content: bytes) -> None:
        """Write, replacing what was there; all of it or nothing."""

    def get(self, key: str) -> bytes:
        """The content.  Raises KeyError when there is no such key."""

    def pieces(self, key: str) -> Iterator[bytes]:
        """The content a piece at a time, for files too large to hold.  Raises KeyError as get."""

    def has(self, key: str) -> bool:
        """Whether the key is there."""

    def list(self, prefix: str) -> Iterator[StoredFile]:
        """Every file whose key starts with the prefix, by key."""

    def survey(self, prefix: str) -> Listing:
        """The same files, and beside them every name that is wrong and what is wrong with it."""

    def delete(self, key: str) -> None:
        """Remove; nothing happens when it is not there."""
