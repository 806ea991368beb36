"""Years apart: what a sheet says of its leavers, beside what was said of them a year before."""

from collections.abc import Iterator

from sqlalchemy import and_, case, func, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from destinations.limits import Limits
from destinations.sheet_before import Place, Sheet
from destinations.undone import stands, superseded
from models.destinations import Destination
from models.leavers import Cohort, Leaver
from models.sheets import Remark
from models.vocabulary import Group, Source, activities

UNIVERSITY = "240"
SIXTH_FORM = ("210", "220")
UNKNOWN = sorted(code for code, one in activities().items() if one.group is Group.NOT_KNOWN)


def years_compared(session: Session, sheet: Sheet, limits: Limits) -> Iterator[Remark]:
    """Y01, Y04, Y05 and Y06: answers that turned round, and answers that did not move at all."""
    yield from _turned_round(session, sheet)
    yield from _unmoved(session, sheet, limits)
    yield from _all_known(session, sheet, limits)


def _turned_round(session: Session, sheet: Sheet) -> Iterator[Remark]:
    """From university to a school's sixth form."""
    now, then = aliased(Destination), aliased(Destination)
    rows = session.execute(
        select(col(now.sheet), col(now.row), func.max(then.wave))
        .join(then, and_(col(then.leaver_id) == col(now.leaver_id), col(then.wave) < col(now.wave)))
        .where(
            col(now.submission_id) == sheet.submission_id,
            col(now.activity_code).in_(SIXTH_FORM),
            col(then.activity_code) == UNIVERSITY,
            col(then.wave) > 0,
            col(then.id).not_in(superseded()),
            stands(col(then.submission_id)),
        )
        .group_by(col(now.sheet), col(now.row))
    )
    for name, row, wave in rows:
        if (name, row) in sheet.rows:
            place: Place = (name, row)
            yield sheet.remark("Y01", place, "activity", wave=str(wave))


def _unmoved(session: Session, sheet: Sheet, limits: Limits) -> Iterator[Remark]:
    """Whether every answer is, to the letter, that of the wave before: Y05 where that was wave 0.

    Answers that nobody knows are left out, and so are those that name no place.
    """
    now, then = aliased(Destination), aliased(Destination)
    same = and_(
        col(now.activity_code) == col(then.activity_code),
        func.lower(now.provider_name) == func.lower(then.provider_name),
        col(now.course) == col(then.course),
    )
    meant = and_(  # an intention may have been told in a word, without a code
        col(then.activity_code) == "",
        col(then.intended).is_not(None),
        func.lower(now.provider_name) == func.lower(then.provider_name),
    )
    rows = session.execute(
        select(col(now.wave), func.count(), func.sum(case((same, 1), (meant, 1), else_=0)))
        .join(
            then,
            and_(col(then.leaver_id) == col(now.leaver_id), col(then.wave) == col(now.wave) - 1),
        )
        .where(
            col(now.submission_id) == sheet.submission_id,
            col(now.wave) > 0,
            col(now.activity_code).not_in(UNKNOWN),
            col(now.provider_name) != "",
            col(then.source) == Source.SCHOOL.value,
            col(then.id).not_in(superseded()),
            stands(col(then.submission_id)),
        )
        .group_by(col(now.wave))
        .order_by(col(now.wave))
    )
    for wave, many, alike in rows:
        if many == alike and many >= max(limits.alike_from, 0.5 * sheet.leavers):
            code = "Y05" if wave == 1 else "Y04"
            facts = (("many", str(many)), ("wave", str(wave - 1)))
            yield Remark(code, facts=facts)


def _all_known(session: Session, sheet: Sheet, limits: Limits) -> Iterator[Remark]:
    """Everybody known, where of last year's cohort many were not at the same wave."""
    known = func.count(
        func.distinct(case((col(Destination.activity_code).not_in((*UNKNOWN, "")), Leaver.id)))
    )
    told = session.execute(
        select(col(Destination.wave), known)
        .join(Leaver, col(Leaver.id) == col(Destination.leaver_id))
        .where(
            col(Destination.submission_id) == sheet.submission_id,
            col(Destination.wave) > 0,
        )
        .group_by(col(Destination.wave))
        .order_by(col(Destination.wave))
    ).all()
    full = [wave for wave, many in told if many >= max(sheet.leavers, limits.alike_from)]
    if not full:
        return
    of_before = (
        col(Cohort.urn).in_(sheet.chain),
        col(Cohort.leaving_stage) == sheet.declared.leaving_stage,
        col(Cohort.academic_year) == sheet.year - 1,
    )
    leavers = session.scalar(
        select(func.count())
        .select_from(Leaver)
        .join(Cohort, col(Cohort.id) == col(Leaver.cohort_id))
        .where(*of_before, stands(col(Leaver.submission_id)))
    )
    before = session.execute(
        select(col(Destination.wave), known)
        .join(Leaver, col(Leaver.id) == col(Destination.leaver_id))
        .join(Cohort, col(Cohort.id) == col(Leaver.cohort_id))
        .where(
            *of_before,
            col(Destination.wave).in_(full),
            col(Destination.id).not_in(superseded()),
            stands(col(Destination.submission_id)),
            stands(col(Leaver.submission_id)),
        )
        .group_by(col(Destination.wave))
        .order_by(col(Destination.wave))
    )
    for wave, many in before:
        if leavers and leavers >= limits.alike_from and many < (1 - limits.known_rises) * leavers:
            facts = {"rows": sheet.leavers, "known": many, "before": leavers, "wave": wave}
            yield Remark("Y06", facts=tuple((name, str(value)) for name, value in facts.items()))
