"""Export: what is recorded, analysis-ready, as csv or JSON on standard output."""

import csv
import json
import sys
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer

from destinations.cli.shown.output import note
from destinations.cli.typed import arguments
from destinations.cli.typed.hub_lookup import known_school_urn, reading_hub
from models.facts.calendar import today_in_london

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlmodel import Session


class ExportKind(StrEnum):
    """What can be exported."""

    LEAVERS = "leavers"
    DESTINATIONS = "destinations"
    OUTCOMES = "outcomes"
    MATCHES = "matches"
    FINDINGS = "findings"
    SUMMARY = "summary"


class ExportFormat(StrEnum):
    """How it is written."""

    CSV = "csv"
    JSON = "json"


def add_to(app: typer.Typer) -> None:
    """The command, added to the command line."""
    app.command()(export)


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

    with reading_hub() as session:
        urn = known_school_urn(session, school) if school else None
        columns, rows = _columns_and_rows(session, what, cohort, urn)
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


def _columns_and_rows(
    session: "Session", kind: ExportKind, year: int | None, urn: str | None
) -> "tuple[Sequence[str], Sequence[tuple[Any, ...]]]":
    """The columns of an export and its rows, of one cohort and one school where they are given."""
    from destinations.outcomes.waves import WaveCalendar
    from destinations.platform.settings import get_settings
    from destinations.reports.exports import export as export_record
    from destinations.reports.outcome_export import outcome_rows, with_counting
    from destinations.summarising import leaver_outcomes, summarise, summary_rows
    from models.vocabulary import year_name

    settings = get_settings()
    outcomes = partial(
        leaver_outcomes,
        session,
        today=today_in_london(),
        urn=urn,
        academic_year=year,
        calendar=WaveCalendar(waves=settings.waves),
        excluding=settings.excluding,
    )
    if kind is ExportKind.OUTCOMES:
        return outcome_rows(session, outcomes())
    if kind is not ExportKind.SUMMARY:
        columns, rows = export_record(
            session, kind.value, cohort=None if year is None else year_name(year), urn=urn
        )
        if kind is ExportKind.DESTINATIONS:
            columns, rows = with_counting(columns, rows, outcomes())
        return columns, list(rows)
    counted = summarise(
        session,
        today=today_in_london(),
        calendar=WaveCalendar(waves=settings.waves),
        excluding=settings.excluding,
    )
    return summary_rows(
        tuple(
            line
            for line in counted
            if (year is None or line.academic_year == year) and (not urn or line.urn == urn)
        )
    )
