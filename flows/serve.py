"""Serve: a Prefect server on this machine and every scheduled flow, until stopped.

This process only starts two others, watches them and stops them.  It never imports Prefect, which
reads its settings once, as it is imported: the two are given the server's address from the start.
"""

import os
import select
import shlex
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from flows import tied
from flows.address import START_SECONDS, only_server

# A run that is stopped may finish the submission that it is recording.
RUNNER_GRACE, SERVER_GRACE = 20.0, 10.0

Child = subprocess.Popen[bytes]


class PortTaken(Exception):
    """Another program listens on the port already."""


class Ended(Exception):
    """The server or the runner ended by itself.  Its words are which."""


class Asked(Exception):
    """Somebody asked us to stop."""


class Requests:
    """Whether somebody asked us to stop, by SIGTERM, Ctrl-C or closing the terminal."""

    def __init__(self) -> None:
        self._signals: list[int] = []

    def listen(self) -> None:
        """From now on a signal only leaves a mark, so that nothing is cut short in the middle."""
        wanted = [signal.SIGTERM, signal.SIGINT]
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # nohup ignores it
            wanted.append(signal.SIGHUP)
        for number in wanted:
            signal.signal(number, lambda number, _: self._signals.append(number))

    def heed(self) -> None:
        """Raises Asked when somebody has asked."""
        if self._signals:
            raise Asked


def serve_all(home: Path, port: int, requests: Requests, *, say: Callable[[str], None]) -> None:
    """Start the server, serve every deployment of prefect.yaml, and stop both together.

    The environment holds Prefect's settings already (`settle_prefect`); the address is added here.
    Returns when asked to stop.  Raises PortTaken, AlreadyServed or Ended.
    """
    page = f"http://127.0.0.1:{port}"
    environment = _environment(page)
    try:
        with only_server(home) as write_address:
            _refuse_taken(port)
            requests.heed()
            with _server(home, port, environment) as server:
                _wait_until_healthy(page, server, requests)
                write_address(f"{page}/api")
                with _runner(environment) as (runner, ready):
                    _wait_until_ready(ready, [server, runner], requests)
                    say(f"The page is at {page}")
                    say("To run a flow now: Quick run on the page, or, from another shell,")
                    say(f"  {run_command(home, page)}")
                    say("Ctrl-C stops everything.")
                    while True:
                        _pause([server, runner], requests)
    except Asked:
        return


def run_command(home: Path, page: str) -> str:
    """A command for any shell that has this server run a flow now."""
    settings = {
        "DO_NOT_TRACK": "1",
        "PREFECT_HOME": str(home / "prefect"),  # or Prefect makes a folder in the user's own home
        "PREFECT_API_URL": f"{page}/api",
    }
    return shlex.join(
        ["env", *(f"{name}={value}" for name, value in settings.items())]
        + [sys.executable, "-m", "prefect", "deployment", "run", "intake/intake"]
    )


def _environment(page: str) -> dict[str, str]:
    address = f"{page}/api"
    return {
        **os.environ,
        "PREFECT_API_URL": address,
        "PREFECT_UI_API_URL": address,
        # Without the server nothing may start another one beside its database.
        "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "false",
    }


def _refuse_taken(port: int) -> None:
    with socket.socket() as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind(("127.0.0.1", port))
        except OSError as error:
            raise PortTaken from error


@contextmanager
def _server(home: Path, port: int, environment: Mapping[str, str]) -> Iterator[Child]:
    with (home / "prefect" / "server.log").open("wb") as log:
        child = tied.start(
            "prefect",
            ["server", "start", "--host", "127.0.0.1", "--port", str(port)],
            environment=environment,
            log=log,
        )
    try:
        yield child
    finally:
        tied.stop(child, grace=SERVER_GRACE, by=signal.SIGTERM)


@contextmanager
def _runner(environment: Mapping[str, str]) -> Iterator[tuple[Child, int]]:
    """The process that runs the flows, and what can be read from once it is ready."""
    ready, tells = os.pipe()
    try:
        child = tied.start(
            "flows.deployments", [str(tells)], environment=environment, descriptors=[tells]
        )
    finally:
        os.close(tells)
    try:
        yield child, ready
    finally:
        # It ends on SIGINT in good order; while it is still starting that would print a traceback.
        by = signal.SIGINT if _is_ready(ready) else signal.SIGTERM
        os.close(ready)
        tied.stop(child, grace=RUNNER_GRACE, by=by)


def _wait_until_healthy(page: str, server: Child, requests: Requests) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(f"{page}/api/health", timeout=2):
                return
        except OSError:
            _pause([server], requests)
    raise Ended("server")


def _wait_until_ready(ready: int, children: list[Child], requests: Requests) -> None:
    while not _is_ready(ready):
        _pause(children, requests)
    if not os.read(ready, 1):
        raise Ended("runner")


def _is_ready(ready: int) -> bool:
    """Whether the runner has written its byte, or is gone: then it can be read from for ever."""
    return bool(select.select([ready], [], [], 0)[0])


def _pause(children: list[Child], requests: Requests) -> None:
    """A moment's sleep.  Raises Asked when asked to stop, Ended when a child is gone."""
    requests.heed()
    for name, child in zip(("server", "runner"), children, strict=False):
        if child.poll() is not None:
            raise Ended(name)
    time.sleep(0.2)
