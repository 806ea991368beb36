"""What the stages ask of storage: files by key, in a folder or a bucket."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Stored:
    """One file as a listing shows it."""

    key: str
    size: int
    modified_at: datetime


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

    def list(self, prefix: str) -> Iterator[Stored]:
        """Every file whose key starts with the prefix, by key."""

    def delete(self, key: str) -> None:
        """Remove; nothing happens when it is not there."""
