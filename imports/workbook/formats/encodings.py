"""Encodings: the bytes of a text file become its text."""

import codecs

_LOOKED_AT = 4_000


def decode_text(content: bytes) -> tuple[str, str]:
    """The text of a file and the name of its encoding.

    UTF-8 or UTF-16 by their marks; UTF-16 without one by its NULs; UTF-8 where all of it is; else
    Windows letters, which Excel writes in Britain, bytes that mean nothing there replaced.
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
        return content.decode("cp1252", "replace"), "cp1252"
