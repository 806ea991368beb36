"""Prefect's folder in the home: made, fit to be written in, and the settings that name it."""

import os
from pathlib import Path

import typer


def settle_prefect_home(home: Path) -> None:
    """Prefect's settings for this process, with its folder under the home.

    Raises BadParameter where that folder cannot be made or written in.
    """
    from flows.redaction import settle_prefect

    folder = home / "prefect"
    try:
        settle_prefect(home)
        is_writable = os.access(folder, os.W_OK | os.X_OK)
    except OSError:
        is_writable = False
    if not is_writable:
        raise typer.BadParameter(
            f"{folder} cannot be written in; see that DESTINATIONS_HOME names a place that the "
            "account which runs this may write to"
        )
