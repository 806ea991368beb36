"""Meanings: a typed phrase becomes a value when every word of it is accounted for.

"Still at our 6th form (level 3)" is a sixth form, since "still", "our" and "level 3" change
nothing beside one.  Nothing is matched by likeness: one word that nobody listed, a word of doubt,
or two answers, and the phrase has no meaning.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from imports.crosswalk.fields import ELSEWHERE, INTENDED_BY_ACTIVITY, STAYING
from imports.text import phrases
from models.vocabulary import IntendedDestination

Values = Mapping[str, str]  # from a phrase's key to the value it means
# From a phrase's key to what the values begin with beside which it says nothing.
Neutral = Mapping[str, tuple[str, ...]]

_BETWEEN = frozenset({"or", "and"})
_MOST_WORDS = 16
_LONGEST = 12
_CODED = ("activity", "intended")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What is known of the words of one field: those that mean something, those that do not."""

    values: Values
    neutral: Neutral


@dataclass(frozen=True, slots=True)
class _Reading:
    """One way to account for the words so far."""

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

    `words` and `neutral` are those of every field, by its name.
    """
    own = Vocabulary(words.get(name, {}), neutral.get(name, {}))
    meant = _coded(typed, own) if name in _CODED else _plain(typed, own)
    if meant or name != "intended" or phrases.split_code_and_label(typed)[0]:
        return meant
    # A word for what somebody does is a word for what somebody means to do.
    both = {**neutral.get("activity", {}), **own.neutral}
    code = _coded(typed, Vocabulary(words.get("activity", {}), both))
    if code == STAYING and not ELSEWHERE.isdisjoint(phrases.normalise_phrase(typed)):
        return IntendedDestination.OTHER_EDUCATION.value
    return INTENDED_BY_ACTIVITY.get(code or "")


def _coded(typed: str, own: Vocabulary) -> str | None:
    meant = _exact(typed, own.values)
    if meant:
        return meant
    code, rest = phrases.split_code_and_label(typed)
    if not code:
        return _plain(typed, own)
    by_code = own.values.get(code)
    by_words = _plain(rest, own) if rest else by_code
    if by_words is None and phrases.contradicts_code(rest):
        return None
    # A code beside words that mean something else is two answers, and so none.
    return by_code if by_words in (None, by_code) else None


def _plain(typed: str, own: Vocabulary) -> str | None:
    said = phrases.normalise_phrase(typed)
    sure = tuple(word for word in said if word != "?")
    if sure and sure != said:
        # To doubt that nothing is known is still to know nothing: "Unknown?".
        return "810" if own.values.get(phrases.compact_phrase(sure)) == "810" else None
    return _exact(typed, own.values) or account_for_words(said, own)


def _exact(typed: str, values: Values) -> str | None:
    return values.get(phrases.compact_phrase(phrases.normalise_phrase(typed)))


def account_for_words(words: tuple[str, ...], own: Vocabulary) -> str | None:
    """The one value that accounts for every word; None where there is none, or more than one."""
    if len(words) > _MOST_WORDS:
        return None
    found = _covered(words, own, _Reading())
    for longest in (1, _LONGEST):
        if not found and _BETWEEN.isdisjoint(words):
            # "Level 2 course at our local sixth form": what changes nothing may stand anywhere.
            firm, beside = _without_neutral(words, own, longest)
            found = _covered(firm, own, _Reading(beside=beside)) if firm != words else set()
    return found.pop() if len(found) == 1 else None


def _without_neutral(
    words: tuple[str, ...], own: Vocabulary, longest: int
) -> tuple[tuple[str, ...], frozenset[tuple[str, ...]]]:
    """The words without those that say nothing, and what they say nothing beside."""
    firm: list[str] = []
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
            firm.append(words[at])
            at += 1
    return tuple(firm), frozenset(beside)


def _covered(words: tuple[str, ...], own: Vocabulary, start: _Reading) -> set[str]:
    """The values of the ways in the fewest pieces: a long phrase says more than its words."""
    ways: list[set[_Reading]] = [set() for _ in range(len(words) + 1)]
    ways[0] = {start}
    for first, word in enumerate(words):
        if word in _BETWEEN:
            ways[first + 1] |= {_open(way) for way in ways[first] if way.last or way.value}
        for last in range(first + 1, min(len(words), first + _LONGEST) + 1):
            ways[last] |= _with(ways[first], "".join(words[first:last]), own)
    whole = [way for way in ways[-1] if way.value and _fits(way)]
    fewest = min((way.pieces for way in whole), default=0)
    return {way.value for way in whole if way.pieces == fewest}


def _open(way: _Reading) -> _Reading:
    # "A levels or BTEC", "college / FE": the same kind of thing must follow.
    return replace(way, last=None, wants=way.last or (), is_split=True)


def _with(ways: set[_Reading], key: str, own: Vocabulary) -> set[_Reading]:
    value, beside = own.values.get(key), own.neutral.get(key)
    kind = None if value else beside
    more = set()
    for way in ways:
        next_ = replace(way, pieces=way.pieces + 1, last=None)
        if value and way.value in ("", value) and not way.wants:
            more.add(replace(next_, value=value, wants=None))
        if beside is not None and (not way.wants or way.wants == kind):
            wants = way.wants if way.wants == () else None
            bent = way.is_bent or bool(value)
            near = way.beside | {beside}
            more.add(replace(next_, beside=near, last=kind, wants=wants, is_bent=bent))
    return more


def _fits(way: _Reading) -> bool:
    # "Working or apprenticeship": beside "or" a word that could be the answer is one.
    if way.wants is not None or (way.is_split and way.is_bent):
        return False
    return all(way.value.startswith(beside) for beside in way.beside)
