"""Suggested words: what a word that no map knows may mean.  Better nothing than a poor one.

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

_MAX_SUGGESTIONS = 3
_MIN_LETTERS = 5  # letters from which a word may be another with a slip in it
# Of 100, in the letters that two words share in order: a long word may have more slips in it.
_SIMILAR, _SIMILAR_LONG, _VERY_LONG = 83, 75, 9
_MAX_WORDS, _MAX_RUN = 40, 15  # words of an answer, and of a run of them that may be known
_MIN_SINGLE_LETTERS = 4  # letters that a word needs to say anything alone
# Beside these a word that we know is what it was, or is not: "left college", "not in education".
_NEGATIONS = word_set(
    "not no never without left leaving leaver dropped withdrawn withdrew finished completed ended "
    "was until before previously formerly neither nor stopped quit"
)
# Words that are in so many answers that they say nothing of any.
_COMMON_WORDS = word_set(
    "full part time other with level year course place agreed start local new one two some "
    "current situation date general"
)
_OUR_SPELLINGS = frozenset(word for whole in phrases.SPELLINGS for word in whole.split())


def suggest_values(field: str, typed: str, column_map: ColumnMap) -> tuple[str, ...]:
    """Up to three values of a closed list that a typed word may mean, likeliest first."""
    values = column_map.words.get(field, {})
    labels = closed_list_values()[field]
    words = phrases.normalise_phrase(typed)[:_MAX_WORDS]
    whole = _similar_key(phrases.compact_phrase(words), values)
    negations = _NEGATIONS.intersection(words)
    suggestions = (
        {labels[values[whole]]: None} if whole and all(word in whole for word in negations) else {}
    )
    if not negations:
        corrected = tuple(_correct_spelling(word, values) for word in words)
        for piece in _known_runs(corrected, values):
            suggestions[labels[values[phrases.compact_phrase(piece)]]] = None
            suggestions |= dict.fromkeys(
                label for label in labels.values() if set(piece) <= _label_words(label)
            )
    return tuple(suggestions)[:_MAX_SUGGESTIONS]


def _known_runs(words: Sequence[str], values: Mapping[str, str]) -> Iterator[tuple[str, ...]]:
    """The longest runs of words that mean something, from the longest, none within another."""
    taken: set[int] = set()
    for length in range(min(len(words), _MAX_RUN), 0, -1):
        for at in range(len(words) - length + 1):
            span = range(at, at + length)
            piece = tuple(words[at : at + length])
            if (
                taken.isdisjoint(span)
                and _is_significant(piece)
                and phrases.compact_phrase(piece) in values
            ):
                taken.update(span)
                yield piece


def _is_significant(piece: Sequence[str]) -> bool:
    least = _MIN_SINGLE_LETTERS if len(piece) == 1 else 1
    return any(len(word) >= least and word not in _COMMON_WORDS for word in piece)


def _correct_spelling(word: str, values: Mapping[str, str]) -> str:
    """A word as we spell it, where it is one of ours with a slip in it."""
    if len(word) < _MIN_LETTERS or word in values or word in _OUR_SPELLINGS or not word.isalpha():
        return word
    return _nearest(word, _OUR_SPELLINGS) or _similar_key(word, values) or word


def _similar_key(key: str, values: Mapping[str, str]) -> str:
    """The word that we know which another all but is; '' where none is near."""
    return "" if len(key) < _MIN_LETTERS or key in _NEGATIONS else _nearest(key, values.keys())


def _nearest(word: str, words: Iterable[str]) -> str:
    """The nearest of some words that begins as another does; '' where none is near."""
    least = _SIMILAR_LONG if len(word) >= _VERY_LONG else _SIMILAR
    matches = process.extract(word, words, scorer=fuzz.ratio, score_cutoff=least, limit=5)
    return next(
        (match for match, *_ in matches if match[:2] == word[:2] and len(match) >= _MIN_LETTERS), ""
    )


@lru_cache(maxsize=256)
def _label_words(label: str) -> frozenset[str]:
    return frozenset(phrases.normalise_phrase(label))
