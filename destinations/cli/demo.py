"""Demo: a made-up hub, from inbox to published summary, before your eyes."""

import os
import shlex
import shutil
import sys
from collections.abc import Iterable
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from destinations.cli.register import register
from destinations.cli.setup import setup
from destinations.cli.shown.output import print_sentence, print_table
from destinations.cli.submit import send_files
from destinations.cli.typed.arguments import folder_to_write
from destinations.cli.typed.manifest import FileToSend, read_manifest
from models.facts.counts import count_of

if TYPE_CHECKING:
    from destinations.platform.settings import Settings
    from models.handoffs.summaries import SummaryLine

SEED = 2026


def add_to(app: typer.Typer) -> None:
    """The command, added to the command line."""
    app.command()(demo)


def demo(
    folder: Annotated[
        Path, typer.Option(parser=folder_to_write, help="Where the made-up hub is put")
    ] = Path("demo"),
) -> None:
    """Make up a small hub and take its spreadsheets from inbox to published summary.

    Example: `destinations demo --folder demo`
    """
    run_demo(folder)


def run_demo(folder: Path) -> None:
    """Make up a hub in the folder and run the flows over three autumns of its spreadsheets."""
    os.environ["DESTINATIONS_HOME"] = str(folder / "var")
    from destinations.demo import make_hub
    from destinations.platform.settings import get_settings
    from flows.redaction import settle_prefect

    get_settings.cache_clear()
    settings = get_settings()
    os.environ["PREFECT_LOGGING_LEVEL"] = "WARNING"
    settle_prefect(settings.home)

    print_sentence(
        "1. Making up a hub: schools, colleges, leavers, three autumns of spreadsheets ..."
    )
    hub = make_hub(folder / "hub", seed=SEED)
    setup()
    register(hub / "institutions.csv", hub / "hub_members.csv", None)

    from flows.follow_up import follow_up
    from flows.intake import intake
    from flows.publish import publish

    print_sentence("2. Starting Prefect (this takes a moment the first time) ...")
    sent = sorted(read_manifest(hub / "manifest.csv", hub / "inbox"), key=_sent_on)
    for autumn, sendings in groupby(sent, key=_autumn_sent):
        files = list(sendings)
        send_files(files)
        print_sentence(f"   autumn {autumn}: {count_of(len(files), 'file')} sent; intake ...")
        intake(_sent_on(files[-1]))
    last = _sent_on(sent[-1])
    print_sentence("3. Opening the waves that are due, and asking who has not sent ...")
    awaited = follow_up(last)["awaited"]
    print_sentence("4. Summarising and publishing ...")
    publish(last)
    _print_coverage(settings, last)
    print_sentence(f"{count_of(awaited, 'answer is', 'answers are')} still awaited.")
    print_sentence("\nWhat was made:")
    for path in sorted(Path(settings.store).glob("hubs/**/*")):
        if path.is_file():
            print_sentence(f"  for the hub lead   {path}")
    for urn in sorted(Path(settings.store).glob("returns/*")):
        documents = count_of(sum(1 for _ in urn.iterdir()), "document")
        print_sentence(f"  for a sender       {urn}/ ({documents})")
    print_sentence(f"  the record         {settings.database}")
    home = shlex.quote(str(settings.home))
    print_sentence(f"  to look further    DESTINATIONS_HOME={home} {_program_as_typed()} where")


def _program_as_typed() -> str:
    """`destinations` where the shell finds it; otherwise, as after `make demo`, where it lies."""
    if shutil.which("destinations"):
        return "destinations"
    program = Path(sys.executable).with_name("destinations")
    here = Path.cwd()
    return shlex.quote(str(program.relative_to(here) if program.is_relative_to(here) else program))


def _sent_on(sending: FileToSend) -> date:
    assert sending.sent_on is not None  # a manifest gives it, or is not followed
    return sending.sent_on


def _autumn_sent(sending: FileToSend) -> int:
    return _sent_on(sending).year


def _print_coverage(settings: "Settings", today: date) -> None:
    from sqlmodel import Session

    from destinations.outcomes.waves import WaveCalendar
    from destinations.summarising import summarise
    from models.database import open_database
    from models.vocabulary import year_name

    engine = open_database(settings.database)
    calendar = WaveCalendar(waves=settings.waves)
    waves = range(1, settings.waves + 1)
    with Session(engine) as session:
        lines = [
            line
            for line in summarise(session, today=today, calendar=calendar)
            if line.breakdown == "all"
        ]
    engine.dispose()
    by_cohort: dict[tuple[str, str], list[SummaryLine]] = {}
    for line in lines:
        cohort = f"{line.leaving_stage} {year_name(line.academic_year)}"
        by_cohort.setdefault((line.school if line.urn else "The whole hub", cohort), []).append(
            line
        )
    print_table(
        "Known destinations / leavers, by wave; NEET / known; sustained / those it can be told of",
        ("school", "cohort", *(f"wave {wave}" for wave in waves), "NEET", "sustained"),
        (
            _coverage_row(school, cohort, lines, waves)
            for (school, cohort), lines in by_cohort.items()
        ),
    )


def _coverage_row(
    school: str, cohort: str, lines: "list[SummaryLine]", waves: Iterable[int]
) -> tuple[str, ...]:
    """Every figure beside its base: 27/29."""
    counts = {line.wave: line.counts for line in lines}
    known_by_wave = (
        f"{counts[wave].known}/{counts[wave].leavers}" if wave in counts else "" for wave in waves
    )
    last, first = counts[max(counts)], counts.get(1)
    base = first.sustained_base if first else 0
    sustained = f"{first.sustained}/{base}" if first and base else ""
    return school, cohort, *known_by_wave, f"{last.neet}/{last.known}", sustained
