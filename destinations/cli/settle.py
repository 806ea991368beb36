"""Settle: the rows that match nobody for sure, and a person's decision whom they are about."""

from typing import Annotated

import typer

from destinations.cli.shown.output import print_json_lines, print_sentence, print_table
from destinations.cli.typed.arguments import number
from destinations.cli.typed.hub_lookup import known_submission, open_hub, reading_hub


def add_to(app: typer.Typer) -> None:
    """These commands, added to the command line."""
    app.command()(unsure)
    app.command()(settle)


def unsure(
    json_: Annotated[bool, typer.Option("--json", help="A line of JSON a row")] = False,
) -> None:
    """List the rows that wait for somebody to say whom they are about.

    Example: `destinations unsure`
    """
    from sqlmodel import col, select

    from models.destinations import Match
    from models.facts.submission_state import is_standing
    from models.submissions import Submission

    with reading_hub() as session:
        waiting = session.exec(
            select(Match, Submission.name)
            .join(Submission, col(Submission.id) == Match.submission_id)
            .where(
                col(Match.person_id).is_(None),
                col(Match.level).startswith("unsure"),
                is_standing(),
            )
            .order_by(col(Match.submission_id), col(Match.sheet), col(Match.row))
        ).all()
    lines = [
        {
            "submission": match.submission_id,
            "file": name,
            "sheet": match.sheet,
            "row": match.row,
            "why": match.level,
            "people": match.reason,
        }
        for match, name in waiting
    ]
    if json_:
        print_json_lines(lines)
    elif lines:
        print_table("", tuple(lines[0]), (tuple(line.values()) for line in lines))
    else:
        print_sentence("Nothing waits for a decision.")


def settle(
    submission: Annotated[int, typer.Argument(parser=number, help="The number of the submission")],
    row: Annotated[int, typer.Argument(parser=number, help="The row, as Excel shows it")],
    by: Annotated[str, typer.Option(help="Who decides")],
    person: Annotated[
        int | None, typer.Option(parser=number, help="The person the row is about")
    ] = None,
    new: Annotated[bool, typer.Option("--new", help="Somebody we did not know")] = False,
    sheet: Annotated[str, typer.Option(help="The sheet, where there are several")] = "",
    reason: Annotated[str, typer.Option(help="How you know")] = "",
) -> None:
    """Say whom an unsure row is about.  The next intake records it.

    Example: `destinations settle 12 34 --person 567 --by "A. Officer" --reason "rang the school"`
    """
    from destinations.recording import record_decision as decide
    from models.database import transaction

    if (person is None) == (not new):
        raise typer.BadParameter("say --person NUMBER or --new, one of the two")
    with transaction(open_hub()) as session:
        known_submission(session, submission)
        try:
            decide(session, submission, sheet, row, person, by=by, reason=reason)
        except (LookupError, ValueError) as error:
            raise typer.BadParameter(
                f"{error} (submission {submission}, row {row}); `destinations unsure` lists the "
                "rows that wait"
            ) from None
    print_sentence("Noted. The next intake records the row.")
