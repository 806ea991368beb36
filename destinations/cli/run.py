"""Running a flow now, or serving them all."""

from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from destinations.cli.shown.output import OUR_FAULT, WRONG_USAGE, note, print_sentence
from destinations.cli.typed.arguments import day, folder_to_write
from destinations.cli.typed.hub_lookup import open_hub
from models.facts.calendar import today_in_london


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
    from flows.redaction import settle_prefect

    home = get_settings().home
    settle_prefect(home)
    join_server(home)
    done = _run(flow, today or today_in_london())
    if done is None:
        raise typer.Exit(OUR_FAULT)
    print_sentence(", ".join(f"{name}: {count}" for name, count in done.items()))


def _run(name: FlowName, today: date) -> dict[str, int] | None:
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


def serve() -> None:
    """Start the Prefect server on this machine and serve the scheduled flows, until stopped.

    Example: `destinations serve`

    The page is at http://127.0.0.1:4200 (DESTINATIONS_SERVER_PORT).  Ctrl-C stops everything.
    """
    from flows.serve import Ended, PortTaken, Requests, serve_all

    requests = Requests()
    requests.listen()  # before the slower imports, so that Ctrl-C is never answered by a traceback
    from destinations.platform.settings import get_settings
    from flows.address import AlreadyServed
    from flows.redaction import settle_prefect

    settings = get_settings()
    home, port = settings.home.absolute(), settings.server_port
    settle_prefect(home)
    print_sentence("Starting Prefect (this takes a moment) ...")
    try:
        serve_all(home, port, requests, say=print_sentence)
    except PortTaken:
        note(
            f"Port {port} is taken by another program. "
            f"Stop it, or choose another port: DESTINATIONS_SERVER_PORT={port + 1}"
        )
        raise typer.Exit(WRONG_USAGE) from None
    except AlreadyServed:
        note(f"`destinations serve` runs already for {home}. Stop that one first.")
        raise typer.Exit(WRONG_USAGE) from None
    except Ended as ended:
        note(
            f"The Prefect {ended} ended by itself, so everything was stopped. Nothing was lost. "
            f"What its server said is in {home / 'prefect' / 'server.log'}"
        )
        raise typer.Exit(OUR_FAULT) from None
    print_sentence("Stopped. Schedules go on when `destinations serve` is started again.")


def demo(
    folder: Annotated[
        Path, typer.Option(parser=folder_to_write, help="Where the made-up hub is put")
    ] = Path("demo"),
) -> None:
    """Make up a small hub and take its spreadsheets from inbox to published summary.

    Example: `destinations demo --folder demo`
    """
    from destinations.cli.demo import run_demo

    run_demo(folder)
