"""Newcomers: people new to a cohort, who may be known from another one."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlmodel import Session

from destinations.linkage.candidates import candidates_elsewhere
from destinations.linkage.identities import parse_identity
from destinations.linkage.match_results import KnownLeaver, MatchOutcome, RowMatch
from destinations.linkage.repeated_leavers import RowKey
from destinations.matching import match_leavers
from models.database import insert_returning
from models.handoffs.normalised import NormalisedRow
from models.leavers import Person

# Elsewhere only what cannot be chance makes one person of two.
_BEYOND_CHANCE = frozenset({"same UPN", "same ULN", "same name and date of birth"})
_OTHER_NUMBER = "same name and date of birth, another UPN or ULN"
# What stands with a newcomer who may be somebody of another cohort; held_twice asks about it.
LIKE_ELSEWHERE = f"like a leaver of another cohort: {_OTHER_NUMBER}"


def create_persons(
    session: Session,
    chain: Sequence[str],
    year: int,
    rows: Mapping[RowKey, Sequence[NormalisedRow]],
    matched: Sequence[RowMatch],
    *,
    made_at: datetime,
) -> tuple[tuple[RowMatch, ...], int]:
    """The matches with every newcomer given a person, and how many people were made.

    Somebody known from another cohort (in Year 11 before Year 13, or at another school) stays the
    one person they are.  `chain` is the school's URNs, `year` its cohort's.
    """
    groups: defaultdict[int, list[RowKey]] = defaultdict(list)
    for one in matched:
        if one.newcomer is not None:
            groups[one.newcomer].append((one.sheet, one.row))
    if not groups:
        return tuple(matched), 0
    here = {one.person_id for one in matched if one.person_id is not None}
    people: dict[int, int] = {}
    reasons: dict[int, str] = {}
    # Whoever a sheet named that was taken back is the same person when a sheet names them again.
    for taken_back, words in ((False, "another cohort"), (True, "a sheet that was taken back")):
        left = {newcomer: keys for newcomer, keys in groups.items() if newcomer not in people}
        new = [rows[key][0] for keys in left.values() for key in keys]
        who = [parse_identity(row.values) for row in new]
        known = (
            candidates_elsewhere(session, chain, year, who, taken_back=taken_back) if new else []
        )
        found, levels, alike = _from_elsewhere(known, new, left, here)
        people |= found
        reasons |= dict.fromkeys(alike, LIKE_ELSEWHERE)
        reasons |= {each: f"known from {words}: {level}" for each, level in levels.items()}
    unknown = [newcomer for newcomer in sorted(groups) if newcomer not in people]
    people.update(
        zip(
            unknown,
            insert_returning(session, Person, [{"made_at": made_at}] * len(unknown)),
            strict=True,
        )
    )
    return tuple(
        one
        if one.newcomer is None
        else replace(
            one,
            person_id=people[one.newcomer],
            reason=reasons.get(one.newcomer, one.reason),
        )
        for one in matched
    ), len(unknown)


def _from_elsewhere(
    known: Sequence[KnownLeaver],
    new: Sequence[NormalisedRow],
    groups: Mapping[int, Sequence[RowKey]],
    here: set[int],
) -> tuple[dict[int, int], dict[int, str], set[int]]:
    """Who newcomers are, by which level, and which of them are alike but for a number."""
    if not known:
        return {}, {}, set()
    matched = match_leavers(new, known, makes_people=False)
    found = {
        (one.sheet, one.row): one
        for one in matched
        if one.outcome is MatchOutcome.SURE and one.level in _BEYOND_CHANCE
    }
    alike = {(one.sheet, one.row) for one in matched if one.level == _OTHER_NUMBER}
    people: dict[int, int] = {}
    levels: dict[int, str] = {}
    for newcomer, keys in groups.items():
        same = {found[key].person_id: found[key].level for key in keys if key in found}
        if len(same) == 1:
            ((person, level),) = same.items()
            if person is not None and person not in here:
                people[newcomer], levels[newcomer] = person, level
                here.add(person)
    return people, levels, {each for each, keys in groups.items() if alike & set(keys)}
