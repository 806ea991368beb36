"""Submit: files are put in the inbox as their senders would, each with its cover note."""

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from destinations.cli.shown.output import note, print_sentence
from destinations.cli.typed import arguments
from destinations.cli.typed.cover_note_options import CohortSaid, SentOn, StageSaid, WaveSaid
from destinations.cli.typed.manifest import COLUMNS, CoverNoteFields, FileToSend, read_manifest
from models.facts.counts import count_of

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from models.handoffs.store import Store


def add_to(app: typer.Typer) -> None:
    """The command, added to the command line."""
    app.command()(submit)


def submit(
    file: Annotated[
        Path | None, typer.Argument(parser=arguments.existing_file, help="The spreadsheet")
    ] = None,
    school: Annotated[str | None, typer.Option(help="The URN of its sender")] = None,
    kind: Annotated[
        str | None, typer.Option(parser=arguments.kind, help="leavers or enrolments")
    ] = None,
    cohort: CohortSaid = None,
    stage: StageSaid = None,
    wave: WaveSaid = None,
    sent_on: SentOn = None,
    manifest: Annotated[
        Path | None,
        typer.Option(parser=arguments.existing_file, help="CSV: " + ", ".join(COLUMNS)),
    ] = None,
    folder: Annotated[
        Path | None,
        typer.Option(parser=arguments.existing_folder, help="Where the manifest's files are"),
    ] = None,
) -> None:
    """Put a file in the inbox as its sender would, with what is known of it.

    Example: `destinations submit "Oakfield leavers 2025.xlsx" --school 123456 --cohort 2024/25`

    Many at once: `destinations submit --manifest manifest.csv --folder inbox`
    """
    from models.vocabulary import LeavingStage, SubmissionKind

    if manifest:
        sendings = read_manifest(manifest, folder or manifest.parent)
    elif file and school:
        cover_note = CoverNoteFields(
            SubmissionKind(kind) if kind else None,
            cohort,
            LeavingStage(stage) if stage else None,
            wave,
        )
        sendings = [FileToSend(file, arguments.urn(school), cover_note, sent_on)]
    else:
        raise typer.BadParameter("give a file and --school, or --manifest and --folder")
    _require_known_schools(sendings)
    send_files(sendings)
    print_sentence(f"{count_of(len(sendings), 'file')} in the inbox.")


def _require_known_schools(sendings: list[FileToSend]) -> None:
    """Raises BadParameter where a file is of a school that nobody knows: it would be refused.

    The register may be loaded after the files have come, but before they are taken in.
    """
    from destinations.cli.typed.hub_lookup import has_register, known_school_urn, reading_hub

    with reading_hub() as session:
        if not has_register(session):
            note("The register is empty: load it with `destinations register` before the intake.")
            return
        for sender in dict.fromkeys(sending.urn for sending in sendings):
            known_school_urn(session, sender)


def send_files(sendings: list[FileToSend]) -> None:
    """Put the files in the inbox, each with a note of what its sender said.

    Each note is on disk before its file shows, so a kill anywhere leaves no file without its
    note; whoever sends the same again finishes what was begun.
    """
    from destinations.platform.settings import get_settings
    from destinations.platform.storage import open_storage
    from models.database import open_database

    settings = get_settings()
    store = open_storage(
        settings.store, endpoint=settings.s3_endpoint, checksums=settings.s3_checksums
    )
    engine = open_database(settings.database, is_durable=True)
    for sending in sendings:
        content = sending.file.read_bytes()
        sha256 = hashlib.sha256(content).hexdigest()
        _store_cover_note(engine, sending, sha256)
        _put_in_inbox(store, sending, content, sha256)
    engine.dispose()


def _store_cover_note(engine: "Engine", sending: FileToSend, sha256: str) -> None:
    from imports.cover_notes import store_cover_note
    from models.database import transaction

    with transaction(engine) as session:
        store_cover_note(
            session,
            urn=sending.urn,
            name=sending.file.name,
            sha256=sha256,
            kind=sending.cover_note.kind,
            academic_year=sending.cover_note.academic_year,
            leaving_stage=sending.cover_note.stage,
            wave=sending.cover_note.wave,
            sent_on=sending.sent_on,
        )


def _put_in_inbox(store: "Store", sending: FileToSend, content: bytes, sha256: str) -> None:
    from destinations.platform.storage import StorageFailed

    key = f"inbox/{sending.urn}/{sending.file.name}"
    key_by_content = f"inbox/{sending.urn}/{sha256[:12]}/{sending.file.name}"
    try:
        # Another file of that name still waits: neither may overwrite the other.
        is_free = not store.has(key) or store.get(key) == content
        store.put(key if is_free else key_by_content, content)
    except (KeyError, StorageFailed):
        # What stands there is no file: a folder, a link that leads out, one that cannot be opened.
        store.put(key_by_content, content)
