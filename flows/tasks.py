"""Stages as Prefect tasks: wrapped, never decorated, so that a stage does not know Prefect."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from prefect import Task
from prefect.cache_policies import NO_CACHE
from prefect.events import emit_event

from flows.redaction import without_details

if TYPE_CHECKING:
    from flows.pipeline.stages import RunContext


def stage_task(
    road: "RunContext", name: str, do: Callable[..., Any], *, retries: int = 0
) -> Callable[..., Any]:
    """A task of that name over one road.  It is given ids and dates; the road stays out of it.

    Prefect looks into everything that a task is given, so the desk must never be among it.
    Only stages that touch the world are worth retrying: a pure one that failed will fail again.
    """

    def run(*given: Any) -> Any:
        return do(road, *given)

    run.__name__ = run.__qualname__ = name
    run.__doc__ = do.__doc__
    return Task(
        without_details(run),
        name=name,
        retries=retries,
        retry_delay_seconds=5 if retries else None,
        cache_policy=NO_CACHE,
        persist_result=False,
        log_prints=False,
    )


def emit_progress(submission: int, what: str) -> None:
    """One event on the life line of a submission: its id and a stage, nothing else."""
    emit_event(
        event=f"destinations.submission.{what}",
        resource={"prefect.resource.id": f"destinations.submission.{submission}"},
    )
