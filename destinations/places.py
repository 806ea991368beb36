"""Places: the register and its dates become where a school's leavers are counted on one day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select
from sqlmodel import Session, col

from models.places import Hub, Institution, InstitutionLink, Membership


@dataclass(frozen=True, slots=True, order=True)
class Home:
    """A hub and the school there whose leavers these are; `hub` is '' for a school in none."""

    hub: str
    urn: str
    school: str


def members(session: Session, *, day: date) -> dict[str, tuple[Home, ...]]:
    """Who belongs to a hub on a day, by URN: joined by then, and not left."""
    rows = session.execute(
        select(col(Hub.name), col(Membership.urn), col(Institution.name))
        .join_from(Membership, Hub, col(Hub.id) == col(Membership.hub_id))
        .join(Institution, col(Institution.urn) == col(Membership.urn))
        .where(
            col(Membership.joined_on) <= day,
            or_(col(Membership.left_on).is_(None), col(Membership.left_on) > day),
        )
    )
    found: dict[str, set[Home]] = {}
    for hub, urn, school in rows:
        found.setdefault(urn, set()).add(Home(hub, urn, school))
    return {urn: tuple(sorted(homes)) for urn, homes in found.items()}


def homes(session: Session, urns: Iterable[str], *, day: date) -> dict[str, tuple[Home, ...]]:
    """Where the leavers of each school are counted on a day, by the URN they left.

    A school that is no member itself counts with the one that took its place, where the register
    links them: one URN in ten changes within four years (sources.md: identifiers).
    """
    belonging = members(session, day=day)
    strangers = {urn for urn in urns if urn not in belonging}
    after = _successors(session) if strangers else {}
    found = {urn: belonging[urn] for urn in urns if urn in belonging}
    for urn in strangers:
        heir = _heir(urn, after, set(belonging))
        found[urn] = belonging[heir] if heir else (Home("", urn, ""),)
    alone = [urn for urn, there in found.items() if not there[0].hub]
    named = select(col(Institution.urn), col(Institution.name)).where(
        col(Institution.urn).in_(alone)
    )
    names = {row.urn: row.name for row in session.execute(named)}
    return found | {urn: (Home("", urn, names.get(urn, "")),) for urn in alone}


def _successors(session: Session) -> dict[str, set[str]]:
    """By URN, those that took its place; the register says it from either side."""
    after: dict[str, set[str]] = {}
    links = select(
        col(InstitutionLink.urn), col(InstitutionLink.linked_urn), col(InstitutionLink.kind)
    )
    for urn, linked, kind in session.execute(links):
        if kind.casefold().startswith("successor"):
            after.setdefault(urn, set()).add(linked)
        elif kind.casefold().startswith("predecessor"):
            after.setdefault(linked, set()).add(urn)
    return after


def _heir(urn: str, after: dict[str, set[str]], belonging: set[str]) -> str | None:
    """The one member down the line; None where there is none, or where a school was divided."""
    seen, now = {urn}, {urn}
    while now:
        now = {heir for each in now for heir in after.get(each, ())} - seen
        if there := now & belonging:
            return there.pop() if len(there) == 1 else None
        seen |= now
    return None
