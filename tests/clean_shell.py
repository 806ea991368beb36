"""`destinations serve` as somebody starts it from a clean shell, and a look at what it leaves."""

import ctypes
import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.servers import free_port

PATIENCE = 180  # seconds, on a busy machine
PROGRAM = Path(sys.executable).with_name("destinations")
OVER = {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}


@dataclass(frozen=True)
class Home:
    """A clean shell of somebody whose home folder is empty, and where the hub keeps everything."""

    folder: Path
    port: int
    others: frozenset[int]  # our children that have nothing to do with it

    @property
    def environment(self) -> dict[str, str]:
        """Nothing of the tests' own."""
        return {
            "PATH": "/usr/bin:/bin",
            "HOME": str(self.folder / "user"),
            "DESTINATIONS_HOME": str(self.folder / "hub"),
            "DESTINATIONS_STORAGE": str(self.folder / "store"),
            "DESTINATIONS_SERVER_PORT": str(self.port),
        }

    def run(self, *words: str, **more: str) -> "subprocess.CompletedProcess[str]":
        """A command of ours in that shell, to its end."""
        return subprocess.run(
            [PROGRAM, *words],
            env=self.environment | more,
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
        )

    def ask(self, path: str, body: Any = None) -> Any:
        """What the server's REST API answers.  A busy server says 503 and is asked again."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/api{path}",
            data=None if body is None else json.dumps(body).encode(),
            headers={"content-type": "application/json"},
        )
        for _ in range(20):
            try:
                with urllib.request.urlopen(request, timeout=30) as answer:
                    return json.load(answer)
            except urllib.error.HTTPError as busy:
                if busy.code != 503:
                    raise
                time.sleep(1)
        raise AssertionError(f"{path}: the server stayed busy")

    def deployments(self) -> dict[str, str]:
        """The id of each deployment by its name."""
        return {found["name"]: found["id"] for found in self.ask("/deployments/filter", {})}

    def quick_run(self, deployment: str) -> str:
        """Ask for a run as the page's Quick run does; its id."""
        asked = self.ask(f"/deployments/{self.deployments()[deployment]}/create_flow_run", {})
        return asked["id"]

    def state(self, run: str) -> str:
        """How far the run is."""
        return self.ask(f"/flow_runs/{run}")["state"]["type"]

    def processes(self) -> dict[int, str]:
        """The command of every living process that came of this shell, by its id."""
        return {
            process: _command(process) for process in _descendants(os.getpid(), without=self.others)
        }

    def servers(self) -> list[str]:
        """Every Prefect server among them: `serve` starts one, Prefect by itself another kind."""
        return [
            command
            for command in self.processes().values()
            if "prefect server start" in command or "uvicorn" in command
        ]


@contextmanager
def serving(home: Home) -> Iterator["subprocess.Popen[bytes]"]:
    """`destinations serve`; what it says is kept in a file (`serve_output`)."""
    with (home.folder / "serve output.txt").open("wb") as output:
        started = subprocess.Popen(
            [PROGRAM, "serve"],
            env=home.environment,
            cwd=home.folder,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        yield started
    finally:
        if started.poll() is None:
            started.terminate()
            started.wait(60)


def serve_output(home: Home) -> str:
    """What `destinations serve` has said so far."""
    return (home.folder / "serve output.txt").read_text()


def until(come: Callable[[], Any]) -> Any:
    """What it gives, once it gives something; asked again and again."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if answer := come():
            return answer
        time.sleep(0.1)
    raise AssertionError("it did not come in time")


def empty_home(folder: Path) -> Home:
    """A home in which no command was run yet."""
    (folder / "user").mkdir(parents=True)
    _adopt_orphans()
    return Home(folder, free_port(), frozenset(_descendants(os.getpid(), without=frozenset())))


def new_home(folder: Path) -> Home:
    """A home that `destinations setup` has made."""
    home = empty_home(folder)
    ended = home.run("setup")
    assert ended.returncode == 0, ended.stderr
    return home


def is_up(home: Home) -> bool:
    """Whether it has said that it serves."""
    return "Ctrl-C stops everything" in serve_output(home)


def group_members(group: int) -> list[int]:
    """The living processes of a process group."""
    return [process for process, (_, of_group) in _living().items() if of_group == group]


def _descendants(process: int, *, without: frozenset[int]) -> list[int]:
    children = [
        child
        for child, (parent, _) in _living().items()
        if parent == process and child not in without
    ]
    return children + [
        grandchild for child in children for grandchild in _descendants(child, without=without)
    ]


def _living() -> dict[int, tuple[int, int]]:
    """The parent and the process group of every process that has not ended."""
    living = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, parent, group = stat.read_text().rpartition(")")[2].split()[:3]
        except (FileNotFoundError, ProcessLookupError):
            continue  # it ended while we looked
        if state != "Z":
            living[int(stat.parent.name)] = int(parent), int(group)
    return living


def _command(process: int) -> str:
    try:
        return (Path("/proc") / str(process) / "cmdline").read_text().replace("\0", " ")
    except (FileNotFoundError, ProcessLookupError):
        return ""  # it ended while we looked


def _adopt_orphans() -> None:
    """Whatever loses its parent among our descendants becomes our child, and so is seen."""
    set_child_subreaper = 36
    assert ctypes.CDLL(None, use_errno=True).prctl(set_child_subreaper, 1, 0, 0, 0) == 0
