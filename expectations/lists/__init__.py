"""Closed lists that rules look things up in, each with its source in its first lines.

`since` is the September from which a code counts, `until` that from which it no longer does.
"""

import csv
from importlib.resources import files

LATEST = 9999


def codes(name: str, year: int = LATEST) -> list[str]:
    """The codes of a list that count in an academic year, in the order of the list."""
    return [
        row["code"]
        for row in _rows(name)
        if int(row.get("since") or 0) <= year < int(row.get("until") or LATEST + 1)
    ]


def years_of_change(name: str) -> list[int]:
    """The Septembers in which a list changes, the first first."""
    years = {row.get(column) for row in _rows(name) for column in ("since", "until")}
    return sorted(int(year) for year in years if year)


def _rows(name: str) -> list[dict[str, str]]:
    text = (files("expectations.lists") / f"{name}.csv").read_text(encoding="utf-8")
    lines = (line for line in text.splitlines() if not line.startswith("#"))
    return list(csv.DictReader(lines))
