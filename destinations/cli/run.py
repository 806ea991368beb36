"""Running a flow now, or serving them all."""

from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from destinations.cli.speech import OUR_FAULT, say


class FlowName(StrEnum):
    """The flows there are."""

    INTAKE = "intake"
    FOLLOW_UP = "follow-up"
    PUBLISH = "publish"


def add_to(app: typer.Typer) -> None:
    """These commands, added to the command line."""
    app.command()(run)
    app.command()(serve)
    app.command()(demo)


def run(
    flow: Annotated[FlowName, typer.Argument(help="Which flow")],
    today: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Run as on this day")
    ] = None,
) -> None:
    """Run a flow now, in this process.

    Example: `destinations run intake --today 2026-11-23`

    Running it again is safe.
    """
    from destinations.settings import get_settings
    from flows.quiet import settle_prefect

    settle_prefect(get_settings().home)
    done = _run(flow, today.date() if today else date.today())
    if done is None:
        raise typer.Exit(OUR_FAULT)
    say(", ".join(f"{name}: {count}" for name, count in done.items()))


def _run(name: FlowName, today: date) -> dict[str, int] | None:
    """What the flow gives; None when something stopped through our fault."""
    from flows.quiet import StageFailed

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
        say(str(failed))
        return None


def serve() -> None:
    """Start the Prefect server on this machine and serve the scheduled flows, until stopped.

    Example: `destinations serve`

    The page is at http://127.0.0.1:4200 (DESTINATIONS_SERVER_PORT).
    """
    from destinations.settings import get_settings
    from flows.quiet import settle_prefect

    settings = get_settings()
    settle_prefect(settings.home)
    from flows.serve import serve_all

    serve_all(settings.server_port)


def demo(
    folder: Annotated[Path, typer.Option(help="Where the made-up hub is put")] = Path("demo"),
) -> None:
    """Make up a small hub and take its spreadsheets from inbox to published summary.

    Example: `destinations demo --folder demo`
    """
    from destinations.cli.show import show

    show(folder)
