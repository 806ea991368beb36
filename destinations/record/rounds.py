"""Rounds: a submission is the same rows as an earlier one, or the next round of it, or neither.

Nothing is refused here.  The same rows in another file change nothing; rows that were sent for
another year or wave are asked about.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import and_, or_, select
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
    leaving_stage: str | None = None
    wave: int | None = None
    rows_hash: str | None = None

    @property
    def facts(self) -> tuple[tuple[str, str], ...]:
        """What fills the words of a finding: the name of the file and the day it was sent."""
        return (("file", self.name), ("sent_on", in_words(self.sent_on)))


@dataclass(frozen=True, slots=True)
class Resubmission:
    """The hash of a submission's rows, and what its sender sent before."""

    rows_hash: str
    earlier: Sequence[EarlierSubmission] = ()  # recorded and standing, the latest first
    follows_id: int | None = None  # the one that it was marked for, or that its line names
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


@dataclass(frozen=True, slots=True)
class PreviousRound:
    """The submission that another one is the next round of, and whom its rows are about."""

    submission: EarlierSubmission
    people: set[int]


def find_sent_before(session: Session, mapped: NormalisedSubmission) -> Resubmission:
    """What the sender sent before, and which of it has the same rows, for this round or another.

    Only submissions that were sent earlier, are recorded, and stand are searched.
    """
    declared = mapped.metadata
    earlier, follows_id = _read_earlier(session, declared)
    content_hash = rows_hash(mapped)
    alike = [
        submission for submission in earlier if mapped.rows and submission.rows_hash == content_hash
    ]
    same = next((submission for submission in alike if _is_same_round(declared, submission)), None)
    other = alike[0] if alike and same is None else None
    return Resubmission(content_hash, earlier, follows_id, same, other)


def find_previous_round(
    session: Session,
    declared: SubmissionMetadata,
    resubmission: Resubmission,
    people: set[int],
    *,
    percent: int = SAME_ROUND,
) -> PreviousRound | None:
    """The latest submission that this one is the next round of; None for a first one.

    The one that its line names already, where that stands (a workbook that we marked says which
    it was).  Otherwise from the same school, of the same kind, cohort and wave, and about largely
    the same people: at least `percent` of the smaller of the two files.  One of whose rows none
    was recorded is followed by the next for its cohort and wave.
    """
    followed = [
        submission
        for submission in resubmission.earlier
        if submission.submission_id == resubmission.follows_id
    ]
    candidates = followed or [
        submission for submission in resubmission.earlier if _is_same_round(declared, submission)
    ]
    people_by_submission = _persons_of_submissions(session, candidates)
    for submission in candidates:
        previous_people = people_by_submission[submission.submission_id]
        shared = 100 * len(previous_people & people)
        if followed or shared >= percent * min(len(previous_people), len(people)):
            return PreviousRound(submission, previous_people)
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


def _read_earlier(
    session: Session, declared: SubmissionMetadata
) -> tuple[list[EarlierSubmission], int | None]:
    """What the sender sent before, the latest first, and which of it this one is said to follow."""
    is_this = col(Submission.id) == declared.submission_id
    is_earlier = and_(
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
    rows = session.execute(
        select(
            *(
                col(getattr(Submission, name))
                for name in ("id", "name", "sent_on", "academic_year", "leaving_stage", "wave")
            ),
            col(Submission.rows_hash),
            col(Submission.follows_id),
        )
        .where(or_(is_this, is_earlier))
        .order_by(col(Submission.sent_on).desc(), col(Submission.id).desc())
    ).all()
    noted = next((row.follows_id for row in rows if row.id == declared.submission_id), None)
    earlier = [EarlierSubmission(*row[:-1]) for row in rows if row.id != declared.submission_id]
    return earlier, declared.follows_id or noted


def _persons_of_submissions(
    session: Session, submissions: Sequence[EarlierSubmission]
) -> Mapping[int, set[int]]:
    """The people that the rows of each of these submissions are about, by its id."""
    people: defaultdict[int, set[int]] = defaultdict(set)
    if submissions:
        rows = session.execute(
            select(col(Match.submission_id), col(Match.person_id)).where(
                col(Match.submission_id).in_(
                    [submission.submission_id for submission in submissions]
                ),
                col(Match.person_id).is_not(None),
            )
        )
        for submission_id, person_id in rows:
            people[submission_id].add(person_id)
    return people


def _is_same_round(declared: SubmissionMetadata, submission: EarlierSubmission) -> bool:
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


def _round_name(submission: EarlierSubmission) -> str:
    if submission.academic_year is None:
        return f"the autumn of {_autumn(submission.sent_on)}"
    leavers = f"the leavers of {year_name(submission.academic_year)}"
    return leavers if submission.wave is None else f"{leavers}, wave {submission.wave}"
