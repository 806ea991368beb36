"""Rounds: a submission beside what its sender sent before: the same again, or the next round.

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
_ASIDE = frozenset({"notes", "consent"})


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
class SentAgain:
    """What of a submission was sent before."""

    rows_hash: str
    same: EarlierSubmission | None = None  # these rows, for this cohort and wave
    other: EarlierSubmission | None = None  # these rows, for another

    @property
    def remarks(self) -> tuple[Issue, ...]:
        """What its sender is asked, in words that do not blame."""
        if self.same:
            return (Issue(SAME_ROWS, facts=self.same.facts),)
        if self.other:
            facts = (*self.other.facts, ("sent_for", _round_name(self.other)))
            return (Issue(OF_ANOTHER_ROUND, facts=facts),)
        return ()


def find_sent_before(session: Session, mapped: NormalisedSubmission) -> SentAgain:
    """Whether these rows were sent before by the same sender, for this cohort and wave or another.

    Only what was sent earlier, was recorded, and stands is looked at.
    """
    said = rows_hash(mapped)
    if not mapped.rows:
        return SentAgain(said)
    declared = mapped.declared
    earlier = session.execute(
        earlier_submissions(session, declared).where(col(Submission.rows_hash) == said)
    ).all()
    same = [one for one in earlier if _is_same_round(declared, one)]
    if same:
        return SentAgain(said, same=_as_earlier(same[0]))
    return SentAgain(said, other=_as_earlier(earlier[0]) if earlier else None)


def find_previous_round(
    session: Session, declared: SubmissionMetadata, people: set[int], *, percent: int = SAME_ROUND
) -> EarlierSubmission | None:
    """The latest submission that this one is the next round of; None for a first one.

    The one that its line names already, where that stands (a workbook that we marked says which
    it was).  Otherwise from the same school, of the same kind, cohort and wave, and about largely
    the same people: at least `percent` of the smaller of the two files.  One of whose rows none
    was recorded is followed by the next for its cohort and wave.
    """
    named = select(col(Submission.follows_id)).where(col(Submission.id) == declared.submission_id)
    follows = session.execute(named).scalar_one_or_none()
    earlier = session.execute(earlier_submissions(session, declared)).all()
    for one in earlier:
        if one.id == follows:
            return _as_earlier(one)
    for one in earlier:
        if not _is_same_round(declared, one):
            continue
        before = persons_of_submission(session, one.id)
        if 100 * len(before & people) >= percent * min(len(before), len(people)):
            return _as_earlier(one)
    return None


def rows_hash(mapped: NormalisedSubmission) -> str:
    """The SHA-256 of what the rows say, in hexadecimal: who, and what answers.

    Not of how they say it: the order of rows and columns, headings, sheets, capitals and how a
    date is typed are nothing to it.  Waves are counted from the first that a row answers, so that
    a sheet sent for another autumn is the same.
    """
    first: dict[RowKey, int] = {}
    for row in mapped.rows:
        if row.wave is not None:
            first[row.sheet, row.row] = min(row.wave, first.get((row.sheet, row.row), row.wave))
    said: defaultdict[RowKey, list[list[Any]]] = defaultdict(list)
    for row in mapped.rows:
        wave = 0 if row.wave is None else row.wave - first[row.sheet, row.row]
        said[row.sheet, row.row].append([wave, row_content(row)])
    lines = sorted(json.dumps(sorted(one), ensure_ascii=False) for one in said.values())
    digest = hashlib.sha256()
    for line in lines:
        digest.update(line.encode() + b"\n")
    return digest.hexdigest()


def persons_of_submission(session: Session, submission_id: int) -> set[int]:
    """The people that the rows of a submission are about."""
    found = session.scalars(
        select(col(Match.person_id)).where(
            col(Match.submission_id) == submission_id, col(Match.person_id).is_not(None)
        )
    )
    return {one for one in found if one is not None}


def row_content(row: NormalisedRow) -> list[list[str]]:
    """What a row says, by field: what we make of a cell, or else what was typed in it."""
    said = {name: text for name, text in row.raw.items() if name not in _ASIDE}
    said |= {
        name: value.isoformat() if isinstance(value, date) else str(value)
        for name, value in row.values.items()
        if value is not None and name not in _ASIDE
    }
    plain = {name: " ".join(text.split()).casefold() for name, text in said.items()}
    return sorted([name, text] for name, text in plain.items() if text)


def earlier_submissions(session: Session, declared: SubmissionMetadata) -> Select[Any]:
    """What the sender sent before and has had recorded, the latest first."""
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


def _is_same_round(declared: SubmissionMetadata, one: Any) -> bool:
    """Whether it was for the same cohort and wave; of enrolment lists, for the same autumn."""
    if declared.kind is SubmissionKind.ENROLMENTS:
        return _autumn(declared.sent_on) == _autumn(one.sent_on)
    return (one.academic_year, one.leaving_stage, one.wave) == (
        declared.academic_year,
        declared.leaving_stage,
        declared.wave,
    )


def _autumn(day: date) -> int:
    return academic_year(day.year, day.month)


def _as_earlier(one: Any) -> EarlierSubmission:
    return EarlierSubmission(one.id, one.name, one.sent_on, one.academic_year, one.wave)


def _round_name(one: EarlierSubmission) -> str:
    if one.academic_year is None:
        return f"the autumn of {_autumn(one.sent_on)}"
    leavers = f"the leavers of {year_name(one.academic_year)}"
    return leavers if one.wave is None else f"{leavers}, wave {one.wave}"
