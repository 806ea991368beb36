"""Setting up: the database, the storage, the register."""

from pathlib import Path
from typing import Annotated

import typer

from destinations.cli.speech import REFUSED, say


def add_to(app: typer.Typer) -> None:
    """These commands, added to the command line."""
    app.command()(setup)
    app.command()(register)


def setup() -> None:
    """Create or migrate the database, lay out the storage, make the key that signs workbooks.

    Example: `destinations setup`

    Running it again is safe.
    """
    from destinations.keys import marking_key
    from destinations.settings import get_settings
    from destinations.storage import open_storage
    from models.database import migrate, open_database

    settings = get_settings()
    marking_key(settings.keys.get_secret_value() if settings.keys else None, settings.home)
    engine = open_database(settings.database)
    migrate(engine)
    engine.dispose()
    open_storage(settings.store, endpoint=settings.s3_endpoint, checksums=settings.s3_checksums)
    inbox = f"{settings.store.rstrip('/')}/inbox"
    if "://" not in inbox:
        Path(inbox).mkdir(parents=True, exist_ok=True)
    say(f"Ready. Whatever senders put in {inbox}/<URN>/ is taken in by the next intake.")


def register(
    institutions: Annotated[
        Path, typer.Option(help="CSV with GIAS column names", exists=True, dir_okay=False)
    ],
    members: Annotated[
        Path | None,
        typer.Option(help="CSV: urn, hub, joined_on, left_on", exists=True, dir_okay=False),
    ] = None,
    links: Annotated[
        Path | None,
        typer.Option(help="GIAS links CSV (predecessors, successors)", exists=True, dir_okay=False),
    ] = None,
) -> None:
    """Load the register of schools and providers, and who belongs to which hub.

    Example: `destinations register --institutions edubasealldata.csv --members hub_members.csv`

    Running it again brings names up to date and changes nothing else.
    """
    from destinations.register import RegisterUnreadable, load_register
    from destinations.settings import get_settings
    from models.database import open_database, transaction

    engine = open_database(get_settings().database)
    try:
        with transaction(engine) as session:
            loaded = load_register(
                session,
                institutions.read_bytes(),
                members.read_bytes() if members else None,
                links.read_bytes() if links else None,
            )
    except RegisterUnreadable as unreadable:
        say(str(unreadable))
        raise typer.Exit(REFUSED) from None
    finally:
        engine.dispose()
    say(f"{loaded.institutions} institutions, {loaded.members} hub members, {loaded.links} links.")
