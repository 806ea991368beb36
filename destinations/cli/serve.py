"""Serve: the Prefect server and the scheduled flows, until stopped."""

import typer

from destinations.cli.shown.output import OUR_FAULT, WRONG_USAGE, note, print_sentence
from destinations.cli.typed.hub_lookup import open_hub
from destinations.cli.typed.prefect_home import settle_prefect_home


def add_to(app: typer.Typer) -> None:
    """The command, added to the command line."""
    app.command()(serve)


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

    settings = get_settings()
    home, port = settings.home.absolute(), settings.server_port
    open_hub().dispose()  # or every run of every flow would fail
    settle_prefect_home(home)
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
