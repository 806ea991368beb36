"""Match: the rows of a submission become people: somebody known, somebody new, or nobody sure.

The first level (destinations/linkage/levels.py) that finds anybody decides.  Two people at that
level, or two rows that claim one person, mean that nobody is sure, and the row waits for a person.
"""

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from destinations.linkage.identities import Identity, has_other_identifier, parse_identity
from destinations.linkage.levels import (
    LEVELS,
    Keys,
    MatchLevel,
    by_surname_and_birth,
    by_uln,
    by_upn,
    same_name_and_birth,
)
from destinations.linkage.match_explanations import explain_agreement, rank_candidates
from destinations.linkage.match_results import NOBODY, KnownLeaver, MatchOutcome, RowMatch
from destinations.linkage.repeated_leavers import RepeatedLeavers, RowKey, find_repeated_leavers
from models.handoffs.normalised import NormalisedRow

# Words for the evidence pack beside those of the levels.
NEW = "like nobody known in the cohort: a new leaver"
SAME_ROW = "same person as another row of the file"
BY_PERSON = "a person decided"
_CROSSED = "the UPN or ULN is one leaver's, the name and date of birth another's"
_CLAIMED = "another row of the file is surer to be this leaver"
_SEVERAL = "more than one leaver is like this"
_NOT_ALONE = "another leaver has this surname and date of birth"

_SETTLED = -1  # the rank of what a person decided, before every level


@dataclass(frozen=True, slots=True)
class _Verdict:
    rank: int
    level: str
    people: tuple[int, ...] = ()
    sure: bool = False
    reason: str = ""


def match_leavers(
    rows: Sequence[NormalisedRow],
    known: Iterable[KnownLeaver],
    *,
    makes_people: bool,
    settled: Mapping[RowKey, int | None] | None = None,
) -> tuple[RowMatch, ...]:
    """What became of each row, in reading order; a row with a column a year is one row.

    `makes_people` is for a school's own sheet: a row like nobody known is a new leaver, where in
    an enrolment list it is nobody of ours.  `settled` says who rows are about that were decided
    before (None: nobody known); they are never asked again.
    """
    settled = settled or {}
    who = {(row.sheet, row.row): parse_identity(row.values) for row in rows}
    people = _CandidateIndex(known)
    verdicts = {key: _against(one, people, in_school=makes_people) for key, one in who.items()}
    for key, person in settled.items():
        if key in verdicts:
            decided = () if person is None else (person,)
            verdicts[key] = _Verdict(_SETTLED, BY_PERSON, decided, sure=True)
    doubles = find_repeated_leavers(who)
    _decide_groups(doubles, verdicts, who, people)
    _decide_claims(doubles, verdicts, who, people)
    if makes_people:
        _leave_to_their_rows(doubles, verdicts, who, people)
    newcomers: dict[RowKey, int] = {}
    if makes_people:
        _count_newcomers(doubles, verdicts, newcomers, settled)
    return tuple(
        _told(key, one, verdicts[key], newcomers.get(key), people) for key, one in who.items()
    )


class _CandidateIndex:
    """Everybody known, found by key: the cost of a row does not grow with the number known."""

    def __init__(self, known: Iterable[KnownLeaver]) -> None:
        self._known = tuple(known)
        self._found: dict[Keys, dict[Hashable, list[KnownLeaver]]] = {}
        self.names: defaultdict[int, list[Identity]] = defaultdict(list)
        for one in self._known:
            self.names[one.person_id].append(one.who)

    def like(self, who: Identity, keys: Keys) -> list[KnownLeaver]:
        """Those who share a key, each as often as they are named."""
        mine = keys(who)
        if not mine:
            return []
        found = self._found.get(keys)
        if found is None:  # most sheets are decided by the first levels and never need the rest
            found = self._found[keys] = {}
            for one in self._known:
                for key in keys(one.who):
                    found.setdefault(key, []).append(one)
        return [one for key in mine for one in found.get(key, ())]


def _against(
    who: Identity, people: _CandidateIndex, *, in_school: bool, claimed: Collection[int] = ()
) -> _Verdict:
    for rank, level in enumerate(LEVELS):
        if level.in_school and not in_school:
            continue
        near = people.like(who, level.keys)
        if level.unless_claimed:
            near = [one for one in near if one.person_id not in claimed]
        same = _ids(one for one in near if level.same(who, one.who))
        if same:
            return _weigh(who, people, rank, level, same, _ids(near))
    return _Verdict(len(LEVELS), NOBODY)


def _weigh(
    who: Identity,
    people: _CandidateIndex,
    rank: int,
    level: MatchLevel,
    same: tuple[int, ...],
    near: tuple[int, ...],
) -> _Verdict:
    if not level.sure:
        return _Verdict(rank, level.words, same)
    if len(same) > 1:
        return _Verdict(rank, level.words, same, reason=_SEVERAL)
    if level.alone and len(near) > 1:
        return _Verdict(rank, level.words, near, reason=_NOT_ALONE)
    others = _crossed(who, people, same[0])
    if others:
        return _Verdict(rank, level.words, (*same, *others), reason=_CROSSED)
    return _Verdict(
        rank, level.words, same, sure=True, reason=explain_agreement(who, people.names[same[0]])
    )


def _crossed(who: Identity, people: _CandidateIndex, person: int) -> tuple[int, ...]:
    """Others to whom an identifier, or the whole name and date of birth, points just as plainly."""
    by_number = [one for keys in (by_upn, by_uln) for one in people.like(who, keys)]
    named = [
        one for one in people.like(who, by_surname_and_birth) if same_name_and_birth(who, one.who)
    ]
    if any(one.person_id == person for one in named):
        named = []
    return _ids(one for one in (*by_number, *named) if one.person_id != person)


def _decide_groups(
    doubles: RepeatedLeavers,
    verdicts: dict[RowKey, _Verdict],
    who: Mapping[RowKey, Identity],
    people: _CandidateIndex,
) -> None:
    """Rows about one person get one answer; never against a UPN or ULN of any of them."""
    for rows in doubles.groups:
        sure = {verdicts[row].people for row in rows if verdicts[row].sure}
        if len(rows) == 1 or not any(sure):
            continue
        several = tuple(sorted({person for found in sure for person in found}))
        apart = any(
            has_other_identifier(who[row], name)
            for person in several
            for row in rows
            for name in people.names[person]
        )
        rank = min(verdicts[row].rank for row in rows if verdicts[row].sure)
        for row in rows:
            one = verdicts[row]
            if one.rank == _SETTLED:
                continue
            if len(sure) > 1 or (apart and not _by_number(one)):
                verdicts[row] = replace(one, people=several, sure=False, reason=_SEVERAL)
            elif not one.sure and set(several) >= set(one.people):
                verdicts[row] = _Verdict(rank, SAME_ROW, several, sure=True)


def _by_number(verdict: _Verdict) -> bool:
    return verdict.sure and LEVELS[verdict.rank].keys in (by_upn, by_uln)


def _decide_claims(
    doubles: RepeatedLeavers,
    verdicts: dict[RowKey, _Verdict],
    who: Mapping[RowKey, Identity],
    people: _CandidateIndex,
) -> None:
    """One person is one row of a file, or rows known to be the same: the surest claim holds."""
    claims: defaultdict[int, list[tuple[tuple[int, bool], tuple[RowKey, ...]]]] = defaultdict(list)
    for rows in doubles.groups:
        sure = [row for row in rows if verdicts[row].sure and verdicts[row].people]
        for person in {verdicts[row].people[0] for row in sure}:
            strength = min(
                (
                    verdicts[row].rank,
                    not any(same_name_and_birth(who[row], name) for name in people.names[person]),
                )
                for row in sure
            )
            claims[person].append((strength, tuple(sure)))
    for made in claims.values():
        made.sort()
        if len(made) < 2:
            continue
        losing = made if made[0][0] == made[1][0] else made[1:]
        for _, rows in losing:
            for row in rows:
                if verdicts[row].rank != _SETTLED:
                    verdicts[row] = replace(verdicts[row], sure=False, reason=_CLAIMED)


def _leave_to_their_rows(
    doubles: RepeatedLeavers,
    verdicts: dict[RowKey, _Verdict],
    who: Mapping[RowKey, Identity],
    people: _CandidateIndex,
) -> None:
    """A twin of somebody who has a row of their own in the file is not taken for them."""
    claimed = {
        verdict.people[0] for verdict in verdicts.values() if verdict.sure and verdict.people
    }
    for rows in doubles.groups:
        for row in rows:
            one = verdicts[row]
            is_likeness = not one.sure and not one.reason and one.rank in range(len(LEVELS))
            if is_likeness and LEVELS[one.rank].unless_claimed and claimed.issuperset(one.people):
                verdicts[row] = _against(who[row], people, in_school=True, claimed=claimed)


def _count_newcomers(
    doubles: RepeatedLeavers,
    verdicts: dict[RowKey, _Verdict],
    newcomers: dict[RowKey, int],
    settled: Mapping[RowKey, int | None],
) -> None:
    """Who is new: like nobody known, or said by a person to be nobody known; and no doubt."""
    made = 0
    for rows in doubles.groups:
        new = [row for row in rows if not verdicts[row].people]
        decided = any(row in settled for row in new)
        if not new:
            continue
        if len(new) < len(rows):
            doubt: str | None = _SEVERAL  # some rows of the group are unsure, so all are
        else:
            doubt = next((doubles.doubts[row] for row in rows if row in doubles.doubts), None)
        for row in new:
            if doubt and not decided:
                verdicts[row] = replace(verdicts[row], reason=doubt)
            else:
                newcomers[row] = made
        made += any(row in newcomers for row in new)


def _told(
    key: RowKey, who: Identity, verdict: _Verdict, newcomer: int | None, people: _CandidateIndex
) -> RowMatch:
    sheet, row = key
    if newcomer is not None:
        level = BY_PERSON if verdict.rank == _SETTLED else NEW
        return RowMatch(sheet, row, MatchOutcome.NEW, level, newcomer=newcomer)
    if verdict.sure and verdict.people:
        return RowMatch(
            sheet, row, MatchOutcome.SURE, verdict.level, verdict.people[0], reason=verdict.reason
        )
    if verdict.people or (verdict.reason and not verdict.sure):
        candidates = rank_candidates(who, verdict.people, people.names)
        level = verdict.level if verdict.people else verdict.reason
        return RowMatch(
            sheet, row, MatchOutcome.UNSURE, level, candidates=candidates, reason=verdict.reason
        )
    return RowMatch(sheet, row, MatchOutcome.NOBODY, verdict.level)


def _ids(known: Iterable[KnownLeaver]) -> tuple[int, ...]:
    return tuple(sorted({one.person_id for one in known}))
