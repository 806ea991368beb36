"""Names as typed, and full names told apart where the column proves how.

The case of a name is kept.  "Ada Okafor" alone could be either way round: it is told apart only
where the column shows it, by a comma, by surnames in capitals, by its heading, or by being sorted.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import lru_cache

from imports.headings import words_of

Split = Callable[[str], tuple[str, str] | None]

_APOSTROPHES = str.maketrans(
    {"\u2019": "'", "\u2018": "'", "\u02bc": "'", "`": "'", "\u00b4": "'", "\u2032": "'"}
)
_INVISIBLE = re.compile(r"[\u200b\u200c\u200d\u2060\ufeff]")
_TITLE = re.compile(r"^(?:mr|mrs|miss|ms|master|mx)\.?\s+", re.IGNORECASE)
_MOST = 0.6
_ENOUGH_TO_BE_SORTED = 8


@lru_cache(maxsize=50_000)
def plain_text(text: str) -> str:
    """A text without stray spaces, invisible characters and curly apostrophes."""
    text = unicodedata.normalize("NFC", _INVISIBLE.sub("", text)).replace("\u00a0", " ")
    return " ".join(text.translate(_APOSTROPHES).split())


def splitter(heading: str, names: Sequence[str]) -> Split | None:
    """How the full names of one column are told apart into (surname, forename).

    None where nothing in the column or its heading proves it.
    """
    names = [_plain_name(name) for name in names if name.strip()]
    if not names:
        return None
    if _share(names, lambda name: _by_comma(name) is not None) >= _MOST:
        return _by_comma
    if _share(names, lambda name: _by_capitals(name) is not None) >= _MOST:
        return _by_capitals
    return _by_heading(heading) or _by_sorting(names)


def _by_comma(name: str) -> tuple[str, str] | None:
    surname, comma, forename = (part.strip() for part in _plain_name(name).partition(","))
    return (surname, forename) if comma and surname and forename and "," not in forename else None


def _by_capitals(name: str) -> tuple[str, str] | None:
    # "OKAFOR Ada" or "Ada OKAFOR": the words in capitals are the surname.
    words = _plain_name(name).split()
    loud = [word for word in words if len(word) > 1 and word == word.upper() != word.lower()]
    quiet = [word for word in words if word not in loud]
    if not loud or not quiet or words not in (loud + quiet, quiet + loud):
        return None
    return " ".join(loud), " ".join(quiet)


def _by_heading(heading: str) -> Split | None:
    words = words_of(heading)
    at = [words.index(word) for word in ("surname", "last", "family") if word in words]
    first = [words.index(word) for word in ("forename", "first", "given") if word in words]
    if not at or not first:
        return None
    return _surname_first if at[0] < first[0] else _surname_last


def _by_sorting(names: Sequence[str]) -> Split | None:
    """A class list is sorted by surname; whichever end is in order is the surname."""
    pairs = [name.lower().split() for name in names]
    pairs = [words for words in pairs if len(words) == 2]
    if len(pairs) < _ENOUGH_TO_BE_SORTED or len(pairs) < _MOST * len(names):
        return None
    first = [words[0] for words in pairs]
    last = [words[1] for words in pairs]
    by_first, by_last = first == sorted(first), last == sorted(last)
    if by_first == by_last:
        return None
    return _surname_first if by_first else _surname_last


def _surname_first(name: str) -> tuple[str, str] | None:
    words = _plain_name(name).replace(",", " ").split()
    return (words[0], words[1]) if len(words) == 2 else None


def _surname_last(name: str) -> tuple[str, str] | None:
    words = _plain_name(name).split()
    return (words[1], words[0]) if len(words) == 2 and "," not in name else None


def _plain_name(name: str) -> str:
    return _TITLE.sub("", plain_text(name))


def _share(names: Sequence[str], proves: Callable[[str], bool]) -> float:
    return sum(map(proves, names)) / len(names)
