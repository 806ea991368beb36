"""Closed lists that rules look things up in, each with its source in its first lines."""

import csv
from importlib.resources import files


def codes(name: str, year: int = 9999) -> list[str]:
    """The codes of a list that count in an academic year, in the order of the list."""
    text = (files("expectations.lists") / f"{name}.csv").read_text(encoding="utf-8")
    lines = (line for line in text.splitlines() if not line.startswith("#"))
    return [row["code"] for row in csv.DictReader(lines) if int(row.get("since") or 0) <= year]
