"""Compound file: the streams at the root of an Office 97-2003 file, and if a password locks it.

Source: MS-CFB (the container) and MS-XLS (BOF and FilePass records).
"""

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENTRY = 128
_MINI = 64
_MOST_ENTRIES = 4_096
# Names of streams that tell what a file is, as the directory writes them.
_TELLING_NAMES = re.compile(
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
_LAST_SECTOR = 0xFFFFFFFA  # sectors from here on have other meanings, such as the end of a chain
_STREAM, _ROOT = 2, 5
_NAMES = struct.Struct("<64sHB")
_BOF_RECORD = b"\x09\x08"
_WRITE_PROTECTED, _FILE_PASS = 0x86, 0x2F


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
    """A compound file, read without raising: a broken one has what can be found of it."""

    def __init__(self, content: bytes) -> None:
        """`content` begins with MAGIC."""
        self._content = content
        shift = int.from_bytes(content[30:32], "little")
        self._sector_size = 1 << (shift if shift in _SHIFTS else _SHIFTS[0])
        self._mini_cutoff = _read_uint32(content, 56, 0) or 4_096
        self._tables = list(self._table_sectors())
        self._entries = list(self._read_directory())

    def root_entries(self) -> dict[str, CompoundEntry]:
        """The entries at the root, by name in lower case.

        What is embedded in a sheet, such as a Word document, lies deeper and is left out.
        """
        if not self._entries or self._entries[0].kind != _ROOT:
            return {}
        entries: dict[str, CompoundEntry] = {}
        waiting, visited = [self._entries[0].child], set()
        while waiting:
            number = waiting.pop()
            if number in visited or number >= len(self._entries):
                continue
            visited.add(number)
            entry = self._entries[number]
            entries[entry.name.casefold()] = entry
            waiting += [entry.left, entry.right]
        return entries

    def names(self) -> set[str]:
        """The telling stream names that occur anywhere in the bytes, in lower case."""
        written_names = _TELLING_NAMES.findall(self._content)
        return {name.replace(b"\0", b"").decode("ascii").casefold() for name in written_names}

    def is_locked(self, book: CompoundEntry) -> bool:
        """Whether the workbook stream has a FilePass record, which stands right after its BOF."""
        opening = self._first_bytes(book)
        if opening[:2] != _BOF_RECORD:
            return False
        offset = 0
        for _ in range(3):
            kind, length = struct.unpack_from("<HH", opening.ljust(offset + 4, b"\0"), offset)
            if kind == _FILE_PASS:
                return True
            if offset and kind != _WRITE_PROTECTED:
                return False
            offset += 4 + length
        return False

    def _first_bytes(self, entry: CompoundEntry) -> bytes:
        """The first bytes of a stream, as many as its first sector has."""
        if entry.size >= self._mini_cutoff:
            return self._read_sector(entry.first)
        # Short streams lie one after the other in the stream of the root.
        within = entry.first * _MINI
        for number, sector in enumerate(self._sector_chain(self._entries[0].first)):
            if number == within // self._sector_size:
                return self._read_sector(sector)[within % self._sector_size :][:_MINI]
        return b""

    def _read_directory(self) -> Iterator[CompoundEntry]:
        count = 0
        for sector in self._sector_chain(_read_uint32(self._content, 48, _LAST_SECTOR)):
            piece = self._read_sector(sector)
            for offset in range(0, len(piece) - _ENTRY + 1, _ENTRY):
                yield _parse_entry(piece[offset : offset + _ENTRY])
                count += 1
                if count >= _MOST_ENTRIES:
                    return

    def _sector_chain(self, sector: int) -> Iterator[int]:
        """The sectors of a stream in order, each at most once."""
        visited: set[int] = set()
        while sector < _LAST_SECTOR and sector not in visited and self._read_sector(sector):
            visited.add(sector)
            yield sector
            sector = self._next_sector(sector)

    def _next_sector(self, sector: int) -> int:
        table, within = divmod(sector, self._sector_size // 4)
        if table >= len(self._tables):
            return _LAST_SECTOR
        return _read_uint32(self._read_sector(self._tables[table]), 4 * within, _LAST_SECTOR)

    def _table_sectors(self) -> Iterator[int]:
        """The sectors of the allocation table: the first in the header, the others in a chain."""
        for offset in range(76, 512, 4):
            yield _read_uint32(self._content, offset, _LAST_SECTOR)
        sector, visited = _read_uint32(self._content, 68, _LAST_SECTOR), set()
        while (
            sector < _LAST_SECTOR and sector not in visited and (piece := self._read_sector(sector))
        ):
            visited.add(sector)
            for offset in range(0, self._sector_size - 4, 4):
                yield _read_uint32(piece, offset, _LAST_SECTOR)
            sector = _read_uint32(piece, self._sector_size - 4, _LAST_SECTOR)

    def _read_sector(self, sector: int) -> bytes:
        start = (sector + 1) * self._sector_size
        return self._content[start : start + self._sector_size]


def _parse_entry(packed: bytes) -> CompoundEntry:
    raw, length, kind = _NAMES.unpack_from(packed)
    left, right, child = struct.unpack_from("<LLL", packed, 68)
    first, size = struct.unpack_from("<LL", packed, 116)
    name = raw[: max(0, min(length, 64) - 2)].decode("utf-16-le", "replace")
    return CompoundEntry(name, kind, left, right, child, first, size)


def _read_uint32(content: bytes, offset: int, default: int) -> int:
    """Four bytes, little endian, as a number; `default` where the content ends before."""
    piece = content[offset : offset + 4]
    return int.from_bytes(piece, "little") if len(piece) == 4 else default
