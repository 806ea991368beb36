"""What the command line says and how: tables for people, a line of JSON for scripts."""

import json
import traceback
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

NOTHING_TO_FIX, SOMETHING_TO_FIX, REFUSED, OUR_FAULT = 0, 1, 3, 4

out = Console()
aside = Console(stderr=True)


def say(sentence: str) -> None:
    """One sentence for the reader."""
    out.print(sentence, markup=False, highlight=False, soft_wrap=True)


def as_json(lines: Iterable[Mapping[str, Any]]) -> None:
    """A line of JSON for each thing."""
    for line in lines:
        out.print(
            json.dumps(line, ensure_ascii=False, default=str),
            markup=False,
            highlight=False,
            soft_wrap=True,
        )


def as_table(title: str, headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """A table; numbers to the right."""
    table = Table(title=title or None, title_justify="left", header_style="bold", box=SIMPLE_HEAD)
    kept = [list(row) for row in rows]
    for at, heading in enumerate(headings):
        numeric = bool(kept) and all(isinstance(row[at], int | float) for row in kept)
        table.add_column(heading, justify="right" if numeric else "left", overflow="fold")
    for row in kept:
        table.add_row(*("" if cell is None else _plain(cell) for cell in row))
    out.print(table)


def our_fault(error: BaseException) -> None:
    """Say that we are to blame, with the place in our code and never a cell."""
    frames = traceback.extract_tb(error.__traceback__)
    place = frames[-1] if frames else None
    where = f" ({place.filename.rsplit('/', 1)[-1]}, line {place.lineno})" if place else ""
    aside.print(
        f"This stopped through our fault: {type(error).__name__}{where}. Nothing was lost. "
        "Please report it with this line.",
        markup=False,
        highlight=False,
        soft_wrap=True,
    )


def _plain(cell: Any) -> str:
    return str(cell).replace("[", r"\[")
