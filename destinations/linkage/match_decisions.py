"""Match decisions: whom each row is about, as a rule or a person decided, and what still waits."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update
from sqlmodel import Session, col

from destinations.linkage.candidates import in_chunks, reach_of
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
_DECIDED = ("person_id", "level", "decided_by", "reason", "decided_at")
_COLUMNS = (*_DECIDED, "cohort_id")


@dataclass(frozen=True, slots=True)
class StoredMatch:
    """What the record holds of a row's match."""

    person_id: int | None
    level: str
    decided_by: str
    reason: str

    @property
    def is_settled(self) -> bool:
        """Whether matching leaves it as it is: a person is known, or a person decided."""
        return self.person_id is not None or self.decided_by != RULE


def stored_matches(session: Session, submission_id: int) -> dict[RowKey, StoredMatch]:
    """Every match of a submission, by sheet and row."""
    match_rows = session.execute(
        select(
            col(Match.sheet),
            col(Match.row),
            col(Match.person_id),
            col(Match.level),
            col(Match.decided_by),
            col(Match.reason),
        ).where(col(Match.submission_id) == submission_id)
    )
    return {(sheet, row): StoredMatch(*match) for sheet, row, *match in match_rows}


def store_matches(
    session: Session,
    submission_id: int,
    matched: Iterable[RowMatch],
    waiting: Iterable[RowKey],
    stored: Mapping[RowKey, StoredMatch],
    *,
    decided_at: datetime,
    cohorts: Mapping[int, Iterable[RowKey]],
) -> dict[RowKey, StoredMatch]:
    """Store the match of every row of a submission; what the record holds of each now is returned.

    `matched` has the rows that are about somebody, and the unsure ones; `waiting` those with
    something to fix (where they are not matched, about nobody yet); `stored` what the record held
    before.  A settled row stays as it was settled; where a person decided "nobody we know", it gets
    the person that was made for it.  `cohorts` has the rows by the id of the cohort they are of.
    """
    cohort_by_row = {key: cohort_id for cohort_id, keys in cohorts.items() for key in keys}
    matches = {(match.sheet, match.row): _to_stored_match(match) for match in matched}
    matches |= {key: StoredMatch(None, WAITS, RULE, "") for key in waiting if key not in matches}
    current = dict(stored)
    rows = []
    for (sheet, row), stored_match in matches.items():
        previous = stored.get((sheet, row))
        if previous and previous.decided_by != RULE:
            stored_match = StoredMatch(
                previous.person_id or stored_match.person_id,
                previous.level,
                previous.decided_by,
                previous.reason,
            )
        if previous == stored_match or (previous and previous.person_id is not None):
            continue
        current[sheet, row] = stored_match
        rows.append(
            {
                "submission_id": submission_id,
                "sheet": sheet,
                "row": row,
                "person_id": stored_match.person_id,
                "level": stored_match.level,
                "decided_by": stored_match.decided_by,
                "reason": stored_match.reason,
                "decided_at": decided_at,
                "cohort_id": cohort_by_row.get((sheet, row)),
            }
        )
    if stored and cohorts:
        _note_cohorts(session, submission_id, cohorts)  # of rows that are as they were
    upsert(session, Match, rows, key=("submission_id", "sheet", "row"), update=_COLUMNS)
    return current


def _note_cohorts(
    session: Session, submission_id: int, cohorts: Mapping[int, Iterable[RowKey]]
) -> None:
    """Store with every row of a leaver sheet the cohort that it is of, whoever it is about.

    `cohorts` has the rows of the sheet by the id of their cohort.
    """
    of_sheet = update(Match).where(col(Match.submission_id) == submission_id)
    if len(cohorts) == 1:
        session.execute(of_sheet.values(cohort_id=next(iter(cohorts))))
        return
    for cohort_id, keys in cohorts.items():
        numbers: defaultdict[str, list[int]] = defaultdict(list)
        for sheet, row in keys:
            numbers[sheet].append(row)
        for sheet, rows in numbers.items():
            for chunk in in_chunks(rows):
                of_rows = of_sheet.where(col(Match.sheet) == sheet, col(Match.row).in_(chunk))
                session.execute(of_rows.values(cohort_id=cohort_id))


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
    """Store whom a row is about, as a person decided: None for nobody known.

    `row` is as Excel shows it; `sheet` may be '' where only one sheet has such a row.  The next
    intake records it.  Raises LookupError when there is no such row or person, and ValueError
    when the row is recorded already, waits for a fix, or was taken back with its submission:
    of these the next intake records none.
    """
    submission = session.get_one(Submission, submission_id)
    if submission_state.was_taken_back(submission):
        message = "that submission was taken back"
        raise ValueError(message)
    stored = stored_matches(session, submission_id)
    if not sheet:  # the only sheet with such a row need not be named
        sheets = {key[0] for key in stored if key[1] == row}
        sheet = sheets.pop() if len(sheets) == 1 else sheet
    previous = stored.get((sheet, row))
    if previous is None:
        message = "that submission has no such row"
        raise LookupError(message)
    if previous.level == WAITS:
        message = "that row waits for its sender to fix it, not for a person to be named"
        raise ValueError(message)
    if person_id is not None and session.get(Person, person_id) is None:
        message = "there is no such person"
        raise LookupError(message)
    if previous.person_id is not None and _is_recorded(session, submission_id, sheet, row):
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
    upsert(session, Match, [decided], key=("submission_id", "sheet", "row"), update=_DECIDED)
    submission_state.request_reprocessing(session, [submission_id])


def lists_with_unmatched_rows(session: Session, *, waves: int = WAVES) -> list[int]:
    """The ids of enrolment lists to match again: with rows about nobody, and leavers added since.

    Only leavers whose waves the list can answer count.
    """
    enrolment_lists = session.execute(
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
    learnt_by_year = session.execute(
        select(col(Cohort.academic_year), func.max(col(Submission.recorded_at)))
        .select_from(Leaver)
        .join(Cohort, col(Cohort.id) == col(Leaver.cohort_id))
        .join(Submission, col(Submission.id) == col(Leaver.submission_id))
        .where(submission_state.is_standing(), col(Submission.recorded_at).is_not(None))
        .group_by(col(Cohort.academic_year))
    ).all()
    return [
        enrolment_list.id
        for enrolment_list in enrolment_lists
        if any(
            0
            < academic_year(enrolment_list.sent_on.year, enrolment_list.sent_on.month) - year
            <= reach_of(waves)
            and learnt_at > enrolment_list.recorded_at
            for year, learnt_at in learnt_by_year
        )
    ]


def _to_stored_match(match: RowMatch) -> StoredMatch:
    if match.outcome is MatchOutcome.UNSURE:
        people = " or ".join(f"person {person}" for person in match.candidates[:10])
        reason = "; ".join(part for part in (people, match.reason) if part)
        return StoredMatch(None, (UNSURE + match.level)[:80], RULE, reason[:400])
    if match.outcome is MatchOutcome.NOBODY:
        return StoredMatch(None, NOBODY, RULE, "")
    return StoredMatch(match.person_id, match.level[:80], RULE, match.reason[:400])


def _is_recorded(session: Session, submission_id: int, sheet: str, row: int) -> bool:
    destinations = select(col(Destination.id)).where(
        col(Destination.submission_id) == submission_id,
        col(Destination.sheet) == sheet,
        col(Destination.row) == row,
    )
    return session.execute(destinations.limit(1)).first() is not None
