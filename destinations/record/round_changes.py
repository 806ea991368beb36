"""Round changes: a submission is compared with the round before, counted by leaver, not value."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlmodel import Session, col

from destinations.linkage.candidates import LeaverInCohort, in_chunks, leavers_by_person
from destinations.record.leaver_attributes import COLUMNS, FIELDS
from destinations.record.rounds import (
    EarlierSubmission,
    Resubmission,
    find_previous_round,
)
from destinations.record.statements import wave_answered
from models.destinations import Destination
from models.handoffs.findings import Issue
from models.handoffs.normalised import (
    HELD,
    NormalisedRow,
    NormalisedSubmission,
    SubmissionMetadata,
)
from models.submissions import Submission
from models.vocabulary import SubmissionKind

GONE = "N03"
BLANK = "N04"

# What an answer is, whoever gave it and wherever it stands.
_ANSWER_FIELDS = (
    *("activity_code", "intended", "provider_name", "provider_urn", "provider_ukprn"),
    *("course", "level", "started_on", "ended_on"),
)
# What a sheet says beside an answer.
_DETAIL_FIELDS = ("provider_name", "course", "level", "started_on", "ended_on")


class _AnswerKey(NamedTuple):
    """What an answer is about, and whose it is."""

    leaver_id: int
    wave: int
    source: str


_Answers = dict[_AnswerKey, tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class _RoundAnswers:
    """What a sender's files say of some leavers."""

    before: _Answers = field(default_factory=dict)  # the last before the file compared
    now: _Answers = field(default_factory=dict)  # those of the file
    retained: set[int] = field(default_factory=set)  # leavers of whom it left a place or course out


@dataclass(frozen=True, slots=True)
class _ComparedSheet:
    """A file beside the one before: the leavers on both, by id, and what was sent before it."""

    metadata: SubmissionMetadata
    rows_by_person: Mapping[int, Sequence[NormalisedRow]]
    leavers: Mapping[int, LeaverInCohort]
    earlier_ids: Sequence[int]


@dataclass(frozen=True, slots=True)
class RoundChanges:
    """Leavers of a file against those of the round before.  Each number counts a leaver once."""

    new: int = 0  # who were not in it
    changed: int = 0  # of whom this file says something else, or more
    gone: int = 0  # who were in it and are not in this one
    would_become_blank: int = 0  # of whom something known is blank now; it was left as it was

    def counts(self) -> dict[str, int]:
        """The four numbers by name, as they are kept."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class RoundComparison:
    """A submission against those its sender sent before."""

    follows_id: int | None = None
    changes: RoundChanges | None = None  # None for a first round
    remarks: tuple[Issue, ...] = ()


def compare_with_last_round(
    session: Session,
    mapped: NormalisedSubmission,
    resubmission: Resubmission,
    rows_by_person: Mapping[int, Sequence[NormalisedRow]],
    *,
    nameless: int,
    percent: int,
) -> RoundComparison:
    """What a submission changes against the round before it, and what its sender is told of that.

    `rows_by_person` has the rows about each person; `nameless` is how many rows are about nobody
    yet, for they wait or nobody is sure; `percent` is how much of two files must be the same
    people for one to be the next round of the other.  Called in the transaction that records the
    submission, once its statements are added.
    """
    declared = mapped.metadata
    if resubmission.same and not _has_statements(session, declared):
        return RoundComparison(
            resubmission.same.submission_id, RoundChanges(), resubmission.remarks
        )
    people = set(rows_by_person)
    previous = find_previous_round(session, declared, resubmission, people, percent=percent)
    issues = resubmission.remarks if resubmission.other else ()
    if previous is None:
        return RoundComparison(remarks=issues)
    earlier_ids = [earlier.submission_id for earlier in resubmission.earlier]
    years = {cohort.academic_year for cohort in mapped.cohorts}
    is_list = declared.kind is SubmissionKind.ENROLMENTS
    # A file may hold fewer cohorts than the one before: nobody of the others is missing.
    known = [
        leaver
        for leaver in leavers_by_person(session, previous.people, with_cells=True)
        if is_list or leaver.academic_year in years
    ]
    of_these = previous.people if is_list else {leaver.person_id for leaver in known}
    leavers = {leaver.leaver_id: leaver for leaver in known if leaver.person_id in people}
    sheet = _ComparedSheet(declared, rows_by_person, leavers, earlier_ids)
    changes = _changes(session, sheet, previous.people, of_these, nameless)
    remarks = (*issues, *_remarks(changes, previous.submission))
    return RoundComparison(previous.submission.submission_id, changes, remarks)


def _has_statements(session: Session, declared: SubmissionMetadata) -> bool:
    """Whether a submission of rows sent before has statements all the same: of rows put right."""
    destinations = select(col(Destination.id)).where(
        col(Destination.submission_id) == declared.submission_id
    )
    return session.execute(destinations.limit(1)).first() is not None


def _changes(
    session: Session,
    sheet: _ComparedSheet,
    previous_people: set[int],
    of_these_cohorts: set[int],
    nameless: int,
) -> RoundChanges:
    leavers, rows_by_person = sheet.leavers, sheet.rows_by_person
    answers = _answers(session, sheet)
    retained = {
        leaver_id
        for leaver_id in answers.retained
        if any(
            _is_blank(name, rows_by_person[leavers[leaver_id].person_id]) for name in _DETAIL_FIELDS
        )
    }
    filled, emptied = _compare_attributes(sheet)
    changed = filled | {
        key.leaver_id for key, answer in answers.now.items() if answers.before.get(key) != answer
    }
    answered_now = {(leaver_id, wave) for leaver_id, wave, _ in answers.now}
    would_become_blank = (
        emptied
        | retained
        | {
            leaver_id
            for leaver_id, wave, _ in answers.before
            if (leaver_id, wave) not in answered_now
            and _has_answer_cell(sheet.metadata, leavers[leaver_id], wave, rows_by_person)
        }
    )
    return RoundChanges(
        new=len(rows_by_person.keys() - previous_people),
        changed=len({leavers[leaver_id].person_id for leaver_id in changed}),
        # A row that waits may be about somebody who was there: nobody is called missing for that.
        gone=max(0, len(of_these_cohorts - rows_by_person.keys()) - nameless),
        would_become_blank=len({leavers[leaver_id].person_id for leaver_id in would_become_blank}),
    )


def _remarks(changes: RoundChanges, previous: EarlierSubmission) -> tuple[Issue, ...]:
    """What the sender should look at; nothing where nobody is missing and nothing is blank."""
    return tuple(
        Issue(code, facts=(*previous.facts, ("leavers", f"{number:,}")))
        for code, number in ((GONE, changes.gone), (BLANK, changes.would_become_blank))
        if number
    )


def _answers(session: Session, sheet: _ComparedSheet) -> _RoundAnswers:
    """The sender's last answers about these leavers before this submission, and those in it."""
    answers = _RoundAnswers()
    submission_id = sheet.metadata.submission_id
    columns: list[Any] = [getattr(Destination, name) for name in _ANSWER_FIELDS]
    for chunk in in_chunks(sorted(sheet.leavers)):
        rows = session.execute(
            select(
                col(Destination.submission_id),
                col(Destination.kept_from_id),
                col(Destination.leaver_id),
                col(Destination.wave),
                col(Destination.source),
                *columns,
            )
            .join(Submission, col(Submission.id) == col(Destination.submission_id))
            .where(
                col(Destination.leaver_id).in_(chunk),
                col(Destination.submission_id).in_([submission_id, *sheet.earlier_ids]),
            )
            .order_by(col(Submission.sent_on), col(Submission.id), col(Destination.id))
        )
        for sent_with, kept_from_id, leaver_id, wave, source, *answer in rows:
            key = _AnswerKey(leaver_id, wave, source)
            (answers.now if sent_with == submission_id else answers.before)[key] = tuple(answer)
            if sent_with == submission_id and kept_from_id is not None:
                answers.retained.add(leaver_id)
    return answers


def _compare_attributes(sheet: _ComparedSheet) -> tuple[set[int], set[int]]:
    """Leavers of whom this file filled a blank, and those of whom it has one that was filled."""
    if sheet.metadata.kind is SubmissionKind.ENROLMENTS:
        return set(), set()
    earlier = set(sheet.earlier_ids)
    filled, emptied = set(), set()
    for leaver in sheet.leavers.values():
        rows = sheet.rows_by_person[leaver.person_id]
        for column in COLUMNS:
            cell = leaver.cells.get(column)
            if cell and cell[0] == sheet.metadata.submission_id:
                filled.add(leaver.leaver_id)
            elif cell and cell[0] in earlier and _is_blank(FIELDS[column], rows):
                emptied.add(leaver.leaver_id)
    return filled, emptied


def _is_blank(field: str, rows: Sequence[NormalisedRow]) -> bool:
    """Whether there is a column for the field and nothing in it; a column left out says nothing."""
    rows_with_field = [row for row in rows if field in row.columns]
    return bool(rows_with_field) and not any(row.raw.get(field) for row in rows_with_field)


def _has_answer_cell(
    declared: SubmissionMetadata,
    leaver: LeaverInCohort,
    wave: int,
    rows_by_person: Mapping[int, Sequence[NormalisedRow]],
) -> bool:
    """Whether a row about the leaver has a cell for what they did, or meant to do, at a wave."""
    if declared.kind is SubmissionKind.ENROLMENTS:
        return False
    return any(
        (_has_cell(row, "activity") and wave_answered(row, leaver, declared) == wave)
        or (_has_cell(row, "intended") and wave == 0)
        for row in rows_by_person[leaver.person_id]
    )


def _has_cell(row: NormalisedRow, field: str) -> bool:
    """Whether there is a cell for it, whose word does not wait to be fixed."""
    return field in row.columns and row.marks.get(field) != HELD
