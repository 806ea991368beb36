"""Address: where the Prefect server of this home is; kept by `serve`, asked for by `run`.

A lock on the file says whether somebody serves.  The system lets go of it when they end, however
they end, so that an address left behind misleads nobody.
"""

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

# A server that is just starting has the lock and no address yet.
START_SECONDS = 120


class AlreadyServed(Exception):
    """Somebody serves this home already; two servers would share one database."""


@contextmanager
def only_server(home: Path) -> Iterator[Callable[[str], None]]:
    """Be the only server of this home; gives what writes down its address.

    Raises AlreadyServed.
    """
    with _file(home).open("a+", encoding="utf-8") as kept:
        try:
            fcntl.flock(kept, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise AlreadyServed from error

        def write(address: str) -> None:
            kept.write(address)
            kept.flush()

        kept.truncate(0)
        try:
            yield write
        finally:
            kept.truncate(0)


def served_address(home: Path) -> str | None:
    """The API address of the server that serves this home; None when nobody does."""
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and _is_locked(home):
        if address := _file(home).read_text(encoding="utf-8"):
            return address
        time.sleep(0.2)
    return None


def join_server(home: Path) -> None:
    """Let Prefect in this process use the server that serves this home, if one does.

    Call before Prefect is first imported.  An address that is set already is left alone.
    """
    if "PREFECT_API_URL" not in os.environ and (address := served_address(home)):
        os.environ["PREFECT_API_URL"] = address


def _file(home: Path) -> Path:
    return home / "prefect" / "serving"


def _is_locked(home: Path) -> bool:
    if not _file(home).is_file():
        return False
    with _file(home).open("r", encoding="utf-8") as kept:
        try:
            fcntl.flock(kept, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False
