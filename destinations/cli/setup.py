"""Setup: the database, the storage, the key that signs workbooks."""

from pathlib import Path

import typer

from destinations.cli.shown.output import print_sentence
from destinations.cli.typed.hub_lookup import open_to_set_up


def add_to(app: typer.Typer) -> None:
    """The command, added to the command line."""
    app.command()(setup)


def setup() -> None:
    """Create or migrate the database, lay out the storage, make the key that signs workbooks.

    Example: `destinations setup`

    Running it again is safe.
    """
    from destinations.platform.keys import marking_key
    from destinations.platform.settings import get_settings
    from destinations.platform.storage import open_storage
    from models.database import migrate

    settings = get_settings()
    engine = open_to_set_up()
    marking_key(settings.keys.get_secret_value() if settings.keys else None, settings.home)
    migrate(engine)
    engine.dispose()
    open_storage(settings.store, endpoint=settings.s3_endpoint, checksums=settings.s3_checksums)
    inbox = f"{settings.store.rstrip('/')}/inbox"
    if "://" not in inbox:
        Path(inbox).mkdir(parents=True, exist_ok=True)
    print_sentence(f"Ready. Whatever senders put in {inbox}/<URN>/ is taken in by the next intake.")
