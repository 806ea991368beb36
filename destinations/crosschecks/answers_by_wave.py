"""Answers by wave: a sheet's own, counted once for every crosscheck that asks about them."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Select, and_, bindparam, case, func, select
from sqlmodel import Session, col

from models.destinations import Destination
from models.vocabulary import ActivityGroup, activities

SIXTH_FORM_CODES = ("210", "220")
NOT_KNOWN_CODES, EET_CODES = (
    sorted(code for code, activity in activities().items() if activity.group is group)
    for group in (ActivityGroup.NOT_KNOWN, ActivityGroup.EET)
)


@dataclass(frozen=True, slots=True)
class WaveAnswers:
    """A sheet's answers for one wave."""

    wave: int
    known: int  # leavers whose destination is known
    sixth_form: int  # rows that say sixth form
    placed: int  # rows in EET whose provider is named
    providers: int  # distinct ones of these


def answers_by_wave(session: Session, submission_id: int) -> list[WaveAnswers]:
    """The answers of a recorded sheet, for each wave after the first in order."""
    rows = session.execute(_answers_by_wave_query(), {"sheet": submission_id})
    return [WaveAnswers(*row) for row in rows]


def known_leavers() -> Any:
    """How many leavers have a known destination, for a query of destinations."""
    is_known = col(Destination.activity_code).not_in((*NOT_KNOWN_CODES, ""))
    return func.count(func.distinct(case((is_known, col(Destination.leaver_id)))))


# The question, put together once: that takes longer than asking it.


@cache
def _answers_by_wave_query() -> Select[Any]:
    in_sixth_form = case((col(Destination.activity_code).in_(SIXTH_FORM_CODES), 1), else_=0)
    provider = func.coalesce(Destination.provider_urn, func.lower(Destination.provider_name))
    is_placed = and_(
        col(Destination.provider_name) != "", col(Destination.activity_code).in_(EET_CODES)
    )
    return (
        select(
            col(Destination.wave),
            known_leavers(),
            func.sum(in_sixth_form),
            func.count(case((is_placed, col(Destination.id)))),
            func.count(func.distinct(case((is_placed, provider)))),
        )
        .where(col(Destination.submission_id) == bindparam("sheet"), col(Destination.wave) > 0)
        .group_by(col(Destination.wave))
        .order_by(col(Destination.wave))
    )
