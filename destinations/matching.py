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
    BlockingKey,
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


_Strength = tuple[int, bool]  # rank of the level, and whether name or birth date differ: less wins
_Claim = tuple[_Strength, tuple[RowKey, ...]]  # and the rows that make it


def match_leavers(
    rows: Sequence[NormalisedRow],
    known_leavers: Iterable[KnownLeaver],
    *,
    makes_people: bool,
    settled: Mapping[RowKey, int | None] | None = None,
) -> tuple[RowMatch, ...]:
    """The match of each row of the file, in reading order; a row with a column a year is one row.

    `makes_people` is for a school's own sheet: a row like nobody known is a new leaver, where in
    an enrolment list it is nobody of ours.  `settled` has the person that a row was decided to be
    about before (None: nobody known); such a row is not matched anew.
    """
    settled = settled or {}
    identities = {(row.sheet, row.row): parse_identity(row.values) for row in rows}
    index = _CandidateIndex(known_leavers)
    verdicts = {
        key: _find_verdict(identity, index, in_school=makes_people)
        for key, identity in identities.items()
    }
    for key, person_id in settled.items():
        if key in verdicts:
            person_ids = () if person_id is None else (person_id,)
            verdicts[key] = _Verdict(_SETTLED, BY_PERSON, person_ids, sure=True)
    repeated = find_repeated_leavers(identities)
    _decide_groups(repeated, verdicts, identities, index)
    _decide_claims(repeated, verdicts, identities, index)
    if makes_people:
        _exclude_claimed_twins(repeated, verdicts, identities, index)
    newcomers: dict[RowKey, int] = {}
    if makes_people:
        _number_newcomers(repeated, verdicts, newcomers, settled)
    return tuple(
        _to_row_match(key, identity, verdicts[key], newcomers.get(key), index)
        for key, identity in identities.items()
    )


class _CandidateIndex:
    """Known leavers by blocking key: the cost of a row does not grow with the number known."""

    def __init__(self, known_leavers: Iterable[KnownLeaver]) -> None:
        self._leavers = tuple(known_leavers)
        self._leavers_by_key: dict[BlockingKey, dict[Hashable, list[KnownLeaver]]] = {}
        self.names: defaultdict[int, list[Identity]] = defaultdict(list)
        for known_leaver in self._leavers:
            self.names[known_leaver.person_id].append(known_leaver.who)

    def like(self, identity: Identity, keys: BlockingKey) -> list[KnownLeaver]:
        """The known leavers who share a key, each as often as they are named."""
        own_keys = keys(identity)
        if not own_keys:
            return []
        leavers_by_key = self._leavers_by_key.get(keys)
        if leavers_by_key is None:  # most sheets are decided by the first levels: not all needed
            leavers_by_key = self._leavers_by_key[keys] = {}
            for known_leaver in self._leavers:
                for key in keys(known_leaver.who):
                    leavers_by_key.setdefault(key, []).append(known_leaver)
        return [known_leaver for key in own_keys for known_leaver in leavers_by_key.get(key, ())]


def _find_verdict(
    identity: Identity, index: _CandidateIndex, *, in_school: bool, claimed: Collection[int] = ()
) -> _Verdict:
    for rank, level in enumerate(LEVELS):
        if level.in_school and not in_school:
            continue
        sharing_key = index.like(identity, level.keys)
        if level.unless_claimed:
            sharing_key = [
                candidate for candidate in sharing_key if candidate.person_id not in claimed
            ]
        same_people = _person_ids(
            candidate for candidate in sharing_key if level.same(identity, candidate.who)
        )
        if same_people:
            return _verdict_at_level(
                identity, index, rank, level, same_people, _person_ids(sharing_key)
            )
    return _Verdict(len(LEVELS), NOBODY)


def _verdict_at_level(
    identity: Identity,
    index: _CandidateIndex,
    rank: int,
    level: MatchLevel,
    same_people: tuple[int, ...],
    people_sharing_key: tuple[int, ...],
) -> _Verdict:
    if not level.sure:
        return _Verdict(rank, level.words, same_people)
    if len(same_people) > 1:
        return _Verdict(rank, level.words, same_people, reason=_SEVERAL)
    if level.alone and len(people_sharing_key) > 1:
        return _Verdict(rank, level.words, people_sharing_key, reason=_NOT_ALONE)
    rivals = _rivals_of(identity, index, same_people[0])
    if rivals:
        return _Verdict(rank, level.words, (*same_people, *rivals), reason=_CROSSED)
    return _Verdict(
        rank,
        level.words,
        same_people,
        sure=True,
        reason=explain_agreement(identity, index.names[same_people[0]]),
    )


def _rivals_of(identity: Identity, index: _CandidateIndex, person_id: int) -> tuple[int, ...]:
    """Others to whom an identifier, or the whole name and date of birth, points just as plainly."""
    sharing_identifier = [
        candidate for keys in (by_upn, by_uln) for candidate in index.like(identity, keys)
    ]
    same_named = [
        candidate
        for candidate in index.like(identity, by_surname_and_birth)
        if same_name_and_birth(identity, candidate.who)
    ]
    if any(candidate.person_id == person_id for candidate in same_named):
        same_named = []
    return _person_ids(
        candidate
        for candidate in (*sharing_identifier, *same_named)
        if candidate.person_id != person_id
    )


def _decide_groups(
    repeated: RepeatedLeavers,
    verdicts: dict[RowKey, _Verdict],
    identities: Mapping[RowKey, Identity],
    index: _CandidateIndex,
) -> None:
    """Rows about one person get one answer; never against a UPN or ULN of any of them."""
    for rows in repeated.groups:
        sure_answers = {verdicts[row].people for row in rows if verdicts[row].sure}
        if len(rows) == 1 or not any(sure_answers):
            continue
        person_ids = tuple(sorted({person_id for answer in sure_answers for person_id in answer}))
        identifiers_differ = any(
            has_other_identifier(identities[row], known_identity)
            for person_id in person_ids
            for row in rows
            for known_identity in index.names[person_id]
        )
        rank = min(verdicts[row].rank for row in rows if verdicts[row].sure)
        for row in rows:
            verdict = verdicts[row]
            if verdict.rank == _SETTLED:
                continue
            if len(sure_answers) > 1 or (identifiers_differ and not _is_by_identifier(verdict)):
                verdicts[row] = replace(verdict, people=person_ids, sure=False, reason=_SEVERAL)
            elif not verdict.sure and set(person_ids) >= set(verdict.people):
                verdicts[row] = _Verdict(rank, SAME_ROW, person_ids, sure=True)


def _is_by_identifier(verdict: _Verdict) -> bool:
    return verdict.sure and LEVELS[verdict.rank].keys in (by_upn, by_uln)


def _decide_claims(
    repeated: RepeatedLeavers,
    verdicts: dict[RowKey, _Verdict],
    identities: Mapping[RowKey, Identity],
    index: _CandidateIndex,
) -> None:
    """One person is one row of a file, or rows known to be the same: the surest claim holds."""
    claims: defaultdict[int, list[_Claim]] = defaultdict(list)
    for rows in repeated.groups:
        sure_rows = [row for row in rows if verdicts[row].sure and verdicts[row].people]
        for person_id in {verdicts[row].people[0] for row in sure_rows}:
            strength = min(
                (
                    verdicts[row].rank,
                    not any(
                        same_name_and_birth(identities[row], known_identity)
                        for known_identity in index.names[person_id]
                    ),
                )
                for row in sure_rows
            )
            claims[person_id].append((strength, tuple(sure_rows)))
    for person_claims in claims.values():
        person_claims.sort()
        if len(person_claims) < 2:
            continue
        losing = person_claims if person_claims[0][0] == person_claims[1][0] else person_claims[1:]
        for _, rows in losing:
            for row in rows:
                if verdicts[row].rank != _SETTLED:
                    verdicts[row] = replace(verdicts[row], sure=False, reason=_CLAIMED)


def _exclude_claimed_twins(
    repeated: RepeatedLeavers,
    verdicts: dict[RowKey, _Verdict],
    identities: Mapping[RowKey, Identity],
    index: _CandidateIndex,
) -> None:
    """A twin of somebody who has a row of their own in the file is not taken for them."""
    claimed = {
        verdict.people[0] for verdict in verdicts.values() if verdict.sure and verdict.people
    }
    for rows in repeated.groups:
        for row in rows:
            verdict = verdicts[row]
            is_likeness = (
                not verdict.sure and not verdict.reason and verdict.rank in range(len(LEVELS))
            )
            if (
                is_likeness
                and LEVELS[verdict.rank].unless_claimed
                and claimed.issuperset(verdict.people)
            ):
                verdicts[row] = _find_verdict(
                    identities[row], index, in_school=True, claimed=claimed
                )


def _number_newcomers(
    repeated: RepeatedLeavers,
    verdicts: dict[RowKey, _Verdict],
    newcomers: dict[RowKey, int],
    settled: Mapping[RowKey, int | None],
) -> None:
    """Who is new: like nobody known, or said by a person to be nobody known; and no doubt."""
    number = 0
    for rows in repeated.groups:
        new_rows = [row for row in rows if not verdicts[row].people]
        decided = any(row in settled for row in new_rows)
        if not new_rows:
            continue
        if len(new_rows) < len(rows):
            doubt: str | None = _SEVERAL  # some rows of the group are unsure, so all are
        else:
            doubt = next((repeated.doubts[row] for row in rows if row in repeated.doubts), None)
        for row in new_rows:
            if doubt and not decided:
                verdicts[row] = replace(verdicts[row], reason=doubt)
            else:
                newcomers[row] = number
        number += any(row in newcomers for row in new_rows)


def _to_row_match(
    key: RowKey, identity: Identity, verdict: _Verdict, newcomer: int | None, index: _CandidateIndex
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
        candidates = rank_candidates(identity, verdict.people, index.names)
        level = verdict.level if verdict.people else verdict.reason
        return RowMatch(
            sheet, row, MatchOutcome.UNSURE, level, candidates=candidates, reason=verdict.reason
        )
    return RowMatch(sheet, row, MatchOutcome.NOBODY, verdict.level)


def _person_ids(known_leavers: Iterable[KnownLeaver]) -> tuple[int, ...]:
    return tuple(sorted({known_leaver.person_id for known_leaver in known_leavers}))
