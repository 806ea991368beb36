"""Membership: who is in a hub on a day, the first day and the last one included.

A school whose last day in one hub is its first in another is in the new one on that day, so that
its leavers count once.
"""

from collections.abc import Collection
from datetime import date

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from models.places import Membership


def is_member_on(day: date) -> ColumnElement[bool]:
    """Whether a row of the membership table holds on a day."""
    return and_(
        col(Membership.joined_on) <= day,
        or_(
            col(Membership.left_on).is_(None),
            col(Membership.left_on) > day,
            and_(col(Membership.left_on) == day, ~_joins_anew(day)),
        ),
    )


def members_on(session: Session, urns: Collection[str], days: Collection[date]) -> set[str]:
    """Those of the URNs that were in any hub on any of the days."""
    member_urns = select(col(Membership.urn)).where(
        col(Membership.urn).in_(urns), or_(*map(is_member_on, days))
    )
    return set(session.scalars(member_urns))


def _joins_anew(day: date) -> ColumnElement[bool]:
    """Whether the school is in a hub, from that day, for longer than the day."""
    later = aliased(Membership)
    return exists(
        select(col(later.id))
        .where(
            col(later.urn) == col(Membership.urn),
            col(later.joined_on) == day,
            or_(col(later.left_on).is_(None), col(later.left_on) > day),
        )
        .correlate(Membership)
    )
