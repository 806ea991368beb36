"""Invisible characters: what nobody sees goes from every text, once, before anything reads it."""

import unicodedata

from imports.text.memoise import memoise_text


@memoise_text(50_000)
def strip_invisible(text: str) -> str:
    """A text without its format characters (Unicode category Cf), such as a zero-width space.

    Soft hyphens, marks of direction, joiners and the byte order mark are all of that category.
    """
    if text.isascii():
        return text
    return "".join(letter for letter in text if unicodedata.category(letter) != "Cf")
