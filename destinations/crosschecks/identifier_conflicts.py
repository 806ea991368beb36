"""Held twice: one number on two people, one person with two numbers, one number's other name.

Nobody is told whose the other school's leaver is: only that there is one.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import Date, Select, bindparam, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from destinations.crosschecks.previous_return import Place, RecordedSheet
from destinations.linkage.candidates import in_chunks
from destinations.linkage.identities import (
    Identity,
    is_like_forename,
    is_like_name,
    is_like_surname,
    is_temporary_upn,
    parse_identity,
)
from destinations.linkage.levels import same_name_and_birth
from destinations.linkage.match_decisions import UNSURE
from destinations.record.create_persons import LIKE_ELSEWHERE
from models.facts.effective import is_effective_one
from models.handoffs.findings import Issue
from models.leavers import Cohort, Leaver
from models.vocabulary import year_name

HERE, ELSEWHERE = "at your school", "at another school"
_WAITS = (  # what matching says of a row that waits, and what it means here
    (f"{UNSURE}same UPN, other name", "X01", "upn"),
    (f"{UNSURE}same ULN, other UPN or other name", "X02", "uln"),
    (f"{UNSURE}same name and date of birth, another UPN", "X03", "upn"),
)


@dataclass(frozen=True, slots=True)
class _StoredLeaver:
    """A leaver as kept in some cohort."""

    who: Identity
    cohort_id: int
    year: int
    urn: str


def find_identifier_conflicts(session: Session, sheet: RecordedSheet) -> Iterator[Issue]:
    """X01, X02: a number that somebody else has.  X03: another UPN.  Y02, Y03: birth and name."""
    places = {person: place for place, person in reversed(list(sheet.about.items()))}
    for number, code in (("upn", "X01"), ("uln", "X02")):
        if not any(row.get(number) for row in sheet.rows.values()):
            continue
        for person, where in _with_the_same(session, sheet, number):
            if person in places:
                yield sheet.remark(code, places[person], number, where=where)
    yield from _held_here(session, sheet)
    kept = _kept(session, sheet.people)
    for person, place in places.items():
        yield from _differing(sheet, place, kept.get(person, []))


def _held_here(session: Session, sheet: RecordedSheet) -> Iterator[Issue]:
    """What matching found of rows that wait, and of newcomers known from another cohort."""
    for place, level in sheet.levels.items():
        for words, code, field in _WAITS:
            if place not in sheet.about and level.startswith(words):
                yield sheet.remark(code, place, field, where=HERE)
    for place, reason in sheet.reasons.items():
        if reason == LIKE_ELSEWHERE and _has_another_upn(session, sheet, place):
            yield sheet.remark("X03", place, "upn", where=HERE)


def _with_the_same(
    session: Session, sheet: RecordedSheet, number: str
) -> Iterator[tuple[int, str]]:
    """People of this sheet whose number is on somebody else's leaver, and where that is."""
    told: dict[int, str] = {}
    for some in in_chunks(sorted(sheet.people)):
        rows = session.execute(_holders(number), {"cohorts": sheet.cohorts, "people": some})
        for person, urn in rows:
            where = HERE if urn in sheet.chain else ELSEWHERE
            told[person] = HERE if HERE in (where, told.get(person)) else where
    yield from told.items()


def _kept(session: Session, people: set[int]) -> dict[int, list[_StoredLeaver]]:
    """Every leaver that these people are, by person."""
    found: defaultdict[int, list[_StoredLeaver]] = defaultdict(list)
    for some in in_chunks(sorted(people)):
        rows = session.execute(_leavers(), {"people": some})
        for person, cohort, year, urn, *values in rows:
            who = parse_identity(dict(zip(_NAMES, values, strict=True)))
            found[person].append(_StoredLeaver(who, cohort, year, urn))
    return found


def _differing(sheet: RecordedSheet, place: Place, kept: list[_StoredLeaver]) -> Iterator[Issue]:
    """What this row says of somebody, beside what is kept of them.

    Within the cohort matching itself speaks of numbers and births that differ (M03).
    """
    row = sheet.rows[place]
    who = parse_identity(row.values)
    others = [one for one in kept if one.cohort_id not in sheet.cohorts]
    for one in others:
        facts: Mapping[str, str] = {"cohort": year_name(one.year)}
        if _both(who.born_on, one.who.born_on) and who.born_on != one.who.born_on:
            yield sheet.remark("Y02", place, "born_on", **facts)
            break
    for one in others:
        if _permanent(who.upn) and _permanent(one.who.upn) and who.upn != one.who.upn:
            where = HERE if one.urn in sheet.chain else ELSEWHERE
            yield sheet.remark("X03", place, "upn", where=where)
            break
    if any(_another_name(who, one.who) for one in kept):
        yield sheet.remark("Y03", place, "surname")


def _has_another_upn(session: Session, sheet: RecordedSheet, place: Place) -> bool:
    """Whether another cohort of the school has the same name and birth with another UPN.

    At another school that may well be somebody else, and it is nobody's business.
    """
    who = parse_identity(sheet.rows[place].values)
    if not _permanent(who.upn):
        return False
    asked = {"chain": sheet.chain, "cohorts": sheet.cohorts, "born_on": who.born_on}
    others = (
        parse_identity(dict(zip(_NAMES, values, strict=True)))
        for values in session.execute(_born_on(), asked)
    )
    return any(
        same_name_and_birth(who, one) and _permanent(one.upn) and one.upn != who.upn
        for one in others
    )


def _another_name(one: Identity, other: Identity) -> bool:
    """Whether neither forename nor surname is like the other's; a change of one of them is life."""
    given = one.surname and other.surname and one.forenames and other.forenames
    alike = is_like_surname(one, other) or is_like_forename(one, other) or is_like_name(one, other)
    return bool(given) and not alike


def _both(one: date | None, other: date | None) -> bool:
    return one is not None and other is not None


def _permanent(upn: str) -> bool:
    """A UPN that stays; one with a letter at its end does not (sources.md: identifiers)."""
    return bool(upn) and not is_temporary_upn(upn)


# The questions, each put together once: that takes longer than asking them.

_NAMES = ("upn", "uln", "surname", "forename", "born_on")


@cache
def _holders(number: str) -> Select[Any]:
    """People of a cohort whose number stands on somebody else's leaver too, and at which school."""
    mine, other, home = aliased(Leaver), aliased(Leaver), aliased(Cohort)
    return (
        select(col(mine.person_id), col(home.urn))
        .join(other, getattr(other, number) == getattr(mine, number))
        .join(home, col(home.id) == col(other.cohort_id))
        .where(
            col(mine.cohort_id).in_(bindparam("cohorts", expanding=True)),
            col(mine.person_id).in_(bindparam("people", expanding=True)),
            col(other.person_id) != col(mine.person_id),
            is_effective_one(col(other.submission_id)),
        )
        .order_by(col(mine.person_id), col(home.urn))
    )


@cache
def _born_on() -> Select[Any]:
    """The leavers of other cohorts of a school who were born on a day."""
    return (
        select(*(getattr(Leaver, name) for name in _NAMES))
        .join(Cohort, col(Cohort.id) == col(Leaver.cohort_id))
        .where(
            col(Cohort.urn).in_(bindparam("chain", expanding=True)),
            col(Cohort.id).not_in(bindparam("cohorts", expanding=True)),
            col(Leaver.born_on) == bindparam("born_on", type_=Date()),
            is_effective_one(col(Leaver.submission_id)),
        )
        .order_by(col(Leaver.id))
    )


@cache
def _leavers() -> Select[Any]:
    return (
        select(
            col(Leaver.person_id),
            col(Leaver.cohort_id),
            col(Cohort.academic_year),
            col(Cohort.urn),
            *(getattr(Leaver, name) for name in _NAMES),
        )
        .join(Cohort, col(Cohort.id) == col(Leaver.cohort_id))
        .where(
            col(Leaver.person_id).in_(bindparam("people", expanding=True)),
            is_effective_one(col(Leaver.submission_id)),
        )
        .order_by(col(Leaver.id))
    )
