"""What something costs: wall clock, CPU and memory of a process and everything it starts.

Linux only: it looks in /proc.  Memory is the resident memory of the whole tree of processes; pages
that two of them share are counted twice ("resident") and, beside it, once ("proportional").
"""

import os
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

_TICK = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")
_EVERY = 0.05  # seconds between two looks
MB = 1024 * 1024


@dataclass
class Cost:
    """Seconds and bytes."""

    wall: float = 0.0
    cpu: float = 0.0
    resident: int = 0
    proportional: int = 0

    def add(self, other: "Cost") -> None:
        """Seconds add up; of bytes the larger counts."""
        self.wall += other.wall
        self.cpu += other.cpu
        self.resident = max(self.resident, other.resident)
        self.proportional = max(self.proportional, other.proportional)


@dataclass
class Watch:
    """Looks at a tree of processes again and again, and remembers the most that it saw."""

    root: int
    resident: int = 0
    proportional: int = 0
    _cpu: dict[int, float] = field(default_factory=dict)
    _looks: int = 0

    def look(self) -> None:
        """One look."""
        resident = 0
        tree = family(self.root)
        for pid in tree:
            try:
                stat = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue  # it has just ended
            self._cpu[pid] = (int(stat[11]) + int(stat[12])) / _TICK
            resident += int(stat[21]) * _PAGE
        self.resident = max(self.resident, resident)
        self._looks += 1
        if self._looks % 10 == 1:  # walking the page tables is dear
            self.proportional = max(self.proportional, sum(map(_proportional, tree)))

    @property
    def cpu(self) -> float:
        """CPU seconds of every process seen, those that have ended included."""
        return sum(self._cpu.values())

    def forget(self) -> None:
        """Forget the most seen so far, for the next stage."""
        self.resident = self.proportional = 0
        self._looks = 0


def family(root: int) -> list[int]:
    """A process and all that descend from it."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                stat = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            children.setdefault(int(stat[1]), []).append(int(entry.name))
    found, queue = [], [root]
    while queue:
        pid = queue.pop()
        found.append(pid)
        queue += children.get(pid, [])
    return found


def _proportional(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:")), 0)


def run_measured(command: Sequence[str], env: Mapping[str, str] | None = None) -> tuple[int, Cost]:
    """(exit code, cost) of a command with everything that it starts."""
    started = time.monotonic()
    with subprocess.Popen(command, env=dict(env) if env else None) as process:
        watch = Watch(process.pid)
        while process.poll() is None:
            watch.look()
            time.sleep(_EVERY)
    wall = time.monotonic() - started
    return process.returncode, Cost(wall, watch.cpu, watch.resident, watch.proportional)


class Meter:
    """The cost of each stage of work that this process does, with its children."""

    def __init__(self) -> None:
        self.costs: dict[str, Cost] = {}
        self._watch = Watch(os.getpid())
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._keep_looking, daemon=True)
        self._thread.start()

    def _keep_looking(self) -> None:
        while not self._stop.wait(_EVERY * 2):
            with self._lock:
                self._watch.look()

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Everything done within counts for the stage; it may be entered many times."""
        with self._lock:
            self._watch.forget()
            self._watch.look()
            cpu, wall = self._watch.cpu, time.monotonic()
        try:
            yield
        finally:
            with self._lock:
                self._watch.look()
                cost = Cost(
                    time.monotonic() - wall,
                    self._watch.cpu - cpu,
                    self._watch.resident,
                    self._watch.proportional,
                )
            self.costs.setdefault(name, Cost()).add(cost)

    def close(self) -> None:
        """Stop looking."""
        self._stop.set()
        self._thread.join()


def table(headings: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Rows as a Markdown table, ready for the README."""
    cells = [[_shown(cell) for cell in row] for row in rows]
    lines = [headings, ["--:" if at else "---" for at in range(len(headings))], *cells]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _shown(cell: object) -> str:
    if isinstance(cell, float):
        return f"{cell:,.1f}" if cell >= 10 else f"{cell:.2f}"
    return f"{cell:,}" if isinstance(cell, int) else str(cell)
