"""Senders: which school of a hub a folder of the inbox belongs to, whatever its URN was then."""

from collections.abc import Collection
from datetime import date

from sqlalchemy import select
from sqlmodel import Session, col

from models.facts.membership import members_on
from models.facts.succession import is_linked, successor_among, successors_from
from models.places import Institution


def is_known(session: Session, urn: str) -> bool:
    """Whether the register has ever heard of a URN, as itself or as somebody's predecessor."""
    named = select(col(Institution.urn)).where(col(Institution.urn) == urn)
    return session.execute(named.limit(1)).first() is not None or is_linked(session, urn)


def school_of(session: Session, urn: str, days: Collection[date]) -> str | None:
    """The URN under which a sender was in a hub on any of the days; None when it was in none.

    A school keeps its leavers when its URN changes (sources.md: identifiers), so what comes under
    the URN of a predecessor belongs to the one successor that is in a hub.  Of several, as after a
    split, none is picked.
    """
    successors = successors_from(session, [urn])
    line = {urn}.union(*successors.values())
    return successor_among(urn, successors, members_on(session, line, days))
