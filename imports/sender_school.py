"""Sender school: the URN of an inbox folder becomes that of a hub's school, past URNs included."""

from collections.abc import Collection
from datetime import date

from sqlalchemy import select
from sqlmodel import Session, col

from models.facts.membership import members_on
from models.facts.succession import is_linked, successor_among, successors_from
from models.places import Institution


def is_registered(session: Session, urn: str) -> bool:
    """Whether the register has a URN, as an institution or on either side of a link."""
    named = select(col(Institution.urn)).where(col(Institution.urn) == urn)
    return session.execute(named.limit(1)).first() is not None or is_linked(session, urn)


def school_of_sender(session: Session, urn: str, days: Collection[date]) -> str | None:
    """The URN under which a sender was in a hub on any of the days; None when it was in none.

    A school keeps its leavers when its URN changes (sources.md: identifiers), so what comes under
    the URN of a predecessor belongs to the one successor that is in a hub.  Of several, as after a
    split, none is picked.
    """
    successors = successors_from(session, [urn])
    line = {urn}.union(*successors.values())
    return successor_among(urn, successors, members_on(session, line, days))
