"""Advance: a step done to each submission of a chunk; one for which it fails leaves the chunk."""

import logging
from collections.abc import Callable, Iterable
from datetime import datetime

from flows.pipeline.run_context import RunContext
from flows.pipeline.submission_work import SubmissionWork
from flows.redaction import place_of
from models.database import transaction
from models.facts import submission_state
from models.handoffs.findings import SubmissionRefused
from models.vocabulary import Stage

log = logging.getLogger(__name__)


def advance(
    run: RunContext,
    works: Iterable[SubmissionWork],
    stage: Stage,
    step: Callable[[SubmissionWork], SubmissionWork],
    *,
    note_stage: bool = True,
) -> tuple[SubmissionWork, ...]:
    """What the step makes of each submission, but for those that are refused or at fault.

    With `note_stage` those that went on are noted to have reached the stage.
    """
    gone_on: list[SubmissionWork] = []
    for work in works:

        def go_on(work: SubmissionWork = work) -> None:
            gone_on.append(step(work))

        attempt(run, work.id, stage, go_on, work.queued_since)
    if note_stage and gone_on:
        with transaction(run.engine) as session:
            submission_state.mark_reached(session, [work.id for work in gone_on], stage)
    return tuple(gone_on)


def attempt(
    run: RunContext,
    submission_id: int,
    stage: Stage,
    step: Callable[[], object],
    queued_since: datetime | None = None,
) -> None:
    """Do something for a submission; what it raises is its refusal or our fault, and noted so."""
    try:
        step()
    except SubmissionRefused as refusal:
        log.info("submission %s refused: %s", submission_id, refusal.code)
        with transaction(run.engine) as session:
            submission_state.mark_refused(
                session, submission_id, refusal.code, dict(refusal.facts), since=queued_since
            )
    except Exception as error:
        note_fault(run, submission_id, stage, place_of(error))


def note_fault(run: RunContext, submission_id: int, stage: Stage, cause: str) -> None:
    """Note that a submission did not get to a stage through our fault; the next run tries again."""
    log.error(
        "submission %s did not get to %s through our fault: %s", submission_id, stage.value, cause
    )
    with transaction(run.engine) as session:
        submission_state.mark_faulted(session, submission_id, cause)
