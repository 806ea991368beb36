"""Stages as Prefect tasks: wrapped, never decorated, so that a stage does not know Prefect."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Concatenate, ParamSpec, TypeVar

from prefect import Task
from prefect.cache_policies import NO_CACHE
from prefect.events import emit_event

from flows.redaction import without_details

if TYPE_CHECKING:
    from flows.pipeline.run_context import RunContext

Given = ParamSpec("Given")
Result = TypeVar("Result")


def stage_task(
    run: "RunContext",
    name: str,
    stage: "Callable[Concatenate[RunContext, Given], Result]",
    *,
    retries: int = 0,
) -> Callable[Given, Result]:
    """A stage of one run, done as a task of that name.

    Prefect looks into everything that a task is given and gives back, so the task has neither: what
    the stage takes and makes, pupils' sheets among it, is handed over past Prefect.
    Only stages that touch the world are worth retrying: a pure one that failed will fail again.
    """
    handover: list[Callable[[], Result]] = []
    results: list[Result] = []

    def do_stage() -> None:
        results.append(handover[-1]())

    do_stage.__name__ = do_stage.__qualname__ = name
    do_stage.__doc__ = stage.__doc__
    task = Task(
        without_details(do_stage),
        name=name,
        retries=retries,
        retry_delay_seconds=5 if retries else None,
        cache_policy=NO_CACHE,
        persist_result=False,
        log_prints=False,
    )

    def perform(*args: Given.args, **kwargs: Given.kwargs) -> Result:
        handover.append(partial(stage, run, *args, **kwargs))
        try:
            task()
            return results.pop()
        finally:
            handover.clear()
            results.clear()

    return perform


def emit_progress(submission_id: int, moment: str) -> None:
    """One event on the life line of a submission: its id and a stage, nothing else."""
    emit_event(
        event=f"destinations.submission.{moment}",
        resource={"prefect.resource.id": f"destinations.submission.{submission_id}"},
    )
