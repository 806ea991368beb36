"""New persons: newcomers to a cohort become persons, new or known from another cohort."""

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
_OTHER_IDENTIFIER = "same name and date of birth, another UPN or ULN"
# The reason kept with a newcomer who may be somebody of another cohort; the crosscheck of
# identifier conflicts asks about it.
LIKE_ELSEWHERE = f"like a leaver of another cohort: {_OTHER_IDENTIFIER}"


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
    one person they are.  `chain` is the school's URNs and `year` the autumn in which the cohort's
    leaving year began; `rows` has the sound rows, several where the sheet has a column a year.
    """
    groups: defaultdict[int, list[RowKey]] = defaultdict(list)
    for match in matched:
        if match.newcomer is not None:
            groups[match.newcomer].append((match.sheet, match.row))
    if not groups:
        return tuple(matched), 0
    people_in_cohort = {match.person_id for match in matched if match.person_id is not None}
    person_by_newcomer: dict[int, int] = {}
    reasons: dict[int, str] = {}
    new_rows = [rows[key][0] for keys in groups.values() for key in keys]
    identities = {(row.sheet, row.row): parse_identity(row.values) for row in new_rows}
    candidates = candidates_elsewhere(session, chain, year, list(identities.values()))
    # Whoever a sheet named that was taken back is the same person when a sheet names them again.
    for is_named, where_named in (
        (True, "another cohort"),
        (False, "a sheet that was taken back"),
    ):
        unplaced = {
            newcomer: keys
            for newcomer, keys in groups.items()
            if newcomer not in person_by_newcomer
        }
        unplaced_rows = [rows[key][0] for keys in unplaced.values() for key in keys]
        numbers = {
            number
            for row in unplaced_rows
            for identity in [identities[row.sheet, row.row]]
            for number in (identity.upn, identity.uln)
        } - {""}
        placed, levels, like_elsewhere = _place_elsewhere(
            [
                candidate.leaver
                for candidate in candidates
                if candidate.is_named == is_named
                and (
                    candidate.is_of_school
                    or not numbers.isdisjoint((candidate.leaver.who.upn, candidate.leaver.who.uln))
                )
            ],
            unplaced_rows,
            unplaced,
            people_in_cohort,
        )
        person_by_newcomer |= placed
        reasons |= dict.fromkeys(like_elsewhere, LIKE_ELSEWHERE)
        reasons |= {
            newcomer: f"known from {where_named}: {level}" for newcomer, level in levels.items()
        }
    newcomers = [newcomer for newcomer in sorted(groups) if newcomer not in person_by_newcomer]
    person_by_newcomer.update(
        zip(
            newcomers,
            insert_returning(session, Person, [{"made_at": made_at}] * len(newcomers)),
            strict=True,
        )
    )
    return tuple(
        match
        if match.newcomer is None
        else replace(
            match,
            person_id=person_by_newcomer[match.newcomer],
            reason=reasons.get(match.newcomer, match.reason),
        )
        for match in matched
    ), len(newcomers)


def _place_elsewhere(
    candidates: Sequence[KnownLeaver],
    new_rows: Sequence[NormalisedRow],
    groups: Mapping[int, Sequence[RowKey]],
    people_in_cohort: set[int],
) -> tuple[dict[int, int], dict[int, str], set[int]]:
    """By newcomer the person of another cohort and the level; and newcomers alike but for a UPN."""
    if not candidates:
        return {}, {}, set()
    matched = match_leavers(new_rows, candidates, makes_people=False)
    sure_matches = {
        (match.sheet, match.row): match
        for match in matched
        if match.outcome is MatchOutcome.SURE and match.level in _BEYOND_CHANCE
    }
    alike_rows = {(match.sheet, match.row) for match in matched if match.level == _OTHER_IDENTIFIER}
    person_by_newcomer: dict[int, int] = {}
    levels: dict[int, str] = {}
    for newcomer, keys in groups.items():
        level_by_person = {
            sure_matches[key].person_id: sure_matches[key].level
            for key in keys
            if key in sure_matches
        }
        if len(level_by_person) == 1:
            ((person_id, level),) = level_by_person.items()
            if person_id is not None and person_id not in people_in_cohort:
                person_by_newcomer[newcomer], levels[newcomer] = person_id, level
                people_in_cohort.add(person_id)
    return (
        person_by_newcomer,
        levels,
        {newcomer for newcomer, keys in groups.items() if alike_rows & set(keys)},
    )
