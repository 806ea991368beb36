"""Compound files: what an Office 97-2003 file holds at its root, and if a password locks it."""

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENTRY = 128
_MINI = 64
_MOST_ENTRIES = 4_096
# Names of streams that tell what a file is, as the directory writes them.
_NAMES_WRITTEN = re.compile(
    b"|".join(
        name.encode("utf-16-le")
        for name in (
            "EncryptedPackage",
            "EncryptionInfo",
            "Workbook",
            "Book",
            "WordDocument",
            "PowerPoint Document",
            "VisioDocument",
            "__substg1.0_",
        )
    )
)
_SHIFTS = (9, 12)  # sectors of 512 or 4,096 bytes
_LAST = 0xFFFFFFFA  # sectors from here on have other meanings, such as the end of a chain
_STREAM, _ROOT = 2, 5
_NAMES = struct.Struct("<64sHB")
_BEGINS = b"\x09\x08"
_WRITE_PROTECTED, _LOCKED = 0x86, 0x2F


@dataclass(frozen=True, slots=True)
class CompoundEntry:
    """One entry of the directory, with the first sector of its stream and the stream's length."""

    name: str
    kind: int
    left: int
    right: int
    child: int
    first: int
    size: int


class CompoundFile:
    """A compound file.  A broken one has what can be found of it, and never raises."""

    def __init__(self, content: bytes) -> None:
        """`content` begins with MAGIC."""
        self._content = content
        shift = int.from_bytes(content[30:32], "little")
        self._sector = 1 << (shift if shift in _SHIFTS else _SHIFTS[0])
        self._short = _number(content, 56, 0) or 4_096
        self._tables = list(self._tables_listed())
        self._entries = list(self._directory())

    def at_root(self) -> dict[str, CompoundEntry]:
        """What lies at the root by its name in small letters.

        What is embedded in a sheet, such as a Word document, lies deeper.
        """
        if not self._entries or self._entries[0].kind != _ROOT:
            return {}
        found: dict[str, CompoundEntry] = {}
        waiting, met = [self._entries[0].child], set()
        while waiting:
            number = waiting.pop()
            if number in met or number >= len(self._entries):
                continue
            met.add(number)
            entry = self._entries[number]
            found[entry.name.casefold()] = entry
            waiting += [entry.left, entry.right]
        return found

    def names(self) -> set[str]:
        """The names of all that the content seems to hold, in small letters."""
        found = _NAMES_WRITTEN.findall(self._content)
        return {name.replace(b"\0", b"").decode("ascii").casefold() for name in found}

    def is_locked(self, book: CompoundEntry) -> bool:
        """Whether the workbook stream asks for a password: it says so straight after it begins."""
        begins = self._begins(book)
        if begins[:2] != _BEGINS:
            return False
        at = 0
        for _ in range(3):
            kind, length = struct.unpack_from("<HH", begins.ljust(at + 4, b"\0"), at)
            if kind == _LOCKED:
                return True
            if at and kind != _WRITE_PROTECTED:
                return False
            at += 4 + length
        return False

    def _begins(self, entry: CompoundEntry) -> bytes:
        """The first bytes of a stream, as many as its first sector has."""
        if entry.size >= self._short:
            return self._at(entry.first)
        # Short streams lie one after the other in the stream of the root.
        within = entry.first * _MINI
        for number, sector in enumerate(self._chain(self._entries[0].first)):
            if number == within // self._sector:
                return self._at(sector)[within % self._sector :][:_MINI]
        return b""

    def _directory(self) -> Iterator[CompoundEntry]:
        count = 0
        for sector in self._chain(_number(self._content, 48, _LAST)):
            piece = self._at(sector)
            for at in range(0, len(piece) - _ENTRY + 1, _ENTRY):
                yield _entry(piece[at : at + _ENTRY])
                count += 1
                if count >= _MOST_ENTRIES:
                    return

    def _chain(self, sector: int) -> Iterator[int]:
        """The sectors of a stream in order, each at most once."""
        met: set[int] = set()
        while sector < _LAST and sector not in met and self._at(sector):
            met.add(sector)
            yield sector
            sector = self._after(sector)

    def _after(self, sector: int) -> int:
        table, within = divmod(sector, self._sector // 4)
        if table >= len(self._tables):
            return _LAST
        return _number(self._at(self._tables[table]), 4 * within, _LAST)

    def _tables_listed(self) -> Iterator[int]:
        """The sectors of the allocation table: the first in the header, the others in a chain."""
        for at in range(76, 512, 4):
            yield _number(self._content, at, _LAST)
        sector, met = _number(self._content, 68, _LAST), set()
        while sector < _LAST and sector not in met and (piece := self._at(sector)):
            met.add(sector)
            for at in range(0, self._sector - 4, 4):
                yield _number(piece, at, _LAST)
            sector = _number(piece, self._sector - 4, _LAST)

    def _at(self, sector: int) -> bytes:
        start = (sector + 1) * self._sector
        return self._content[start : start + self._sector]


def _entry(packed: bytes) -> CompoundEntry:
    raw, length, kind = _NAMES.unpack_from(packed)
    left, right, child = struct.unpack_from("<LLL", packed, 68)
    first, size = struct.unpack_from("<LL", packed, 116)
    name = raw[: max(0, min(length, 64) - 2)].decode("utf-16-le", "replace")
    return CompoundEntry(name, kind, left, right, child, first, size)


def _number(content: bytes, at: int, otherwise: int) -> int:
    """Four bytes as a number; `otherwise` where the content ends before."""
    piece = content[at : at + 4]
    return int.from_bytes(piece, "little") if len(piece) == 4 else otherwise
