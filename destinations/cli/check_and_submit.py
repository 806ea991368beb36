"""Checking a file before it is sent, and sending it."""

import hashlib
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from destinations.cli.shown.output import (
    NOTHING_TO_FIX,
    OUR_FAULT,
    REFUSED,
    SOMETHING_TO_FIX,
    escape_line,
    note,
    print_json_lines,
    print_sentence,
    print_table,
)
from destinations.cli.typed import arguments
from destinations.cli.typed.manifest import COLUMNS, CoverNoteFields, FileToSend, read_manifest
from models.facts.calendar import today_in_london
from models.facts.counts import count_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Engine
    from sqlmodel import Session

    from imports.crosswalk.column_map import ColumnMap
    from models.handoffs.findings import Finding
    from models.handoffs.sheets import ReadFile
    from models.handoffs.store import Store
    from models.vocabulary import LeavingStage, SubmissionKind

CohortSaid = Annotated[
    int | None, typer.Option(parser=arguments.cohort, help="The leaving year, such as 2024/25")
]
StageSaid = Annotated[str | None, typer.Option(parser=arguments.stage, help="Y11 or Y13")]
WaveSaid = Annotated[
    int | None, typer.Option(parser=arguments.wave, help="0 intended, then 1, 2, 3")
]
SentOn = Annotated[
    date | None,
    typer.Option(parser=arguments.day, metavar="DAY", help="When it was sent: 2026-11-30"),
]

SHOWN = 20  # in the terminal; the workbook and --json hold everything


def add_to(app: typer.Typer) -> None:
    """These commands, added to the command line."""
    app.command()(check)
    app.command()(submit)


def check(
    file: Annotated[
        Path | None, typer.Argument(parser=arguments.existing_file, help="The spreadsheet")
    ] = None,
    school: Annotated[str | None, typer.Option(help="The URN of its sender")] = None,
    cohort: CohortSaid = None,
    stage: StageSaid = None,
    wave: WaveSaid = None,
    sent_on: SentOn = None,
    folder: Annotated[
        Path | None,
        typer.Option(parser=arguments.existing_folder, help="Check every file in it"),
    ] = None,
    json_: Annotated[bool, typer.Option("--json", help="A line of JSON a finding")] = False,
    marked: Annotated[
        Path | None,
        typer.Option(
            parser=arguments.file_to_write,
            help="Write the workbook, with the faults marked, to here",
        ),
    ] = None,
) -> None:
    """Read, map and validate one file, and keep nothing.

    Example: `destinations check "Oakfield leavers 2025.xlsx" --cohort 2024/25`

    With --school it says what would change beside what that school sent before.

    The same workbook with its faults marked: `destinations check leavers.xlsx --marked fix.xlsx`

    A whole folder, each file read or refused: `destinations check --folder leavers --json`

    Exit 0 nothing to fix, 1 something to fix, 3 refused.
    """
    day = sent_on or today_in_london()
    if folder and (file or marked):
        raise typer.BadParameter(
            "--folder stands alone; leave out the file and --marked, or leave out --folder"
        )
    school = _sender(school) if school else None
    if folder:
        raise typer.Exit(_check_folder(folder, day, school or "", json_))
    if file is None:
        raise typer.BadParameter("give a file, or --folder")
    _another_file(marked, file)
    from destinations.cli.shown.dry_run import dry_run_sentence
    from destinations.cli.shown.folder_check import read_content
    from destinations.cli.shown.waived_notice import drop_waived_if_set_up, waived_notice
    from destinations.cli.typed.submission_headings import crosswalk_if_set_up
    from destinations.platform.settings import get_settings
    from expectations.tolerances import Tolerances
    from expectations.validating import refusal_finding, validate
    from imports.context.required_columns import add_heading_proposals
    from imports.crosswalk.confirmed_mappings import heading_fingerprints
    from imports.mapping import map_columns_and_values
    from imports.reading import read_file
    from imports.workbook.guard import open_guard
    from imports.workbook.limits import ReadLimits
    from models.handoffs.findings import SubmissionRefused
    from models.handoffs.normalised import SubmissionMetadata

    settings = get_settings()
    declared = SubmissionMetadata(
        1, school or "", day, None, cohort, _stage(stage), wave, settings.waves
    )
    remembered = crosswalk_if_set_up(settings)
    columns = remembered.to_find_tables(declared.urn)
    limits = settings.limits(ReadLimits)
    try:
        content = read_content(file, limits)
        with open_guard(limits) as guard:
            read = read_file(file.name, content, columns.field_of, guard=guard)
        columns = remembered.to_map(declared.urn, heading_fingerprints(read))
        mapped = map_columns_and_values(read, declared, columns)
    except SubmissionRefused as unread:
        refused = add_heading_proposals(unread, columns)
        show_findings([refusal_finding(refused.code, dict(refused.facts))], json_)
        raise typer.Exit(REFUSED) from None
    judged = validate([mapped], tolerances=settings.tolerances(Tolerances))
    if judged.faults:
        rule = judged.faults[1]
        print_sentence(
            f"This stopped through our fault: rule {rule} did not run. Please report it."
        )
        raise typer.Exit(OUR_FAULT)
    told = drop_waived_if_set_up(
        get_settings(), mapped.declared, judged.findings.get(1, ()), today_in_london()
    )
    findings = told.findings
    if marked:
        marked.write_bytes(_marked(content, read, findings, columns))
    if not json_:
        rows = len({(row.sheet, row.row) for row in mapped.rows})
        print_sentence(f"{escape_line(file.name)}: {count_of(rows, 'leaver')} read.")
    show_findings(findings, json_)
    if not json_:
        aside = waived_notice(told)
        changes = dry_run_sentence(settings, file.name, content, mapped, findings)
        for words in filter(None, (aside, changes)):
            print_sentence(words)
    raise typer.Exit(SOMETHING_TO_FIX if findings else NOTHING_TO_FIX)


def _another_file(marked: Path | None, file: Path) -> None:
    """Raises BadParameter where the marked workbook would be written over the file itself."""
    if marked and marked.exists() and marked.samefile(file):
        raise typer.BadParameter(
            f"--marked would write over '{file}' itself; give it another name, such as fix.xlsx"
        )


def _marked(
    content: bytes, read: "ReadFile", findings: "Sequence[Finding]", columns: "ColumnMap"
) -> bytes:
    """The workbook with its faults marked; nobody will know it again, for nothing is kept."""
    from destinations.platform.settings import get_settings
    from flows.pipeline.annotate import annotate_file
    from imports.workbook.guard import open_guard
    from imports.workbook.limits import ReadLimits

    with open_guard(get_settings().limits(ReadLimits)) as guard:
        one = annotate_file(content, read, findings, guard=guard, columns=columns)
    return one.content


def _check_folder(folder: Path, day: date, school: str, json_: bool) -> int:
    """Tell of each file as it is done; the exit code is that of the worst."""
    from destinations.cli.shown.folder_check import check_folder
    from destinations.cli.typed.submission_headings import crosswalk_if_set_up
    from destinations.platform.settings import get_settings
    from imports.workbook.limits import ReadLimits

    refused = False
    settings = get_settings()
    remembered, limits = crosswalk_if_set_up(settings), settings.limits(ReadLimits)
    for each in check_folder(folder, day, remembered, school, limits=limits, waves=settings.waves):
        refused = refused or each.outcome == "refused"
        if json_:
            print_json_lines([each.line()])
            continue
        name = escape_line(each.file)
        if each.outcome == "read":
            print_sentence(f"{name}: read, {count_of(each.rows, 'leaver')}")
        else:
            print_sentence(f"{name}: refused. {each.says}. {each.do}")
    return REFUSED if refused else NOTHING_TO_FIX


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
    if manifest:
        sendings = read_manifest(manifest, folder or manifest.parent)
    elif file and school:
        said = CoverNoteFields(_kind(kind), cohort, _stage(stage), wave)
        sendings = [FileToSend(file, arguments.urn(school), said, sent_on)]
    else:
        raise typer.BadParameter("give a file and --school, or --manifest and --folder")
    _known_to_register(sendings)
    send_files(sendings)
    print_sentence(f"{count_of(len(sendings), 'file')} in the inbox.")


def _known_to_register(sendings: list[FileToSend]) -> None:
    """Raises BadParameter where a file is of a school that nobody knows: it would be refused.

    The register may be loaded after the files have come, but before they are taken in.
    """
    from destinations.cli.typed.hub_lookup import has_register, hub_session, known_school_urn

    with hub_session() as session:
        if not has_register(session):
            note("The register is empty: load it with `destinations register` before the intake.")
            return
        for sender in dict.fromkeys(sending.urn for sending in sendings):
            known_school_urn(session, sender)


def _sender(typed: str) -> str:
    """The URN of a sender, held against the register where there is one."""
    from destinations.cli.typed.hub_lookup import has_register, known_school_urn
    from destinations.cli.typed.submission_headings import if_set_up
    from destinations.platform.settings import get_settings

    def known(session: "Session") -> str:
        return known_school_urn(session, typed) if has_register(session) else typed

    return arguments.urn(if_set_up(get_settings(), known, typed))


def _stage(said: str | None) -> "LeavingStage | None":
    from models.vocabulary import LeavingStage

    return LeavingStage(said) if said else None


def _kind(said: str | None) -> "SubmissionKind | None":
    from models.vocabulary import SubmissionKind

    return SubmissionKind(said) if said else None


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
        _note(engine, sending, sha256)
        _put(store, sending, content, sha256)
    engine.dispose()


def _note(engine: "Engine", sending: FileToSend, sha256: str) -> None:
    from imports.cover_notes import store_cover_note
    from models.database import transaction

    with transaction(engine) as session:
        store_cover_note(
            session,
            urn=sending.urn,
            name=sending.file.name,
            sha256=sha256,
            kind=sending.said.kind,
            academic_year=sending.said.academic_year,
            leaving_stage=sending.said.stage,
            wave=sending.said.wave,
            sent_on=sending.sent_on,
        )


def _put(store: "Store", sending: FileToSend, content: bytes, sha256: str) -> None:
    from destinations.platform.storage import StorageFailed

    key = f"inbox/{sending.urn}/{sending.file.name}"
    another = f"inbox/{sending.urn}/{sha256[:12]}/{sending.file.name}"
    try:
        # Another file of that name still waits: neither may overwrite the other.
        is_free = not store.has(key) or store.get(key) == content
        store.put(key if is_free else another, content)
    except (KeyError, StorageFailed):
        # What stands there is no file: a folder, a link that leads out, one that cannot be opened.
        store.put(another, content)


def show_findings(findings: "list[Finding] | tuple[Finding, ...]", json_: bool) -> None:
    """Findings in reading order: all as JSON, the first twenty for a person."""
    if json_:
        print_json_lines(finding_as_json(each) for each in findings)
        return
    if not findings:
        print_sentence("Nothing to fix.")
        return
    print_table(
        "",
        ("where", "heading", "as typed", "what is wrong", "what to do", "rule"),
        (
            (
                f"{each.sheet} {each.column}{each.row or ''}".strip(),
                each.heading,
                each.value,
                each.says,
                each.do + (f": {', '.join(each.suggests)}?" if each.suggests else ""),
                each.code,
            )
            for each in findings[:SHOWN]
        ),
    )
    if len(findings) > SHOWN:
        print_sentence(f"The first {SHOWN} of {len(findings)} are shown; --json gives all.")


def finding_as_json(each: "Finding") -> dict[str, Any]:
    """A finding as the contract gives it to scripts."""
    return {
        "sheet": each.sheet,
        "row": each.row,
        "column": each.column,
        "heading": each.heading,
        "value": each.value,
        "code": each.code,
        "severity": str(each.severity),
        "says": each.says,
        "do": each.do,
        "suggests": list(each.suggests),
    }
