"""A `submit` that is killed just before its Nth step: run as a program of its own by the tests.

A step is whatever could be on the disk or not: a note written, a transaction ended, a byte of a
file synced, a name given to it.
"""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from destinations import cli
from destinations.platform import storage
from imports import cover_notes

KILLED = 77


def main() -> None:
    """`killed_submit.py STEP WORD ...`: ends with 77 where it was killed."""
    last, words = int(sys.argv[1]), sys.argv[2:]
    taken = 0

    def step() -> None:
        nonlocal taken
        taken += 1
        if taken == last:
            os._exit(KILLED)

    def stepping(owner: Any, name: str) -> None:
        done: Callable[..., Any] = getattr(owner, name)

        def with_steps(*args: Any, **kwargs: Any) -> Any:
            step()
            return done(*args, **kwargs)

        setattr(owner, name, with_steps)

    stepping(cover_notes, "store_cover_note")
    stepping(Session, "commit")
    stepping(storage.FolderStore, "put")
    stepping(os, "fsync")
    stepping(Path, "replace")
    stepping(storage, "_sync_folder")  # the file shows from here on
    sys.argv = ["destinations", *words]
    cli.main()


if __name__ == "__main__":
    main()
