"""What a data officer reads after a run: tables of counts, ids and rule codes, nothing personal."""

from dataclasses import replace
from typing import Any

from sqlalchemy import Engine, case, func, select
from sqlmodel import Session, col

from destinations.outcomes.outstanding_returns import OutstandingReturn
from models.facts import submission_state
from models.handoffs.summaries import SummaryLine
from models.submissions import Arrival, FindingRecord, Submission
from models.vocabulary import Stage, year_name

Lines = list[dict[str, Any]]


def submissions_by_stage(engine: Engine) -> Lines:
    """How many submissions stand at each stage, and how many of them stopped there."""
    with Session(engine) as session:
        rows = session.execute(
            select(
                col(Submission.stage),
                func.count(),
                func.count(col(Submission.refused_code)),
                func.count(col(Submission.fault_code)),
                func.count(case((submission_state.is_queued(), 1))),
            )
            .where(submission_state.is_standing())
            .group_by(col(Submission.stage))
        ).all()
    counts = {row[0]: row for row in rows}
    return [
        {
            "stage": stage.value,
            "submissions": counts[stage][1],
            "refused": counts[stage][2],
            "our fault": counts[stage][3],
            "for the next intake": counts[stage][4],
        }
        for stage in Stage
        if stage in counts
    ]


def stopped_submissions(engine: Engine) -> Lines:
    """Every submission that did not go on: its id, school, how far it came and why."""
    with Session(engine) as session:
        rows = session.execute(
            select(
                col(Submission.id),
                col(Submission.urn),
                col(Submission.stage),
                col(Submission.refused_code),
                col(Submission.fault_code),
            )
            .where(
                submission_state.is_refused() | submission_state.is_faulted(),
                submission_state.is_standing(),
            )
            .order_by(col(Submission.id))
        ).all()
    return [
        {
            "submission": row[0],
            "urn": row[1],
            "stage": row[2],
            "why": row[3] or f"our fault: {row[4]}",
        }
        for row in rows
    ]


def inbox_waiting(engine: Engine) -> Lines:
    """Files whose school is not known or in no hub, by the folder they lie in: counts only."""
    with Session(engine) as session:
        rows = session.execute(
            select(col(Arrival.urn), col(Arrival.refused_code), func.count())
            .where(col(Arrival.refused_code).is_not(None), col(Arrival.submission_id).is_(None))
            .group_by(col(Arrival.urn), col(Arrival.refused_code))
            .order_by(col(Arrival.urn))
        ).all()
    return [{"folder": row[0], "why": row[1], "files": row[2]} for row in rows]


def findings_by_rule(engine: Engine) -> Lines:
    """How often each rule found something, and in how many submissions and schools."""
    with Session(engine) as session:
        rows = session.execute(
            select(
                col(FindingRecord.code),
                col(FindingRecord.severity),
                func.count(),
                func.count(func.distinct(FindingRecord.submission_id)),
                func.count(func.distinct(Submission.urn)),
            )
            .join(Submission, col(Submission.id) == FindingRecord.submission_id)
            .where(submission_state.is_standing())
            .group_by(col(FindingRecord.code), col(FindingRecord.severity))
            .order_by(func.count().desc(), col(FindingRecord.code))
        ).all()
    return [
        {
            "rule": row[0],
            "weight": str(row[1]).replace("_", " "),
            "findings": row[2],
            "submissions": row[3],
            "schools": row[4],
        }
        for row in rows
    ]


def coverage_by_school(lines: tuple[SummaryLine, ...]) -> Lines:
    """Leavers, known and coverage by school, cohort and wave; every rate beside its base."""
    return [
        {
            "urn": line.urn,
            "school": line.school,
            "cohort": f"{line.leaving_stage} {year_name(line.academic_year)}",
            "wave": line.wave,
            "leavers": line.counts.leavers,
            "known": line.counts.known,
            "EET": line.counts.eet,
            "NEET": line.counts.neet,
            "not known": line.counts.not_known,
        }
        for line in lines
        if line.urn and line.breakdown == "all"
    ]


def who_has_not_sent(answers: tuple[OutstandingReturn, ...]) -> Lines:
    """Which school has not sent what, and by when it was wanted; the name of no file."""
    return [
        {
            "hub": awaited.hub,
            "urn": awaited.urn,
            "school": awaited.school,
            "what": "A file that is not taken in"
            if awaited.unclaimed
            else replace(awaited, refused_because="").what,
            "due": awaited.due_on.isoformat() if awaited.due_on else "",
        }
        for awaited in answers
    ]
