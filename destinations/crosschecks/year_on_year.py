"""Years apart: what a sheet says of its leavers, beside what was said of them a year before."""

from collections.abc import Iterator
from functools import cache
from typing import Any

from sqlalchemy import Select, and_, bindparam, case, func, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from destinations.crosschecks.previous_return import Place, RecordedSheet
from destinations.crosschecks.thresholds import Thresholds
from models.destinations import Destination
from models.facts.effective import is_effective_one, superseded_ids
from models.handoffs.findings import Issue
from models.leavers import Cohort, Leaver
from models.vocabulary import ActivityGroup, SourceType, activities

UNIVERSITY = "240"
SIXTH_FORM = ("210", "220")
UNKNOWN = sorted(code for code, one in activities().items() if one.group is ActivityGroup.NOT_KNOWN)


def compare_years(session: Session, sheet: RecordedSheet, limits: Thresholds) -> Iterator[Issue]:
    """Y01, Y04, Y05 and Y06: answers that turned round, and answers that did not move at all."""
    told = session.execute(_told_by_wave(), {"sheet": sheet.submission_id}).all()
    if any(one.sixth_form for one in told):
        yield from _turned_round(session, sheet)
    if any(one.known >= limits.alike_from for one in told):
        yield from _unmoved(session, sheet, limits)
    full = [one.wave for one in told if one.known >= max(sheet.leavers, limits.alike_from)]
    if full:
        yield from _all_known(session, sheet, limits, full)


def _turned_round(session: Session, sheet: RecordedSheet) -> Iterator[Issue]:
    """From university to a school's sixth form."""
    for name, row, wave in session.execute(_turned(), {"sheet": sheet.submission_id}):
        if (name, row) in sheet.rows:
            place: Place = (name, row)
            yield sheet.remark("Y01", place, "activity", wave=str(wave))


def _unmoved(session: Session, sheet: RecordedSheet, limits: Thresholds) -> Iterator[Issue]:
    """Whether every answer is, to the letter, that of the wave before: Y05 where that was wave 0.

    Answers that nobody knows are left out, and so are those that name no place.
    """
    for wave, many, alike in session.execute(_alike(), {"sheet": sheet.submission_id}):
        if many == alike and many >= max(limits.alike_from, 0.5 * sheet.leavers):
            code = "Y05" if wave == 1 else "Y04"
            facts = (("many", str(many)), ("wave", str(wave - 1)))
            yield Issue(code, facts=facts)


def _all_known(
    session: Session, sheet: RecordedSheet, limits: Thresholds, full: list[int]
) -> Iterator[Issue]:
    """Everybody known, where of last year's cohort many were not at the same wave."""
    cohort = sheet.cohort | {"year": sheet.year - 1}
    leavers = session.scalar(_size_before(), cohort) or 0
    if leavers < limits.alike_from:
        return
    for wave, many in session.execute(_known_before(), cohort | {"waves": full}):
        if many < (1 - limits.known_rises) * leavers:
            facts = {"rows": sheet.leavers, "known": many, "before": leavers, "wave": wave}
            yield Issue("Y06", facts=tuple((name, str(value)) for name, value in facts.items()))


# The questions, each put together once: that takes longer than asking them.


_KNOWN = func.count(
    func.distinct(case((col(Destination.activity_code).not_in((*UNKNOWN, "")), Leaver.id)))
)


@cache
def _told_by_wave() -> Select[Any]:
    """What a sheet says, by wave: leavers known, and rows that say sixth form."""
    in_sixth_form = case((col(Destination.activity_code).in_(SIXTH_FORM), 1), else_=0)
    return (
        select(
            col(Destination.wave),
            _KNOWN.label("known"),
            func.sum(in_sixth_form).label("sixth_form"),
        )
        .join(Leaver, col(Leaver.id) == col(Destination.leaver_id))
        .where(col(Destination.submission_id) == bindparam("sheet"), col(Destination.wave) > 0)
        .group_by(col(Destination.wave))
        .order_by(col(Destination.wave))
    )


@cache
def _turned() -> Select[Any]:
    """Rows of a sheet that say sixth form, and the last wave before it that said university."""
    now, then = aliased(Destination), aliased(Destination)
    return (
        select(col(now.sheet), col(now.row), func.max(then.wave))
        .join(then, and_(col(then.leaver_id) == col(now.leaver_id), col(then.wave) < col(now.wave)))
        .where(
            col(now.submission_id) == bindparam("sheet"),
            col(now.activity_code).in_(SIXTH_FORM),
            col(then.activity_code) == UNIVERSITY,
            col(then.wave) > 0,
            col(then.id).not_in(superseded_ids(leavers=_on_the_sheet())),
            is_effective_one(col(then.submission_id)),
        )
        .group_by(col(now.sheet), col(now.row))
    )


@cache
def _alike() -> Select[Any]:
    """By wave: answers of a sheet that stand beside one of the wave before, and those the same."""
    now, then = aliased(Destination), aliased(Destination)
    same_place = func.lower(now.provider_name) == func.lower(then.provider_name)
    same = and_(
        col(now.activity_code) == col(then.activity_code),
        same_place,
        col(now.course) == col(then.course),
    )
    # An intention may have been told in a word, without a code.
    meant = and_(col(then.activity_code) == "", col(then.intended).is_not(None), same_place)
    before = and_(col(then.leaver_id) == col(now.leaver_id), col(then.wave) == col(now.wave) - 1)
    return (
        select(col(now.wave), func.count(), func.sum(case((same, 1), (meant, 1), else_=0)))
        .join(then, before)
        .where(
            col(now.submission_id) == bindparam("sheet"),
            col(now.wave) > 0,
            col(now.activity_code).not_in(UNKNOWN),
            col(now.provider_name) != "",
            col(then.source) == SourceType.SCHOOL.value,
            col(then.id).not_in(superseded_ids(leavers=_on_the_sheet())),
            is_effective_one(col(then.submission_id)),
        )
        .group_by(col(now.wave))
        .order_by(col(now.wave))
    )


def _on_the_sheet() -> Select[Any]:
    """The leavers that a sheet said something of."""
    there = col(Destination.submission_id) == bindparam("sheet")
    return select(col(Destination.leaver_id)).where(there).correlate(None)


def _of_cohort() -> tuple[Any, ...]:
    return (
        col(Cohort.urn).in_(bindparam("chain", expanding=True)),
        col(Cohort.leaving_stage) == bindparam("stage"),
        col(Cohort.academic_year) == bindparam("year"),
        is_effective_one(col(Leaver.submission_id)),
    )


@cache
def _size_before() -> Select[Any]:
    return (
        select(func.count())
        .select_from(Leaver)
        .join(Cohort, col(Cohort.id) == col(Leaver.cohort_id))
        .where(*_of_cohort())
    )


@cache
def _known_before() -> Select[Any]:
    followed = (
        select(col(Leaver.id))
        .join(Cohort, col(Cohort.id) == col(Leaver.cohort_id))
        .where(*_of_cohort())
        .correlate(None)
    )
    return (
        select(col(Destination.wave), _KNOWN)
        .join(Leaver, col(Leaver.id) == col(Destination.leaver_id))
        .join(Cohort, col(Cohort.id) == col(Leaver.cohort_id))
        .where(
            *_of_cohort(),
            col(Destination.wave).in_(bindparam("waves", expanding=True)),
            col(Destination.id).not_in(superseded_ids(leavers=followed)),
            is_effective_one(col(Destination.submission_id)),
        )
        .group_by(col(Destination.wave))
        .order_by(col(Destination.wave))
    )
