"""Manifests: what a sender says of each file, one file at a time or a whole list of them."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import typer

COLUMNS = ("urn", "file", "kind", "cohort", "wave", "sent_on")


@dataclass(frozen=True)
class Said:
    """What a sender says of a file, in our words."""

    kind: Any = None
    academic_year: int | None = None
    stage: Any = None
    wave: int | None = None

    @staticmethod
    def of(kind: str | None, cohort: str | None, stage: str | None, wave: int | None) -> "Said":
        """The words of the command line or a manifest.  Raises BadParameter for others.

        So for a wave that this hub does not ask for.
        """
        from destinations.settings import get_settings
        from models.vocabulary import Kind, LeavingStage, year_start

        if wave is not None and not 0 <= wave <= get_settings().waves:
            raise typer.BadParameter(f"a wave is {waves_asked_for()}, not {wave}")

        try:
            return Said(
                Kind(kind) if kind else None,
                year_start(cohort) if cohort else None,
                LeavingStage(stage) if stage else None,
                wave,
            )
        except ValueError as unknown:
            raise typer.BadParameter(
                "a kind is leavers or enrolments, a cohort like 2024/25, a stage Y11 or Y13"
            ) from unknown


def waves_asked_for() -> str:
    """The waves of this hub as people say them: 0, 1, 2 or 3."""
    from destinations.settings import get_settings

    *numbers, last = map(str, range(get_settings().waves + 1))
    return f"{', '.join(numbers)} or {last}"


@dataclass(frozen=True)
class Sending:
    """One file on its way to the inbox."""

    file: Path
    urn: str
    said: Said
    sent_on: date


def from_manifest(manifest: Path, folder: Path) -> list[Sending]:
    """Every sending that a manifest names.  Raises BadParameter where it cannot be followed."""
    try:
        with manifest.open(encoding="utf-8-sig", newline="") as lines:
            rows = list(csv.DictReader(lines, restval=""))
    except (UnicodeDecodeError, csv.Error) as unreadable:
        raise typer.BadParameter("the manifest is not a CSV file in UTF-8") from unreadable
    missing = [name for name in COLUMNS if rows and name not in rows[0]]
    if missing:
        raise typer.BadParameter(f"the manifest has no column called {', '.join(missing)}")
    return [_sending(row, folder, number) for number, row in enumerate(rows, start=2)]


def urn_meant(typed: str) -> str:
    """The URN that was typed.  Raises BadParameter for anything but a number."""
    bare = typed.strip()
    if not (bare.isascii() and bare.isdigit()):
        raise typer.BadParameter(f"a URN is a number such as 123456, not '{typed}'")
    return bare


def _sending(row: Mapping[str, str], folder: Path, number: int) -> Sending:
    urn = urn_meant(row["urn"])
    found = [folder / urn / row["file"], folder / row["file"]]
    there = next((path for path in found if path.is_file()), None)
    if there is None:
        raise typer.BadParameter(f"{row['file']} is not in {folder}")
    try:
        wave = int(row["wave"]) if row["wave"] else None
        sent_on = date.fromisoformat(row["sent_on"])
    except ValueError as unknown:
        raise typer.BadParameter(
            f"line {number} of the manifest: a wave is {waves_asked_for()}, "
            "a day is written 2026-11-23"
        ) from unknown
    said = Said.of(row["kind"] or None, row["cohort"] or None, row.get("stage") or None, wave)
    return Sending(there, urn, said, sent_on)
