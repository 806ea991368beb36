"""Read and map: originals become tables as sent, and tables rows in our words."""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import replace

from sqlalchemy import select
from sqlmodel import Session, col

from flows.pipeline.run_context import RunContext
from flows.pipeline.sender_responses import learn_headings, metadata_from_round_before
from flows.pipeline.stages.advance import advance
from flows.pipeline.submission_metadata import metadata_as_sent
from flows.pipeline.submission_work import Chunk, SubmissionWork
from imports.crosswalk.confirmed_mappings import Crosswalk
from imports.prepare import FileAsSent, normalise, read_as_sent
from models.facts import submission_state
from models.submissions import Submission
from models.vocabulary import Stage


def read_chunk(run: RunContext, ids: Sequence[int]) -> Chunk:
    """Each original becomes tables as sent.  What was refused is not read again, only answered.

    Reading stops once the chunk holds as many rows as one may; what it left is `unread`.
    """
    waiting = deque(_works_of(run, ids))
    rows = 0

    def until_full() -> Iterator[SubmissionWork]:
        while waiting and rows < run.settings.chunk_rows:
            yield waiting.popleft()

    def read_work(work: SubmissionWork) -> SubmissionWork:
        nonlocal rows
        file = FileAsSent(work.name, run.store.get(work.stored_as))
        read = read_as_sent(file, work.metadata.urn, work.crosswalk, guard=run.guard)
        rows += sum(len(table.rows) for table in read.tables)
        return replace(work, read=read)

    works = advance(run, until_full(), Stage.READ, read_work)
    unread = tuple(work.id for work in waiting)
    return Chunk(tuple(number for number in ids if number not in unread), works, unread)


def _works_of(run: RunContext, ids: Sequence[int]) -> list[SubmissionWork]:
    """The submissions that are not refused, in the order given, before anything is read."""
    with Session(run.engine) as session:
        # First what is taken up, then what people decided: not the other way round, or what is
        # decided in between would be taken up and not heeded.
        queued_since = submission_state.read_queue_times(session, ids)
        crosswalk = run.latest_crosswalk(session)
        submissions = session.scalars(
            select(Submission).where(col(Submission.id).in_(ids), ~submission_state.is_refused())
        )
        works = {
            submission.id: SubmissionWork(
                id=submission.id or 0,
                name=submission.name,
                stored_as=submission.stored_as,
                metadata=metadata_as_sent(session, submission, run.settings.waves),
                crosswalk=crosswalk,
                queued_since=queued_since.get(submission.id or 0),
            )
            for submission in submissions
        }
    return [works[number] for number in ids if number in works]


def map_chunk(run: RunContext, chunk: Chunk) -> Chunk:
    """Tables as sent become rows in our words, with what was worked out of them.

    A heading that a sender said yes to in a workbook sent back holds for that file and for those
    of the chunk that come after it.
    """
    learnt: Crosswalk | None = None

    def map_work(work: SubmissionWork) -> SubmissionWork:
        nonlocal learnt
        metadata = metadata_from_round_before(run, work.read, work.metadata)
        learnt = learn_headings(run, work.read, work.metadata) or learnt
        crosswalk = learnt or work.crosswalk
        mapped = normalise(work.read, metadata, crosswalk).normalised
        return replace(work, metadata=metadata, crosswalk=crosswalk, normalised=mapped)

    return replace(chunk, works=advance(run, chunk.works, Stage.MAPPED, map_work))
