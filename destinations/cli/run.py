"""Run: a flow is run now, in this process."""

from datetime import date
from enum import StrEnum
from typing import Annotated

import typer

from destinations.cli.shown.output import OUR_FAULT, print_sentence
from destinations.cli.typed.arguments import day
from destinations.cli.typed.hub_lookup import open_hub
from destinations.cli.typed.prefect_home import settle_prefect_home
from models.facts.calendar import today_in_london


class FlowName(StrEnum):
    """The flows there are."""

    INTAKE = "intake"
    FOLLOW_UP = "follow-up"
    PUBLISH = "publish"


def add_to(app: typer.Typer) -> None:
    """The command, added to the command line."""
    app.command()(run)


def run(
    flow: Annotated[FlowName, typer.Argument(help="Which flow")],
    today: Annotated[
        date | None, typer.Option(parser=day, metavar="DAY", help="Run as on this day: 2026-11-23")
    ] = None,
) -> None:
    """Run a flow now, in this process.

    Example: `destinations run intake --today 2026-11-23`

    Running it again is safe.
    """
    open_hub().dispose()
    from destinations.platform.settings import get_settings
    from flows.address import join_server

    home = get_settings().home
    settle_prefect_home(home)
    join_server(home)
    counts = _run_flow(flow, today or today_in_london())
    if counts is None:
        raise typer.Exit(OUR_FAULT)
    print_sentence(", ".join(f"{name}: {count}" for name, count in counts.items()))


def _run_flow(name: FlowName, today: date) -> dict[str, int] | None:
    """What the flow gives; None when something stopped through our fault."""
    from flows.redaction import StageFailed

    try:
        if name is FlowName.INTAKE:
            from flows.intake import intake

            return intake(today)
        if name is FlowName.FOLLOW_UP:
            from flows.follow_up import follow_up

            return follow_up(today)
        from flows.publish import publish

        return publish(today)
    except StageFailed as failed:
        print_sentence(str(failed))
        return None
