"""Vocabulary: a typed phrase becomes a value when every word of it is accounted for.

"Still at our 6th form (level 3)" is a sixth form, since "still", "our" and "level 3" change
nothing beside one.  Nothing is matched by likeness: one word that nobody listed, a word of doubt,
or two answers, and the phrase has no meaning.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from imports.crosswalk.fields import ELSEWHERE, INTENDED_BY_ACTIVITY, STAYING
from imports.text import phrases
from models.vocabulary import IntendedDestination

Values = Mapping[str, str]  # from a phrase's key to the value it means
# From a phrase's key to what the values begin with beside which it says nothing.
Neutral = Mapping[str, tuple[str, ...]]

_CONJUNCTIONS = frozenset({"or", "and"})
_MAX_WORDS = 16
_JOINTS = re.compile(r"\s*[/&+;]\s*|\s+[-\u2013\u2014]+\s+|\s+(?:and|or)\s+", re.IGNORECASE)
_MOST_PARTS = 4
_MAX_RUN = 12
_CODED_FIELDS = ("activity", "intended")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What is known of the words of one field: those that mean something, those that do not."""

    values: Values
    neutral: Neutral


@dataclass(frozen=True, slots=True)
class _Reading:
    """One way to account for the words so far.

    `value` is '' while nothing meant one; `beside` holds, for each neutral phrase, the beginnings
    of the values beside which it says nothing; `pieces` counts the phrases.
    """

    value: str = ""
    beside: frozenset[tuple[str, ...]] = frozenset()
    pieces: int = 0
    last: tuple[str, ...] | None = None  # what the last piece says nothing beside, if that is so
    wants: tuple[str, ...] | None = None  # after "or" and "and": more of the same, () for a value
    is_split: bool = False  # by "or" or "and"
    is_bent: bool = False  # a word that could be the value was taken to say nothing


def find_value(
    name: str, typed: str, words: Mapping[str, Values], neutral: Mapping[str, Neutral]
) -> str | None:
    """The value that a typed phrase has in a field with a closed list; None where it has none.

    `name` is the field; `words` and `neutral` map every field to its vocabulary.
    """
    value = _value_as_typed(name, typed, words, neutral)
    if value is None and name in _CODED_FIELDS:
        value = _joined_value(name, typed, words, neutral)
    unnumbered = phrases.strip_option_number(typed)
    if value is None and unnumbered != typed:
        return _value_as_typed(name, unnumbered, words, neutral)
    return value


def _joined_value(
    name: str, typed: str, words: Mapping[str, Values], neutral: Mapping[str, Neutral]
) -> str | None:
    """The value of known words that are joined, "Employment and work", where each has the same."""
    parts = [part for part in _JOINTS.split(typed) if part.strip()]
    if not 1 < len(parts) <= _MOST_PARTS:
        return None
    values = {_value_as_typed(name, part, words, neutral) for part in parts}
    return values.pop() if len(values) == 1 else None


def _value_as_typed(
    name: str, typed: str, words: Mapping[str, Values], neutral: Mapping[str, Neutral]
) -> str | None:
    own = Vocabulary(words.get(name, {}), neutral.get(name, {}))
    value = _coded_value(typed, own) if name in _CODED_FIELDS else _phrase_value(typed, own)
    if value or name != "intended" or phrases.split_code_and_label(typed)[0]:
        return value
    # A word for what somebody does is a word for what somebody means to do.
    neutral_phrases = {**neutral.get("activity", {}), **own.neutral}
    code = _coded_value(typed, Vocabulary(words.get("activity", {}), neutral_phrases))
    if code == STAYING and not ELSEWHERE.isdisjoint(phrases.normalise_phrase(typed)):
        return IntendedDestination.OTHER_EDUCATION.value
    return INTENDED_BY_ACTIVITY.get(code or "")


def _coded_value(typed: str, own: Vocabulary) -> str | None:
    value = _exact_value(typed, own.values)
    if value:
        return value
    code, rest = phrases.split_code_and_label(typed)
    if not code:
        return _phrase_value(typed, own)
    by_code = own.values.get(code)
    by_words = _phrase_value(rest, own) if rest else by_code
    if by_words is None and phrases.contradicts_code(rest):
        return None
    # A code beside words that mean something else is two answers, and so none.
    return by_code if by_words in (None, by_code) else None


def _phrase_value(typed: str, own: Vocabulary) -> str | None:
    phrase = phrases.normalise_phrase(typed)
    certain = tuple(word for word in phrase if word != "?")
    if certain and certain != phrase:
        # To doubt that nothing is known is still to know nothing: "Unknown?".
        return "810" if own.values.get(phrases.compact_phrase(certain)) == "810" else None
    return _exact_value(typed, own.values) or account_for_words(phrase, own)


def _exact_value(typed: str, values: Values) -> str | None:
    return values.get(phrases.compact_phrase(phrases.normalise_phrase(typed)))


def account_for_words(words: tuple[str, ...], own: Vocabulary) -> str | None:
    """The one value that accounts for every word; None where there is none, or more than one."""
    if len(words) > _MAX_WORDS:
        return None
    values = _covering_values(words, own, _Reading())
    for longest in (1, _MAX_RUN):
        if not values and _CONJUNCTIONS.isdisjoint(words):
            # "Level 2 course at our local sixth form": what changes nothing may stand anywhere.
            significant, beside = _without_neutral(words, own, longest)
            values = (
                _covering_values(significant, own, _Reading(beside=beside))
                if significant != words
                else set()
            )
    return values.pop() if len(values) == 1 else None


def _without_neutral(
    words: tuple[str, ...], own: Vocabulary, longest: int
) -> tuple[tuple[str, ...], frozenset[tuple[str, ...]]]:
    """The words without those that say nothing, and what they say nothing beside."""
    significant: list[str] = []
    beside: set[tuple[str, ...]] = set()
    at = 0
    while at < len(words):
        for last in range(min(len(words), at + longest), at, -1):
            key = "".join(words[at:last])
            if key in own.neutral and key not in own.values:
                beside.add(own.neutral[key])
                at = last
                break
        else:
            significant.append(words[at])
            at += 1
    return tuple(significant), frozenset(beside)


def _covering_values(words: tuple[str, ...], own: Vocabulary, start: _Reading) -> set[str]:
    """The values of the ways in the fewest pieces: a long phrase says more than its words."""
    readings: list[set[_Reading]] = [set() for _ in range(len(words) + 1)]
    readings[0] = {start}
    for first, word in enumerate(words):
        if word in _CONJUNCTIONS:
            readings[first + 1] |= {
                _after_conjunction(reading)
                for reading in readings[first]
                if reading.last or reading.value
            }
        for last in range(first + 1, min(len(words), first + _MAX_RUN) + 1):
            readings[last] |= _extend_readings(readings[first], "".join(words[first:last]), own)
    whole = [reading for reading in readings[-1] if reading.value and _is_complete(reading)]
    fewest = min((reading.pieces for reading in whole), default=0)
    return {reading.value for reading in whole if reading.pieces == fewest}


def _after_conjunction(reading: _Reading) -> _Reading:
    # "A levels or BTEC", "college / FE": the same kind of thing must follow.
    return replace(reading, last=None, wants=reading.last or (), is_split=True)


def _extend_readings(readings: set[_Reading], key: str, own: Vocabulary) -> set[_Reading]:
    value, beside = own.values.get(key), own.neutral.get(key)
    kind = None if value else beside
    more = set()
    for reading in readings:
        next_ = replace(reading, pieces=reading.pieces + 1, last=None)
        if value and reading.value in ("", value) and not reading.wants:
            more.add(replace(next_, value=value, wants=None))
        if beside is not None and (not reading.wants or reading.wants == kind):
            wants = reading.wants if reading.wants == () else None
            bent = reading.is_bent or bool(value)
            beside_all = reading.beside | {beside}
            more.add(replace(next_, beside=beside_all, last=kind, wants=wants, is_bent=bent))
    return more


def _is_complete(reading: _Reading) -> bool:
    # "Working or apprenticeship": beside "or" a word that could be the answer is one.
    if reading.wants is not None or (reading.is_split and reading.is_bent):
        return False
    return all(reading.value.startswith(beside) for beside in reading.beside)
