"""Previous return: a recorded sheet, and the earlier sheet of the same cohort that it follows."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import Date, Integer, Select, and_, bindparam, case, func, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from destinations.crosschecks.answers_by_wave import WaveAnswers, answers_by_wave
from destinations.linkage.match_decisions import StoredMatch
from destinations.linkage.repeated_leavers import RowKey
from models.destinations import Match
from models.facts.effective import is_effective_one
from models.facts.submission_cohorts import is_about
from models.facts.submission_state import is_standing
from models.facts.succession import school_chain
from models.handoffs.findings import Issue
from models.handoffs.normalised import NormalisedRow, NormalisedSubmission, SubmissionMetadata
from models.leavers import Cohort, Leaver
from models.submissions import Submission
from models.vocabulary import SubmissionKind


@dataclass(frozen=True, slots=True)
class PreviousReturn:
    """The earlier sheet that shares the most people with this one, counted as it was recorded."""

    submission_id: int
    sent_on: date
    people: int
    waiting: int  # rows that are matched to nobody yet

    @property
    def leavers(self) -> int:
        """How many leavers are on it, each unmatched row counted as one."""
        return self.people + self.waiting


@dataclass(frozen=True, slots=True)
class RecordedSheet:
    """A sheet as recorded: its cohort, and whom each of its rows is about."""

    metadata: SubmissionMetadata
    chain: Sequence[str]
    year: int
    cohorts: Sequence[int]  # the ids of the one cohort under every URN of the school
    leavers_by_year: Mapping[int, int]  # recorded in this year's cohort, and in last year's
    new_leavers: int  # of this year's: those whom no earlier sheet named
    answers_by_wave: Sequence[WaveAnswers]
    rows: Mapping[RowKey, NormalisedRow]  # the first of each row's waves
    person_by_row: Mapping[RowKey, int]  # the person id of each row that is recorded
    level_by_row: Mapping[RowKey, str]  # how each row was matched, or why it was not
    reason_by_row: Mapping[RowKey, str]  # the further reason that matching gave, where it gave one
    position_by_row: Mapping[RowKey, int]  # 0 for the first row as sent

    @property
    def submission_id(self) -> int:
        """The sheet's own submission."""
        return self.metadata.submission_id

    @property
    def cohort(self) -> dict[str, Any]:
        """Bind parameters of its cohort: `chain` (URNs), `stage` and `year`."""
        stage = self.metadata.leaving_stage
        return {"chain": self.chain, "stage": stage.value if stage else "", "year": self.year}

    @property
    def people(self) -> set[int]:
        """Ids of the persons that its recorded rows are about."""
        return set(self.person_by_row.values())

    @property
    def waiting(self) -> int:
        """How many rows are matched to nobody yet."""
        return len(self.rows) - len(self.person_by_row)

    @property
    def leavers(self) -> int:
        """How many leavers are on it, each unmatched row counted as one."""
        return len(self.people) + self.waiting

    def issue_at(self, code: str, row_key: RowKey, field: str, **facts: str) -> Issue:
        """The issue of a row, at the cell of our `field` where the sheet has that column.

        Else at its surname or UPN; at the whole row where it has neither.
        """
        row = self.rows[row_key]
        column = row.columns.get(field) or row.columns.get("surname") or row.columns.get("upn")
        return Issue(
            code,
            *row_key,
            column=column.letter if column else "",
            heading=column.heading if column else "",
            value=row.raw.get(column.field, "") if column else "",
            facts=tuple(facts.items()),
        )


def recorded_sheet(
    session: Session, mapped: NormalisedSubmission, matches: Mapping[RowKey, StoredMatch]
) -> RecordedSheet | None:
    """The sheet as recorded; None without a known cohort.

    `matches` is what the record holds of its rows, as recording it gave.
    """
    metadata = mapped.metadata
    if metadata.academic_year is None or metadata.leaving_stage is None:
        return None
    rows: dict[RowKey, NormalisedRow] = {}
    for row in mapped.rows:
        rows.setdefault((row.sheet, row.row), row)
    chain = school_chain(session, metadata.urn)
    year = metadata.academic_year
    cohorts = session.execute(
        _cohorts_query(),
        {
            "chain": chain,
            "stage": metadata.leaving_stage.value,
            "years": [year, year - 1],
            "sheet": metadata.submission_id,
        },
    ).all()
    leavers_by_year: Counter[int] = Counter()
    for cohort in cohorts:
        leavers_by_year[cohort.academic_year] += cohort.leavers
    own_cohorts = [cohort for cohort in cohorts if cohort.academic_year == year]
    matches_by_row = {row_key: match for row_key, match in matches.items() if row_key in rows}
    return RecordedSheet(
        metadata,
        chain,
        year,
        [cohort.id for cohort in own_cohorts],
        leavers_by_year,
        sum(cohort.new_leavers for cohort in own_cohorts),
        answers_by_wave(session, metadata.submission_id),
        rows,
        {
            row_key: match.person_id
            for row_key, match in matches_by_row.items()
            if match.person_id is not None
        },
        {row_key: match.level for row_key, match in matches_by_row.items()},
        {row_key: match.reason for row_key, match in matches_by_row.items() if match.reason},
        {row_key: position for position, row_key in enumerate(rows)},
    )


def find_previous_return(session: Session, sheet: RecordedSheet) -> PreviousReturn | None:
    """The sheet of an earlier autumn that this one follows: the one that shares the most people.

    A school that sends one file a form is so compared form by form.
    """
    metadata = sheet.metadata
    previous = session.execute(
        _previous_return_query(),
        {
            "sheet": metadata.submission_id,
            "sent_on": metadata.sent_on,
            "wave": metadata.wave,
            **sheet.cohort,
        },
    ).first()
    if previous is None:
        return None
    return PreviousReturn(
        previous.id, previous.sent_on, previous.people, previous.rows - previous.matched_rows
    )


# The questions, each put together once: that takes longer than asking them.


@cache
def _cohorts_query() -> Select[Any]:
    """Cohorts of a school, each with its leavers and those whom one sheet was the first to name."""
    is_counted = is_effective_one(col(Leaver.submission_id))
    is_new = col(Leaver.submission_id) == bindparam("sheet")
    return (
        select(
            col(Cohort.id),
            col(Cohort.academic_year),
            func.count(case((is_counted, col(Leaver.id)))).label("leavers"),
            func.count(case((is_new, col(Leaver.id)))).label("new_leavers"),
        )
        .outerjoin(Leaver, col(Leaver.cohort_id) == col(Cohort.id))
        .where(
            col(Cohort.urn).in_(bindparam("chain", expanding=True)),
            col(Cohort.leaving_stage) == bindparam("stage"),
            col(Cohort.academic_year).in_(bindparam("years", expanding=True)),
        )
        .group_by(col(Cohort.id), col(Cohort.academic_year))
    )


@cache
def _previous_return_query() -> Select[Any]:
    """The sheet that shares the most people with this one: its people, rows and matched rows."""
    previous = _most_shared_query().subquery()
    return (
        select(
            previous.c.id,
            previous.c.sent_on,
            func.count(func.distinct(Match.person_id)).label("people"),
            func.count().label("rows"),
            func.count(col(Match.person_id)).label("matched_rows"),
        )
        .join(Match, col(Match.submission_id) == previous.c.id)
        .group_by(previous.c.id, previous.c.sent_on)
    )


def _most_shared_query() -> Select[Any]:
    this_match, earlier_match = aliased(Match), aliased(Match)
    shared = func.count(func.distinct(earlier_match.person_id))
    sent_on: Any = bindparam("sent_on", type_=Date())
    this_sheet: Any = bindparam("sheet", type_=Integer())
    return (
        select(col(Submission.id), col(Submission.sent_on))
        .join(earlier_match, col(earlier_match.submission_id) == col(Submission.id))
        .join(this_match, col(this_match.person_id) == col(earlier_match.person_id))
        .where(
            col(this_match.submission_id) == this_sheet,
            col(Submission.kind) == SubmissionKind.LEAVERS.value,
            col(Submission.urn).in_(bindparam("chain", expanding=True)),
            is_about(bindparam("year"), bindparam("stage")),
            # Another file for the same wave is its round before, of which N03 speaks.
            col(Submission.wave).is_distinct_from(bindparam("wave", type_=Integer())),
            is_standing(),
            or_(
                col(Submission.sent_on) < sent_on,
                and_(col(Submission.sent_on) == sent_on, col(Submission.id) < this_sheet),
            ),
        )
        .group_by(col(Submission.id), col(Submission.sent_on))
        .order_by(shared.desc(), col(Submission.sent_on).desc(), col(Submission.id).desc())
        .limit(1)
    )
