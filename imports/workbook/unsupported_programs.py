"""Unsupported programs: spreadsheets that we do not read, named from their first bytes."""

import zlib

_BEGINNINGS = (
    (b"\x00\x00\x02\x00", "an old format of Lotus 1-2-3 or Quattro Pro"),
    (b"\x00\x00\x1a\x00", "a format of Lotus 1-2-3"),
    (b"\xff\x00\x02\x00", "the format of Microsoft Works"),
    (b"ID;P", "the SYLK format (.slk)"),
    (b"TABLE\r\n0,1", "the Data Interchange Format (.dif)"),
    (b"TABLE\n0,1", "the Data Interchange Format (.dif)"),
)
_OWNER_FILE_SIZES, _OWNER_NAME = range(160, 171), 54
_DBASE = frozenset(b"\x03\x04\x30\x31\x43\x83\x8b\xcb\xf5")
_DBASE_HEADER, _DBASE_FIELD = 32, 32
_GZIP, _LOOKED_AT = b"\x1f\x8b", 4_096


def identify_program(content: bytes) -> str:
    """The name of a spreadsheet format that we do not read, in words; '' for anything else."""
    for beginning, description in _BEGINNINGS:
        if content.startswith(beginning):
            return description
    if _is_dbase(content):
        return "the format of dBase (.dbf)"
    if content.startswith(_GZIP) and b"http://www.gnumeric.org/" in _decompress_start(content):
        return "the format of Gnumeric"
    return ""


def is_lock_file(content: bytes) -> bool:
    """Whether bytes are the owner file that Office or LibreOffice keeps beside an open document.

    Office: the length of its user's name, the name padded to 54 bytes (53 in Word), the length
    again, the name in two-byte letters.  LibreOffice: name, machine and day, by commas.
    """
    if len(content) in _OWNER_FILE_SIZES and 0 < content[0] < _OWNER_NAME:
        starts = content.find(bytes((content[0], 0)), _OWNER_NAME, _OWNER_NAME + 3)
        # Two-byte letters of the west: every other byte of the second name is a NUL.
        wide = content[starts + 3 :: 2]
        return starts > 0 and wide.count(0) * 10 >= 9 * len(wide)
    return len(content) < 1_000 and content.startswith(b",") and b",file:///" in content


def _is_dbase(content: bytes) -> bool:
    """Whether a file begins as a table of dBase: its version, a day, and the length of its head."""
    if len(content) < _DBASE_HEADER or content[0] not in _DBASE:
        return False
    _, _, month, day = content[:4]
    head = int.from_bytes(content[8:10], "little")
    row = int.from_bytes(content[10:12], "little")
    # Some programs write a note of 263 bytes behind the descriptions of the columns.
    fields = (head - 1) % _DBASE_FIELD == 0 or (head - 1 - 263) % _DBASE_FIELD == 0
    return month in range(1, 13) and day in range(1, 32) and fields and row > 0 and head > 1


def _decompress_start(content: bytes) -> bytes:
    """The first bytes of a compressed file."""
    try:
        return zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(content[:65_536], _LOOKED_AT)
    except zlib.error:
        return b""
