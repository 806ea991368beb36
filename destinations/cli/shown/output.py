"""Output: sentences and tables for people, a line of JSON for scripts, and the exit codes."""

import json
import sys
import traceback
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

NOTHING_TO_FIX, SOMETHING_TO_FIX, WRONG_USAGE, REFUSED, OUR_FAULT = 0, 1, 2, 3, 4

stdout = Console(emoji=False)
stderr = Console(stderr=True, emoji=False)


def print_sentence(sentence: str) -> None:
    """One sentence for the reader."""
    stdout.print(_writable(sentence), markup=False, highlight=False, soft_wrap=True)


def note(sentence: str) -> None:
    """One sentence beside what a script may be reading: on standard error."""
    stderr.print(_writable(sentence), markup=False, highlight=False, soft_wrap=True)


def escape_line(name: str) -> str:
    """A name as it can be shown: what would break the line, or move the cursor, is spelled out."""
    return "".join(
        sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in name
    )


def print_json_lines(lines: Iterable[Mapping[str, Any]]) -> None:
    """A line of JSON for each thing."""
    for line in lines:
        sys.stdout.write(_writable(json.dumps(line, ensure_ascii=False, default=str)) + "\n")


def print_table(title: str, headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """A table; numbers to the right."""
    table = Table(title=title or None, title_justify="left", header_style="bold", box=SIMPLE_HEAD)
    table_rows = [list(row) for row in rows]
    for index, heading in enumerate(headings):
        numeric = bool(table_rows) and all(
            isinstance(row[index], int | float) for row in table_rows
        )
        table.add_column(heading, justify="right" if numeric else "left", overflow="fold")
    for row in table_rows:
        table.add_row(*(Text("" if cell is None else _writable(str(cell))) for cell in row))
    stdout.print(table)


def is_not_set_up(error: BaseException) -> bool:
    """Whether something failed because nobody has set up the database yet."""
    if type(error).__name__ not in ("OperationalError", "ProgrammingError"):
        return False
    message = str(getattr(error, "orig", ""))
    return "no such table" in message or "42P01" in message  # SQLite, PostgreSQL


def print_not_set_up() -> None:
    """Say what to do first."""
    note("There is no database here yet. Run `destinations setup` first.")


def is_locked(error: BaseException) -> bool:
    """Whether something failed because another program would not let go of the SQLite file."""
    return "database is locked" in str(getattr(error, "orig", ""))


def print_locked() -> None:
    """Say whom to wait for."""
    note(
        "Another program is writing to the database and has not let go of it. "
        "Nothing was changed. Try again when that one is done, or end it."
    )


def wrong_setting(error: BaseException) -> bool:
    """Whether a setting is not what it has to be; if so, which is said, and never its value."""
    if (type(error).__name__, getattr(error, "title", "")) != ("ValidationError", "Settings"):
        return False
    for fault in error.errors(include_input=False):  # type: ignore[attr-defined]
        name = "_".join(str(part) for part in fault["loc"]).upper()
        name = name if name.startswith("DESTINATIONS_") else f"DESTINATIONS_{name}"
        note(f"The setting {name} cannot be that: {fault['msg']}. See .env.example.")
    return True


def print_our_fault(error: BaseException) -> None:
    """Say that we are to blame, with the place in our code and never a cell."""
    frames = traceback.extract_tb(error.__traceback__)
    place = frames[-1] if frames else None
    where = f" ({place.filename.rsplit('/', 1)[-1]}, line {place.lineno})" if place else ""
    note(
        f"This stopped through our fault: {type(error).__name__}{where}. Nothing was lost. "
        "Please report it with this line."
    )


def _writable(text: str) -> str:
    # A file name may hold bytes that are no letters; in JSON they are escaped the same way.
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
