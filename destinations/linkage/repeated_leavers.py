"""Rows of one submission that are about the same person, whoever that is.

Found before anybody known is looked at, so that the order of the rows is nothing.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from destinations.linkage.identities import (
    Identity,
    has_other_identifier,
    is_like_forename,
    is_like_name,
)
from destinations.linkage.levels import by_surname_and_birth, by_upn

RowKey = tuple[str, int]  # sheet, row

SAME_UPN = "two rows of this file carry the same UPN and different names"
SAME_NAME = "more than one person of this name and date of birth is in this file"
SHORT_NAME = "another row of this file may be the same person, with a short form of the forename"
MIXED = "rows of this file join two people"


# Comparing every two rows of a bucket is for families, not for a column filled down by mistake.
_MANY = 60


@dataclass(frozen=True, slots=True)
class RepeatedLeavers:
    """Rows put together, each row in exactly one group, and the rows about which there is doubt."""

    groups: tuple[tuple[RowKey, ...], ...]
    doubts: Mapping[RowKey, str]


def find_repeated_leavers(who: Mapping[RowKey, Identity]) -> RepeatedLeavers:
    """Which rows are one person, by UPN or by name and date of birth; never against a UPN."""
    joined = _JoinedRows(who)
    doubts: dict[RowKey, str] = {}
    first = _join_repeated(who, joined)
    _join_by_upn(first, joined, doubts)
    _join_by_name(first, joined, doubts)
    groups: list[tuple[RowKey, ...]] = []
    for rows in joined.groups():
        if len({who[row].upn for row in rows} - {""}) > 1:
            doubts.update(dict.fromkeys(rows, MIXED))
            groups.extend((row,) for row in rows)
        else:
            groups.append(rows)
    _doubt_short_names(first, joined, doubts)
    for rows in groups:
        doubt = next((doubts[row] for row in rows if row in doubts), None)
        if doubt:
            doubts.update(dict.fromkeys(rows, doubt))
    return RepeatedLeavers(tuple(groups), doubts)


def _join_repeated(who: Mapping[RowKey, Identity], joined: "_JoinedRows") -> dict[RowKey, Identity]:
    first: dict[Identity, RowKey] = {}
    alone: dict[RowKey, Identity] = {}
    for row in sorted(who):
        identity = who[row]
        if identity.upn or (by_surname_and_birth(identity) and identity.forenames):
            joined.join(first.setdefault(identity, row), row)
        else:
            alone[row] = identity
    return {row: identity for identity, row in first.items()} | alone


def _join_by_upn(
    who: Mapping[RowKey, Identity], joined: "_JoinedRows", doubts: dict[RowKey, str]
) -> None:
    for rows in _buckets(who, lambda row: by_upn(who[row])):
        for one, other in _pairs(rows):
            if is_like_name(who[one], who[other]):
                joined.join(one, other)
            else:
                doubts[one] = doubts[other] = SAME_UPN


def _join_by_name(
    who: Mapping[RowKey, Identity], joined: "_JoinedRows", doubts: dict[RowKey, str]
) -> None:
    def names(row: RowKey) -> Iterable[Hashable]:
        keys = by_surname_and_birth(who[row])
        return [(key, forename) for key in keys for forename in who[row].forenames]

    for rows in _buckets(who, names):
        clash = any(has_other_identifier(who[one], who[other]) for one, other in _pairs(rows))
        for row in rows:
            if not clash:
                joined.join(rows[0], row)
            elif not who[row].upn:
                doubts.setdefault(row, SAME_NAME)


def _doubt_short_names(
    who: Mapping[RowKey, Identity], joined: "_JoinedRows", doubts: dict[RowKey, str]
) -> None:
    for rows in _buckets(who, lambda row: by_surname_and_birth(who[row])):
        for one, other in _pairs(rows):
            if (
                joined.leader(one) != joined.leader(other)
                and is_like_forename(who[one], who[other])
                and not has_other_identifier(who[one], who[other])
            ):
                for row in (one, other):
                    if not who[row].upn:
                        doubts.setdefault(row, SHORT_NAME)


def _pairs(rows: Sequence[RowKey]) -> Iterable[tuple[RowKey, RowKey]]:
    return combinations(rows[:_MANY], 2)


def _buckets(
    rows: Iterable[RowKey], keys: Callable[[RowKey], Iterable[Hashable]]
) -> list[list[RowKey]]:
    found: defaultdict[Hashable, list[RowKey]] = defaultdict(list)
    for row in rows:
        for key in keys(row):
            found[key].append(row)
    return [sorted(bucket) for bucket in found.values() if len(bucket) > 1]


class _JoinedRows:
    """Rows joined two at a time; the groups that this makes."""

    def __init__(self, rows: Iterable[RowKey]) -> None:
        self._leader = {row: row for row in rows}

    def leader(self, row: RowKey) -> RowKey:
        while self._leader[row] != row:
            self._leader[row] = row = self._leader[self._leader[row]]
        return row

    def join(self, one: RowKey, other: RowKey) -> None:
        first, second = sorted((self.leader(one), self.leader(other)))
        self._leader[second] = first

    def groups(self) -> list[tuple[RowKey, ...]]:
        found: defaultdict[RowKey, list[RowKey]] = defaultdict(list)
        for row in self._leader:
            found[self.leader(row)].append(row)
        return [tuple(sorted(rows)) for _, rows in sorted(found.items())]
