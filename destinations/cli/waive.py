"""Waivers: a rule is set aside for a school until a day; ending them and listing them."""

from datetime import date
from typing import Annotated, Any

import typer

from destinations.cli.rules import rule_of
from destinations.cli.shown.output import print_json_lines, print_sentence, print_table
from destinations.cli.typed import arguments
from destinations.cli.typed.hub_lookup import known_school_urn, open_hub, reading_hub
from models.facts.calendar import in_words, today_in_london

By = Annotated[str, typer.Option(help="Who says so")]


def add_to(app: typer.Typer) -> None:
    """These commands, added to the command line."""
    app.command()(waive)
    app.command()(unwaive)
    app.command()(waivers)


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

    It stands in the school's evidence pack.  A refusal cannot be set aside, but
    for X10: with it you say that the leavers are that school's own.
    """
    from destinations.responses.waivers import waive as set_aside
    from models.database import transaction
    from models.vocabulary import LeavingStage

    rule = rule_of(code)
    if rule.refuses and not rule.answerable:
        raise typer.BadParameter(
            "a refusal cannot be set aside: nothing of such a file can be read"
        )
    engine = open_hub()
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
    except (LookupError, ValueError) as error:
        raise typer.BadParameter(str(error)) from None
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

    engine = open_hub()
    try:
        with transaction(engine) as session:
            end_waiver(session, number, by=by, ended_at=now())
    except LookupError as error:
        raise typer.BadParameter(
            f"{error} as {number}; `destinations waivers` lists those there are"
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

    with reading_hub() as session:
        urn = known_school_urn(session, school) if school else None
        lines: list[dict[str, Any]] = [
            {
                "waiver": waiver.id,
                "rule": waiver.code,
                "says": rule_words(waiver.code)[0],
                "urn": waiver.urn,
                "cohort": year_name(waiver.academic_year)
                if waiver.academic_year is not None
                else "",
                "stage": waiver.leaving_stage or "",
                "by": waiver.waived_by,
                "reason": waiver.reason,
                "until": waiver.expires_on.isoformat(),
            }
            for waiver in waivers_in_force(session, today_in_london(), urn=urn)
        ]
    if json_:
        print_json_lines(lines)
    elif lines:
        columns = ("waiver", "rule", "urn", "stage", "cohort", "by", "reason", "until")
        print_table("", columns, (tuple(line[name] for name in columns) for line in lines))
        print_sentence("What a rule says: destinations rules CODE")
    else:
        print_sentence(f"No rule is set aside for {school}." if school else "No rule is set aside.")
