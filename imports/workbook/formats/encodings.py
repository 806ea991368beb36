"""Encodings: the bytes of a text file become its text."""

import codecs
import re

_LOOKED_AT = 4_000
# A Mac's accents among Windows letters: punctuation or a capital behind a letter.  Not the
# quotation marks and dashes (91 to 97), which stand between letters in Windows text too: O'Brien.
_MAC_LETTER = re.compile(
    rb"(?<=[A-Za-z])[\x80\x82\x84-\x89\x8b\x98\x99\x9b]|(?<=[a-z])[\x8a\x8c\x8e\x9f]"
)
_WINDOWS_LETTER = re.compile(rb"[\xc0-\xd6\xd8-\xf6\xf8-\xff]")


def decode_text(content: bytes) -> tuple[str, str]:
    """The text of a file and the name of its encoding.

    UTF-8 or UTF-16 by their marks; UTF-16 without one by its NULs; UTF-8 where all of it is; a
    Mac's letters where only they make words; else Windows letters, which Excel writes in Britain,
    bytes that mean nothing there replaced.
    """
    if content.startswith(codecs.BOM_UTF8):
        return content[3:].decode("utf-8", "replace"), "utf-8-sig"
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16", "replace"), "utf-16"
    sample = content[:_LOOKED_AT]
    if sample[1::2].count(0) * 4 > len(sample):
        return content.decode("utf-16-le", "replace"), "utf-16-le"
    if sample[0::2].count(0) * 4 > len(sample):
        return content.decode("utf-16-be", "replace"), "utf-16-be"
    try:
        return content.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        encoding = "mac_roman" if _is_of_a_mac(content) else "cp1252"
        return content.decode(encoding, "replace"), encoding


def _is_of_a_mac(content: bytes) -> bool:
    """Whether the letters are a Mac's: no word needs Windows', and some need these.

    Where carriage returns alone end the lines, as old Macs ended them, it is a Mac's anyway.
    """
    if _WINDOWS_LETTER.search(content):
        return False
    return bool(_MAC_LETTER.search(content)) or (b"\r" in content and b"\n" not in content)
