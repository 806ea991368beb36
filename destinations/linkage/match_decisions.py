"""Decisions: what was decided about each row, by a rule or by a person, and what still waits."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import Session, col

from destinations.linkage.candidates import reach_of
from destinations.linkage.match_results import NOBODY, MatchOutcome, RowMatch
from destinations.linkage.repeated_leavers import RowKey
from models.database import upsert
from models.destinations import Destination, Match
from models.facts import submission_state
from models.facts.calendar import now
from models.leavers import Cohort, Leaver, Person
from models.submissions import Submission
from models.vocabulary import WAVES, SubmissionKind, academic_year

RULE = "rule"
WAITS = "waits for a fix"
UNSURE = "unsure: "
_COLUMNS = ("person_id", "level", "decided_by", "reason", "decided_at")


@dataclass(frozen=True, slots=True)
class StoredMatch:
    """What the record holds of a row's match."""

    person_id: int | None
    level: str
    decided_by: str
    reason: str

    @property
    def is_settled(self) -> bool:
        """Whether it need not be asked again."""
        return self.person_id is not None or self.decided_by != RULE


def stored_matches(session: Session, submission_id: int) -> dict[RowKey, StoredMatch]:
    """Every match of a submission, by sheet and row."""
    found = session.execute(
        select(
            col(Match.sheet),
            col(Match.row),
            col(Match.person_id),
            col(Match.level),
            col(Match.decided_by),
            col(Match.reason),
        ).where(col(Match.submission_id) == submission_id)
    )
    return {(sheet, row): StoredMatch(*rest) for sheet, row, *rest in found}


def store_matches(
    session: Session,
    submission_id: int,
    matched: Iterable[RowMatch],
    waiting: Iterable[RowKey],
    kept: Mapping[RowKey, StoredMatch],
    *,
    decided_at: datetime,
) -> None:
    """What became of every row, those that wait with nobody; a settled row stays as it was settled.

    A person's "nobody we know" gets the new leaver that was made for it, and stays that person's.
    """
    now_kept = {(one.sheet, one.row): _kept(one) for one in matched}
    now_kept |= {key: StoredMatch(None, WAITS, RULE, "") for key in waiting}
    rows = []
    for (sheet, row), one in now_kept.items():
        before = kept.get((sheet, row))
        if before and before.decided_by != RULE:
            one = StoredMatch(
                before.person_id or one.person_id, before.level, before.decided_by, before.reason
            )
        if before == one or (before and before.person_id is not None):
            continue
        rows.append(
            {
                "submission_id": submission_id,
                "sheet": sheet,
                "row": row,
                "person_id": one.person_id,
                "level": one.level[:80],
                "decided_by": one.decided_by,
                "reason": one.reason[:400],
                "decided_at": decided_at,
            }
        )
    upsert(session, Match, rows, key=("submission_id", "sheet", "row"), update=_COLUMNS)


def record_decision(
    session: Session,
    submission_id: int,
    sheet: str,
    row: int,
    person_id: int | None,
    *,
    by: str,
    reason: str,
) -> None:
    """Note whom a row is about, as a person decided: None for nobody known.

    `sheet` may be '' where only one sheet has such a row.  The next intake records it.
    Raises LookupError when the row, or the person, is not
    known, and ValueError when the row is recorded already.
    """
    kept = stored_matches(session, submission_id)
    if not sheet:  # the only sheet with such a row need not be named
        named = {key[0] for key in kept if key[1] == row}
        sheet = named.pop() if len(named) == 1 else sheet
    before = kept.get((sheet, row))
    if before is None:
        message = "that submission has no such row"
        raise LookupError(message)
    if person_id is not None and session.get(Person, person_id) is None:
        message = "there is no such person"
        raise LookupError(message)
    if before.person_id is not None and _is_recorded(session, submission_id, sheet, row):
        message = "that row is recorded already"
        raise ValueError(message)
    decided = {
        "submission_id": submission_id,
        "sheet": sheet,
        "row": row,
        "person_id": person_id,
        "level": "a person decided" if person_id is not None else "a person decided: nobody known",
        "decided_by": by[:100],
        "reason": reason[:400],
        "decided_at": now(),
    }
    upsert(session, Match, [decided], key=("submission_id", "sheet", "row"), update=_COLUMNS)
    submission_state.request_reprocessing(session, [submission_id])


def lists_with_unmatched_rows(session: Session, *, waves: int = WAVES) -> list[int]:
    """Enrolment lists worth running again: rows about nobody sure, and leavers learnt of since.

    By id.  Only leavers whose waves the list can answer count.
    """
    lists = session.execute(
        select(col(Submission.id), col(Submission.sent_on), col(Submission.recorded_at))
        .where(
            col(Submission.kind) == SubmissionKind.ENROLMENTS.value,
            submission_state.is_standing(),
            submission_state.is_finished(),
            ~submission_state.awaits_processing(),  # that is taken up already
            col(Submission.recorded_at).is_not(None),
            col(Submission.id).in_(
                select(col(Match.submission_id)).where(
                    col(Match.person_id).is_(None),
                    col(Match.decided_by) == RULE,
                    col(Match.level) != WAITS,
                )
            ),
        )
        .order_by(col(Submission.sent_on), col(Submission.id))
    ).all()
    learnt = session.execute(
        select(col(Cohort.academic_year), func.max(col(Submission.recorded_at)))
        .select_from(Leaver)
        .join(Cohort, col(Cohort.id) == col(Leaver.cohort_id))
        .join(Submission, col(Submission.id) == col(Leaver.submission_id))
        .where(submission_state.is_standing(), col(Submission.recorded_at).is_not(None))
        .group_by(col(Cohort.academic_year))
    ).all()
    return [
        one.id
        for one in lists
        if any(
            0 < academic_year(one.sent_on.year, one.sent_on.month) - year <= reach_of(waves)
            and moment > one.recorded_at
            for year, moment in learnt
        )
    ]


def _kept(one: RowMatch) -> StoredMatch:
    if one.outcome is MatchOutcome.UNSURE:
        people = " or ".join(f"person {person}" for person in one.candidates[:10])
        reason = "; ".join(part for part in (people, one.reason) if part)
        return StoredMatch(None, (UNSURE + one.level)[:80], RULE, reason[:400])
    if one.outcome is MatchOutcome.NOBODY:
        return StoredMatch(None, NOBODY, RULE, "")
    return StoredMatch(one.person_id, one.level[:80], RULE, one.reason[:400])


def _is_recorded(session: Session, submission_id: int, sheet: str, row: int) -> bool:
    found = select(col(Destination.id)).where(
        col(Destination.submission_id) == submission_id,
        col(Destination.sheet) == sheet,
        col(Destination.row) == row,
    )
    return session.execute(found.limit(1)).first() is not None
