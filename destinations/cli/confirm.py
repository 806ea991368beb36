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
    what: Annotated[
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

    row, code = _row_and_code(what)
    settings, engine = get_settings(), open_hub()
    with transaction(engine) as session:
        sent = known_submission(session, submission)
        try:
            if row is None:
                confirm_sheet(session, submission, code, by=by, sheet=sheet, column=column.upper())
            else:
                sheet, told_of = _place(session, submission, sheet, row, code)
                rows = _rows(session, settings, sent, sheet, row)
                for each in [column.upper()] if column else told_of:
                    field, value = field_and_value(rows, each)
                    note(session, submission, sheet, row, code, value=value, by=by, field=field)
        except (LookupError, ValueError) as told:
            raise typer.BadParameter(
                f"{told}; `destinations findings {submission}` lists what was"
            ) from None
    print_sentence("Noted. It is not asked again until the value changes.")


def _row_and_code(what: list[str]) -> tuple[int | None, str]:
    if len(what) == 1 and not what[0].isdecimal():
        return None, what[0].upper()
    if len(what) == 2 and what[0].isdecimal():
        return int(what[0]), what[1].upper()
    raise typer.BadParameter("say ROW CODE, or CODE alone for what was asked of the whole file")


def _place(
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
    found = session.exec(query.order_by(col(FindingRecord.id))).all()
    if not found:
        raise typer.BadParameter(f"{code} was not told of row {row} of submission {submission}")
    if len({name for name, _ in found}) > 1:
        raise typer.BadParameter("several sheets have such a row: name one with --sheet")
    return found[0][0], list(dict.fromkeys(letters for _, letters in found))


def _rows(
    session: "Session", settings: "Settings", sent: "Submission", sheet: str, row: int
) -> "list[NormalisedRow]":
    """One row of a submission in our words, read again from its original."""
    from destinations.cli.typed.submission_headings import read_original
    from flows.pipeline.reference_data import load_crosswalk
    from flows.pipeline.stages import submission_metadata
    from imports.crosswalk.confirmed_mappings import heading_fingerprints
    from imports.mapping import map_columns_and_values
    from models.handoffs.findings import SubmissionRefused

    remembered = load_crosswalk(session)
    try:
        read = read_original(settings, remembered, sent)
    except (SubmissionRefused, KeyError):
        raise typer.BadParameter("the original of that submission is no longer kept") from None
    columns = remembered.to_map(sent.urn, heading_fingerprints(read))
    mapped = map_columns_and_values(read, submission_metadata(sent, settings.waves), columns)
    return [one for one in mapped.rows if (one.sheet, one.row) == (sheet, row)]
