"""Spells: what several sources said of one leaver, at several moments, becomes their stays.

What makes two statements one stay, and which end of it stands: docs/decisions/0004-sustained.md.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from models.vocabulary import ActivityType

LEARNING = frozenset({ActivityType.EDUCATION, ActivityType.TRAINING, ActivityType.APPRENTICESHIP})
WORKING = frozenset({ActivityType.EMPLOYMENT, ActivityType.APPRENTICESHIP})
NOT_TAKING_PART = frozenset(
    {ActivityType.NEET, ActivityType.GAP_YEAR, ActivityType.RE_ENGAGEMENT, ActivityType.OTHER}
)


@dataclass(frozen=True, slots=True)
class SpellEvidence:
    """What one source said at one moment: true on `as_at`, perhaps since and until some day.

    `strength` is that of its evidence (models.vocabulary.Evidence.strength).
    """

    kin: ActivityType
    as_at: date
    started_on: date | None = None
    ended_on: date | None = None
    provider: str = ""
    strength: int = 1


@dataclass(frozen=True, slots=True)
class Spell:
    """One stay: known of from `first` to `last`; over after `ended_on` where an end was stated."""

    kin: ActivityType
    first: date
    last: date
    has_start: bool
    ended_on: date | None


def build_spells(statements: Iterable[SpellEvidence], *, today: date) -> tuple[Spell, ...]:
    """The stays that the statements tell of, earliest first."""
    stays: list[list[SpellEvidence]] = []
    for said in sorted(statements, key=_in_order):
        if said.kin not in LEARNING | WORKING | NOT_TAKING_PART:
            continue
        told, going_on = _told_of_ended(said, stays), []
        for stay in stays:
            if _tells_of(told, stay) and _over_before(told, stay) is None:
                going_on.append(stay)
        if going_on:
            going_on[-1].append(told)
        else:
            stays.append([told])
    return tuple(sorted((_spell(stay, today) for stay in stays), key=order_spells))


def _told_of_ended(said: SpellEvidence, stays: Iterable[list[SpellEvidence]]) -> SpellEvidence:
    """The statement, as far as it goes beyond stays whose end stands in spite of it.

    It shows that such a stay lasted to its end, and that the leaver was there again, or still,
    on the later day; not that they had never left.
    """
    told = said
    for stay in stays:
        over = _over_before(said, stay) if _tells_of(said, stay) else None
        if over is not None:
            stay.append(said)
            if said.started_on and said.started_on <= over:
                told = replace(said, started_on=None)
    return told


def _over_before(said: SpellEvidence, stay: Sequence[SpellEvidence]) -> date | None:
    """The end of a stay, where it stands and lies before a statement that gives no end."""
    over = _end([*stay, said])
    return over if over is not None and said.ended_on is None and said.as_at > over else None


def _in_order(said: SpellEvidence) -> tuple[date, int, str, str, date, date]:
    return (
        said.as_at,
        said.strength,
        said.kin.value,
        said.provider,
        said.started_on or date.min,
        said.ended_on or date.min,
    )


def order_spells(spell: Spell) -> tuple[date, date, str, bool, date]:
    """What puts stays in order, the same one whatever order they were told in."""
    return (spell.first, spell.last, spell.kin.value, spell.has_start, spell.ended_on or date.max)


def _tells_of(said: SpellEvidence, stay: Sequence[SpellEvidence]) -> bool:
    """Whether a later statement is about the same stay: same kin, and same start or provider."""
    last = stay[-1]
    if said.kin is not last.kin or said.kin in NOT_TAKING_PART:
        return False
    starts = {each.started_on for each in stay if each.started_on}
    if said.started_on in starts:
        return True
    if not said.provider or said.provider != last.provider:
        return False
    # The same place with another, later start is another stay there: what lay between is not known.
    return said.started_on is None or not starts or said.started_on <= last.as_at


def _end(stay: Sequence[SpellEvidence]) -> date | None:
    """The end of a stay as the strongest evidence states it; None where none stands."""
    stated = [each for each in stay if each.ended_on]
    if not stated:
        return None
    best = max(stated, key=lambda each: (each.strength, each.as_at))
    end = best.ended_on
    assert end is not None
    was_a_plan = best.as_at < end
    for later in stay:
        still_there = later.ended_on is None and later.as_at > max(end, best.as_at)
        all_along = was_a_plan or (later.started_on is not None and later.started_on <= end)
        if still_there and all_along and later.strength >= best.strength:
            return None
    return end


def _spell(stay: Sequence[SpellEvidence], today: date) -> Spell:
    starts = [each.started_on for each in stay if each.started_on]
    first = min([*starts, *([] if starts else [each.as_at for each in stay])])
    end = _end(stay)
    last = min(max(each.as_at for each in stay), today)
    if end is not None:
        last = min(last, end)
    return Spell(stay[-1].kin, first, last, bool(starts), end)
