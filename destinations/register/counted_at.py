"""Counted at: register and hub dates become where a school's leavers are counted on one day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlmodel import Session, col

from models.facts.membership import is_member_on
from models.facts.succession import successor_among, successors_from
from models.places import Hub, Institution, Membership


@dataclass(frozen=True, slots=True, order=True)
class CountedAt:
    """A hub and the school there whose leavers these are; `hub` is '' for a school in none."""

    hub: str
    urn: str
    school: str


def hub_members(session: Session, *, day: date) -> dict[str, tuple[CountedAt, ...]]:
    """By URN of a hub member on that day, where its leavers are counted: a place for each hub."""
    rows = session.execute(
        select(col(Hub.name), col(Membership.urn), col(Institution.name))
        .join_from(Membership, Hub, col(Hub.id) == col(Membership.hub_id))
        .join(Institution, col(Institution.urn) == col(Membership.urn))
        .where(is_member_on(day))
    )
    places_by_urn: dict[str, set[CountedAt]] = {}
    for hub, urn, school in rows:
        places_by_urn.setdefault(urn, set()).add(CountedAt(hub, urn, school))
    return {urn: tuple(sorted(places)) for urn, places in places_by_urn.items()}


def schools_counted_at(
    session: Session, urns: Iterable[str], *, day: date
) -> dict[str, tuple[CountedAt, ...]]:
    """By the URN that leavers left, the places where they are counted on a day: one at least.

    A school that is no member itself counts with the one that took its place, where the register
    links them: one URN in ten changes within four years (sources.md: identifiers).
    """
    members = hub_members(session, day=day)
    non_members = {urn for urn in urns if urn not in members}
    successors = successors_from(session, non_members)
    places_by_urn = {urn: members[urn] for urn in urns if urn in members}
    for urn in non_members:
        member = successor_among(urn, successors, members)
        places_by_urn[urn] = members[member] if member else (CountedAt("", urn, ""),)
    without_hub = [urn for urn, places in places_by_urn.items() if not places[0].hub]
    select_names = select(col(Institution.urn), col(Institution.name)).where(
        col(Institution.urn).in_(without_hub)
    )
    names = {row.urn: row.name for row in session.execute(select_names)}
    return places_by_urn | {urn: (CountedAt("", urn, names.get(urn, "")),) for urn in without_hub}
