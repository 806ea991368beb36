"""Validate: findings for each submission of a chunk, judged in one call."""

from dataclasses import replace
from datetime import date

from sqlmodel import Session

from destinations.responses.waivers import drop_waived
from expectations.tolerances import Tolerances
from expectations.validating import validate
from flows.pipeline.run_context import RunContext
from flows.pipeline.stages.advance import advance, note_fault
from flows.pipeline.submission_work import Chunk, SubmissionWork
from models.facts.calendar import today_in_london
from models.vocabulary import Stage


def validate_chunk(run: RunContext, chunk: Chunk, today: date | None = None) -> Chunk:
    """Findings for each submission; one call for the whole chunk.  Rules set aside are silent."""
    day, tolerances = today or today_in_london(), run.settings.tolerances(Tolerances)
    judged = validate([work.rows for work in chunk.works], tolerances=tolerances)
    for submission_id, rule in judged.faults.items():
        note_fault(run, submission_id, Stage.VALIDATED, f"rule {rule} did not run")
    with Session(run.engine) as session:

        def judge_work(work: SubmissionWork) -> SubmissionWork:
            findings = judged.findings[work.id]
            left = drop_waived(session, work.rows.metadata, findings, day)
            suite = judged.suites.get(work.id)
            return replace(work, findings=left.findings, waived=left.counts, suite_hash=suite)

        sound = [judge_work(work) for work in chunk.works if work.id not in judged.faults]
    return replace(chunk, works=advance(run, sound, Stage.VALIDATED, lambda work: work))
