"""Undo: a round is taken back; what it had taken the place of is current again, nothing is lost.

What it said keeps its place in the record and counts as it was before that moment, never after.
Values that it filled on leavers are emptied, and the sheets that name the same leavers are
recorded again to fill them.
"""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, or_, select, update
from sqlmodel import Session, col

from destinations.linkage.candidates import in_chunks
from destinations.linkage.match_decisions import RULE
from destinations.linkage.match_results import NOBODY
from destinations.record.leaver_attributes import COLUMNS
from models.database import update_all
from models.destinations import Destination, Match
from models.facts import submission_state
from models.facts.effective import is_effective
from models.facts.submission_cohorts import cohorts_of, is_about
from models.facts.succession import school_chain
from models.leavers import Cohort, Leaver
from models.submissions import Submission
from models.vocabulary import SubmissionKind

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class TakenBack:
    """What taking a submission back changed.  All zero where it was taken back already."""

    submission_id: int
    destinations: int = 0  # that count no longer
    leavers: int = 0  # whom nobody else names, so that they count no longer
    emptied: int = 0  # leavers of whom a value that it had filled is blank again
    to_reprocess: tuple[int, ...] = ()  # submissions to record again, to fill what they know


def take_back_submission(
    session: Session, submission_id: int, *, by: str, reason: str = "", at: datetime
) -> TakenBack:
    """Take a submission back in the caller's transaction; `by` and `reason` are kept with it.

    Twice is the same as once.  The submissions in `to_reprocess` need processing, by the next
    intake or whoever calls.  Raises LookupError when there is no such submission, and ValueError
    when it was refused and nothing of it was ever recorded.
    """
    submission = session.get(Submission, submission_id, with_for_update=True)
    if submission is None:
        message = "there is no such submission"
        raise LookupError(message)
    if submission.refused_code and submission.recorded_at is None:
        message = "nothing of a refused file was recorded"
        raise ValueError(message)
    if submission.undone_at is not None:
        return TakenBack(submission_id)
    cohorts = _cohorts(session, submission)
    submission_state.mark_taken_back(submission, by=by, reason=reason, at=at)
    session.add(submission)
    session.flush()
    leavers = _leavers_of(session, submission_id, cohorts)
    named_by_others = _named_by_others(session, submission, leavers.values())
    named_no_longer = _reattribute_leavers(session, submission_id, leavers, named_by_others)
    emptied = _empty_values(session, submission_id, leavers.keys() - named_no_longer)
    _forget_matches(session, {leavers[leaver] for leaver in named_no_longer})
    to_reprocess = _request_reprocessing(
        session, submission, cohorts, {leavers[leaver] for leaver in emptied}, named_by_others
    )
    count_destinations = select(func.count(col(Destination.id))).where(
        col(Destination.submission_id) == submission_id
    )
    result = TakenBack(
        submission_id,
        session.execute(count_destinations).scalar_one(),
        len(named_no_longer),
        len(emptied),
        to_reprocess,
    )
    log.info(
        "submission %s taken back: %s destinations, %s leavers count no longer, %s were emptied",
        *(submission_id, result.destinations, result.leavers, result.emptied),
    )
    return result


@dataclass(frozen=True, slots=True)
class _NamedElsewhere:
    """Where another sheet names a person."""

    submission_id: int
    sheet: str
    row: int


def _cohorts(session: Session, submission: Submission) -> list[int]:
    """The cohorts of a leaver sheet, locked as recording locks it, by every URN of its school."""
    if submission.kind != SubmissionKind.LEAVERS:
        return []
    of_these = [
        and_(col(Cohort.academic_year) == year, col(Cohort.leaving_stage) == stage)
        for year, stage in cohorts_of(session, submission)
    ]
    return list(
        session.scalars(
            select(col(Cohort.id))
            .where(
                col(Cohort.urn).in_(school_chain(session, submission.urn)), or_(false(), *of_these)
            )
            .order_by(col(Cohort.id))
            .with_for_update()
        )
    )


def _is_about_same(session: Session, submission: Submission) -> ColumnElement[bool]:
    """Whether another submission is about one of the cohorts that this one holds."""
    return or_(false(), *(is_about(year, stage) for year, stage in cohorts_of(session, submission)))


def _leavers_of(session: Session, submission_id: int, cohorts: Sequence[int]) -> dict[int, int]:
    """The leavers that the sheet's rows are about, by id, and the person that each is."""
    people = select(col(Match.person_id)).where(
        col(Match.submission_id) == submission_id, col(Match.person_id).is_not(None)
    )
    rows = session.execute(
        select(col(Leaver.id), col(Leaver.person_id)).where(
            col(Leaver.cohort_id).in_(cohorts), col(Leaver.person_id).in_(people)
        )
    )
    return {row.id: row.person_id for row in rows}


def _named_by_others(
    session: Session, submission: Submission, people: Iterable[int]
) -> dict[int, list[_NamedElsewhere]]:
    """By person, the places in other sheets of the cohort that name them, the first sent first."""
    places_by_person: dict[int, list[_NamedElsewhere]] = {}
    for chunk in in_chunks(sorted(people)):
        rows = session.execute(
            select(col(Match.person_id), col(Match.submission_id), col(Match.sheet), col(Match.row))
            .join(Submission, col(Submission.id) == col(Match.submission_id))
            .where(
                col(Match.person_id).in_(chunk),
                col(Submission.kind) == SubmissionKind.LEAVERS.value,
                col(Submission.urn).in_(school_chain(session, submission.urn)),
                _is_about_same(session, submission),
                submission_state.is_standing(),
            )
            .order_by(col(Submission.sent_on), col(Submission.id), col(Match.sheet), col(Match.row))
        )
        for person, *place in rows:
            places_by_person.setdefault(person, []).append(_NamedElsewhere(*place))
    return places_by_person


def _reattribute_leavers(
    session: Session,
    submission_id: int,
    leavers: dict[int, int],
    named_by_others: dict[int, list[_NamedElsewhere]],
) -> set[int]:
    """Leavers this sheet named first become those of the next to name them; returns the others."""
    select_named_first = select(col(Leaver.id)).where(col(Leaver.submission_id) == submission_id)
    named_first = {leaver for leaver in session.scalars(select_named_first) if leaver is not None}
    named_still = [
        leaver for leaver in sorted(named_first) if named_by_others.get(leavers.get(leaver, 0))
    ]
    places = {leaver: named_by_others[leavers[leaver]][0] for leaver in named_still}
    update_all(
        session,
        Leaver,
        [
            {"id": leaver, "submission_id": place.submission_id}
            | {"sheet": place.sheet, "row": place.row}
            for leaver, place in places.items()
        ],
    )
    return named_first - places.keys()


def _empty_values(session: Session, submission_id: int, leavers: Iterable[int]) -> set[int]:
    """Empty the values that came from a cell of this sheet; returns the leavers that had any."""
    columns: list[Any] = [getattr(Leaver, column) for column in COLUMNS]
    emptied = []
    for chunk in in_chunks(sorted(leavers)):
        rows = session.execute(
            select(col(Leaver.id), col(Leaver.cells), *columns).where(col(Leaver.id).in_(chunk))
        )
        for leaver, cells, *values in rows:
            remaining = {column: cell for column, cell in cells.items() if cell[0] != submission_id}
            if remaining != cells:
                blank = {name: "" if name in ("surname", "forename") else None for name in COLUMNS}
                updated = dict(zip(COLUMNS, values, strict=True))
                updated |= {name: blank[name] for name in cells.keys() - remaining.keys()}
                emptied.append(updated | {"cells": remaining, "id": leaver})
    update_all(session, Leaver, emptied)
    return {row["id"] for row in emptied}


def _forget_matches(session: Session, people: set[int]) -> None:
    """Rows of enrolment lists about people who are nobody's leavers now are about nobody known."""
    for chunk in in_chunks(sorted(people)):
        still_named = select(col(Leaver.person_id)).where(
            col(Leaver.person_id).in_(chunk), is_effective(col(Leaver.submission_id))
        )
        session.execute(
            update(Match)
            .where(
                col(Match.person_id).in_(chunk),
                col(Match.person_id).not_in(still_named),
                col(Match.decided_by) == RULE,
                is_effective(col(Match.submission_id)),
            )
            .values(person_id=None, level=NOBODY, reason="")
            .execution_options(synchronize_session=False)
        )


def _request_reprocessing(
    session: Session,
    submission: Submission,
    cohorts: Sequence[int],
    people: Iterable[int],
    named_by_others: dict[int, list[_NamedElsewhere]],
) -> tuple[int, ...]:
    """The submissions that may add something now, asked to be processed.

    Those that name leavers of whom a value was emptied; those of the same rows, which added
    nothing while these stood; sheets of the cohort with rows about which nobody was sure; and
    sheets that stopped because their people were another school's leavers.
    """
    affected = {
        place.submission_id for person in people for place in named_by_others.get(person, ())
    }
    conditions: list[ColumnElement[bool]] = [col(Submission.id).in_(sorted(affected))]
    if submission.rows_hash:
        has_same_rows = col(Submission.rows_hash) == submission.rows_hash
        conditions.append(and_(has_same_rows, col(Submission.urn) == submission.urn))
    if cohorts:
        conditions.append(
            and_(
                col(Submission.rows_unsure) > 0,
                col(Submission.kind) == SubmissionKind.LEAVERS.value,
                _is_about_same(session, submission),
                col(Submission.urn).in_(school_chain(session, submission.urn)),
            )
        )
    # A sheet that stopped because these were another school's leavers may be the right one.
    stopped = and_(
        col(Submission.refused_code) == submission_state.OF_OTHER_SCHOOL,
        submission_state.is_standing(),
    )
    ids = session.scalars(
        select(col(Submission.id))
        .where(
            or_(
                and_(
                    or_(*conditions),
                    submission_state.is_accepted(),
                    submission_state.is_finished(),
                ),
                stopped,
            )
        )
        .order_by(col(Submission.sent_on), col(Submission.id))
    ).all()
    to_reprocess = tuple(submission_id for submission_id in ids if submission_id is not None)
    submission_state.request_reprocessing(session, to_reprocess)
    return to_reprocess
