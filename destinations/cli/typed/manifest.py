"""Manifest: a list of files, or one of them, becomes files to send with their cover notes."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import typer

from destinations.cli.typed import arguments

COLUMNS = ("urn", "file", "kind", "cohort", "wave", "sent_on")


@dataclass(frozen=True)
class CoverNoteFields:
    """What a sender says of a file, in our words."""

    kind: Any = None
    academic_year: int | None = None
    stage: Any = None
    wave: int | None = None

    @staticmethod
    def of(row: Mapping[str, str]) -> "CoverNoteFields":
        """What a line of a manifest says.  Raises BadParameter where it is no such thing."""
        return CoverNoteFields(
            arguments.kind(row["kind"]) if row["kind"] else None,
            arguments.cohort(row["cohort"]) if row["cohort"] else None,
            arguments.stage(row["stage"]) if row.get("stage") else None,
            arguments.wave(row["wave"]) if row["wave"] else None,
        )


@dataclass(frozen=True)
class FileToSend:
    """One file on its way to the inbox.  A day that nobody gave is the day of the first sending."""

    file: Path
    urn: str
    cover_note: CoverNoteFields
    sent_on: date | None = None


def read_manifest(manifest: Path, folder: Path) -> list[FileToSend]:
    """Every sending that a manifest names.  Raises BadParameter where it cannot be followed."""
    try:
        with manifest.open(encoding="utf-8-sig", newline="") as lines:
            rows = list(csv.DictReader(lines, restval=""))
    except (UnicodeDecodeError, csv.Error) as unreadable:
        raise typer.BadParameter(
            f"'{manifest}' is not a CSV file in UTF-8; save it as CSV UTF-8"
        ) from unreadable
    if not rows:
        raise typer.BadParameter(
            f"'{manifest}' names no file; its columns are {', '.join(COLUMNS)}"
        )
    missing = [name for name in COLUMNS if name not in rows[0]]
    if missing:
        raise typer.BadParameter(f"'{manifest}' has no column called {', '.join(missing)}")
    return [_file_to_send(row, folder, number) for number, row in enumerate(rows, start=2)]


def _file_to_send(row: Mapping[str, str], folder: Path, number: int) -> FileToSend:
    try:
        urn = arguments.urn(row["urn"])
        cover_note, sent_on = CoverNoteFields.of(row), arguments.day(row["sent_on"])
    except typer.BadParameter as wrong:
        raise typer.BadParameter(f"line {number} of the manifest: {wrong.message}") from None
    if not row["file"].strip():
        raise typer.BadParameter(f"line {number} of the manifest names no file")
    places = [folder / urn / row["file"], folder / row["file"]]
    file = next((path for path in places if path.is_file()), None)
    if file is None:
        raise typer.BadParameter(
            f"line {number} of the manifest: there is no '{row['file']}' in {folder}, nor in "
            f"{folder / urn}; say with --folder where it is"
        )
    return FileToSend(file, urn, cover_note, sent_on)
