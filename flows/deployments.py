"""Deployments: the flows of prefect.yaml, with their schedules, and the process that runs them."""

import asyncio
import importlib
import os
import sys
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import yaml
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import ConcurrencyLimitConfig
from prefect.client.schemas.schedules import CronSchedule
from prefect.deployments.runner import RunnerDeployment
from prefect.runner import Runner
from prefect.types.entrypoint import EntrypointType

from flows.interrupted import end_interrupted_runs


def deployments() -> list[RunnerDeployment]:
    """Every deployment that prefect.yaml names, with its schedule, limit, tags and words."""
    return [_deployment(planned) for planned in plan()["deployments"]]


def plan() -> dict[str, Any]:
    """prefect.yaml, from the checkout or from the installed package."""
    here = Path(__file__).parent
    file = next(path / "prefect.yaml" for path in (here, here.parent) if _has_plan(path))
    loaded: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return loaded


def main() -> None:
    """Register every deployment with the server, write a byte to our argument, run what is due.

    The argument is a file descriptor.  PREFECT_API_URL must be set when this process starts:
    Prefect reads its settings as it is imported, and starts a server of its own without it.
    """
    # The server stops with us, so that no schedule needs to be paused meanwhile.
    runner = Runner(pause_on_shutdown=False)
    registered = [cast(UUID, runner.add_deployment(deployment)) for deployment in deployments()]
    with get_client(sync_client=True) as client:
        end_interrupted_runs(client, registered)
    try:
        with os.fdopen(int(sys.argv[1]), "wb") as ready:
            ready.write(b".")
        asyncio.run(runner.start())
    except KeyboardInterrupt:
        return


def _has_plan(path: Path) -> bool:
    return (path / "prefect.yaml").is_file()


def _deployment(planned: dict[str, Any]) -> RunnerDeployment:
    module, _, name = planned["entrypoint"].partition(":")
    flow = getattr(importlib.import_module(module), name)
    return flow.to_deployment(  # type: ignore[no-any-return]
        name=planned["name"],
        description=planned["description"],
        tags=planned["tags"],
        schedules=[
            CronSchedule(
                cron=schedule["cron"], timezone=schedule["timezone"], day_or=schedule["day_or"]
            )
            for schedule in planned["schedules"]
        ],
        concurrency_limit=ConcurrencyLimitConfig(**planned["concurrency_limit"]),
        entrypoint_type=EntrypointType.MODULE_PATH,
    )


if __name__ == "__main__":
    main()
