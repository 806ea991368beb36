"""Reprocessing: what was sent before is answered, and what may say more is recorded once more.

Nothing of Prefect's here.  Running it twice: safe.  What is recorded already is left alone, and
what a kill left half run is taken up by the next intake.
"""

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import select
from sqlmodel import col

from destinations.platform.settings import Settings
from destinations.publishing import publish_documents, sent_again_document
from expectations.validating import refusal_finding, word_issues
from flows.pipeline import stages
from flows.pipeline.run_context import RunContext
from models.database import transaction
from models.facts.calendar import in_words, now
from models.handoffs.findings import Finding, Issue
from models.submissions import Arrival, Submission

# Answers older than this were given by the runs before; so are all of them, once given.
LATELY = timedelta(days=7)


def answer_repeated_files(run: RunContext) -> int:
    """How many senders were told that the bytes they sent lately had been sent before."""
    with transaction(run.engine) as session:
        repeats = session.execute(
            select(Arrival, Submission)
            .join(Submission, col(Submission.id) == col(Arrival.submission_id))
            .where(col(Arrival.is_again), col(Arrival.arrived_at) > now() - LATELY)
            .order_by(col(Arrival.id))
        ).all()
        documents = [
            sent_again_document(session, submission, arrival, _repeat_findings(submission))
            for arrival, submission in repeats
        ]
        return publish_documents(session, run.store, documents, published_at=now()).written


def _repeat_findings(submission: Submission) -> tuple[Finding, ...]:
    facts = (("file", submission.name), ("sent_on", in_words(submission.sent_on)))
    findings = word_issues([Issue("A06", facts=facts)])
    if submission.refused_code:
        return (*findings, refusal_finding(submission.refused_code, submission.refused_facts))
    return findings


def reprocess_now(settings: Settings, ids: Sequence[int], today: date) -> int:
    """How many of these submissions were recorded again; enrolment lists that wait go after them.

    Those that stop through our fault are marked so, as they are in the intake.
    """
    if not ids:
        return 0
    with stages.open_run(settings) as run:
        recorded = sum(process_chunk(run, chunk, today) for chunk in stages.chunks_of(run, ids))
        for chunk in stages.lists_to_match_again(run):
            process_chunk(run, chunk, today)
    return recorded


def process_chunk(run: RunContext, ids: Sequence[int], today: date) -> int:
    """How many of some submissions were recorded, taken down the whole road and answered."""
    recorded = 0
    while ids:
        chunk = stages.map_chunk(run, stages.read_chunk(run, ids))
        chunk = stages.validate_chunk(run, chunk, today)
        chunk = stages.match_and_record_chunk(run, chunk, today)
        chunk = stages.apply_responses_chunk(run, chunk)
        stages.return_chunk(run, chunk)
        recorded += len(chunk.works)
        ids = chunk.unread
    return recorded
