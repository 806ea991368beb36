"""Undo: a submission is taken back, and what it had taken the place of is current again."""

from typing import Annotated

import typer

from destinations.cli.shown.output import print_sentence
from destinations.cli.typed import arguments
from destinations.cli.typed.hub_lookup import known_submission, open_hub
from models.facts.calendar import today_in_london
from models.facts.counts import count_of


def add_to(app: typer.Typer) -> None:
    """The command, added to the command line."""
    app.command()(undo)


def undo(
    submission: Annotated[
        int, typer.Argument(parser=arguments.number, help="The number of the submission")
    ],
    by: Annotated[str, typer.Option(help="Who says so")],
    reason: Annotated[str, typer.Option(help="Why it is taken back")] = "",
) -> None:
    """Take a submission back: nothing of it counts any longer, and history is kept.

    Example: `destinations undo 12 --by "A. Officer" --reason "the wrong year's file"`

    What it had taken the place of is current again.  The same file may be sent again afterwards.
    """
    from destinations.platform.settings import get_settings
    from destinations.record.undo import take_back_submission as take_back
    from flows.pipeline.process_again import reprocess_now
    from models.database import transaction
    from models.facts.calendar import now

    settings, engine = get_settings(), open_hub()
    try:
        with transaction(engine) as session:
            stored = known_submission(session, submission)
            if stored.undone_at is not None:
                print_sentence(
                    f"Submission {submission} was taken back already, by {stored.undone_by}."
                )
                return
            taken_back = take_back(session, submission, by=by, reason=reason, at=now())
    except (LookupError, ValueError) as error:
        raise typer.BadParameter(str(error)) from None
    engine.dispose()
    reprocessed = reprocess_now(settings, taken_back.to_reprocess, today_in_london())
    leavers = count_of(taken_back.leavers, "leaver")
    print_sentence(
        f"Submission {submission} is taken back. Of what it said, nothing counts now: "
        f"{count_of(taken_back.destinations, 'destination')}, {leavers} "
        "whom nobody else names."
    )
    if reprocessed:
        others = count_of(reprocessed, "other submission told", "other submissions told")
        stand = "stands" if reprocessed == 1 else "stand"
        print_sentence(f"{others} us what it had told, and {stand} for it now.")
