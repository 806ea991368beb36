"""Cohort size: a sheet's leavers against its previous return, other cohorts and the register."""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from destinations.crosschecks.previous_return import (
    PreviousReturn,
    RecordedSheet,
    find_previous_return,
)
from destinations.crosschecks.register_size import compare_with_register
from destinations.crosschecks.thresholds import Thresholds
from models.destinations import Match
from models.facts import submission_state
from models.facts.calendar import in_words
from models.facts.effective import is_effective_one
from models.facts.submission_cohorts import is_about
from models.handoffs.findings import Issue
from models.leavers import Cohort, Leaver
from models.submissions import Submission
from models.vocabulary import SubmissionKind, year_name

ROWS_NAMED = 10  # rows named in a sentence


def compare_cohort_size(
    session: Session, sheet: RecordedSheet, limits: Thresholds
) -> Iterator[Issue]:
    """H01 to H07: who is missing or new since the previous return, and a cohort of unlikely size.

    The size is judged (H04, H07) once, with the first return of a cohort, and only when no other
    file of it is still to be recorded.
    """
    previous = find_previous_return(session, sheet)
    if previous is None and not session.scalar(
        _pending_submissions_query(), _pending_parameters(sheet)
    ):
        leavers = sheet.leavers_by_year.get(sheet.year, 0) + sheet.waiting
        yield from _compare_with_last_year(sheet, leavers, limits)
        yield from compare_with_register(session, sheet, leavers, limits)
    elif previous is not None:
        yield from _compare_with_previous(session, sheet, previous, limits)
    yield from _find_overlapping_cohorts(session, sheet, limits)
    yield from _find_single_provider(sheet, limits)


def _pending_parameters(sheet: RecordedSheet) -> dict[str, Any]:
    return sheet.cohort | {"sheet": sheet.submission_id, "wave": sheet.metadata.wave}


def _compare_with_previous(
    session: Session, sheet: RecordedSheet, previous: PreviousReturn, limits: Thresholds
) -> Iterator[Issue]:
    fewer = previous.leavers - sheet.leavers
    sent_on = in_words(previous.sent_on)
    if fewer >= limits.fewest and fewer > limits.sheet_shrinks * previous.leavers:
        yield _cohort_issue("H03", rows=sheet.leavers, before=previous.leavers, sent_on=sent_on)
    else:
        missing_rows = _missing_rows(session, sheet, previous)
        # As many rows that wait may be about them.
        if len(missing_rows) > sheet.waiting:
            missing_leavers = len(missing_rows) - sheet.waiting
            row_list = "" if sheet.waiting else _row_list(missing_rows)
            yield _cohort_issue(
                "H01",
                missing=missing_leavers,
                before=previous.leavers,
                sent_on=sent_on,
                who=row_list,
            )
    new_leavers = sheet.new_leavers - previous.waiting
    if new_leavers >= limits.fewest and new_leavers > limits.sheet_grows * sheet.leavers:
        yield _cohort_issue(
            "H02", new=new_leavers, rows=sheet.leavers, cohort=year_name(sheet.year)
        )


def _missing_rows(
    session: Session, sheet: RecordedSheet, previous: PreviousReturn
) -> list[tuple[str, int]]:
    """Tab and row, on the previous return, of each person who is not on this sheet; in order."""
    rows = session.execute(
        _missing_rows_query(), {"before": previous.submission_id, "sheet": sheet.submission_id}
    )
    return sorted((name, row) for name, row in rows)


def _row_list(missing_rows: Sequence[tuple[str, int]]) -> str:
    """The first of the rows, for a sentence: ": rows 5, 9 and 12 of it"."""
    numbers = [str(row) for _, row in missing_rows[:ROWS_NAMED]]
    unnamed = len(missing_rows) - len(numbers)
    if len(numbers) == 1:
        return f": row {numbers[0]} of it"
    last = f"{unnamed} more" if unnamed else numbers.pop()
    return f": rows {', '.join(numbers)} and {last} of it"


def _compare_with_last_year(
    sheet: RecordedSheet, leavers: int, limits: Thresholds
) -> Iterator[Issue]:
    last_year = sheet.leavers_by_year.get(sheet.year - 1, 0)
    difference = abs(leavers - last_year)
    if last_year and difference >= limits.fewest and difference > limits.cohort_differs * last_year:
        yield _cohort_issue("H04", rows=leavers, before=last_year, cohort=year_name(sheet.year - 1))


def _find_overlapping_cohorts(
    session: Session, sheet: RecordedSheet, limits: Thresholds
) -> Iterator[Issue]:
    overlaps = session.execute(
        _other_cohorts_query(), sheet.cohort | {"sheet": sheet.submission_id}
    )
    for year, shared_leavers in overlaps:
        if shared_leavers >= limits.fewest and shared_leavers > limits.other_cohort * sheet.leavers:
            yield _cohort_issue(
                "H05", many=shared_leavers, rows=sheet.leavers, cohort=year_name(year)
            )


def _find_single_provider(sheet: RecordedSheet, limits: Thresholds) -> Iterator[Issue]:
    """H06, by wave: one provider for every leaver in EET, where nearly all of the sheet are."""
    for answers in sheet.answers_by_wave:
        leavers = answers.placed
        if answers.providers == 1 and leavers >= max(limits.alike_from, 0.9 * sheet.leavers):
            yield _cohort_issue("H06", many=leavers, wave=answers.wave)


def _cohort_issue(code: str, **facts: object) -> Issue:
    return Issue(code, facts=tuple((name, str(value)) for name, value in facts.items()))


# The questions, each put together once: that takes longer than asking them.


def _people_on_sheet() -> Select[Any]:
    """Ids of the persons that a sheet's rows are about."""
    return select(col(Match.person_id)).where(
        col(Match.submission_id) == bindparam("sheet"), col(Match.person_id).is_not(None)
    )


@cache
def _missing_rows_query() -> Select[Any]:
    return (
        select(func.min(Match.sheet), func.min(Match.row))
        .where(
            col(Match.submission_id) == bindparam("before"),
            col(Match.person_id).is_not(None),
            col(Match.person_id).not_in(_people_on_sheet()),
        )
        .group_by(col(Match.person_id))
    )


@cache
def _pending_submissions_query() -> Select[Any]:
    """Another file of the cohort that is still being processed, as where a school sends one a form.

    The size of the cohort is then judged with the last of them.  Only files whose cohort and wave
    are stated count: what another is about is not settled yet.
    """
    return (
        select(col(Submission.id))
        .where(
            col(Submission.urn).in_(bindparam("chain", expanding=True)),
            col(Submission.id) != bindparam("sheet"),
            col(Submission.kind) == SubmissionKind.LEAVERS.value,
            is_about(bindparam("year"), bindparam("stage")),
            col(Submission.wave) == bindparam("wave"),
            submission_state.is_on_its_way(),
            ~submission_state.is_faulted(),
        )
        .limit(1)
    )


@cache
def _other_cohorts_query() -> Select[Any]:
    """Leavers of this cohort on a sheet who are of another year too; the sheet may hold both."""
    same = aliased(Leaver)
    same_cohort = aliased(Cohort)
    of_this_cohort = (
        select(col(same.person_id))
        .join(same_cohort, col(same.cohort_id) == col(same_cohort.id))
        .where(
            is_effective_one(col(same.submission_id)),
            col(same_cohort.urn).in_(bindparam("chain", expanding=True)),
            col(same_cohort.leaving_stage) == bindparam("stage"),
            col(same_cohort.academic_year) == bindparam("year"),
        )
    )
    return (
        select(col(Cohort.academic_year), func.count(func.distinct(Leaver.person_id)))
        .join(Leaver, col(Leaver.cohort_id) == col(Cohort.id))
        .where(
            col(Leaver.person_id).in_(_people_on_sheet()),
            col(Leaver.person_id).in_(of_this_cohort),
            is_effective_one(col(Leaver.submission_id)),
            col(Cohort.urn).in_(bindparam("chain", expanding=True)),
            col(Cohort.leaving_stage) == bindparam("stage"),
            col(Cohort.academic_year) != bindparam("year"),
        )
        .group_by(col(Cohort.academic_year))
        .order_by(col(Cohort.academic_year))
    )
