"""Suggestions: what a word that no map knows may mean.  Better nothing than a poor one.

What is suggested shares with the word something that we know: "Colledge tbc" has a college in it,
"aprentership with Balfour" all but an apprenticeship.  "See notes" has nothing of the kind.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

from rapidfuzz import fuzz, process

from imports.crosswalk.column_map import ColumnMap
from imports.crosswalk.fields import closed_list_values
from imports.text import phrases
from imports.text.headings import word_set

_MOST = 3
_LONG = 5  # letters from which a word may be another with a slip in it
# Of 100, in the letters that two words share in order: a long word may have more slips in it.
_ALIKE, _ALIKE_LONG, _VERY_LONG = 83, 75, 9
_LOOKED_AT, _LONGEST = 40, 15  # words of an answer, and of a run of them that may be known
_WORTH = 4  # letters that a word needs to say anything alone
# Beside these a word that we know is what it was, or is not: "left college", "not in education".
_TAKEN_BACK = word_set(
    "not no never without left leaving leaver dropped withdrawn withdrew finished completed ended "
    "was until before previously formerly neither nor stopped quit"
)
# Words that are in so many answers that they say nothing of any.
_ANYWHERE = word_set(
    "full part time other with level year course place agreed start local new one two some "
    "current situation date general"
)
_SPELT = frozenset(word for whole in phrases.SPELLINGS for word in whole.split())


def suggest_values(field: str, typed: str, columns: ColumnMap) -> tuple[str, ...]:
    """Up to three values of a closed list that a typed word may mean, likeliest first."""
    known = columns.words.get(field, {})
    labels = closed_list_values()[field]
    words = phrases.normalise_phrase(typed)[:_LOOKED_AT]
    whole = _alike(phrases.compact_phrase(words), known)
    back = _TAKEN_BACK.intersection(words)
    found = {labels[known[whole]]: None} if whole and all(one in whole for one in back) else {}
    if not back:
        spelt = tuple(_spelt(word, known) for word in words)
        for piece in _pieces(spelt, known):
            found[labels[known[phrases.compact_phrase(piece)]]] = None
            found |= dict.fromkeys(
                label for label in labels.values() if set(piece) <= _words_of(label)
            )
    return tuple(found)[:_MOST]


def _pieces(words: Sequence[str], known: Mapping[str, str]) -> Iterator[tuple[str, ...]]:
    """The longest runs of words that mean something, from the longest, none within another."""
    told: set[int] = set()
    for length in range(min(len(words), _LONGEST), 0, -1):
        for at in range(len(words) - length + 1):
            here = range(at, at + length)
            piece = tuple(words[at : at + length])
            if (
                told.isdisjoint(here)
                and _says_something(piece)
                and phrases.compact_phrase(piece) in known
            ):
                told.update(here)
                yield piece


def _says_something(piece: Sequence[str]) -> bool:
    worth = _WORTH if len(piece) == 1 else 1
    return any(len(word) >= worth and word not in _ANYWHERE for word in piece)


def _spelt(word: str, known: Mapping[str, str]) -> str:
    """A word as we spell it, where it is one of ours with a slip in it."""
    if len(word) < _LONG or word in known or word in _SPELT or not word.isalpha():
        return word
    return _nearest(word, _SPELT) or _alike(word, known) or word


def _alike(key: str, known: Mapping[str, str]) -> str:
    """The word that we know which another all but is; '' where none is near."""
    return "" if len(key) < _LONG or key in _TAKEN_BACK else _nearest(key, known.keys())


def _nearest(word: str, words: Iterable[str]) -> str:
    """The nearest of some words that begins as another does; '' where none is near."""
    least = _ALIKE_LONG if len(word) >= _VERY_LONG else _ALIKE
    near = process.extract(word, words, scorer=fuzz.ratio, score_cutoff=least, limit=5)
    return next((one for one, *_ in near if one[:2] == word[:2] and len(one) >= _LONG), "")


@lru_cache(maxsize=256)
def _words_of(label: str) -> frozenset[str]:
    return frozenset(phrases.normalise_phrase(label))
