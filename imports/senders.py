"""Senders: which school of a hub a folder of the inbox belongs to, whatever its URN was then."""

from collections.abc import Collection, Iterable
from datetime import date

from sqlalchemy import ColumnElement, and_, or_, select
from sqlmodel import Session, col

from models.places import Institution, InstitutionLink, Membership

# A school may become an academy, then join a merger, then a split; more has not been seen.
LONGEST_CHAIN = 6


def is_known(session: Session, urn: str) -> bool:
    """Whether the register has ever heard of a URN, as itself or as somebody's predecessor."""
    named = select(col(Institution.urn)).where(col(Institution.urn) == urn)
    linked = select(col(InstitutionLink.urn)).where(
        or_(col(InstitutionLink.urn) == urn, col(InstitutionLink.linked_urn) == urn)
    )
    return any(session.execute(each.limit(1)).first() for each in (named, linked))


def school_of(session: Session, urn: str, days: Collection[date]) -> str | None:
    """The URN under which a sender was in a hub on any of the days; None when it was in none.

    A school keeps its leavers when its URN changes (sources.md: identifiers), so what comes under
    the URN of a predecessor belongs to the one successor that is in a hub.  Of several, as after a
    split, none is picked.
    """
    chain = {urn}
    generation = {urn}
    for _ in range(LONGEST_CHAIN):
        members = _members(session, generation, days)
        if members:
            return members.pop() if len(members) == 1 else None
        generation = _successors(session, generation) - chain
        chain |= generation
        if not generation:
            break
    return None


def _members(session: Session, urns: Iterable[str], days: Collection[date]) -> set[str]:
    there: list[ColumnElement[bool]] = [
        and_(
            col(Membership.joined_on) <= day,
            or_(col(Membership.left_on).is_(None), col(Membership.left_on) >= day),
        )
        for day in days
    ]
    found = select(col(Membership.urn)).where(col(Membership.urn).in_(urns), or_(*there))
    return set(session.execute(found).scalars())


def _successors(session: Session, urns: Collection[str]) -> set[str]:
    """What came after; GIAS writes most links from both ends, and some from one only."""
    link = InstitutionLink
    after = select(col(link.linked_urn)).where(
        col(link.urn).in_(urns), col(link.kind).istartswith("successor")
    )
    before = select(col(link.urn)).where(
        col(link.linked_urn).in_(urns), col(link.kind).istartswith("predecessor")
    )
    return {urn for each in (after, before) for urn in session.execute(each).scalars()}
