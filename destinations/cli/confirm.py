"""Confirm: something that was asked about is right, and is not asked again until it changes."""

from typing import TYPE_CHECKING, Annotated

import typer

from destinations.cli.shown.output import print_sentence
from destinations.cli.typed import arguments
from destinations.cli.typed.hub_lookup import known_submission, open_hub

if TYPE_CHECKING:
    from sqlmodel import Session

    from destinations.platform.settings import Settings
    from models.handoffs.normalised import NormalisedRow
    from models.submissions import Submission


def add_to(app: typer.Typer) -> None:
    """The command, added to the command line."""
    app.command()(confirm)


def confirm(
    submission: Annotated[
        int, typer.Argument(parser=arguments.number, help="The number of the submission")
    ],
    row_and_code: Annotated[
        list[str],
        typer.Argument(
            metavar="[ROW] CODE", help="The row, as Excel shows it, and the code of the rule"
        ),
    ],
    by: Annotated[str, typer.Option(help="Who says so")],
    sheet: Annotated[str, typer.Option(help="The sheet, where there are several")] = "",
    column: Annotated[str, typer.Option(help="The letters of the column, where several")] = "",
) -> None:
    """Say that something we asked about is right.  It is not asked again until the value changes.

    Example: `destinations confirm 12 34 P10 --by "A. Careers Leader"`

    What was asked of a column or the whole file: `destinations confirm 12 H07 --by "A. Head"`

    Only "please check" can be confirmed; what must be fixed waits until it is.
    """
    from destinations.platform.settings import get_settings
    from destinations.responses.confirmations import confirm as note
    from destinations.responses.confirmations import field_and_value
    from destinations.responses.confirmed_sheets import confirm_sheet
    from models.database import transaction

    row, code = _parse_row_and_code(row_and_code)
    settings, engine = get_settings(), open_hub()
    with transaction(engine) as session:
        stored = known_submission(session, submission)
        try:
            if row is None:
                confirm_sheet(session, submission, code, by=by, sheet=sheet, column=column.upper())
            else:
                sheet, columns = _sheet_and_columns(session, submission, sheet, row, code)
                rows = _read_row_again(session, settings, stored, sheet, row)
                for letters in [column.upper()] if column else columns:
                    field, value = field_and_value(rows, letters)
                    note(session, submission, sheet, row, code, value=value, by=by, field=field)
        except (LookupError, ValueError) as error:
            raise typer.BadParameter(
                f"{error}; `destinations findings {submission}` lists what was"
            ) from None
    print_sentence("Noted. It is not asked again until the value changes.")


def _parse_row_and_code(arguments_typed: list[str]) -> tuple[int | None, str]:
    if len(arguments_typed) == 1 and not arguments_typed[0].isdecimal():
        return None, arguments_typed[0].upper()
    if len(arguments_typed) == 2 and arguments_typed[0].isdecimal():
        return int(arguments_typed[0]), arguments_typed[1].upper()
    raise typer.BadParameter("say ROW CODE, or CODE alone for what was asked of the whole file")


def _sheet_and_columns(
    session: "Session", submission: int, sheet: str, row: int, code: str
) -> tuple[str, list[str]]:
    """The sheet and the columns of what was told of a row."""
    from sqlmodel import col, select

    from models.submissions import FindingRecord

    query = select(FindingRecord.sheet, FindingRecord.column).where(
        FindingRecord.submission_id == submission,
        FindingRecord.row == row,
        FindingRecord.code == code,
    )
    if sheet:
        query = query.where(FindingRecord.sheet == sheet)
    places = session.exec(query.order_by(col(FindingRecord.id))).all()
    if not places:
        raise typer.BadParameter(f"{code} was not told of row {row} of submission {submission}")
    if len({name for name, _ in places}) > 1:
        raise typer.BadParameter("several sheets have such a row: name one with --sheet")
    return places[0][0], list(dict.fromkeys(letters for _, letters in places))


def _read_row_again(
    session: "Session", settings: "Settings", stored: "Submission", sheet: str, row: int
) -> "list[NormalisedRow]":
    """One row of a submission in our words, read again from its original."""
    from destinations.cli.typed.submission_headings import read_original
    from flows.pipeline.reference_data import load_crosswalk
    from flows.pipeline.submission_metadata import submission_metadata
    from imports.prepare import normalise
    from models.handoffs.findings import SubmissionRefused

    crosswalk = load_crosswalk(session)
    try:
        read = read_original(settings, crosswalk, stored)
    except (SubmissionRefused, KeyError):
        raise typer.BadParameter("the original of that submission is no longer kept") from None
    metadata = submission_metadata(stored, settings.waves)
    mapped = normalise(read, metadata, crosswalk).normalised
    return [
        normalised
        for normalised in mapped.rows
        if (normalised.sheet, normalised.row) == (sheet, row)
    ]
