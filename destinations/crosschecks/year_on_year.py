"""Year on year: a sheet's destinations against those recorded of its leavers at earlier waves."""

from collections.abc import Iterator
from functools import cache
from typing import Any

from sqlalchemy import Select, and_, bindparam, case, func, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from destinations.crosschecks.answers_by_wave import (
    NOT_KNOWN_CODES,
    SIXTH_FORM_CODES,
    known_leavers,
)
from destinations.crosschecks.previous_return import RecordedSheet
from destinations.crosschecks.thresholds import Thresholds
from destinations.linkage.repeated_leavers import RowKey
from models.destinations import Destination
from models.facts.effective import is_effective_one, superseded_ids
from models.handoffs.findings import Issue
from models.leavers import Cohort, Leaver
from models.vocabulary import SourceType

UNIVERSITY_CODE = "240"


def compare_years(session: Session, sheet: RecordedSheet, limits: Thresholds) -> Iterator[Issue]:
    """Y01: from university back to sixth form.  Y04, Y05: no answer changed.  Y06: none unknown."""
    wave_answers = sheet.answers_by_wave
    if any(answers.sixth_form for answers in wave_answers):
        yield from _find_university_to_sixth_form(session, sheet)
    if any(answers.known >= limits.alike_from for answers in wave_answers):
        yield from _find_unchanged_answers(session, sheet, limits)
    full_waves = [
        answers.wave
        for answers in wave_answers
        if answers.known >= max(sheet.leavers, limits.alike_from)
    ]
    if full_waves:
        yield from _find_all_known(session, sheet, limits, full_waves)


def _find_university_to_sixth_form(session: Session, sheet: RecordedSheet) -> Iterator[Issue]:
    """Y01, at each row that says sixth form after an earlier wave said university."""
    for sheet_name, row, wave in session.execute(
        _university_to_sixth_form_query(), {"sheet": sheet.submission_id}
    ):
        if (sheet_name, row) in sheet.rows:
            row_key: RowKey = (sheet_name, row)
            yield sheet.issue_at("Y01", row_key, "activity", wave=str(wave))


def _find_unchanged_answers(
    session: Session, sheet: RecordedSheet, limits: Thresholds
) -> Iterator[Issue]:
    """Y04, by wave: every answer is that of the wave before; Y05 where that was wave 0.

    Answers that are not known or name no provider are left out.
    """
    for wave, answers, unchanged in session.execute(
        _unchanged_answers_query(), {"sheet": sheet.submission_id}
    ):
        if answers == unchanged and answers >= max(limits.alike_from, 0.5 * sheet.leavers):
            code = "Y05" if wave == 1 else "Y04"
            facts = (("many", str(answers)), ("wave", str(wave - 1)))
            yield Issue(code, facts=facts)


def _find_all_known(
    session: Session, sheet: RecordedSheet, limits: Thresholds, full_waves: list[int]
) -> Iterator[Issue]:
    """Y06: nobody not known, where many of last year's cohort were at the same wave.

    `full_waves` are the waves at which the sheet knows every leaver.
    """
    cohort = sheet.cohort | {"year": sheet.year - 1}
    leavers = sheet.leavers_by_year.get(sheet.year - 1, 0)
    if leavers < limits.alike_from:
        return
    for wave, known in session.execute(_known_by_wave_query(), cohort | {"waves": full_waves}):
        if known < (1 - limits.known_rises) * leavers:
            facts = {"rows": sheet.leavers, "known": known, "before": leavers, "wave": wave}
            yield Issue("Y06", facts=tuple((name, str(value)) for name, value in facts.items()))


# The questions, each put together once: that takes longer than asking them.


@cache
def _university_to_sixth_form_query() -> Select[Any]:
    """Rows of a sheet that say sixth form, with the last earlier wave that said university."""
    current, earlier = aliased(Destination), aliased(Destination)
    return (
        select(col(current.sheet), col(current.row), func.max(earlier.wave))
        .join(
            earlier,
            and_(
                col(earlier.leaver_id) == col(current.leaver_id),
                col(earlier.wave) < col(current.wave),
            ),
        )
        .where(
            col(current.submission_id) == bindparam("sheet"),
            col(current.activity_code).in_(SIXTH_FORM_CODES),
            col(earlier.activity_code) == UNIVERSITY_CODE,
            col(earlier.wave) > 0,
            col(earlier.id).not_in(superseded_ids(leavers=_leavers_on_sheet())),
            is_effective_one(col(earlier.submission_id)),
        )
        .group_by(col(current.sheet), col(current.row))
    )


@cache
def _unchanged_answers_query() -> Select[Any]:
    """By wave: answers with an effective one at the wave before, and how many are the same."""
    current, earlier = aliased(Destination), aliased(Destination)
    same_place = func.lower(current.provider_name) == func.lower(earlier.provider_name)
    same = and_(
        col(current.activity_code) == col(earlier.activity_code),
        same_place,
        col(current.course) == col(earlier.course),
    )
    # An intention may be recorded as a word, without an activity code.
    same_intention = and_(
        col(earlier.activity_code) == "", col(earlier.intended).is_not(None), same_place
    )
    wave_before = and_(
        col(earlier.leaver_id) == col(current.leaver_id), col(earlier.wave) == col(current.wave) - 1
    )
    return (
        select(
            col(current.wave), func.count(), func.sum(case((same, 1), (same_intention, 1), else_=0))
        )
        .join(earlier, wave_before)
        .where(
            col(current.submission_id) == bindparam("sheet"),
            col(current.wave) > 0,
            col(current.activity_code).not_in(NOT_KNOWN_CODES),
            col(current.provider_name) != "",
            col(earlier.source) == SourceType.SCHOOL.value,
            col(earlier.id).not_in(superseded_ids(leavers=_leavers_on_sheet())),
            is_effective_one(col(earlier.submission_id)),
        )
        .group_by(col(current.wave))
        .order_by(col(current.wave))
    )


def _leavers_on_sheet() -> Select[Any]:
    """Ids of the leavers that a sheet has destinations for."""
    on_sheet = col(Destination.submission_id) == bindparam("sheet")
    return select(col(Destination.leaver_id)).where(on_sheet).correlate(None)


def _cohort_conditions() -> tuple[Any, ...]:
    return (
        col(Cohort.urn).in_(bindparam("chain", expanding=True)),
        col(Cohort.leaving_stage) == bindparam("stage"),
        col(Cohort.academic_year) == bindparam("year"),
        is_effective_one(col(Leaver.submission_id)),
    )


@cache
def _known_by_wave_query() -> Select[Any]:
    followed = (
        select(col(Leaver.id))
        .join(Cohort, col(Cohort.id) == col(Leaver.cohort_id))
        .where(*_cohort_conditions())
        .correlate(None)
    )
    return (
        select(col(Destination.wave), known_leavers())
        .join(Leaver, col(Leaver.id) == col(Destination.leaver_id))
        .join(Cohort, col(Cohort.id) == col(Leaver.cohort_id))
        .where(
            *_cohort_conditions(),
            col(Destination.wave).in_(bindparam("waves", expanding=True)),
            col(Destination.id).not_in(superseded_ids(leavers=followed)),
            is_effective_one(col(Destination.submission_id)),
        )
        .group_by(col(Destination.wave))
        .order_by(col(Destination.wave))
    )
