"""Asking: where a submission is, what its sender was told, what is recorded."""

import csv
import json
import sys
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from destinations.cli.shown.output import (
    NOTHING_TO_FIX,
    SOMETHING_TO_FIX,
    note,
    print_json_lines,
    print_sentence,
    print_table,
)
from destinations.cli.typed import arguments
from destinations.cli.typed.arguments import number
from destinations.cli.typed.hub_lookup import (
    hub_session,
    known_school_urn,
    known_submission,
    open_hub,
)
from models.facts.calendar import in_london, in_words, today_in_london

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlmodel import Session

    from models.submissions import Submission


class ExportKind(StrEnum):
    """What can be exported."""

    LEAVERS = "leavers"
    DESTINATIONS = "destinations"
    MATCHES = "matches"
    FINDINGS = "findings"
    SUMMARY = "summary"


class ExportFormat(StrEnum):
    """How it is written."""

    CSV = "csv"
    JSON = "json"


def add_to(app: typer.Typer) -> None:
    """These commands, added to the command line."""
    app.command()(where)
    app.command()(findings)
    app.command()(export)


def where(
    submission: Annotated[
        int | None, typer.Argument(parser=number, help="The number of a submission")
    ] = None,
    school: Annotated[str | None, typer.Option(help="Only this URN")] = None,
    json_: Annotated[bool, typer.Option("--json", help="A line of JSON a submission")] = False,
) -> None:
    """Say how far each submission is, and why it stopped.

    Names in the inbox that are left out, and files that could not be taken in, come last.

    Example: `destinations where --school 123456`
    """
    from sqlmodel import col, select

    from destinations.cli.shown.inbox_left_out import left_out_lines, noted_words
    from destinations.platform.settings import get_settings
    from models.submissions import Submission

    with hub_session() as session:
        query = select(Submission).order_by(col(Submission.id))
        if submission is not None:
            sender = known_submission(session, submission).urn
            if school and known_school_urn(session, school) != sender:
                raise typer.BadParameter(
                    f"submission {submission} is from {sender}, not from {school}; "
                    "leave --school out"
                )
            query = query.where(Submission.id == submission)
        if school:
            query = query.where(Submission.urn == known_school_urn(session, school))
        lines = [_where(each, noted_words(each)) for each in session.exec(query)]
        if submission is None:
            lines += left_out_lines(get_settings(), session, school)
    if json_:
        print_json_lines(lines)
    elif lines:
        print_table("", tuple(lines[0]), (tuple(line.values()) for line in lines))
    else:
        print_sentence(
            f"Nothing has come from {school} yet." if school else "Nothing has come yet."
        )


def _where(each: "Submission", noted: str) -> dict[str, Any]:
    from expectations.validating import refusal_finding

    stage, why = each.stage, ""
    if each.undone_at:
        stage, why = (
            "taken back",
            f"by {each.undone_by} on {in_words(in_london(each.undone_at).date())}",
        )
        why += f": {each.undone_because}" if each.undone_because else ""
    elif each.refused_code:
        told = refusal_finding(each.refused_code, each.refused_facts)
        stage, why = "refused", f"{told.says}. {told.do}"
    elif each.fault_code:
        why = f"our fault: {each.fault_code}"
    elif each.needs_processing_since and each.recorded_at:
        why = "the next intake reads it again"
    else:
        why = noted
    return {
        "submission": each.id,
        "urn": each.urn,
        "file": each.name,
        "stage": stage,
        "sent_on": each.sent_on.isoformat(),
        "rows": each.rows_read,
        "recorded": each.rows_sound - each.rows_unsure,
        "waiting": each.rows_waiting,
        "unsure": each.rows_unsure,
        "why": why,
    }


def findings(
    submission: Annotated[int, typer.Argument(parser=number, help="The number of a submission")],
    json_: Annotated[bool, typer.Option("--json", help="A line of JSON a finding")] = False,
) -> None:
    """Show everything the sender of a submission was told.

    Example: `destinations findings 12 --json`

    Exit 0 nothing to fix, 1 something to fix.
    """
    from destinations.cli.check_and_submit import show_findings
    from destinations.cli.shown.stored_findings import findings_of_submission
    from destinations.platform.settings import get_settings

    with hub_session() as session:
        known_submission(session, submission)
    engine = open_hub()
    found = findings_of_submission(get_settings(), engine, submission) or ()
    engine.dispose()
    show_findings(found, json_)
    raise typer.Exit(SOMETHING_TO_FIX if found else NOTHING_TO_FIX)


def export(
    what: Annotated[ExportKind, typer.Argument(help="What to export")],
    cohort: Annotated[
        int | None, typer.Option(parser=arguments.cohort, help="Only this cohort, such as 2024/25")
    ] = None,
    school: Annotated[str | None, typer.Option(help="Only this URN")] = None,
    format_: Annotated[
        ExportFormat, typer.Option("--format", help="csv or json")
    ] = ExportFormat.CSV,
) -> None:
    """Write what is recorded, analysis-ready, to standard output.

    Example: `destinations export destinations --cohort 2024/25 > destinations.csv`
    """
    from models.facts.spreadsheet_cells import safe_in_csv
    from models.vocabulary import year_name

    with hub_session() as session:
        urn = known_school_urn(session, school) if school else None
        columns, rows = _exported(session, what, cohort, urn)
    if not rows:
        only = f" for {urn}" if urn else ""
        only += f" for {year_name(cohort)}" if cohort is not None else ""
        note(f"Nothing is recorded{only} that could be in this export.")
    if format_ is ExportFormat.CSV:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([safe_in_csv(cell) for cell in row] for row in rows)
    else:
        for row in rows:
            line = dict(zip(columns, row, strict=True))
            sys.stdout.write(json.dumps(line, ensure_ascii=False, default=str) + "\n")


def _exported(
    session: "Session", what: ExportKind, year: int | None, urn: str | None
) -> "tuple[Sequence[str], Sequence[tuple[Any, ...]]]":
    """The columns of an export and its rows, of one cohort and one school where they are given."""
    from destinations.outcomes.waves import WaveCalendar
    from destinations.platform.settings import get_settings
    from destinations.reports.exports import export as exported
    from destinations.summarising import summarise, summary_rows
    from models.vocabulary import year_name

    if what is not ExportKind.SUMMARY:
        columns, rows = exported(
            session, what.value, cohort=None if year is None else year_name(year), urn=urn
        )
        return columns, list(rows)
    calendar = WaveCalendar(waves=get_settings().waves)
    return summary_rows(
        tuple(
            line
            for line in summarise(session, today=today_in_london(), calendar=calendar)
            if (year is None or line.academic_year == year) and (not urn or line.urn == urn)
        )
    )
