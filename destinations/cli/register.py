"""Register: schools, providers, hub members and successions are loaded from CSV files."""

from pathlib import Path
from typing import Annotated

import typer

from destinations.cli.shown.output import REFUSED, print_sentence
from destinations.cli.typed.arguments import existing_file
from destinations.cli.typed.hub_lookup import open_hub
from models.facts.counts import count_of


def add_to(app: typer.Typer) -> None:
    """The command, added to the command line."""
    app.command()(register)


def register(
    institutions: Annotated[
        Path | None, typer.Option(parser=existing_file, help="CSV with GIAS column names")
    ] = None,
    members: Annotated[
        Path | None, typer.Option(parser=existing_file, help="CSV: urn, hub, joined_on, left_on")
    ] = None,
    links: Annotated[
        Path | None,
        typer.Option(parser=existing_file, help="GIAS links CSV (predecessors, successors)"),
    ] = None,
) -> None:
    """Load the register of schools and providers, and who belongs to which hub.

    Example: `destinations register --institutions edubasealldata.csv --members hub_members.csv`

    Running it again brings names up to date and changes nothing else.

    One school joined or left: `destinations register --members joined.csv`, with its lines alone.
    Schools that are not in the file stay as they are.
    """
    from destinations.register.load_register import RegisterUnreadable, load_register
    from models.database import transaction

    if not (institutions or members or links):
        raise typer.BadParameter("give --institutions, --members or --links, with a CSV file")
    engine = open_hub()
    try:
        with transaction(engine) as session:
            loaded = load_register(session, *(
                path.read_bytes() if path else None for path in (institutions, members, links)
            ))  # fmt: skip
    except RegisterUnreadable as unreadable:
        print_sentence(str(unreadable))
        raise typer.Exit(REFUSED) from None
    finally:
        engine.dispose()
    if institutions:
        counts = (loaded.institutions, "institution"), (loaded.members, "hub member")
        counted = [count_of(*count) for count in (*counts, (loaded.links, "link"))]
        print_sentence(f"{', '.join(counted)}.")
    elif links:
        print_sentence(f"{count_of(loaded.links, 'link')}.")
    if members and not institutions:
        print_sentence(f"{', '.join(loaded.changes) or 'No member changed'}.")
