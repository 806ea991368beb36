"""Repeated leavers: rows of one submission are grouped by whom they are about, whoever that is.

Grouped before any known leaver is compared, so that the order of the rows makes no difference.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from destinations.linkage.identities import (
    Identity,
    has_other_identifier,
    is_like_forename,
    is_like_name_so_far,
    shares_names,
)
from destinations.linkage.levels import by_surname_and_birth, by_upn

RowKey = tuple[str, int]  # sheet, row

SAME_UPN = "two rows of this file carry the same UPN and different names"
SAME_NAME = "more than one person of this name and date of birth is in this file"
SHORT_NAME = "another row of this file may be the same person, with a short form of the forename"
MIXED = "rows of this file join two people"


# Comparing every two rows of a bucket is for families, not for a column filled down by mistake.
_MOST_COMPARED = 60


@dataclass(frozen=True, slots=True)
class RepeatedLeavers:
    """Rows grouped by person, each row in exactly one group, and by row why that is in doubt."""

    groups: tuple[tuple[RowKey, ...], ...]
    doubts: Mapping[RowKey, str]


def find_repeated_leavers(identities: Mapping[RowKey, Identity]) -> RepeatedLeavers:
    """Which rows are one person, by UPN or by name and date of birth; never against a UPN."""
    joined = _JoinedRows(identities)
    doubts: dict[RowKey, str] = {}
    distinct = _join_identical(identities, joined)
    _join_by_upn(distinct, joined, doubts)
    _join_by_name(distinct, joined, doubts)
    groups: list[tuple[RowKey, ...]] = []
    for rows in joined.groups():
        if len({identities[row].upn for row in rows} - {""}) > 1:
            doubts.update(dict.fromkeys(rows, MIXED))
            groups.extend((row,) for row in rows)
        else:
            groups.append(rows)
    _doubt_short_names(distinct, joined, doubts)
    for rows in groups:
        doubt = next((doubts[row] for row in rows if row in doubts), None)
        if doubt:
            doubts.update(dict.fromkeys(rows, doubt))
    return RepeatedLeavers(tuple(groups), doubts)


def _join_identical(
    identities: Mapping[RowKey, Identity], joined: "_JoinedRows"
) -> dict[RowKey, Identity]:
    first_rows: dict[Identity, RowKey] = {}
    incomplete: dict[RowKey, Identity] = {}
    for row in sorted(identities):
        identity = identities[row]
        if identity.upn or (by_surname_and_birth(identity) and identity.forenames):
            joined.join(first_rows.setdefault(identity, row), row)
        else:
            incomplete[row] = identity
    return {row: identity for identity, row in first_rows.items()} | incomplete


def _join_by_upn(
    identities: Mapping[RowKey, Identity], joined: "_JoinedRows", doubts: dict[RowKey, str]
) -> None:
    for rows in _buckets(identities, lambda row: by_upn(identities[row])):
        for row, other_row in _pairs(rows):
            if _same_by_upn(identities[row], identities[other_row]):
                joined.join(row, other_row)
            else:
                doubts[row] = doubts[other_row] = SAME_UPN


def _same_by_upn(identity: Identity, other_identity: Identity) -> bool:
    """Whether the names of two rows of one UPN are alike, as far as both have them."""
    if not shares_names(identity, other_identity):
        return True
    return is_like_name_so_far(identity, other_identity)


def _join_by_name(
    identities: Mapping[RowKey, Identity], joined: "_JoinedRows", doubts: dict[RowKey, str]
) -> None:
    def name_keys(row: RowKey) -> Iterable[Hashable]:
        keys = by_surname_and_birth(identities[row])
        return [(key, forename) for key in keys for forename in identities[row].forenames]

    for rows in _buckets(identities, name_keys):
        clash = any(
            has_other_identifier(identities[row], identities[other_row])
            for row, other_row in _pairs(rows)
        )
        for row in rows:
            if not clash:
                joined.join(rows[0], row)
            elif not identities[row].upn:
                doubts.setdefault(row, SAME_NAME)


def _doubt_short_names(
    identities: Mapping[RowKey, Identity], joined: "_JoinedRows", doubts: dict[RowKey, str]
) -> None:
    for rows in _buckets(identities, lambda row: by_surname_and_birth(identities[row])):
        for first_row, second_row in _pairs(rows):
            if (
                joined.leader(first_row) != joined.leader(second_row)
                and is_like_forename(identities[first_row], identities[second_row])
                and not has_other_identifier(identities[first_row], identities[second_row])
            ):
                for row in (first_row, second_row):
                    if not identities[row].upn:
                        doubts.setdefault(row, SHORT_NAME)


def _pairs(rows: Sequence[RowKey]) -> Iterable[tuple[RowKey, RowKey]]:
    return combinations(rows[:_MOST_COMPARED], 2)


def _buckets(
    rows: Iterable[RowKey], keys: Callable[[RowKey], Iterable[Hashable]]
) -> list[list[RowKey]]:
    rows_by_key: defaultdict[Hashable, list[RowKey]] = defaultdict(list)
    for row in rows:
        for key in keys(row):
            rows_by_key[key].append(row)
    return [sorted(bucket) for bucket in rows_by_key.values() if len(bucket) > 1]


class _JoinedRows:
    """Disjoint sets of rows, joined two at a time; the first row of each set leads it."""

    def __init__(self, rows: Iterable[RowKey]) -> None:
        self._leader = {row: row for row in rows}

    def leader(self, row: RowKey) -> RowKey:
        while self._leader[row] != row:
            self._leader[row] = row = self._leader[self._leader[row]]
        return row

    def join(self, row: RowKey, other_row: RowKey) -> None:
        leader, follower = sorted((self.leader(row), self.leader(other_row)))
        self._leader[follower] = leader

    def groups(self) -> list[tuple[RowKey, ...]]:
        rows_by_leader: defaultdict[RowKey, list[RowKey]] = defaultdict(list)
        for row in self._leader:
            rows_by_leader[self.leader(row)].append(row)
        return [tuple(sorted(rows)) for _, rows in sorted(rows_by_leader.items())]
