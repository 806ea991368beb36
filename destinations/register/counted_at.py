"""Places: the register and its dates become where a school's leavers are counted on one day."""

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
    """Who belongs to a hub on a day, by URN."""
    rows = session.execute(
        select(col(Hub.name), col(Membership.urn), col(Institution.name))
        .join_from(Membership, Hub, col(Hub.id) == col(Membership.hub_id))
        .join(Institution, col(Institution.urn) == col(Membership.urn))
        .where(is_member_on(day))
    )
    found: dict[str, set[CountedAt]] = {}
    for hub, urn, school in rows:
        found.setdefault(urn, set()).add(CountedAt(hub, urn, school))
    return {urn: tuple(sorted(homes)) for urn, homes in found.items()}


def schools_counted_at(
    session: Session, urns: Iterable[str], *, day: date
) -> dict[str, tuple[CountedAt, ...]]:
    """Where the leavers of each school are counted on a day, by the URN they left.

    A school that is no member itself counts with the one that took its place, where the register
    links them: one URN in ten changes within four years (sources.md: identifiers).
    """
    belonging = hub_members(session, day=day)
    strangers = {urn for urn in urns if urn not in belonging}
    successors = successors_from(session, strangers)
    found = {urn: belonging[urn] for urn in urns if urn in belonging}
    for urn in strangers:
        member = successor_among(urn, successors, belonging)
        found[urn] = belonging[member] if member else (CountedAt("", urn, ""),)
    alone = [urn for urn, there in found.items() if not there[0].hub]
    named = select(col(Institution.urn), col(Institution.name)).where(
        col(Institution.urn).in_(alone)
    )
    names = {row.urn: row.name for row in session.execute(named)}
    return found | {urn: (CountedAt("", urn, names.get(urn, "")),) for urn in alone}
