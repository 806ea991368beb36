"""Identifier conflicts: one number on two people, one person with two UPNs, births or names.

Of another school's leaver a sender learns only that there is one, never whose.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import Date, Select, bindparam, literal, select, union_all
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from destinations.crosschecks.previous_return import RecordedSheet
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
from destinations.linkage.repeated_leavers import RowKey
from destinations.record.create_persons import LIKE_ELSEWHERE
from models.facts.effective import is_effective_one
from models.handoffs.findings import Issue
from models.leavers import Cohort, Leaver
from models.vocabulary import year_name

_SHARED_CODES = {"upn": "X01", "uln": "X02"}
AT_THIS_SCHOOL, AT_ANOTHER_SCHOOL = "at your school", "at another school"
# How the level of an unmatched row begins, the code it is reported under, and our field.
_LEVEL_CODES = (
    (f"{UNSURE}same UPN, other name", "X01", "upn"),
    (f"{UNSURE}same ULN, other UPN or other name", "X02", "uln"),
    (f"{UNSURE}same name and date of birth, another UPN", "X03", "upn"),
)


@dataclass(frozen=True, slots=True)
class _StoredLeaver:
    """A leaver as recorded in some cohort."""

    identity: Identity
    cohort_id: int
    year: int
    urn: str


def find_identifier_conflicts(session: Session, sheet: RecordedSheet) -> Iterator[Issue]:
    """X01, X02: a UPN or ULN that somebody else has.  X03: a person's other UPN.

    Y02, Y03: a date of birth or a name unlike the one recorded for that person.
    """
    row_by_person = {
        person: row_key for row_key, person in reversed(list(sheet.person_by_row.items()))
    }
    for (identifier, person), holder in _holders_of_shared_identifiers(session, sheet).items():
        if person in row_by_person:
            code = _SHARED_CODES[identifier]
            yield sheet.issue_at(code, row_by_person[person], identifier, where=holder)
    yield from _conflicts_at_this_school(session, sheet)
    stored_leavers = _leavers_by_person(session, sheet.people)
    for person, row_key in row_by_person.items():
        yield from _changed_attributes(sheet, row_key, stored_leavers.get(person, []))


def _conflicts_at_this_school(session: Session, sheet: RecordedSheet) -> Iterator[Issue]:
    """X01 to X03 as matching saw them: unmatched rows, new persons like one of another cohort."""
    for row_key, level in sheet.level_by_row.items():
        for level_prefix, code, field in _LEVEL_CODES:
            if row_key not in sheet.person_by_row and level.startswith(level_prefix):
                yield sheet.issue_at(code, row_key, field, where=AT_THIS_SCHOOL)
    for row_key in _rows_with_another_upn(session, sheet):
        yield sheet.issue_at("X03", row_key, "upn", where=AT_THIS_SCHOOL)


def _holders_of_shared_identifiers(
    session: Session, sheet: RecordedSheet
) -> dict[tuple[str, int], str]:
    """By kind of number and person of this sheet: at which school somebody else has it too."""
    identifiers = tuple(
        identifier
        for identifier in _SHARED_CODES
        if any(row.get(identifier) for row in sheet.rows.values())
    )
    holders: dict[tuple[str, int], str] = {}
    for people in in_chunks(sorted(sheet.people)) if identifiers else ():
        rows = session.execute(
            _shared_identifiers_query(identifiers), {"cohorts": sheet.cohorts, "people": people}
        )
        for identifier, person, urn in rows:
            holder = AT_THIS_SCHOOL if urn in sheet.chain else AT_ANOTHER_SCHOOL
            if holders.get((identifier, person)) != AT_THIS_SCHOOL:
                holders[identifier, person] = holder
    return holders


def _leavers_by_person(session: Session, people: set[int]) -> dict[int, list[_StoredLeaver]]:
    """Every leaver recorded for these persons, by person id."""
    stored_leavers: defaultdict[int, list[_StoredLeaver]] = defaultdict(list)
    for chunk in in_chunks(sorted(people)):
        rows = session.execute(_leavers_query(), {"people": chunk})
        for person, cohort_id, year, urn, *values in rows:
            identity = parse_identity(dict(zip(_IDENTITY_COLUMNS, values, strict=True)))
            stored_leavers[person].append(_StoredLeaver(identity, cohort_id, year, urn))
    return stored_leavers


def _changed_attributes(
    sheet: RecordedSheet, row_key: RowKey, stored_leavers: list[_StoredLeaver]
) -> Iterator[Issue]:
    """Y02, X03 and Y03: what a row gives of a person against what is recorded of them.

    Within the cohort matching itself reports numbers and births that differ (M03).
    """
    row = sheet.rows[row_key]
    identity = parse_identity(row.values)
    elsewhere = [stored for stored in stored_leavers if stored.cohort_id not in sheet.cohorts]
    for stored in elsewhere:
        facts: Mapping[str, str] = {"cohort": year_name(stored.year)}
        if _is_other_birth(identity.born_on, stored.identity.born_on):
            yield sheet.issue_at("Y02", row_key, "born_on", **facts)
            break
    for stored in elsewhere:
        if _is_other_upn(identity.upn, stored.identity.upn):
            holder = AT_THIS_SCHOOL if stored.urn in sheet.chain else AT_ANOTHER_SCHOOL
            yield sheet.issue_at("X03", row_key, "upn", where=holder)
            break
    if any(_is_another_name(identity, stored.identity) for stored in stored_leavers):
        yield sheet.issue_at("Y03", row_key, "surname")


def _rows_with_another_upn(session: Session, sheet: RecordedSheet) -> Iterator[RowKey]:
    """New persons whose name and birth another cohort of the school has with another UPN.

    Another school is not searched: there it may well be somebody else, and is not for this sender.
    """
    identities = {
        row_key: parse_identity(sheet.rows[row_key].values)
        for row_key, reason in sheet.reason_by_row.items()
        if reason == LIKE_ELSEWHERE
    }
    births = sorted({identity.born_on for identity in identities.values() if identity.born_on})
    candidates: defaultdict[date | None, list[Identity]] = defaultdict(list)
    for days in in_chunks(births):
        parameters = {"chain": sheet.chain, "cohorts": sheet.cohorts, "days": days}
        for values in session.execute(_born_on_query(), parameters):
            candidate = parse_identity(dict(zip(_IDENTITY_COLUMNS, values, strict=True)))
            candidates[candidate.born_on].append(candidate)
    for row_key, identity in identities.items():
        if any(
            same_name_and_birth(identity, candidate) and _is_other_upn(identity.upn, candidate.upn)
            for candidate in candidates[identity.born_on]
        ):
            yield row_key


def _is_another_name(identity: Identity, other: Identity) -> bool:
    """Whether neither forename nor surname is like the other's; a change of one of them is life."""
    both_named = identity.surname and other.surname and identity.forenames and other.forenames
    comparisons = (is_like_surname, is_like_forename, is_like_name)
    return bool(both_named) and not any(is_like(identity, other) for is_like in comparisons)


def _is_other_birth(born_on: date | None, recorded: date | None) -> bool:
    return born_on is not None and recorded is not None and born_on != recorded


def _is_other_upn(upn: str, recorded: str) -> bool:
    return _is_permanent_upn(upn) and _is_permanent_upn(recorded) and upn != recorded


def _is_permanent_upn(upn: str) -> bool:
    """A UPN that stays; one with a letter at its end does not (sources.md: identifiers)."""
    return bool(upn) and not is_temporary_upn(upn)


# The questions, each put together once: that takes longer than asking them.

_IDENTITY_COLUMNS = ("upn", "uln", "surname", "forename", "born_on")


@cache
def _shared_identifiers_query(identifiers: tuple[str, ...]) -> Select[Any]:
    """Kind of number, person of a cohort, and URN of somebody else's leaver who has it too."""
    queries = [_shared_identifier_query(identifier) for identifier in identifiers]
    shared = union_all(*queries).subquery()
    return select(shared).order_by(shared.c.identifier, shared.c.person_id, shared.c.urn)


def _shared_identifier_query(identifier: str) -> Select[Any]:
    mine, other, home = aliased(Leaver), aliased(Leaver), aliased(Cohort)
    return (
        select(literal(identifier).label("identifier"), col(mine.person_id), col(home.urn))
        .join(other, getattr(other, identifier) == getattr(mine, identifier))
        .join(home, col(home.id) == col(other.cohort_id))
        .where(
            col(mine.cohort_id).in_(bindparam("cohorts", expanding=True)),
            col(mine.person_id).in_(bindparam("people", expanding=True)),
            col(other.person_id) != col(mine.person_id),
            is_effective_one(col(other.submission_id)),
        )
    )


@cache
def _born_on_query() -> Select[Any]:
    """The leavers of other cohorts of a school who were born on one of these days."""
    return (
        select(*(getattr(Leaver, name) for name in _IDENTITY_COLUMNS))
        .join(Cohort, col(Cohort.id) == col(Leaver.cohort_id))
        .where(
            col(Cohort.urn).in_(bindparam("chain", expanding=True)),
            col(Cohort.id).not_in(bindparam("cohorts", expanding=True)),
            col(Leaver.born_on).in_(bindparam("days", expanding=True, type_=Date())),
            is_effective_one(col(Leaver.submission_id)),
        )
        .order_by(col(Leaver.id))
    )


@cache
def _leavers_query() -> Select[Any]:
    return (
        select(
            col(Leaver.person_id),
            col(Leaver.cohort_id),
            col(Cohort.academic_year),
            col(Cohort.urn),
            *(getattr(Leaver, name) for name in _IDENTITY_COLUMNS),
        )
        .join(Cohort, col(Cohort.id) == col(Leaver.cohort_id))
        .where(
            col(Leaver.person_id).in_(bindparam("people", expanding=True)),
            is_effective_one(col(Leaver.submission_id)),
        )
        .order_by(col(Leaver.id))
    )
