"""Cell text: the text a file stores becomes the text people see."""

import re

from imports.text.invisible import strip_invisible
from imports.workbook.limits import refuse, with_thousands

_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_CONTROLS = dict.fromkeys(code for code in (*range(32), 127) if code not in (9, 10))


def clean_cell_text(text: str) -> str:
    """Text as people see it: _xHHHH_ decoded once, what nobody sees left out."""
    if "_x" in text and _ESCAPED.search(text):
        text = _ESCAPED.sub(lambda code: chr(int(code[1], 16)), text)
        # Two halves of a rare character, each written as a code, are one; half of one is none.
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text if text.isprintable() else strip_invisible(text.translate(_CONTROLS))


def append_text(text: str, piece: str, most: int) -> str:
    """A text and one piece more.  Raises SubmissionRefused beyond `most` characters.

    At once, because each further piece costs more than the one before.
    """
    text += piece
    if len(text) > most:
        raise refuse("TEXT_TOO_LONG", limit=with_thousands(most))
    return text
