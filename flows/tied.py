"""Tied: a child process that ends when its parent does, however that ends, and all it started too.

The parent keeps the writing end of a pipe that is the child's standard input.  The system closes it
when the parent is gone, killed outright or not; the child then ends its whole process group.
"""

import os
import runpy
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import IO


def start(
    module: str,
    arguments: Sequence[str] = (),
    *,
    environment: Mapping[str, str],
    log: IO[bytes] | None = None,
    descriptors: Sequence[int] = (),
) -> "subprocess.Popen[bytes]":
    """The module run as a program, leader of a process group of its own.

    It writes to the log, or where we write; it inherits the file descriptors named.
    """
    return subprocess.Popen(
        # -P: a folder called flows where the command is given must not take our place.
        [sys.executable, "-P", "-m", "flows.tied", module, *arguments],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=log,
        stderr=log,
        start_new_session=True,
        pass_fds=tuple(descriptors),
    )


def stop(child: "subprocess.Popen[bytes]", *, grace: float, by: signal.Signals) -> None:
    """Ask the child to end, wait so many seconds, and end what is left of its process group."""
    child.send_signal(by)
    with suppress(subprocess.TimeoutExpired):
        child.wait(grace)
    with suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()
    if child.stdin:
        child.stdin.close()


def _end_with_parent() -> None:
    while os.read(0, 1024):
        pass
    os.killpg(0, signal.SIGKILL)


def main() -> None:
    """Run the module that the command line names, tied to our parent."""
    threading.Thread(target=_end_with_parent, name="end-with-parent", daemon=True).start()
    sys.argv = sys.argv[1:]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
