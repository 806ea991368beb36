"""Folder check: each file is read, or refused with a sentence; never anything else."""

import os
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from expectations.validating import refusal_finding
from imports.crosswalk.column_map import load_map
from imports.crosswalk.confirmed_mappings import Crosswalk
from imports.prepare import FileAsSent, normalise, read_as_sent
from imports.workbook.guard import Guard, open_guard
from imports.workbook.limits import READ_LIMITS, ReadLimits, refuse_too_big
from models.handoffs.findings import SubmissionRefused
from models.handoffs.normalised import SubmissionMetadata
from models.vocabulary import WAVES

ASKED_OF_SENDER = {"C04"}  # which leavers it is about
_URN = re.compile(r"[0-9]{6}")


@dataclass(frozen=True)
class CheckedFile:
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


def check_folder(
    folder: Path,
    today: date,
    crosswalk: Crosswalk | None = None,
    school: str = "",
    *,
    limits: ReadLimits = READ_LIMITS,
    waves: int = WAVES,
) -> Iterator[CheckedFile]:
    """Every file below the folder, in the order of their names, as each is done.

    `remembered` is what people confirmed, nothing without it.  What holds for one school is used
    for `school`, or for the files of a folder that is named by its URN, as those of an inbox are.
    Whatever is not a folder is told: a link to nowhere and a pipe as what cannot be opened.
    """
    crosswalk = crosswalk or Crosswalk(load_map())
    with open_guard(limits) as guard:
        for path in sorted(_files_below(folder)):
            metadata = SubmissionMetadata(
                1, school or _school_urn(path.relative_to(folder)), today, waves=waves
            )
            yield _check_file(path, str(path.relative_to(folder)), crosswalk, guard, metadata)


def _files_below(folder: Path) -> Iterator[Path]:
    """All that lies below a folder, however deep; a folder only where it cannot be looked into."""
    pending = [folder]
    while pending:
        directory = pending.pop()
        try:
            with os.scandir(directory) as entries:
                children = list(entries)
        except OSError:
            yield directory
            continue
        for entry in children:
            if entry.is_dir(follow_symlinks=False):
                pending.append(directory / entry.name)
            elif not _is_folder(entry):  # a link to a folder may lead round in a ring
                yield directory / entry.name


def _is_folder(entry: "os.DirEntry[str]") -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _school_urn(path: Path) -> str:
    """The URN that the nearest folder above a file is named by; '' where none is."""
    return next(
        (folder_name for folder_name in reversed(path.parts[:-1]) if _URN.fullmatch(folder_name)),
        "",
    )


def read_content(path: Path, limits: ReadLimits = READ_LIMITS) -> bytes:
    """The file.  Raises SubmissionRefused for one that is too large, and does not read it all."""
    with path.open("rb") as opened:
        content = opened.read(limits.file_size + 1)
        if len(content) > limits.file_size:
            raise refuse_too_big(max(len(content), os.fstat(opened.fileno()).st_size), limits)
    return content


def _read_regular_file(path: Path, limits: ReadLimits) -> bytes:
    try:
        if path.is_file():  # nobody knows whether a pipe ever ends
            return read_content(path, limits)
    except OSError as error:
        raise SubmissionRefused("F24") from error
    raise SubmissionRefused("F24")


def _check_file(
    path: Path, name: str, crosswalk: Crosswalk, guard: Guard, declared: SubmissionMetadata
) -> CheckedFile:
    try:
        file = FileAsSent(path.name, _read_regular_file(path, guard.limits))
        read = read_as_sent(file, declared.urn, crosswalk, guard=guard)
        row_count = sum(len(table.rows) for table in read.tables)
        sheets = len({table.sheet for table in read.tables})
        try:
            normalise(read, declared, crosswalk)
        except SubmissionRefused as refused:
            # Which leavers these are is for its sender to say: the file itself was read.
            if refused.code not in ASKED_OF_SENDER:
                raise
            finding = refusal_finding(refused.code, refused.facts)
            return CheckedFile(
                name, "read", row_count, sheets, finding.code, finding.says, finding.do
            )
    except SubmissionRefused as unread:
        finding = refusal_finding(unread.code, unread.facts)
        return CheckedFile(name, "refused", code=finding.code, says=finding.says, do=finding.do)
    except Exception as error:  # a folder is gone through to its end, whatever is in it
        return CheckedFile(
            name,
            "refused",
            code="ours",
            says="We could not go through this file; the fault is ours",
            do=f"Send it to us, and say {type(error).__name__}",
        )
    return CheckedFile(name, "read", row_count, sheets)
