"""The demonstration: a made-up hub, from inbox to published summary, before your eyes."""

import os
from datetime import date
from itertools import groupby
from pathlib import Path

from destinations.cli import keep
from destinations.cli.send import Sending, from_manifest, send
from destinations.cli.speech import as_table, say

SEED = 2026


def show(folder: Path) -> None:
    """Make up a hub in the folder and run the flows over three autumns of its spreadsheets."""
    os.environ["DESTINATIONS_HOME"] = str(folder / "var")
    from destinations.demo import make_hub
    from destinations.settings import get_settings
    from flows.quiet import settle_prefect

    get_settings.cache_clear()
    settings = get_settings()
    os.environ["PREFECT_LOGGING_LEVEL"] = "WARNING"
    settle_prefect(settings.home)

    say("1. Making up a hub: schools, colleges, leavers, three autumns of spreadsheets ...")
    hub = make_hub(folder / "hub", seed=SEED)
    keep.setup()
    keep.register(hub / "institutions.csv", hub / "hub_members.csv", None)

    from flows.follow_up import follow_up
    from flows.intake import intake
    from flows.publish import publish

    say("2. Starting Prefect (this takes a moment the first time) ...")
    sent = sorted(from_manifest(hub / "manifest.csv", hub / "inbox"), key=lambda one: one.sent_on)
    for autumn, sendings in groupby(sent, key=_autumn):
        files = list(sendings)
        send(files)
        say(f"   autumn {autumn}: {len(files)} files sent; intake ...")
        intake(files[-1].sent_on)
    last = sent[-1].sent_on
    say("3. Opening the waves that are due, and asking who has not sent ...")
    awaited = follow_up(last)["awaited"]
    say("4. Summarising and publishing ...")
    publish(last)
    _table(settings.database, last)
    say(f"{awaited} answers are still awaited.")
    say("\nWhat was made:")
    for path in sorted(Path(settings.store).glob("hubs/**/*")):
        if path.is_file():
            say(f"  for the hub lead   {path}")
    for urn in sorted(Path(settings.store).glob("returns/*")):
        say(f"  for a sender       {urn}/ ({sum(1 for _ in urn.iterdir())} documents)")
    say(f"  the record         {settings.database}")
    say(f"  to look further    DESTINATIONS_HOME={settings.home} destinations where")


def _autumn(sending: Sending) -> int:
    return sending.sent_on.year


def _table(database: str, today: date) -> None:
    from sqlmodel import Session

    from destinations.summarising import summarise, summary_rows
    from models.database import open_database

    engine = open_database(database)
    with Session(engine) as session:
        columns, rows = summary_rows(summarise(session, today=today))
        as_table("The hub, by school, cohort and wave", columns[1:], [row[1:] for row in rows])
    engine.dispose()
