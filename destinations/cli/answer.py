"""Answering: an oddity is right, a rule does not hold here, a submission is taken back."""

from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer

from destinations.cli.rules import rule_of
from destinations.cli.shown.output import print_json_lines, print_sentence, print_table
from destinations.cli.typed import arguments
from destinations.cli.typed.hub_lookup import (
    hub_session,
    known_school_urn,
    known_submission,
    open_hub,
)
from models.facts.calendar import in_words, today_in_london
from models.facts.counts import count_of

if TYPE_CHECKING:
    from sqlalchemy import Engine
    from sqlmodel import Session

    from destinations.platform.settings import Settings
    from models.handoffs.normalised import NormalisedRow
    from models.submissions import Submission

By = Annotated[str, typer.Option(help="Who says so")]


def add_to(app: typer.Typer) -> None:
    """These commands, added to the command line."""
    app.command()(confirm)
    app.command()(waive)
    app.command()(unwaive)
    app.command()(waivers)
    app.command()(undo)


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
    by: By,
    sheet: Annotated[str, typer.Option(help="The sheet, where there are several")] = "",
    column: Annotated[str, typer.Option(help="The letters of the column, where several")] = "",
) -> None:
    """Say that something we asked about is right.  It is not asked again until the value changes.

    Example: `destinations confirm 12 34 P10 --by "A. Careers Leader"`

    What was asked of a column or the whole file: `destinations confirm 12 H07 --by "A. Head"`

    Only "please check" can be confirmed; what must be fixed waits until it is.
    """
    from destinations.responses.confirmations import confirm as note
    from destinations.responses.confirmations import field_and_value
    from destinations.responses.confirmed_sheets import confirm_sheet
    from models.database import transaction

    row, code = _row_and_code(what)
    settings, engine = _here()
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


def waive(
    code: Annotated[str, typer.Argument(help="The code of the rule, such as R04")],
    school: Annotated[str, typer.Option(help="The URN of the school or college")],
    by: By,
    reason: Annotated[str, typer.Option(help="Why the rule does not hold there")],
    until: Annotated[
        date,
        typer.Option(parser=arguments.day, metavar="DAY", help="The last day it holds: 2027-08-31"),
    ],
    cohort: Annotated[
        int | None, typer.Option(parser=arguments.cohort, help="Only this leaving year: 2024/25")
    ] = None,
    stage: Annotated[
        str | None, typer.Option(parser=arguments.stage, help="Only this stage: Y11 or Y13")
    ] = None,
) -> None:
    """Set a rule aside for a school, and a cohort of it, until a day.

    Example: `destinations waive R04 --school 123456 --cohort 2024/25 --by "A. Officer"
    --reason "all of them went to one college" --until 2027-08-31`

    It stands in the school's evidence pack.  A refusal cannot be set aside.
    """
    from destinations.responses.waivers import waive as set_aside
    from models.database import transaction
    from models.vocabulary import LeavingStage

    rule = rule_of(code)
    if rule.refuses:
        raise typer.BadParameter(
            "a refusal cannot be set aside: nothing of such a file can be read"
        )
    _, engine = _here()
    try:
        with transaction(engine) as session:
            number = set_aside(
                session,
                code=rule.code,
                urn=known_school_urn(session, school),
                by=by,
                reason=reason,
                expires_on=until,
                today=today_in_london(),
                academic_year=cohort,
                leaving_stage=LeavingStage(stage) if stage else None,
            )
    except (LookupError, ValueError) as told:
        raise typer.BadParameter(str(told)) from None
    print_sentence(
        f"Waiver {number}: {rule.code} is set aside for {school} until {in_words(until)}."
    )


def unwaive(
    number: Annotated[
        int, typer.Argument(parser=arguments.number, help="The number of the waiver")
    ],
    by: By,
) -> None:
    """End a waiver before its day.

    Example: `destinations unwaive 3 --by "A. Officer"`
    """
    from destinations.responses.waivers import end_waiver
    from models.database import transaction
    from models.facts.calendar import now

    _, engine = _here()
    try:
        with transaction(engine) as session:
            end_waiver(session, number, by=by, ended_at=now())
    except LookupError as told:
        raise typer.BadParameter(
            f"{told} as {number}; `destinations waivers` lists those there are"
        ) from None
    print_sentence("Ended. The rule speaks again from the next intake.")


def waivers(
    school: Annotated[str | None, typer.Option(help="Only this URN")] = None,
    json_: Annotated[bool, typer.Option("--json", help="A line of JSON a waiver")] = False,
) -> None:
    """List the rules that are set aside today: for whom, by whom, why and until when.

    Example: `destinations waivers --school 123456`
    """
    from destinations.responses.waivers import waivers_in_force
    from expectations.catalogue import rule_words
    from models.vocabulary import year_name

    with hub_session() as session:
        urn = known_school_urn(session, school) if school else None
        lines: list[dict[str, Any]] = [
            {
                "waiver": one.id,
                "rule": one.code,
                "says": rule_words(one.code)[0],
                "urn": one.urn,
                "cohort": year_name(one.academic_year) if one.academic_year is not None else "",
                "stage": one.leaving_stage or "",
                "by": one.waived_by,
                "reason": one.reason,
                "until": one.expires_on.isoformat(),
            }
            for one in waivers_in_force(session, today_in_london(), urn=urn)
        ]
    if json_:
        print_json_lines(lines)
    elif lines:
        told = ("waiver", "rule", "urn", "stage", "cohort", "by", "reason", "until")
        print_table("", told, (tuple(line[name] for name in told) for line in lines))
        print_sentence("What a rule says: destinations rules CODE")
    else:
        print_sentence(f"No rule is set aside for {school}." if school else "No rule is set aside.")


def undo(
    submission: Annotated[
        int, typer.Argument(parser=arguments.number, help="The number of the submission")
    ],
    by: By,
    reason: Annotated[str, typer.Option(help="Why it is taken back")] = "",
) -> None:
    """Take a submission back: nothing of it counts any longer, and history is kept.

    Example: `destinations undo 12 --by "A. Officer" --reason "the wrong year's file"`

    What it had taken the place of is current again.  The same file may be sent again afterwards.
    """
    from destinations.record.undo import take_back_submission as take_back
    from flows.pipeline.reprocessing import reprocess_now
    from models.database import transaction
    from models.facts.calendar import now

    settings, engine = _here()
    try:
        with transaction(engine) as session:
            before = known_submission(session, submission)
            if before.undone_at is not None:
                print_sentence(
                    f"Submission {submission} was taken back already, by {before.undone_by}."
                )
                return
            done = take_back(session, submission, by=by, reason=reason, at=now())
    except (LookupError, ValueError) as told:
        raise typer.BadParameter(str(told)) from None
    engine.dispose()
    again = reprocess_now(settings, done.to_reprocess, today_in_london())
    print_sentence(
        f"Submission {submission} is taken back. Of what it said, nothing counts now: "
        f"{count_of(done.destinations, 'destination')}, {count_of(done.leavers, 'leaver')} "
        "whom nobody else names."
    )
    if again:
        others = count_of(again, "other submission told", "other submissions told")
        stand = "stands" if again == 1 else "stand"
        print_sentence(f"{others} us what it had told, and {stand} for it now.")


def _here() -> "tuple[Settings, Engine]":
    from destinations.platform.settings import get_settings

    return get_settings(), open_hub()


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
