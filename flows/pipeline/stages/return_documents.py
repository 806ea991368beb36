"""Return documents: a receipt to each sender, and their workbook marked."""

import logging
from collections.abc import Mapping
from functools import partial

from sqlalchemy import select
from sqlmodel import Session, col

from destinations.publishing import marked_document, publish_documents, receipt_document
from expectations.catalogue import catalogue
from expectations.validating import refusal_finding
from flows.pipeline.annotate import annotate_submission
from flows.pipeline.run_context import RunContext
from flows.pipeline.stages.advance import attempt
from flows.pipeline.submission_work import Chunk, SubmissionWork
from flows.redaction import place_of
from models.database import transaction
from models.facts import submission_state
from models.facts.calendar import now
from models.handoffs.findings import Finding
from models.submissions import Submission
from models.vocabulary import Stage

log = logging.getLogger(__name__)


def return_chunk(run: RunContext, chunk: Chunk) -> int:
    """How many documents were written, to every sender of the chunk whose file we are done with.

    A receipt to each, and to those with something to fix or check their workbook, marked.
    """
    works = {work.id: work for work in chunk.works}
    marked = _marked(run, works)
    fields = {code: rule.field for code, rule in catalogue().items()}
    written = 0

    def answer_sender(submission_id: int) -> None:
        nonlocal written
        with transaction(run.engine) as session:
            submission = session.get_one(Submission, submission_id)
            findings: tuple[Finding, ...]
            if submission.refused_code:
                findings = (refusal_finding(submission.refused_code, submission.refused_facts),)
            elif submission_id in works:
                findings = works[submission_id].findings_told
            else:
                return
            documents = [
                receipt_document(
                    session,
                    submission,
                    findings,
                    fields=fields,
                    read_as=works[submission_id].understood if submission_id in works else None,
                    ask=run.settings.contact,
                )
            ]
            if submission_id in marked:
                documents.append(marked_document(session, submission, marked[submission_id]))
            written += publish_documents(session, run.store, documents, published_at=now()).written
            submission_state.mark_answered(session, [submission_id])

    for submission_id in chunk.ids:
        # A folder of returns that cannot be written to is one school's, and stops no other.
        attempt(run, submission_id, Stage.PUBLISHED, partial(answer_sender, submission_id))
    return written


def _marked(run: RunContext, works: Mapping[int, SubmissionWork]) -> dict[int, bytes]:
    """The marked workbook of each submission that was read and has something to be told of."""
    with Session(run.engine) as session:
        refused = set(
            session.scalars(
                select(col(Submission.id)).where(
                    col(Submission.id).in_(works), submission_state.is_refused()
                )
            )
        )
    marked = {}
    for work in works.values():
        if work.findings_told and work.id not in refused:
            try:
                marked[work.id] = annotate_submission(
                    run.store.get(work.stored_as), work.read, work.findings_told,
                    metadata=work.metadata, guard=run.guard, crosswalk=work.crosswalk, key=run.key,
                )  # fmt: skip
            except Exception as error:  # the receipt says all of it too
                log.error("submission %s was not marked: %s", work.id, place_of(error))
    return marked
