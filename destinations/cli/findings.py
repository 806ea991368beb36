"""Findings: everything that the sender of a submission was told."""

from typing import Annotated

import typer

from destinations.cli.shown.findings_listed import show_findings
from destinations.cli.shown.output import NOTHING_TO_FIX, SOMETHING_TO_FIX
from destinations.cli.typed.arguments import number
from destinations.cli.typed.hub_lookup import known_submission, open_hub, reading_hub


def add_to(app: typer.Typer) -> None:
    """The command, added to the command line."""
    app.command()(findings)


def findings(
    submission: Annotated[int, typer.Argument(parser=number, help="The number of a submission")],
    json_: Annotated[bool, typer.Option("--json", help="A line of JSON a finding")] = False,
) -> None:
    """Show everything the sender of a submission was told.

    Example: `destinations findings 12 --json`

    Exit 0 nothing to fix, 1 something to fix.
    """
    from destinations.cli.shown.stored_findings import findings_of_submission
    from destinations.platform.settings import get_settings

    with reading_hub() as session:
        known_submission(session, submission)
    engine = open_hub()
    findings_told = findings_of_submission(get_settings(), engine, submission) or ()
    engine.dispose()
    show_findings(findings_told, json_)
    raise typer.Exit(SOMETHING_TO_FIX if findings_told else NOTHING_TO_FIX)
