"""Spells: statements about one leaver, by several sources at several moments, become their stays.

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
    """A statement by one source: true on `as_at`, perhaps since `started_on`, until `ended_on`.

    `provider` is a UKPRN, a URN or a name in small letters; statements are compared by it.
    `strength` is that of its evidence (models.vocabulary.Evidence.strength).
    """

    activity_type: ActivityType
    as_at: date
    started_on: date | None = None
    ended_on: date | None = None
    provider: str = ""
    strength: int = 1


@dataclass(frozen=True, slots=True)
class Spell:
    """One stay: evidenced from `first` to `last`; over after `ended_on` where an end was stated."""

    activity_type: ActivityType
    first: date
    last: date
    has_start: bool
    ended_on: date | None


def build_spells(statements: Iterable[SpellEvidence], *, today: date) -> tuple[Spell, ...]:
    """The stays that the statements evidence, earliest first; none is evidenced beyond `today`."""
    stays: list[list[SpellEvidence]] = []
    for statement in sorted(statements, key=_evidence_order):
        if statement.activity_type not in LEARNING | WORKING | NOT_TAKING_PART:
            continue
        remainder, open_stays = _extend_ended_stays(statement, stays), []
        for stay in stays:
            if _is_same_stay(remainder, stay) and _ended_before(remainder, stay) is None:
                open_stays.append(stay)
        if open_stays:
            open_stays[-1].append(remainder)
        else:
            stays.append([remainder])
    return tuple(sorted((_build_spell(stay, today) for stay in stays), key=spell_order))


def _extend_ended_stays(
    statement: SpellEvidence, stays: Iterable[list[SpellEvidence]]
) -> SpellEvidence:
    """What is left of a statement once it has been added to the stays whose end it cannot undo.

    It shows that such a stay lasted to its end, and that the leaver was there again, or still,
    on the later day; not that they had never left.
    """
    remainder = statement
    for stay in stays:
        ended_on = _ended_before(statement, stay) if _is_same_stay(statement, stay) else None
        if ended_on is not None:
            stay.append(statement)
            if statement.started_on and statement.started_on <= ended_on:
                remainder = replace(statement, started_on=None)
    return remainder


def _ended_before(statement: SpellEvidence, stay: Sequence[SpellEvidence]) -> date | None:
    """The end of a stay that a later statement without an end does not undo; else None."""
    end = _effective_end([*stay, statement])
    return end if end is not None and statement.ended_on is None and statement.as_at > end else None


def _evidence_order(statement: SpellEvidence) -> tuple[date, int, str, str, date, date]:
    return (
        statement.as_at,
        statement.strength,
        statement.activity_type.value,
        statement.provider,
        statement.started_on or date.min,
        statement.ended_on or date.min,
    )


def spell_order(spell: Spell) -> tuple[date, date, str, bool, date]:
    """Sort key of stays: one order, whatever the order of the statements."""
    return (
        spell.first,
        spell.last,
        spell.activity_type.value,
        spell.has_start,
        spell.ended_on or date.max,
    )


def _is_same_stay(statement: SpellEvidence, stay: Sequence[SpellEvidence]) -> bool:
    """Whether a later statement is about this stay: same type, and same start or provider."""
    last = stay[-1]
    if (
        statement.activity_type is not last.activity_type
        or statement.activity_type in NOT_TAKING_PART
    ):
        return False
    starts = {earlier.started_on for earlier in stay if earlier.started_on}
    if statement.started_on in starts:
        return True
    if not statement.provider or statement.provider != last.provider:
        return False
    # The same place with another, later start is another stay there: what lay between is not known.
    return statement.started_on is None or not starts or statement.started_on <= last.as_at


def _effective_end(stay: Sequence[SpellEvidence]) -> date | None:
    """The end of a stay as the strongest evidence states it; None where none stands."""
    with_end = [statement for statement in stay if statement.ended_on]
    if not with_end:
        return None
    strongest = max(with_end, key=lambda statement: (statement.strength, statement.as_at))
    end = strongest.ended_on
    assert end is not None
    was_a_plan = strongest.as_at < end
    for later in stay:
        still_there = later.ended_on is None and later.as_at > max(end, strongest.as_at)
        all_along = was_a_plan or (later.started_on is not None and later.started_on <= end)
        if still_there and all_along and later.strength >= strongest.strength:
            return None
    return end


def _build_spell(stay: Sequence[SpellEvidence], today: date) -> Spell:
    starts = [statement.started_on for statement in stay if statement.started_on]
    first = min([*starts, *([] if starts else [statement.as_at for statement in stay])])
    end = _effective_end(stay)
    last = min(max(statement.as_at for statement in stay), today)
    if end is not None:
        last = min(last, end)
    return Spell(stay[-1].activity_type, first, last, bool(starts), end)
