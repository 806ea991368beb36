"""Chunks: which submissions a run takes up, and how many of them at a time.

A chunk is bounded in submissions, in bytes, and in rows as far as they are known from an earlier
reading; reading stops where the rows of new files come to more (`read_chunk`).
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlmodel import Session, col

from destinations.crosschecks.contradicted_places import sheets_contradicted_since
from destinations.linkage.candidates import in_chunks
from destinations.platform.settings import Settings
from destinations.recording import lists_with_unmatched_rows
from flows.pipeline.run_context import RunContext
from models.facts import submission_state
from models.submissions import Submission
from models.vocabulary import SubmissionKind


class SubmissionSize(NamedTuple):
    """How much work a submission is: its bytes as sent, and its rows where it was read before."""

    id: int
    size: int
    rows: int


def unfinished(run: RunContext) -> list[list[int]]:
    """Chunks of submissions that need processing: school sheets by date, then enrolment lists.

    So are those whose sender has no receipt yet: a run was killed before it was sent.
    """
    queued = (
        select(col(Submission.id), col(Submission.kind), *_SIZE)
        .where(submission_state.is_queued())
        .order_by(col(Submission.sent_on), col(Submission.id))
    )
    with Session(run.engine) as session:
        rows = session.execute(queued).all()
    # Enrolment lists confirm leavers, so the sheets that name the leavers go first.
    sheets = [_sized(row) for row in rows if row.kind != SubmissionKind.ENROLMENTS]
    lists = [_sized(row) for row in rows if row.kind == SubmissionKind.ENROLMENTS]
    return [*cut(sheets, run.settings), *cut(lists, run.settings)]


def lists_to_match_again(run: RunContext) -> list[list[int]]:
    """Chunks of enrolment lists with rows that nobody matched, now that more leavers are known.

    First the sheets that a list contradicts that came in after them: their schools are told.
    """
    with Session(run.engine) as session:
        ids = sheets_contradicted_since(session)
        ids += lists_with_unmatched_rows(session, waves=run.settings.waves)
    return chunks_of(run, ids)


def chunks_of(run: RunContext, ids: Sequence[int]) -> list[list[int]]:
    """These submissions in chunks, in the order given."""
    sizes: dict[int, SubmissionSize] = {}
    with Session(run.engine) as session:
        for some in in_chunks(ids):
            rows = session.execute(
                select(col(Submission.id), *_SIZE).where(col(Submission.id).in_(some))
            )
            sizes.update((row.id, _sized(row)) for row in rows)
    return list(cut((sizes[number] for number in ids if number in sizes), run.settings))


def cut(submissions: Iterable[SubmissionSize], settings: Settings) -> Iterator[list[int]]:
    """Their ids, in order, in chunks within the bounds; a submission above them goes alone."""
    chunk: list[int] = []
    size = rows = 0
    for submission in submissions:
        size, rows = size + submission.size, rows + submission.rows
        is_full = len(chunk) >= settings.chunk
        if chunk and (is_full or size > settings.chunk_bytes or rows > settings.chunk_rows):
            yield chunk
            chunk, size, rows = [], submission.size, submission.rows
        chunk.append(submission.id)
    if chunk:
        yield chunk


_SIZE = (col(Submission.size), col(Submission.rows_read))


def _sized(row: Any) -> SubmissionSize:
    return SubmissionSize(row.id, row.size or 0, row.rows_read or 0)
