"""Roll: who is missing from a sheet, who is new on it, and whether there are as many as before."""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, func, select
from sqlmodel import Session, col

from destinations.crosschecks.previous_return import (
    PreviousReturn,
    RecordedSheet,
    find_previous_return,
)
from destinations.crosschecks.register_size import compare_with_register
from destinations.crosschecks.thresholds import Thresholds
from models.destinations import Destination, Match
from models.facts import submission_state
from models.facts.calendar import in_words
from models.facts.effective import is_effective_one
from models.handoffs.findings import Issue
from models.leavers import Cohort, Leaver
from models.submissions import Submission
from models.vocabulary import ActivityGroup, SubmissionKind, activities, year_name

SHOWN = 10  # rows named in a sentence
SOMEWHERE = sorted(code for code, one in activities().items() if one.group is ActivityGroup.EET)


def compare_cohort_size(
    session: Session, sheet: RecordedSheet, limits: Thresholds
) -> Iterator[Issue]:
    """H01 to H07: the sheet against the last one, the cohort against another and the register."""
    before = find_previous_return(session, sheet)
    if before is None and not session.scalar(_more_to_come(), _awaiting(sheet)):
        years = {"years": [sheet.year, sheet.year - 1]}
        counted = session.execute(_sizes(), sheet.cohort | years).all()
        sizes: dict[int, int] = {one[0]: one[1] for one in counted}
        leavers = sizes.get(sheet.year, 0) + sheet.waiting
        yield from _against_last_year(sheet, leavers, sizes.get(sheet.year - 1, 0), limits)
        yield from compare_with_register(session, sheet, leavers, limits)
    elif before is not None:
        yield from _against_last_time(session, sheet, before, limits)
    yield from _in_another_cohort(session, sheet, limits)
    yield from _one_provider(session, sheet, limits)


def _awaiting(sheet: RecordedSheet) -> dict[str, Any]:
    return sheet.cohort | {"sheet": sheet.submission_id, "wave": sheet.declared.wave}


def _against_last_time(
    session: Session, sheet: RecordedSheet, before: PreviousReturn, limits: Thresholds
) -> Iterator[Issue]:
    fewer = before.leavers - sheet.leavers
    sent_on = in_words(before.sent_on)
    if fewer >= limits.fewest and fewer > limits.sheet_shrinks * before.leavers:
        yield _told("H03", rows=sheet.leavers, before=before.leavers, sent_on=sent_on)
    else:
        gone = _gone(session, sheet, before)
        # As many rows that wait may be about them.
        if len(gone) > sheet.waiting:
            missing = len(gone) - sheet.waiting
            named = "" if sheet.waiting else _rows_named(gone)
            yield _told("H01", missing=missing, before=before.leavers, sent_on=sent_on, who=named)
    new = _new(session, sheet) - before.waiting
    if new >= limits.fewest and new > limits.sheet_grows * sheet.leavers:
        yield _told("H02", new=new, rows=sheet.leavers, cohort=year_name(sheet.year))


def _gone(session: Session, sheet: RecordedSheet, before: PreviousReturn) -> list[tuple[str, int]]:
    """The rows of the last sheet about somebody who is on this one no longer."""
    rows = session.execute(
        _missing(), {"before": before.submission_id, "sheet": sheet.submission_id}
    )
    return sorted((name, row) for name, row in rows)


def _rows_named(gone: Sequence[tuple[str, int]]) -> str:
    """The first of them, as people say it: rows 5, 9 and 12 of it."""
    numbers = [str(row) for _, row in gone[:SHOWN]]
    many = len(gone) - len(numbers)
    if len(numbers) == 1:
        return f": row {numbers[0]} of it"
    last = f"{many} more" if many else numbers.pop()
    return f": rows {', '.join(numbers)} and {last} of it"


def _new(session: Session, sheet: RecordedSheet) -> int:
    """How many leavers of the cohort this sheet was the first to name."""
    asked = {"cohorts": sheet.cohorts, "sheet": sheet.submission_id}
    return session.scalar(_named_first(), asked) or 0


def _against_last_year(
    sheet: RecordedSheet, leavers: int, before: int, limits: Thresholds
) -> Iterator[Issue]:
    apart = abs(leavers - before)
    if before and apart >= limits.fewest and apart > limits.cohort_differs * before:
        yield _told("H04", rows=leavers, before=before, cohort=year_name(sheet.year - 1))


def _in_another_cohort(
    session: Session, sheet: RecordedSheet, limits: Thresholds
) -> Iterator[Issue]:
    found = session.execute(_elsewhere(), sheet.cohort | {"sheet": sheet.submission_id})
    for year, many in found:
        if many >= limits.fewest and many > limits.other_cohort * sheet.leavers:
            yield _told("H05", many=many, rows=sheet.leavers, cohort=year_name(year))


def _one_provider(session: Session, sheet: RecordedSheet, limits: Thresholds) -> Iterator[Issue]:
    """Everybody who went somewhere went to one place; counted where nearly all did go somewhere."""
    found = session.execute(_providers(), {"sheet": sheet.submission_id})
    for wave, many, providers in found:
        if providers == 1 and many >= max(limits.alike_from, 0.9 * sheet.leavers):
            yield _told("H06", many=many, wave=wave)


def _told(code: str, **facts: object) -> Issue:
    return Issue(code, facts=tuple((name, str(value)) for name, value in facts.items()))


# The questions, each put together once: that takes longer than asking them.


def _here() -> Select[Any]:
    """The people of a sheet."""
    return select(col(Match.person_id)).where(
        col(Match.submission_id) == bindparam("sheet"), col(Match.person_id).is_not(None)
    )


@cache
def _missing() -> Select[Any]:
    return (
        select(func.min(Match.sheet), func.min(Match.row))
        .where(
            col(Match.submission_id) == bindparam("before"),
            col(Match.person_id).is_not(None),
            col(Match.person_id).not_in(_here()),
        )
        .group_by(col(Match.person_id))
    )


@cache
def _named_first() -> Select[Any]:
    return select(func.count()).where(
        col(Leaver.cohort_id).in_(bindparam("cohorts", expanding=True)),
        col(Leaver.submission_id) == bindparam("sheet"),
    )


@cache
def _more_to_come() -> Select[Any]:
    """Another file of the cohort that is still on the road, as where a school sends one a form.

    Then it is the last of them that is asked about the size of the cohort.  Only files that say
    what they are, for the same wave, count: of another nobody knows yet.
    """
    return (
        select(col(Submission.id))
        .where(
            col(Submission.urn).in_(bindparam("chain", expanding=True)),
            col(Submission.id) != bindparam("sheet"),
            col(Submission.kind) == SubmissionKind.LEAVERS.value,
            col(Submission.academic_year) == bindparam("year"),
            col(Submission.leaving_stage) == bindparam("stage"),
            col(Submission.wave) == bindparam("wave"),
            submission_state.is_on_its_way(),
            ~submission_state.is_faulted(),
        )
        .limit(1)
    )


@cache
def _sizes() -> Select[Any]:
    return (
        select(col(Cohort.academic_year), func.count())
        .join(Leaver, col(Leaver.cohort_id) == col(Cohort.id))
        .where(
            col(Cohort.urn).in_(bindparam("chain", expanding=True)),
            col(Cohort.leaving_stage) == bindparam("stage"),
            col(Cohort.academic_year).in_(bindparam("years", expanding=True)),
            is_effective_one(col(Leaver.submission_id)),
        )
        .group_by(col(Cohort.academic_year))
    )


@cache
def _elsewhere() -> Select[Any]:
    return (
        select(col(Cohort.academic_year), func.count(func.distinct(Leaver.person_id)))
        .join(Leaver, col(Leaver.cohort_id) == col(Cohort.id))
        .where(
            col(Leaver.person_id).in_(_here()),
            is_effective_one(col(Leaver.submission_id)),
            col(Cohort.urn).in_(bindparam("chain", expanding=True)),
            col(Cohort.leaving_stage) == bindparam("stage"),
            col(Cohort.academic_year) != bindparam("year"),
        )
        .group_by(col(Cohort.academic_year))
        .order_by(col(Cohort.academic_year))
    )


@cache
def _providers() -> Select[Any]:
    """By wave: leavers who went somewhere, and the places they went to."""
    provider = func.coalesce(Destination.provider_urn, func.lower(Destination.provider_name))
    return (
        select(col(Destination.wave), func.count(), func.count(func.distinct(provider)))
        .where(
            col(Destination.submission_id) == bindparam("sheet"),
            col(Destination.wave) > 0,
            col(Destination.provider_name) != "",
            col(Destination.activity_code).in_(SOMEWHERE),
        )
        .group_by(col(Destination.wave))
        .order_by(col(Destination.wave))
    )
