"""Output: sentences and tables for people, a line of JSON for scripts, and the exit codes."""

import json
import sys
import traceback
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

NOTHING_TO_FIX, SOMETHING_TO_FIX, WRONG_USAGE, REFUSED, OUR_FAULT = 0, 1, 2, 3, 4

_BETWEEN_COLUMNS = 3
_WORD = 13  # letters: a longer word may be broken, a UPN or a day may not

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
    """A table, numbers to the right; where the shell is too narrow for it, a block of lines a row.

    Too narrow is where a heading or a number would be broken, or text into less than a word.
    """
    table = Table(title=title or None, title_justify="left", header_style="bold", box=SIMPLE_HEAD)
    table_rows = [list(row) for row in rows]
    narrowest = 1
    for index, heading in enumerate(headings):
        cells = [row[index] for row in table_rows]
        numeric = bool(cells) and all(isinstance(cell, int | float) for cell in cells)
        width = _least_width(heading, cells)
        narrowest += width + _BETWEEN_COLUMNS
        table.add_column(
            heading,
            justify="right" if numeric else "left",
            overflow="fold",
            min_width=width,
        )
    if narrowest > stdout.width:
        _print_blocks(title, headings, table_rows)
        return
    for row in table_rows:
        table.add_row(*(_cell(cell) for cell in row))
    stdout.print(table)


def _least_width(heading: str, cells: Iterable[Any]) -> int:
    words = [len(word) for cell in cells for word in _cell(cell).plain.split()]
    return max(*map(len, heading.split()), min(max(words, default=0), _WORD), 1)


def _print_blocks(title: str, headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    if title:
        stdout.print(Text(title, style="italic"))
    for row in rows:
        block = Table.grid(padding=(0, 2))
        block.add_column(no_wrap=True)
        block.add_column(overflow="fold")
        for heading, cell in zip(headings, row, strict=True):
            if _cell(cell).plain:
                block.add_row(Text(heading, style="bold"), _cell(cell))
        stdout.print(block)
        stdout.print()


def _cell(cell: Any) -> Text:
    return Text("" if cell is None else _writable(_without_commands(str(cell))))


def _without_commands(text: str) -> str:
    """What a shell would obey, or a reader would not see, is spelled out; a new line stays."""
    return "".join(
        sign.encode("unicode_escape").decode()
        if sign != "\n" and unicodedata.category(sign) in ("Cc", "Cf", "Zl", "Zp")
        else sign
        for sign in text
    )


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
