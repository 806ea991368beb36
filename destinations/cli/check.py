"""Check: a file is read, mapped and validated before it is sent, and nothing is kept."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from destinations.cli.shown.findings_listed import show_findings
from destinations.cli.shown.output import (
    NOTHING_TO_FIX,
    OUR_FAULT,
    REFUSED,
    SOMETHING_TO_FIX,
    escape_line,
    print_json_lines,
    print_sentence,
)
from destinations.cli.typed import arguments
from destinations.cli.typed.cover_note_options import CohortSaid, SentOn, StageSaid, WaveSaid
from models.facts.calendar import today_in_london
from models.facts.counts import count_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlmodel import Session

    from imports.crosswalk.column_map import ColumnMap
    from models.handoffs.findings import Finding
    from models.handoffs.sheets import ReadFile


def add_to(app: typer.Typer) -> None:
    """The command, added to the command line."""
    app.command()(check)


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
    school = _parse_sender(school) if school else None
    if folder:
        raise typer.Exit(_check_folder(folder, day, school or "", json_))
    if file is None:
        raise typer.BadParameter("give a file, or --folder")
    _refuse_same_file(marked, file)
    from destinations.cli.shown.dry_run import dry_run_sentence
    from destinations.cli.shown.folder_check import read_content
    from destinations.cli.shown.waived_notice import drop_waived_if_set_up, waived_notice
    from destinations.cli.typed.submission_headings import crosswalk_if_set_up
    from destinations.platform.settings import get_settings
    from expectations.tolerances import Tolerances
    from expectations.validating import refusal_finding, validate
    from imports.prepare import FileAsSent, prepare
    from imports.workbook.guard import open_guard
    from imports.workbook.limits import ReadLimits
    from models.handoffs.findings import SubmissionRefused
    from models.handoffs.normalised import SubmissionMetadata
    from models.vocabulary import LeavingStage

    settings = get_settings()
    leaving_stage = LeavingStage(stage) if stage else None
    declared = SubmissionMetadata(
        1, school or "", day, None, cohort, leaving_stage, wave, settings.waves
    )
    crosswalk = crosswalk_if_set_up(settings)
    limits = settings.limits(ReadLimits)
    try:
        content = read_content(file, limits)
        with open_guard(limits) as guard:
            prepared = prepare(FileAsSent(file.name, content), declared, crosswalk, guard=guard)
    except SubmissionRefused as refused:
        show_findings([refusal_finding(refused.code, dict(refused.facts))], json_)
        raise typer.Exit(REFUSED) from None
    mapped = prepared.normalised
    validation = validate([mapped], tolerances=settings.tolerances(Tolerances))
    if validation.faults:
        rule = validation.faults[1]
        print_sentence(
            f"This stopped through our fault: rule {rule} did not run. Please report it."
        )
        raise typer.Exit(OUR_FAULT)
    unwaived = drop_waived_if_set_up(
        get_settings(), mapped.metadata, validation.findings.get(1, ()), today_in_london()
    )
    findings = unwaived.findings
    if marked:
        annotated = _annotated_workbook(content, prepared.read, findings, prepared.columns)
        marked.write_bytes(annotated)
    if not json_:
        rows = len({(row.sheet, row.row) for row in mapped.rows})
        print_sentence(f"{escape_line(file.name)}: {count_of(rows, 'leaver')} read.")
    show_findings(findings, json_)
    if not json_:
        notice_of_waived = waived_notice(unwaived)
        changes = dry_run_sentence(settings, file.name, content, mapped, findings)
        for words in filter(None, (notice_of_waived, changes)):
            print_sentence(words)
    raise typer.Exit(SOMETHING_TO_FIX if findings else NOTHING_TO_FIX)


def _refuse_same_file(marked: Path | None, file: Path) -> None:
    """Raises BadParameter where the marked workbook would be written over the file itself."""
    if marked and marked.exists() and marked.samefile(file):
        raise typer.BadParameter(
            f"--marked would write over '{file}' itself; give it another name, such as fix.xlsx"
        )


def _annotated_workbook(
    content: bytes, read: "ReadFile", findings: "Sequence[Finding]", columns: "ColumnMap"
) -> bytes:
    """The workbook with its faults marked; nobody will know it again, for nothing is kept."""
    from destinations.platform.settings import get_settings
    from flows.pipeline.annotate import annotate_file
    from imports.workbook.guard import open_guard
    from imports.workbook.limits import ReadLimits

    with open_guard(get_settings().limits(ReadLimits)) as guard:
        annotated = annotate_file(content, read, findings, guard=guard, columns=columns)
    return annotated.content


def _check_folder(folder: Path, day: date, school: str, json_: bool) -> int:
    """Tell of each file as it is done; the exit code is that of the worst."""
    from destinations.cli.shown.folder_check import check_folder
    from destinations.cli.typed.submission_headings import crosswalk_if_set_up
    from destinations.platform.settings import get_settings
    from imports.workbook.limits import ReadLimits

    refused = False
    settings = get_settings()
    crosswalk, limits = crosswalk_if_set_up(settings), settings.limits(ReadLimits)
    for checked in check_folder(
        folder, day, crosswalk, school, limits=limits, waves=settings.waves
    ):
        refused = refused or checked.outcome == "refused"
        if json_:
            print_json_lines([checked.line()])
            continue
        name = escape_line(checked.file)
        if checked.outcome == "read":
            print_sentence(f"{name}: read, {count_of(checked.rows, 'leaver')}")
        else:
            print_sentence(f"{name}: refused. {checked.says}. {checked.do}")
    return REFUSED if refused else NOTHING_TO_FIX


def _parse_sender(typed: str) -> str:
    """The URN of a sender, held against the register where there is one."""
    from destinations.cli.typed.hub_lookup import has_register, known_school_urn
    from destinations.cli.typed.submission_headings import if_set_up
    from destinations.platform.settings import get_settings

    def look_up_urn(session: "Session") -> str:
        return known_school_urn(session, typed) if has_register(session) else typed

    return arguments.urn(if_set_up(get_settings(), look_up_urn, typed))
