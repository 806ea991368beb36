"""Person names: names are normalised, and full names split where the column proves how.

The case of a name is kept.  "Ada Okafor" alone could be either way round: it is told apart only
where the column shows it: by a comma, by surnames in capitals, by the end that has the common
forenames, by its heading, or by being sorted.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import cache
from importlib.resources import files

from imports.text.headings import heading_words, word_set
from imports.text.invisible import strip_invisible
from imports.text.memoise import memoise_text

Split = Callable[[str], tuple[str, str] | None]

_APOSTROPHES = str.maketrans(
    {"\u2019": "'", "\u2018": "'", "\u02bc": "'", "`": "'", "\u00b4": "'", "\u2032": "'"}
)
_TITLE = re.compile(r"^(?:mr|mrs|miss|ms|master|mx)\.?\s+", re.IGNORECASE)
_MOST = 0.6
_ENOUGH_TO_BE_SORTED = 8
_ENOUGH_FORENAMES, _FORENAMES, _TIMES = 3, 0.3, 5
_PARTICLES = word_set(
    "abu al ap bin da dal de del della den der di dos du el ibn la le san st van von"
)


@memoise_text(50_000)
def normalise_text(text: str) -> str:
    """A text without stray spaces, invisible characters and curly apostrophes."""
    text = unicodedata.normalize("NFC", strip_invisible(text)).replace("\u00a0", " ")
    return " ".join(text.translate(_APOSTROPHES).split())


def infer_name_splitter(heading: str, names: Sequence[str]) -> Split | None:
    """The function that splits the full names of one column into (surname, forename).

    The function gives None for a name it cannot split.  None instead of a function where nothing
    in the column or its heading proves the order.
    """
    names = [_plain_name(name) for name in names if name.strip()]
    if not names:
        return None
    by_comma = _share(names, lambda name: _split_by_comma(name) is not None)
    by_capitals = _share(names, lambda name: _split_by_capitals(name) is not None)
    if by_comma == 1:
        return _split_by_comma
    if by_capitals >= _MOST and not by_comma:
        return _split_by_capitals
    # "AJ Smith" among other names is no surname in capitals.
    by_capitals = by_capitals if by_comma + by_capitals >= _MOST else 0
    splitter = (
        _splitter_from_forenames([name for name in names if "," not in name])
        or _splitter_from_heading(heading)
        or _splitter_from_sorting(names)
    )
    return _split_row_by_row(splitter, has_capitals=by_capitals > 0) if by_comma else splitter


def _split_row_by_row(otherwise: Split | None, *, has_capitals: bool) -> Split:
    """A name by its own comma or capitals, and where it has neither as the column shows."""

    def split(name: str) -> tuple[str, str] | None:
        return (
            _split_by_comma(name)
            or (_split_by_capitals(name) if has_capitals else None)
            or (otherwise(name) if otherwise and "," not in name else None)
            or _split_by_title(name)
        )

    return split


def _split_by_title(name: str) -> tuple[str, str] | None:
    # Nobody writes "Miss Nettleship Lewis": behind a title the forename stands first.
    words = normalise_text(name).split()
    if len(words) != 3 or "," in name or not _TITLE.match(normalise_text(name)):
        return None
    return words[2], words[1]


def _split_by_comma(name: str) -> tuple[str, str] | None:
    surname, comma, forename = (part.strip() for part in _plain_name(name).partition(","))
    if not (comma and surname and forename) or "," in forename:
        return None
    return surname, _TITLE.sub("", forename)


def _split_by_capitals(name: str) -> tuple[str, str] | None:
    # "OKAFOR Ada" or "Ada OKAFOR": the words in capitals are the surname.
    words = [] if "," in name else _plain_name(name).split()
    capitals = [word for word in words if len(word) > 1 and word == word.upper() != word.lower()]
    others = [word for word in words if word not in capitals]
    if not capitals or not others or words not in (capitals + others, others + capitals):
        return None
    return " ".join(capitals), " ".join(others)


def _splitter_from_heading(heading: str) -> Split | None:
    words = heading_words(heading)
    at = [words.index(word) for word in ("surname", "last", "family") if word in words]
    first = [words.index(word) for word in ("forename", "first", "given") if word in words]
    if not at or not first:
        return None
    return _split_surname_first if at[0] < first[0] else _split_surname_last


def _splitter_from_sorting(names: Sequence[str]) -> Split | None:
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
    return _split_surname_first if by_first else _split_surname_last


def _splitter_from_forenames(names: Sequence[str]) -> Split | None:
    """Whichever end has the common forenames, where the other has next to none of them."""
    ends = [(words[0], words[-1]) for words in (name.split() for name in names) if len(words) > 1]
    first, last = (
        (sum(map(_is_forename, end)) for end in zip(*ends, strict=True)) if ends else (0, 0)
    )
    if max(first, last) < max(_ENOUGH_FORENAMES, _FORENAMES * len(names)):
        return None
    if min(first, last) * _TIMES > max(first, last):
        return None
    return _split_surname_last if first > last else _split_surname_first


def _split_surname_first(name: str) -> tuple[str, str] | None:
    words = _plain_name(name).replace(",", " ").split()
    size = next((at for at, word in enumerate(words) if not _is_particle(word)), 0) + 1
    if len(words) <= size or not all(map(_is_forename, words[size + 1 :])):
        return None
    return " ".join(words[:size]), " ".join(words[size:])


def _split_surname_last(name: str) -> tuple[str, str] | None:
    words = _plain_name(name).split()
    if len(words) < 2 or "," in name:
        return None
    size = next(
        (at for at, word in enumerate(words[1:-1], 1) if _is_particle(word)), len(words) - 1
    )
    if not all(map(_is_forename, words[1:size])):
        return None
    return " ".join(words[size:]), " ".join(words[:size])


def _is_particle(word: str) -> bool:
    return word.lower().strip(".'-") in _PARTICLES


def _is_forename(word: str) -> bool:
    if word.startswith("(") and word.endswith(")"):
        return True  # what somebody is called: "Benjamin (Ben) Hall"
    folded = unicodedata.normalize("NFKD", word.lower().strip(".,"))
    return (
        "".join(character for character in folded if not unicodedata.combining(character))
        in _common_forenames()
    )


@cache
def _common_forenames() -> frozenset[str]:
    text = (files("imports.values") / "lists" / "forenames.csv").read_text("utf-8")
    return frozenset(line for line in text.splitlines() if not line.startswith("#"))


def _plain_name(name: str) -> str:
    return _TITLE.sub("", normalise_text(name))


def _share(names: Sequence[str], proves: Callable[[str], bool]) -> float:
    return sum(map(proves, names)) / len(names)
