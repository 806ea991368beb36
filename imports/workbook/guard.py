"""Guard: a child process that opens files for us, each in a child of its own with limits.

The server is started once and imports little; it forks for every file, which costs 2 ms.  What
a hostile file can reach is that fork: a capped amount of memory, CPU and time, and no secrets.
"""

import logging
import marshal
import os
import selectors
import signal
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import astuple
from pathlib import Path
from time import monotonic

from imports.workbook.limits import READ_LIMITS, ReadLimits, refuse, refuse_too_big
from imports.workbook.raw_cells import RawFile, unpack
from models.handoffs.findings import SubmissionRefused

log = logging.getLogger(__name__)

REQUEST = struct.Struct(">Q")  # the length of what follows
ANSWER = struct.Struct(">cQ")  # how it went, the length of what follows
OPENED, REFUSED, OVER = b"o", b"r", b"x"
# The server kills a slow child itself; we only wait this much longer for it to say so.
_GRACE = 10.0


class Guard:
    """A server that opens files in children of its own.  Threads may share one; they take turns."""

    def __init__(self, limits: ReadLimits = READ_LIMITS) -> None:
        self.limits = limits
        self._lock = threading.Lock()
        self._server: subprocess.Popen[bytes] | None = None

    def open_file(self, content: bytes, limits: ReadLimits | None = None) -> RawFile:
        """Every sheet of a file, opened in a child process.

        Raises SubmissionRefused, also where the child runs out of time or memory, or crashes.
        """
        limits = limits or self.limits
        if len(content) > limits.file_size:
            raise refuse_too_big(len(content), limits)
        with self._lock:
            outcome, packed = self._send_request(marshal.dumps((content, astuple(limits))), limits)
        if outcome == OPENED:
            return unpack(packed)
        if outcome == REFUSED:
            code, facts = marshal.loads(packed)
            raise SubmissionRefused(code, **dict(facts))
        raise refuse(packed.decode())

    def close(self) -> None:
        """End the server."""
        with self._lock:
            self._stop()

    def _send_request(self, request: bytes, limits: ReadLimits) -> tuple[bytes, bytes]:
        server = self._running_server()
        try:
            assert server.stdin is not None
            server.stdin.write(REQUEST.pack(len(request)) + request)
            server.stdin.flush()
            return self._read_response(server, limits)
        except (OSError, EOFError, TimeoutError) as fault:
            # The server itself is gone or stuck; the next file gets a new one.
            log.warning("the guard was started again after %s", type(fault).__name__)
            self._stop()
            return OVER, b"TIMEOUT" if isinstance(fault, TimeoutError) else b"CRASH"

    def _read_response(
        self, server: subprocess.Popen[bytes], limits: ReadLimits
    ) -> tuple[bytes, bytes]:
        until = monotonic() + limits.wall + _GRACE
        outcome, length = ANSWER.unpack(_read_exactly(server, ANSWER.size, until))
        if length > limits.result:
            raise EOFError
        return outcome, _read_exactly(server, length, until)

    def _running_server(self) -> subprocess.Popen[bytes]:
        if self._server is None or self._server.poll() is not None:
            self._stop()
            self._server = _start_server()
        return self._server

    def _stop(self) -> None:
        server, self._server = self._server, None
        if server is not None:
            with suppress(ProcessLookupError):  # the child that reads a file is of its group
                os.killpg(server.pid, signal.SIGKILL)
            server.wait()
            for pipe in (server.stdin, server.stdout):
                if pipe:
                    try:
                        pipe.close()
                    except OSError:
                        log.debug("a pipe of the guard was closed already")


@contextmanager
def open_guard(limits: ReadLimits = READ_LIMITS) -> Iterator[Guard]:
    """A guard for as long as it is needed."""
    guard = Guard(limits)
    try:
        yield guard
    finally:
        guard.close()


def _start_server() -> subprocess.Popen[bytes]:
    # Nothing of our own environment goes with it: settings hold keys.
    environment = {
        name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "LANG") if name in os.environ
    }
    project_root = str(Path(__file__).resolve().parents[2])
    return subprocess.Popen(
        [sys.executable, "-m", "imports.workbook.guard_server"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # a library may print what it was reading when it broke
        env=environment | {"PYTHONPATH": project_root},
        cwd=project_root,
        start_new_session=True,
    )


def _read_exactly(server: subprocess.Popen[bytes], length: int, until: float) -> bytes:
    assert server.stdout is not None
    received = bytearray()
    with selectors.DefaultSelector() as waiting:
        waiting.register(server.stdout, selectors.EVENT_READ)
        while len(received) < length:
            if not waiting.select(max(0.0, until - monotonic())):
                raise TimeoutError
            piece = os.read(server.stdout.fileno(), min(length - len(received), 1 << 20))
            if not piece:
                raise EOFError
            received += piece
    return bytes(received)
