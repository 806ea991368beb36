"""Sheet before: a recorded sheet, the people on it, and the sheet of the same cohort it follows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import (
    Date,
    Integer,
    Select,
    and_,
    bindparam,
    func,
    or_,
    select,
)
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from models.destinations import Match
from models.facts.submission_state import is_standing
from models.handoffs.findings import Issue
from models.handoffs.normalised import NormalisedRow, NormalisedSubmission, SubmissionMetadata
from models.leavers import Cohort
from models.submissions import Submission
from models.vocabulary import SubmissionKind

Place = tuple[str, int]  # sheet, row


@dataclass(frozen=True, slots=True)
class PreviousReturn:
    """The earlier sheet that shares the most people with this one, counted as it was recorded."""

    submission_id: int
    sent_on: date
    people: int
    waiting: int  # rows that are about nobody yet

    @property
    def leavers(self) -> int:
        """Everybody on it, those that wait included."""
        return self.people + self.waiting


@dataclass(frozen=True, slots=True)
class RecordedSheet:
    """A sheet as recorded: its cohort, and whom each of its rows is about."""

    declared: SubmissionMetadata
    chain: Sequence[str]
    year: int
    cohorts: Sequence[int]  # the ids of the one cohort under every URN of the school
    rows: Mapping[Place, NormalisedRow]  # the first of each row's waves
    about: Mapping[Place, int]  # the person of each row that is recorded
    levels: Mapping[Place, str]  # how each row was matched, or why it was not
    reasons: Mapping[Place, str]  # what else matching said of it
    order: Mapping[Place, int]

    @property
    def submission_id(self) -> int:
        """The sheet's own submission."""
        return self.declared.submission_id

    @property
    def cohort(self) -> dict[str, Any]:
        """Which cohort it is of, as the questions to the database ask for it."""
        stage = self.declared.leaving_stage
        return {"chain": self.chain, "stage": stage.value if stage else "", "year": self.year}

    @property
    def people(self) -> set[int]:
        """Everybody that its recorded rows are about."""
        return set(self.about.values())

    @property
    def waiting(self) -> int:
        """How many rows are about nobody yet."""
        return len(self.rows) - len(self.about)

    @property
    def leavers(self) -> int:
        """Everybody on it, those that wait included."""
        return len(self.people) + self.waiting

    def remark(self, code: str, place: Place, field: str, **facts: str) -> Issue:
        """Something to look at in a row, at the cell of a field where the sheet has one."""
        row = self.rows[place]
        column = row.columns.get(field) or row.columns.get("surname") or row.columns.get("upn")
        return Issue(
            code,
            *place,
            column=column.letter if column else "",
            heading=column.heading if column else "",
            value=row.raw.get(column.field, "") if column else "",
            facts=tuple(facts.items()),
        )


def recorded_sheet(
    session: Session, mapped: NormalisedSubmission, chain: Sequence[str]
) -> RecordedSheet | None:
    """The sheet as recorded; None where its cohort is not known."""
    declared = mapped.declared
    if declared.academic_year is None or declared.leaving_stage is None:
        return None
    rows: dict[Place, NormalisedRow] = {}
    for row in mapped.rows:
        rows.setdefault((row.sheet, row.row), row)
    matches = session.execute(
        select(
            col(Match.sheet),
            col(Match.row),
            col(Match.person_id),
            col(Match.level),
            col(Match.reason),
        ).where(col(Match.submission_id) == declared.submission_id)
    ).all()
    cohorts = session.scalars(
        select(col(Cohort.id)).where(
            col(Cohort.urn).in_(chain),
            col(Cohort.leaving_stage) == declared.leaving_stage.value,
            col(Cohort.academic_year) == declared.academic_year,
        )
    ).all()
    known = [(one, (one.sheet, one.row)) for one in matches if (one.sheet, one.row) in rows]
    return RecordedSheet(
        declared,
        chain,
        declared.academic_year,
        [one for one in cohorts if one is not None],
        rows,
        {place: one.person_id for one, place in known if one.person_id is not None},
        {place: one.level for one, place in known},
        {place: one.reason for one, place in known if one.reason},
        {place: at for at, place in enumerate(rows)},
    )


def find_previous_return(session: Session, sheet: RecordedSheet) -> PreviousReturn | None:
    """The sheet of an earlier autumn that this one follows: the one that shares the most people.

    So one file a form is held against last year's file of that form.
    """
    declared = sheet.declared
    found = session.execute(
        _most_shared(),
        {
            "sheet": declared.submission_id,
            "sent_on": declared.sent_on,
            "wave": declared.wave,
            **sheet.cohort,
        },
    ).first()
    if found is None:
        return None
    people, rows, placed = session.execute(_counted(), {"sheet": found.id}).one()
    return PreviousReturn(found.id, found.sent_on, people, rows - placed)


# The questions, each put together once: that takes longer than asking them.


@cache
def _most_shared() -> Select[Any]:
    mine, theirs = aliased(Match), aliased(Match)
    shared = func.count(func.distinct(theirs.person_id))
    sent_on: Any = bindparam("sent_on", type_=Date())
    this: Any = bindparam("sheet", type_=Integer())
    return (
        select(col(Submission.id), col(Submission.sent_on))
        .join(theirs, col(theirs.submission_id) == col(Submission.id))
        .join(mine, col(mine.person_id) == col(theirs.person_id))
        .where(
            col(mine.submission_id) == this,
            col(Submission.kind) == SubmissionKind.LEAVERS.value,
            col(Submission.urn).in_(bindparam("chain", expanding=True)),
            col(Submission.academic_year) == bindparam("year"),
            col(Submission.leaving_stage) == bindparam("stage"),
            # Another file for the same wave is its round before, of which N03 speaks.
            col(Submission.wave).is_distinct_from(bindparam("wave", type_=Integer())),
            is_standing(),
            or_(
                col(Submission.sent_on) < sent_on,
                and_(col(Submission.sent_on) == sent_on, col(Submission.id) < this),
            ),
        )
        .group_by(col(Submission.id), col(Submission.sent_on))
        .order_by(shared.desc(), col(Submission.sent_on).desc(), col(Submission.id).desc())
        .limit(1)
    )


@cache
def _counted() -> Select[Any]:
    """People on a sheet, its rows, and those of them that are about somebody."""
    return select(
        func.count(func.distinct(Match.person_id)),
        func.count(),
        func.count(col(Match.person_id)),
    ).where(col(Match.submission_id) == bindparam("sheet"))
