"""Asking: where a submission is, what its sender was told, what is recorded."""

import csv
import json
import sys
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from destinations.cli.speech import NOTHING_TO_FIX, SOMETHING_TO_FIX, as_json, as_table, say
from models.calendar import in_london, in_words, today_in_london

if TYPE_CHECKING:
    from models.submissions import Submission


class What(StrEnum):
    """What can be exported."""

    LEAVERS = "leavers"
    DESTINATIONS = "destinations"
    MATCHES = "matches"
    FINDINGS = "findings"
    SUMMARY = "summary"


class Format(StrEnum):
    """How it is written."""

    CSV = "csv"
    JSON = "json"


def add_to(app: typer.Typer) -> None:
    """These commands, added to the command line."""
    app.command()(where)
    app.command()(findings)
    app.command()(export)


def where(
    submission: Annotated[int | None, typer.Argument(help="The number of a submission")] = None,
    school: Annotated[str | None, typer.Option(help="Only this URN")] = None,
    json_: Annotated[bool, typer.Option("--json", help="A line of JSON a submission")] = False,
) -> None:
    """Say how far each submission is, and why it stopped.

    Example: `destinations where --school 123456`
    """
    from sqlmodel import Session, col, select

    from models.submissions import Submission

    with Session(_engine()) as session:
        query = select(Submission).order_by(col(Submission.id))
        if submission is not None:
            query = query.where(Submission.id == submission)
        if school:
            query = query.where(Submission.urn == school)
        lines = [_where(each) for each in session.exec(query)]
    if submission is not None and not lines:
        raise typer.BadParameter(f"there is no submission {submission}")
    if json_:
        as_json(lines)
    elif lines:
        as_table("", tuple(lines[0]), (tuple(line.values()) for line in lines))
    else:
        say("No submission like that.")


def _where(each: "Submission") -> dict[str, Any]:
    from expectations.validating import refusal

    stage, why = each.stage, ""
    if each.undone_at:
        stage, why = (
            "taken back",
            f"by {each.undone_by} on {in_words(in_london(each.undone_at).date())}",
        )
        why += f": {each.undone_because}" if each.undone_because else ""
    elif each.refused_code:
        told = refusal(each.refused_code, each.refused_facts)
        stage, why = "refused", f"{told.says}. {told.do}"
    elif each.fault_code:
        why = f"our fault: {each.fault_code}"
    elif each.needs_processing_since and each.recorded_at:
        why = "the next intake reads it again"
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
    submission: Annotated[int, typer.Argument(help="The number of a submission")],
    json_: Annotated[bool, typer.Option("--json", help="A line of JSON a finding")] = False,
) -> None:
    """Show everything the sender of a submission was told.

    Example: `destinations findings 12 --json`

    Exit 0 nothing to fix, 1 something to fix.
    """
    from destinations.cli.send import show
    from destinations.cli.told import told_findings
    from destinations.settings import get_settings

    found = told_findings(get_settings(), _engine(), submission)
    if found is None:
        raise typer.BadParameter(f"there is no submission {submission}")
    show(found, json_)
    raise typer.Exit(SOMETHING_TO_FIX if found else NOTHING_TO_FIX)


def export(
    what: Annotated[What, typer.Argument(help="What to export")],
    cohort: Annotated[str | None, typer.Option(help="Only this cohort, such as 2024/25")] = None,
    school: Annotated[str | None, typer.Option(help="Only this URN")] = None,
    format_: Annotated[Format, typer.Option("--format", help="csv or json")] = Format.CSV,
) -> None:
    """Write what is recorded, analysis-ready, to standard output.

    Example: `destinations export destinations --cohort 2024/25 > destinations.csv`
    """
    from sqlmodel import Session

    from destinations.cli.manifests import Said
    from destinations.exports import export as exported
    from destinations.settings import get_settings
    from destinations.summarising import summarise, summary_rows
    from destinations.waves import Calendar
    from models.spreadsheet_cells import safe_in_csv
    from models.vocabulary import year_start

    Said.of(None, cohort, None, None)  # a cohort that is none is said, not found to be empty
    with Session(_engine()) as session:
        if what is What.SUMMARY:
            calendar = Calendar(waves=get_settings().waves)
            lines = summarise(session, today=today_in_london(), calendar=calendar)
            lines = tuple(
                line
                for line in lines
                if (not cohort or line.academic_year == year_start(cohort))
                and (not school or line.urn == school)
            )
            columns, rows = summary_rows(lines)
        else:
            columns, found = exported(session, what.value, cohort=cohort, urn=school)
            rows = list(found)
        if format_ is Format.CSV:
            writer = csv.writer(sys.stdout, lineterminator="\n")
            writer.writerow(columns)
            writer.writerows([safe_in_csv(cell) for cell in row] for row in rows)
        else:
            for row in rows:
                line = dict(zip(columns, row, strict=True))
                sys.stdout.write(json.dumps(line, ensure_ascii=False, default=str) + "\n")


def _engine() -> Any:
    from destinations.settings import get_settings
    from models.database import open_database

    return open_database(get_settings().database)
