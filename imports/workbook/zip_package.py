"""Zip package: the zip that a workbook is, its directory checked before any part is opened."""

import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from itertools import pairwise
from zipfile import BadZipFile, ZipFile, ZipInfo

from imports.workbook.limits import ReadLimits, megabytes, refuse, with_thousands

_END = b"PK\x05\x06"
_END_64 = b"PK\x06\x07"
_ENTRY = b"PK\x01\x02"
_LOCAL = struct.Struct("<4sHHHHHLLLHH")
_CHUNK = 256 * 1024
_STORED, _DEFLATED = 0, 8
_DRIVE = re.compile(r"\A[A-Za-z]:")


@dataclass(frozen=True, slots=True)
class ZipEntry:
    """One part as the directory declares it: its name as written, and where it lies."""

    name: str
    header: int
    starts: int
    ends: int
    size: int
    crc: int
    is_deflated: bool


@dataclass(slots=True)
class ZipPackage:
    """A zip whose directory holds no surprise.  Parts are inflated when asked for.

    `entries` are by name with slashes, in lower case, as parts refer to each other.
    """

    content: bytes
    entries: dict[str, ZipEntry]
    limits: ReadLimits
    inflated: set[str] = field(default_factory=set)

    def part(self, name: str, limit: int) -> bytes | None:
        """The content of a part; None where there is none.  Raises SubmissionRefused."""
        key = _part_key(name)
        entry = self.entries.get(key)
        if entry is None:
            return None
        if entry.size > limit:
            raise refuse("PART_TOO_BIG", limit=megabytes(limit))
        self.inflated.add(key)
        return b"".join(_inflate(self.content, entry))

    def verify_remaining_parts(self) -> None:
        """Inflate every part not yet asked for, keeping nothing.  Raises SubmissionRefused."""
        for key, entry in self.entries.items():
            if key not in self.inflated:
                for _ in _inflate(self.content, entry):
                    pass

    def has(self, word: str) -> bool:
        """Whether the name of any part holds a word."""
        return any(word in key for key in self.entries)


def open_package(content: bytes, limits: ReadLimits) -> ZipPackage:
    """The package in bytes that begin like a zip.  Raises SubmissionRefused for an unsound one."""
    _count_entries(content, limits)
    try:
        with ZipFile(BytesIO(content)) as archive:
            infos, directory = archive.infolist(), archive.start_dir
    except (BadZipFile, NotImplementedError, ValueError, struct.error, IndexError) as error:
        raise refuse("BAD_ZIP") from error
    if len(infos) > limits.parts:
        raise refuse("TOO_MANY_PARTS", limit=with_thousands(limits.parts))
    _check_sizes(infos, limits)
    entries: dict[str, ZipEntry] = {}
    for info in infos:
        _check_name(info)
        key = _part_key(info.filename)
        if key in entries:
            raise refuse("DUPLICATE_PART")
        entries[key] = _parse_entry(content, info)
    _check_places(list(entries.values()), directory)
    return ZipPackage(content, entries, limits)


def _count_entries(content: bytes, limits: ReadLimits) -> None:
    """The number of entries is known before a list of them is built."""
    end = content.rfind(_END, max(0, len(content) - 65_557))
    if end < 0 or len(content) < end + 22:
        raise refuse("TRUNCATED")
    declared, size = struct.unpack_from("<HL", content, end + 10)
    is_64 = content[max(0, end - 20) : end].startswith(_END_64)
    listed = content if is_64 else content[max(0, end - size) : end]
    if max(0 if is_64 else declared, listed.count(_ENTRY)) > limits.parts:
        raise refuse("TOO_MANY_PARTS", limit=with_thousands(limits.parts))


def _check_sizes(infos: list[ZipInfo], limits: ReadLimits) -> None:
    if any(info.flag_bits & 0x1 for info in infos):
        raise refuse("ENCRYPTED")
    if any(info.compress_type not in (_STORED, _DEFLATED) for info in infos):
        raise refuse("COMPRESSION")
    if any(
        info.file_size > limits.ratio_from
        and info.file_size > limits.ratio * max(1, info.compress_size)
        for info in infos
    ):
        raise refuse("RATIO")
    if sum(info.file_size for info in infos) > limits.unpacked:
        raise refuse("UNPACKED_TOO_BIG", limit=megabytes(limits.unpacked))


def _check_name(info: ZipInfo) -> None:
    # zipfile cuts a name at a NUL; the name as written is what other readers may see.
    name = info.orig_filename.replace("\\", "/")
    if "\0" in name or not name or name.startswith("/") or _DRIVE.match(name):
        raise refuse("BAD_PART_NAME")
    if ".." in name.split("/"):
        raise refuse("BAD_PART_NAME")


def _parse_entry(content: bytes, info: ZipInfo) -> ZipEntry:
    try:
        local = _LOCAL.unpack_from(content, info.header_offset)
    except struct.error as error:
        raise refuse("BAD_ZIP") from error
    if local[0] != b"PK\x03\x04":
        raise refuse("BAD_ZIP")
    if local[2] & 0x1:
        raise refuse("ENCRYPTED")
    if local[3] != info.compress_type:
        raise refuse("BAD_ZIP")
    starts = info.header_offset + _LOCAL.size + local[9] + local[10]
    return ZipEntry(
        info.filename.replace("\\", "/"),
        info.header_offset,
        starts,
        starts + info.compress_size,
        info.file_size,
        info.CRC,
        info.compress_type == _DEFLATED,
    )


def _check_places(entries: list[ZipEntry], directory: int) -> None:
    """Parts lie one after the other, the first at the very start, all before the directory."""
    if not entries:
        raise refuse("NOT_XLSX", what="an empty zip folder")
    in_order = sorted(entries, key=lambda entry: entry.header)
    # A second zip in front would be read by some programs and not by others.
    if in_order[0].header != 0:
        raise refuse("BAD_ZIP")
    for entry, following in pairwise(in_order):
        if entry.ends > following.header:
            raise refuse("OVERLAP")
    if in_order[-1].ends > directory:
        raise refuse("OVERLAP")


def _inflate(content: bytes, entry: ZipEntry) -> Iterator[bytes]:
    """A part in chunks.  The real size and checksum must be those declared; never more is read."""
    packed = memoryview(content)[entry.starts : entry.ends]
    size, crc = 0, 0
    for chunk in _read_deflated(packed) if entry.is_deflated else _read_stored(packed):
        size += len(chunk)
        if size > entry.size:
            raise refuse("BAD_ZIP")
        crc = zlib.crc32(chunk, crc)
        yield chunk
    if size != entry.size or crc != entry.crc:
        raise refuse("BAD_ZIP")


def _read_stored(packed: memoryview) -> Iterator[bytes]:
    for start in range(0, len(packed), _CHUNK):
        yield bytes(packed[start : start + _CHUNK])


def _read_deflated(packed: memoryview) -> Iterator[bytes]:
    if not packed:  # some programs write an empty part so
        return
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    waiting: bytes | memoryview = packed
    try:
        while not inflater.eof:
            chunk = inflater.decompress(waiting, _CHUNK)
            waiting = inflater.unconsumed_tail
            if not chunk and not waiting:
                break
            yield chunk
    except zlib.error as error:
        raise refuse("BAD_ZIP") from error
    if not inflater.eof or inflater.unused_data or waiting:
        raise refuse("BAD_ZIP")


def _part_key(name: str) -> str:
    return name.replace("\\", "/").lstrip("/").casefold()
