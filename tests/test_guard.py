"""The guard: a file that kills its reader kills nothing else, and what happened is told apart."""

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from imports.reading import read_file
from imports.workbook import guard_server
from imports.workbook.guard import Guard, open_guard
from imports.workbook.limits import READ_LIMITS
from models.handoffs.findings import SubmissionRefused
from tests.builders.workbooks import LEAVERS, rows_xml, sheet, workbook
from tests.clean_shell import group_members, until
from tests.headings import knows
from tests.hostile import READS, shapes

SHAPES = shapes()


@pytest.fixture(scope="module")
def guard():
    with open_guard() as guard:
        yield guard


def outcome(content, guard, name="leavers.xlsx", limits=READ_LIMITS):
    try:
        read = read_file(name, content, knows, guard=guard, limits=limits)
    except SubmissionRefused as refusal:
        return dict(refusal.facts).get("reason", refusal.code)
    assert [row.cells[2].text for table in read.tables for row in table.rows] == [
        leaver[2] for leaver in LEAVERS
    ]
    return READS


@pytest.mark.slow
@pytest.mark.parametrize("code", SHAPES)
def test_every_shape_comes_out_the_same_behind_the_guard(guard, code):
    shape = SHAPES[code]
    assert outcome(shape.make(), guard, shape.name) in (
        shape.outcome if isinstance(shape.outcome, tuple) else (shape.outcome,)
    )
    assert outcome(workbook(), guard) == READS


@pytest.mark.parametrize("code", ["control", "A04", "B01", "D06", "D13", "D15", "D17"])
def test_some_shapes_come_out_the_same_behind_the_guard(guard, code):
    shape = SHAPES[code]
    assert outcome(shape.make(), guard, shape.name) == shape.outcome


def test_it_reads_exactly_what_is_read_here(guard):
    content = workbook()
    assert read_file("a.xlsx", content, knows, guard=guard) == read_file("a.xlsx", content, knows)


def test_a_file_that_needs_too_much_memory_is_refused_for_it(guard):
    little = replace(READ_LIMITS, memory=80 * 1024 * 1024, cells=10_000_000)
    many = workbook({f"Year {n}": _long_sheet() for n in range(24)})
    assert outcome(many, guard, limits=little) == "MEMORY"
    assert outcome(workbook(), guard) == READS


def _long_sheet():
    return sheet(inside=rows_xml([[f"{n} {column}" for column in range(9)] for n in range(3_000)]))


@pytest.mark.parametrize(
    ("does", "reason"),
    [
        ("while True: pass", "TIMEOUT"),
        ("import time; time.sleep(60)", "TIMEOUT"),
        ("import os; os.abort()", "MEMORY"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "CRASH"),
        ("import os; os._exit(3)", "CRASH"),
        ("raise MemoryError", "MEMORY"),
        ("bytearray(1 << 40)", "MEMORY"),
        ("raise RuntimeError('Okafor')", "UNREADABLE"),
        ("raise KeyboardInterrupt", "UNREADABLE"),
        ("class Panic(BaseException): pass\nraise Panic", "UNREADABLE"),
        ("import os; open('/dev/null'); [os.dup(0) for _ in range(200)]", "UNREADABLE"),
    ],
)
def test_sudden_ends_are_told_apart(tmp_path, does, reason):
    """The server's own function, in a process of its own, with a reader that misbehaves."""
    script = tmp_path / "misbehaves.py"
    script.write_text(
        "import sys\n"
        "from dataclasses import replace\n"
        "from imports.workbook import guard_server\n"
        "from imports.workbook.limits import READ_LIMITS\n"
        "def misbehave(content, limits):\n"
        + "".join(f"    {line}\n" for line in does.splitlines())
        + "guard_server.open_file = misbehave\n"
        "limits = replace(READ_LIMITS, cpu=1, wall=3.0)\n"
        "print(guard_server.open_in_child(b'', limits))\n"
    )
    ended = subprocess.run(
        [sys.executable, str(script)],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": str(Path(guard_server.__file__).parents[2])},
        timeout=30,
    )
    assert ended.stdout.strip() == repr((b"x", reason.encode()))


def test_an_answer_beyond_the_cap_is_refused(guard):
    assert outcome(workbook(), guard, limits=replace(READ_LIMITS, result=50)) == "MEMORY"


def test_threads_share_one_guard(guard):
    contents = [workbook(), SHAPES["D06"].make(), SHAPES["B01"].make(), SHAPES["D15"].make()] * 5
    with ThreadPoolExecutor(4) as threads:
        came = list(threads.map(lambda content: outcome(content, guard), contents))
    assert came == [READS, READS, "DTD", READS] * 5


def test_a_server_that_was_killed_is_started_again():
    with open_guard() as guard:
        assert outcome(workbook(), guard) == READS
        first = guard._server.pid
        os.kill(first, 9)
        guard._server.wait()
        assert outcome(workbook(), guard) == READS
        assert guard._server.pid != first


def test_a_server_that_dies_while_it_reads_is_our_refusal_and_then_gone():
    with open_guard() as guard:
        assert outcome(workbook(), guard) == READS
        os.kill(guard._server.pid, 19)  # stopped: it will never answer
        assert outcome(workbook(), guard, limits=replace(READ_LIMITS, wall=-9.5)) == "TIMEOUT"
        assert outcome(workbook(), guard) == READS


def test_nothing_is_left_running():
    with open_guard() as guard:
        outcome(workbook(), guard)
        server = guard._server
    assert server.poll() is not None


def test_a_file_that_is_being_read_ends_with_whoever_asked(tmp_path):
    """Killed outright in the middle of a file: neither server nor reader is left."""
    (tmp_path / "many.xlsx").write_bytes(workbook({f"Year {n}": _long_sheet() for n in range(24)}))
    asks = (
        "import sys\n"
        "from dataclasses import replace\n"
        "from imports.workbook.guard import Guard\n"
        "from imports.workbook.limits import READ_LIMITS\n"
        "guard = Guard(replace(READ_LIMITS, cells=10_000_000))\n"
        "print(guard._running_server().pid, flush=True)\n"
        "guard.open_file(open(sys.argv[1], 'rb').read())\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", asks, tmp_path / "many.xlsx"],
        stdout=subprocess.PIPE,
        cwd=Path(guard_server.__file__).parents[2],
    ) as asking:
        server = int(asking.stdout.readline())
        reader = until(lambda: [pid for pid in group_members(server) if pid != server])
        os.kill(reader[0], signal.SIGSTOP)  # it would not end by itself
        asking.kill()

        until(lambda: group_members(server) == [])


def test_a_guard_that_was_never_asked_starts_nothing():
    guard = Guard()
    guard.close()
    assert guard._server is None


def test_the_server_knows_nothing_of_our_settings(monkeypatch):
    monkeypatch.setenv("DESTINATIONS_KEYS", "secret")
    with open_guard() as guard:
        outcome(workbook(), guard)
        environment = Path(f"/proc/{guard._server.pid}/environ")
        if not environment.exists():
            pytest.skip("only where /proc shows the environment of a process")
        assert b"secret" not in environment.read_bytes()


def test_the_server_imports_little():
    script = (
        "import sys, imports.workbook.guard_server; "
        "print([name for name in ('sqlmodel', 'sqlalchemy', 'pandas', 'yaml', 'pydantic') "
        "if name in sys.modules])"
    )
    ended = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(guard_server.__file__).parents[2],
    )
    assert ended.stdout.strip() == "[]"
