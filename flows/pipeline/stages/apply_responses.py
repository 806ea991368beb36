"""Apply responses: what senders answered in workbooks sent back, once their rows are recorded."""

from dataclasses import replace

from sqlalchemy import update
from sqlmodel import Session, col

from destinations.record.findings_store import store_findings
from destinations.responses.confirmations import read_confirmations
from expectations.validating import word_issues
from flows.pipeline.run_context import RunContext
from flows.pipeline.sender_responses import apply_responses
from flows.pipeline.stages.advance import advance
from flows.pipeline.stages.crosscheck_issues import crosscheck_issues
from flows.pipeline.submission_work import Chunk, SubmissionWork
from models.database import transaction
from models.facts import submission_state
from models.submissions import Submission
from models.vocabulary import Stage


def apply_responses_chunk(run: RunContext, chunk: Chunk) -> Chunk:
    """The chunk, each sender told no more of what is confirmed by now; they leave the queue.

    An answer holds for the file that it came with and for those recorded after it.  One
    transaction a submission: a run that is killed before or amid this stage leaves in the queue
    what it had not come to, and the next records that once more and applies its answers.
    """
    is_any_applied = False

    def apply_work(work: SubmissionWork) -> SubmissionWork:
        nonlocal is_any_applied
        with transaction(run.engine) as session:
            is_any_applied = apply_responses(session, run, work) or is_any_applied
            work = _drop_confirmed(session, work) if is_any_applied else work
            submission_state.mark_processed(session, work.id, since=work.queued_since)
        return replace(work, normalised=None)  # rows take the most memory, and are done with

    works = advance(run, chunk.works, Stage.RECORDED, apply_work, note_stage=False)
    return replace(chunk, works=works)


def _drop_confirmed(session: Session, work: SubmissionWork) -> SubmissionWork:
    """What is stored of a submission's findings, and told, without what is confirmed by now."""
    confirmations = read_confirmations(session, work.rows, work.result.people)
    findings = confirmations.drop_confirmed(work.findings)
    remarks = confirmations.drop_confirmed(work.result.issues)
    crosschecks = crosscheck_issues(work, remarks, confirmations)
    issues = (*remarks, *crosschecks.issues)
    store_findings(session, work.id, findings, issues)
    session.execute(
        update(Submission)
        .where(col(Submission.id) == work.id)
        .values(waived=dict(sorted(crosschecks.waived.items())))
    )
    return replace(work, findings_told=(*findings, *word_issues(issues)))
