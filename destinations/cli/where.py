"""Where: how far each submission is and why it stopped, and what of the inbox is left out."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from destinations.cli.shown.output import (
    escape_line,
    print_json_lines,
    print_sentence,
    print_table,
)
from destinations.cli.typed.arguments import number
from destinations.cli.typed.hub_lookup import known_school_urn, known_submission, reading_hub
from models.facts.calendar import in_london, in_words

if TYPE_CHECKING:
    from models.submissions import Submission


def add_to(app: typer.Typer) -> None:
    """The command, added to the command line."""
    app.command()(where)


def where(
    submission: Annotated[
        int | None, typer.Argument(parser=number, help="The number of a submission")
    ] = None,
    school: Annotated[str | None, typer.Option(help="Only this URN")] = None,
    json_: Annotated[bool, typer.Option("--json", help="A line of JSON a submission")] = False,
) -> None:
    """Say how far each submission is, and why it stopped.

    Names in the inbox that are left out, and files that could not be taken in, come last.

    Example: `destinations where --school 123456`
    """
    from sqlmodel import col, select

    from destinations.cli.shown.inbox_left_out import left_out_lines, noted_words
    from destinations.platform.settings import get_settings
    from models.submissions import Submission

    with reading_hub() as session:
        query = select(Submission).order_by(col(Submission.id))
        if submission is not None:
            sender = known_submission(session, submission).urn
            if school and known_school_urn(session, school) != sender:
                raise typer.BadParameter(
                    f"submission {submission} is from {sender}, not from {school}; "
                    "leave --school out"
                )
            query = query.where(Submission.id == submission)
        if school:
            query = query.where(Submission.urn == known_school_urn(session, school))
        lines = [_where_line(stored, noted_words(stored)) for stored in session.exec(query)]
        if submission is None:
            lines += left_out_lines(get_settings(), session, school)
    if json_:
        print_json_lines(lines)
    elif lines:
        shown = [line | {"file": escape_line(line["file"])} for line in lines]
        print_table("", tuple(shown[0]), (tuple(line.values()) for line in shown))
    else:
        print_sentence(
            f"Nothing has come from {school} yet." if school else "Nothing has come yet."
        )


def _where_line(submission: "Submission", noted: str) -> dict[str, Any]:
    from expectations.validating import refusal_finding

    stage, why = submission.stage, ""
    if submission.undone_at:
        stage, why = (
            "taken back",
            f"by {submission.undone_by} on {in_words(in_london(submission.undone_at).date())}",
        )
        why += f": {submission.undone_because}" if submission.undone_because else ""
    elif submission.refused_code:
        refusal = refusal_finding(submission.refused_code, submission.refused_facts)
        stage, why = "refused", f"{refusal.says}. {refusal.do}"
    elif submission.fault_code:
        why = f"our fault: {submission.fault_code}"
    elif submission.needs_processing_since and submission.recorded_at:
        why = "the next intake reads it again"
    else:
        why = noted
    return {
        "submission": submission.id,
        "urn": submission.urn,
        "file": submission.name,
        "stage": stage,
        "sent_on": submission.sent_on.isoformat(),
        "rows": submission.rows_read,
        "recorded": submission.rows_sound - submission.rows_unsure,
        "waiting": submission.rows_waiting,
        "unsure": submission.rows_unsure,
        "why": why,
    }
