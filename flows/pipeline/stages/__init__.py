"""Stages: what the flows run, in their order.  Nothing of Prefect's here.

A stage takes a chunk of submissions and gives it back with what it found out.  One file that cannot
go on is refused, or marked as our fault, and never stops the others.  The record is only ever
changed in a transaction a submission, so a run that is killed anywhere is simply run again.
"""

from flows.pipeline.chunks import chunks_of, lists_to_match_again, unfinished
from flows.pipeline.run_context import RunContext, open_run
from flows.pipeline.stages.apply_responses import apply_responses_chunk
from flows.pipeline.stages.due_waves import open_due_waves, who_has_not_sent
from flows.pipeline.stages.match_and_record import match_and_record_chunk
from flows.pipeline.stages.read_and_map import map_chunk, read_chunk
from flows.pipeline.stages.receive import receive_files
from flows.pipeline.stages.return_documents import return_chunk
from flows.pipeline.stages.summarise_and_publish import one_moment, publish_all, summarise_all
from flows.pipeline.stages.validate import validate_chunk
from flows.pipeline.submission_metadata import submission_metadata

__all__ = [
    "RunContext",
    "open_run",
    "receive_files",
    "unfinished",
    "lists_to_match_again",
    "chunks_of",
    "read_chunk",
    "map_chunk",
    "validate_chunk",
    "match_and_record_chunk",
    "apply_responses_chunk",
    "return_chunk",
    "one_moment",
    "summarise_all",
    "publish_all",
    "open_due_waves",
    "who_has_not_sent",
    "submission_metadata",
]
