"""Rounds: a submission is the same rows as an earlier one, or the next round of it, or neither.

Nothing is refused here.  The same rows in another file change nothing; rows that were sent for
another year or wave are asked about.
"""

import hashlib
import json
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, and_, or_, select
from sqlmodel import Session, col

from destinations.linkage.repeated_leavers import RowKey
from models.destinations import Match
from models.facts.calendar import in_words
from models.facts.submission_state import is_accepted
from models.facts.succession import school_chain
from models.handoffs.findings import Issue
from models.handoffs.normalised import NormalisedRow, NormalisedSubmission, SubmissionMetadata
from models.submissions import Submission
from models.vocabulary import SubmissionKind, academic_year, year_name

SAME_ROWS = "N01"
OF_ANOTHER_ROUND = "N02"

# How much of the smaller of two files must be the same people, in percent.  A setting.
SAME_ROUND = 50

# Not part of what a row says of a leaver: nothing of it is recorded.
_UNRECORDED_FIELDS = frozenset({"notes"})


@dataclass(frozen=True, slots=True)
class EarlierSubmission:
    """A submission of the same sender, sent before."""

    submission_id: int
    name: str
    sent_on: date
    academic_year: int | None = None
    wave: int | None = None

    @property
    def facts(self) -> tuple[tuple[str, str], ...]:
        """What fills the words of a finding: the name of the file and the day it was sent."""
        return (("file", self.name), ("sent_on", in_words(self.sent_on)))


@dataclass(frozen=True, slots=True)
class Resubmission:
    """The hash of a submission's rows, and an earlier submission that has the same hash."""

    rows_hash: str
    same: EarlierSubmission | None = None  # these rows, for this cohort and wave
    other: EarlierSubmission | None = None  # these rows, for another

    @property
    def remarks(self) -> tuple[Issue, ...]:
        """What the sender is asked, in words that do not blame."""
        if self.same:
            return (Issue(SAME_ROWS, facts=self.same.facts),)
        if self.other:
            facts = (*self.other.facts, ("sent_for", _round_name(self.other)))
            return (Issue(OF_ANOTHER_ROUND, facts=facts),)
        return ()


def find_sent_before(session: Session, mapped: NormalisedSubmission) -> Resubmission:
    """The earlier submission of the same rows by the same sender, for this round or another.

    Only submissions that were sent earlier, are recorded, and stand are searched.
    """
    content_hash = rows_hash(mapped)
    if not mapped.rows:
        return Resubmission(content_hash)
    declared = mapped.declared
    earlier = session.execute(
        earlier_submissions(session, declared).where(col(Submission.rows_hash) == content_hash)
    ).all()
    same_round = [submission for submission in earlier if _is_same_round(declared, submission)]
    if same_round:
        return Resubmission(content_hash, same=_as_earlier(same_round[0]))
    return Resubmission(content_hash, other=_as_earlier(earlier[0]) if earlier else None)


def find_previous_round(
    session: Session, declared: SubmissionMetadata, people: set[int], *, percent: int = SAME_ROUND
) -> EarlierSubmission | None:
    """The latest submission that this one is the next round of; None for a first one.

    The one that its line names already, where that stands (a workbook that we marked says which
    it was).  Otherwise from the same school, of the same kind, cohort and wave, and about largely
    the same people: at least `percent` of the smaller of the two files.  One of whose rows none
    was recorded is followed by the next for its cohort and wave.
    """
    select_follows = select(col(Submission.follows_id)).where(
        col(Submission.id) == declared.submission_id
    )
    follows_id = session.execute(select_follows).scalar_one_or_none()
    earlier = session.execute(earlier_submissions(session, declared)).all()
    for submission in earlier:
        if submission.id == follows_id:
            return _as_earlier(submission)
    for submission in earlier:
        if not _is_same_round(declared, submission):
            continue
        previous_people = persons_of_submission(session, submission.id)
        if 100 * len(previous_people & people) >= percent * min(len(previous_people), len(people)):
            return _as_earlier(submission)
    return None


def rows_hash(mapped: NormalisedSubmission) -> str:
    """The SHA-256, in hexadecimal, of what the rows say: the leavers and the answers.

    Not of how they say it: the order of rows and columns, headings, sheets, capitals and how a
    date is typed are nothing to it.  Waves are counted from the first that a row answers, so that
    a sheet sent for another autumn is the same.
    """
    first_wave: dict[RowKey, int] = {}
    for row in mapped.rows:
        if row.wave is not None:
            first_wave[row.sheet, row.row] = min(
                row.wave, first_wave.get((row.sheet, row.row), row.wave)
            )
    contents_by_row: defaultdict[RowKey, list[list[Any]]] = defaultdict(list)
    for row in mapped.rows:
        wave = 0 if row.wave is None else row.wave - first_wave[row.sheet, row.row]
        contents_by_row[row.sheet, row.row].append([wave, row_content(row)])
    lines = sorted(
        json.dumps(sorted(row_contents), ensure_ascii=False)
        for row_contents in contents_by_row.values()
    )
    digest = hashlib.sha256()
    for line in lines:
        digest.update(line.encode() + b"\n")
    return digest.hexdigest()


def persons_of_submission(session: Session, submission_id: int) -> set[int]:
    """The people that the rows of a submission are about."""
    person_ids = session.scalars(
        select(col(Match.person_id)).where(
            col(Match.submission_id) == submission_id, col(Match.person_id).is_not(None)
        )
    )
    return {person_id for person_id in person_ids if person_id is not None}


def row_content(row: NormalisedRow) -> list[list[str]]:
    """[field, text] pairs, sorted: the normalised value of a cell, or else what was typed in it."""
    texts = {name: text for name, text in row.raw.items() if name not in _UNRECORDED_FIELDS}
    texts |= {
        name: value.isoformat() if isinstance(value, date) else str(value)
        for name, value in row.values.items()
        if value is not None and name not in _UNRECORDED_FIELDS
    }
    normalised = {name: " ".join(text.split()).casefold() for name, text in texts.items()}
    return sorted([name, text] for name, text in normalised.items() if text)


def earlier_submissions(session: Session, declared: SubmissionMetadata) -> Select[Any]:
    """A query of what the sender sent before and was recorded and stands, the latest first."""
    return (
        select(
            col(Submission.id),
            col(Submission.name),
            col(Submission.sent_on),
            col(Submission.academic_year),
            col(Submission.leaving_stage),
            col(Submission.wave),
        )
        .where(
            col(Submission.urn).in_(school_chain(session, declared.urn)),
            col(Submission.kind) == declared.kind,
            is_accepted(),
            col(Submission.rows_hash).is_not(None),
            or_(
                col(Submission.sent_on) < declared.sent_on,
                and_(
                    col(Submission.sent_on) == declared.sent_on,
                    col(Submission.id) < declared.submission_id,
                ),
            ),
        )
        .order_by(col(Submission.sent_on).desc(), col(Submission.id).desc())
    )


def _is_same_round(declared: SubmissionMetadata, submission: Any) -> bool:
    """Whether it was for the same cohort and wave; of enrolment lists, for the same autumn."""
    if declared.kind is SubmissionKind.ENROLMENTS:
        return _autumn(declared.sent_on) == _autumn(submission.sent_on)
    return (submission.academic_year, submission.leaving_stage, submission.wave) == (
        declared.academic_year,
        declared.leaving_stage,
        declared.wave,
    )


def _autumn(day: date) -> int:
    return academic_year(day.year, day.month)


def _as_earlier(submission: Any) -> EarlierSubmission:
    return EarlierSubmission(
        submission.id,
        submission.name,
        submission.sent_on,
        submission.academic_year,
        submission.wave,
    )


def _round_name(submission: EarlierSubmission) -> str:
    if submission.academic_year is None:
        return f"the autumn of {_autumn(submission.sent_on)}"
    leavers = f"the leavers of {year_name(submission.academic_year)}"
    return leavers if submission.wave is None else f"{leavers}, wave {submission.wave}"
