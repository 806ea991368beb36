"""Arguments: a day, a cohort, a number or a file as typed, or a sentence that says what to type.

Each function is a parser of Typer's.  What it raises is BadParameter, in words for the reader; the
name of the argument is put in front by `wrong_usage`.
"""

import os
import re
from collections.abc import Iterable
from datetime import date, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from models.vocabulary import LeavingStage, SubmissionKind

# Days as people here write them.  A month is never in front: 11/30/2026 has no other reading.
_OTHER_DAYS = (
    *("%d/%m/%Y", "%d/%m/%y", "%d.%m.%Y", "%d-%m-%Y", "%d %B %Y", "%d %b %Y", "%Y/%m/%d"),
    *("%Y.%m.%d", "%m/%d/%Y", "%Y%m%d"),
)
_COHORT = re.compile(r"(\d{2}|\d{4})\s*[/\\-]\s*(\d{2}|\d{4})")
LARGEST = 2**31 - 1  # the largest number that a database keeps for a thing


def day(typed: str | date) -> date:
    """A day written 2026-11-30."""
    if isinstance(typed, date):
        return typed
    try:
        return datetime.strptime(typed.strip(), "%Y-%m-%d").date()
    except ValueError:
        meant = _parse_other_day(typed.strip())
    if meant:
        raise typer.BadParameter(f"'{typed}' is not how a day is written here; type {meant}")
    raise typer.BadParameter(f"'{typed}' is no day; type year, month, day, such as 2026-11-30")


def _parse_other_day(typed: str) -> date | None:
    for form in _OTHER_DAYS:
        try:
            return datetime.strptime(typed, form).date()
        except ValueError:
            continue
    return None


def cohort(typed: str | int) -> int:
    """The September in which a leaving year starts, for a cohort written 2024/25."""
    from models.vocabulary import year_name, year_start

    if isinstance(typed, int):
        return typed
    bare = typed.strip()
    try:
        return year_start(bare)
    except ValueError:
        pass
    if re.fullmatch(r"\d{4}", bare) and 1 < int(bare) < LARGEST:
        ends = year_name(int(bare) - 1), year_name(int(bare))
        raise typer.BadParameter(f"'{typed}' is one year; a cohort is two, {ends[0]} or {ends[1]}")
    if parts := _COHORT.fullmatch(bare):
        first, second = (int(part[-2:]) for part in parts.groups())
        century = int(parts[1]) - first if len(parts[1]) == 4 else 2000
        if second == (first + 1) % 100:
            raise typer.BadParameter(
                f"a cohort is not '{typed}' here; type {year_name(century + first)}"
            )
        raise typer.BadParameter(
            f"'{typed}' is not two years in a row; a cohort is written {year_name(century + first)}"
        )
    raise typer.BadParameter(f"'{typed}' is no cohort; type its two years, such as 2024/25")


def stage(typed: str) -> "LeavingStage":
    """A leaving stage, in capitals or not."""
    from models.vocabulary import LeavingStage

    digits = typed.strip().upper().removeprefix("YEAR").removeprefix("Y").strip()
    names = [name.value for name in LeavingStage]
    if typed.strip().upper() in names:
        return LeavingStage(typed.strip().upper())
    if f"Y{digits}" in names:
        raise typer.BadParameter(f"a stage is not '{typed}' here; type Y{digits}")
    raise typer.BadParameter(f"there is no stage '{typed}'; type {_listed_with_or(names)}")


def kind(typed: str) -> "SubmissionKind":
    """What a file is a list of."""
    from models.vocabulary import SubmissionKind

    names = [name.value for name in SubmissionKind]
    if typed.strip().casefold() in names:
        return SubmissionKind(typed.strip().casefold())
    raise typer.BadParameter(
        f"there is no kind '{typed}'; type {_listed_with_or(names)}{nearest(typed, names)}"
    )


def wave(typed: str | int) -> int:
    """The number of a wave that this hub follows: 0, and one for each autumn."""
    from destinations.platform.settings import get_settings

    waves = [str(number) for number in range(get_settings().waves + 1)]
    if str(typed).strip() in waves:
        return int(typed)
    raise typer.BadParameter(
        f"there is no wave '{typed}'; type {_listed_with_or(waves)} (0 is what was intended)"
    )


def number(typed: str | int) -> int:
    """The number that something has here, counted from 1."""
    if isinstance(typed, int):
        return typed
    bare = typed.strip()
    if not (bare.isascii() and bare.isdecimal()):
        raise typer.BadParameter(f"'{typed}' is no number; type digits, such as 12")
    if not 0 < int(bare[:20]) <= LARGEST:
        raise typer.BadParameter(f"there is no number {typed}; they are counted from 1")
    return int(bare)


def urn(typed: str) -> str:
    """Six digits.  Whether there is such a school is for the register to say."""
    bare = typed.strip()
    if bare.isascii() and bare.isdecimal() and len(bare) == 6:
        return bare
    if bare.isascii() and bare.isdecimal():
        raise typer.BadParameter(
            f"a URN has six digits, and '{typed}' has {len(bare)}; type one such as 123456"
        )
    raise typer.BadParameter(f"a URN is six digits such as 123456, not '{typed}'")


def existing_file(typed: str | Path) -> Path:
    """A file that can be read."""
    path = Path(typed)
    if _is_folder(path):
        raise typer.BadParameter(f"'{typed}' is a folder; give a file in it")
    if not _exists(path):
        raise typer.BadParameter(f"there is no file '{typed}'{_nearest_sibling(path)}")
    if not os.access(path, os.R_OK):
        raise typer.BadParameter(f"'{typed}' may not be read by you; ask for its permission")
    return path


def existing_folder(typed: str | Path) -> Path:
    """A folder that is there."""
    path = Path(typed)
    if _is_folder(path):
        return path
    if _exists(path):
        raise typer.BadParameter(f"'{typed}' is a file; give the folder that it lies in")
    raise typer.BadParameter(f"there is no folder '{typed}'{_nearest_sibling(path)}")


def file_to_write(typed: str | Path) -> Path:
    """A place where a file can be written."""
    path = Path(typed)
    if _is_folder(path):
        raise typer.BadParameter(f"'{typed}' is a folder; give a file, such as {path / 'fix.xlsx'}")
    if not _is_folder(path.parent):
        raise typer.BadParameter(f"there is no folder '{path.parent}' to write to; make it first")
    return path


def folder_to_write(typed: str | Path) -> Path:
    """A folder that is there, or can be made."""
    path = Path(typed)
    if _exists(path) and not _is_folder(path):
        raise typer.BadParameter(f"'{typed}' is a file; give a folder, which is made if need be")
    return path


def nearest(typed: str, names: Iterable[str]) -> str:
    """A question after the likeliest of some names; '' where none is like what was typed."""
    by_key = {name.casefold(): name for name in names}
    close = get_close_matches(typed.strip().casefold(), by_key, n=1)
    return f". Did you mean '{by_key[close[0]]}'?" if close else ""


def _nearest_sibling(path: Path) -> str:
    try:
        return nearest(path.name, sorted(sibling.name for sibling in path.parent.iterdir()))
    except OSError:
        return f"; there is no folder '{path.parent}' either" if not _exists(path.parent) else ""


def _exists(path: Path) -> bool:
    try:
        path.stat()
    except (OSError, ValueError):  # a name that is too long, a link in a ring, a null in it
        return False
    return True


def _is_folder(path: Path) -> bool:
    return _exists(path) and path.is_dir()


def _listed_with_or(names: list[str]) -> str:
    return f"{', '.join(names[:-1])} or {names[-1]}"
