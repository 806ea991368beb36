"""Serve: a Prefect server on this machine and every scheduled flow, until stopped."""

import importlib
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml
from prefect import serve
from prefect.client.schemas.objects import ConcurrencyLimitConfig
from prefect.client.schemas.schedules import CronSchedule
from prefect.deployments.runner import RunnerDeployment
from prefect.types.entrypoint import EntrypointType

START_SECONDS = 120


def serve_all(port: int) -> None:
    """Start the server, serve every deployment of prefect.yaml, and stop both together."""
    with server(port):
        serve(*deployments())


def deployments() -> list[RunnerDeployment]:
    """Every deployment that prefect.yaml names, with its schedule, limit, tags and words."""
    return [_deployment(each) for each in plan()["deployments"]]


def plan() -> dict[str, Any]:
    """prefect.yaml, from the checkout or from the installed package."""
    here = Path(__file__).parent
    found = next(path / "prefect.yaml" for path in (here, here.parent) if _has_plan(path))
    loaded: dict[str, Any] = yaml.safe_load(found.read_text(encoding="utf-8"))
    return loaded


@contextmanager
def server(port: int) -> Iterator[str]:
    """The address of a Prefect server on loopback; it ends with the block."""
    address = f"http://127.0.0.1:{port}/api"
    process = subprocess.Popen(
        [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port"]
        + [str(port)],
        env={**os.environ, "PREFECT_API_URL": address, "PREFECT_UI_API_URL": address},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait(address, process)
        os.environ["PREFECT_API_URL"] = address
        yield address
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()


def _wait(address: str, process: "subprocess.Popen[bytes]") -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"{address}/health", timeout=2):
                return
        except OSError:
            time.sleep(0.3)
    raise RuntimeError("the Prefect server did not start; is its port free?")


def _has_plan(path: Path) -> bool:
    return (path / "prefect.yaml").is_file()


def _deployment(described: dict[str, Any]) -> RunnerDeployment:
    module, _, name = described["entrypoint"].partition(":")
    flow = getattr(importlib.import_module(module), name)
    limit = described["concurrency_limit"]
    return flow.to_deployment(  # type: ignore[no-any-return]
        name=described["name"],
        description=described["description"],
        tags=described["tags"],
        schedules=[
            CronSchedule(cron=each["cron"], timezone=each["timezone"], day_or=each["day_or"])
            for each in described["schedules"]
        ],
        concurrency_limit=ConcurrencyLimitConfig(**limit),
        entrypoint_type=EntrypointType.MODULE_PATH,
    )
