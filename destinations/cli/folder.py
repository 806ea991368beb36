"""Checking a whole folder: each file is read, or refused with a sentence; never anything else."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from expectations.validating import refusal
from imports.columns import ColumnMap, load_map
from imports.guard import Guard, guarded
from imports.limits import LIMITS
from imports.mapping import map_file
from imports.reading import read_file
from models.sheets import Declared, SubmissionRefused

ASKED = {"C04"}  # which leavers it is about


@dataclass(frozen=True)
class Checked:
    """What became of one file.  `says` and `do` are for its sender, '' where nothing is asked."""

    file: str
    outcome: str  # read, refused
    rows: int = 0
    sheets: int = 0
    code: str = ""
    says: str = ""
    do: str = ""

    def line(self) -> dict[str, Any]:
        """As a script reads it."""
        return asdict(self)


def check_folder(folder: Path, today: date) -> Iterator[Checked]:
    """Every file below the folder, in the order of their names, as each is done.

    Whatever is not a folder is told: a link to nowhere and a pipe as what cannot be opened.
    """
    columns = load_map()
    with guarded() as guard:
        for path in sorted(path for path in folder.rglob("*") if not path.is_dir()):
            yield _checked(path, str(path.relative_to(folder)), columns, guard, today)


def content_of(path: Path) -> bytes:
    """The file, or as much of it as shows that it is too large."""
    with path.open("rb") as opened:
        return opened.read(LIMITS.file_size + 1)


def _opened(path: Path) -> bytes:
    if not path.is_file():  # nobody knows whether a pipe ever ends
        raise SubmissionRefused("F24")
    try:
        return content_of(path)
    except OSError as error:
        raise SubmissionRefused("F24") from error


def _checked(path: Path, name: str, columns: ColumnMap, guard: Guard, today: date) -> Checked:
    try:
        read = read_file(path.name, _opened(path), columns.field_of, guard=guard)
        found = sum(len(table.rows) for table in read.tables)
        sheets = len({table.sheet for table in read.tables})
        try:
            map_file(read, Declared(1, "", today), columns)
        except SubmissionRefused as refused:
            # Which leavers these are is for its sender to say: the file itself was read.
            if refused.code not in ASKED:
                raise
            told = refusal(refused.code, dict(refused.facts))
            return Checked(name, "read", found, sheets, told.code, told.says, told.do)
    except SubmissionRefused as refused:
        told = refusal(refused.code, dict(refused.facts))
        return Checked(name, "refused", code=told.code, says=told.says, do=told.do)
    except Exception as error:  # a folder is gone through to its end, whatever is in it
        return Checked(
            name,
            "refused",
            code="ours",
            says="We could not go through this file; the fault is ours",
            do=f"Send it to us, and say {type(error).__name__}",
        )
    return Checked(name, "read", found, sheets)
