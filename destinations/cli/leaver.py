"""Leaver: one person in each cohort, and every answer with the cell it came from."""

from collections.abc import Iterator
from typing import Annotated, Any

import typer

from destinations.cli.shown.output import print_json_lines, print_sentence, print_table
from destinations.cli.typed.arguments import number
from destinations.cli.typed.hub_lookup import reading_hub


def add_to(app: typer.Typer) -> None:
    """The command, added to the command line."""
    app.command()(leaver)


def leaver(
    person: Annotated[
        int, typer.Argument(parser=number, help="The number of the person, as exports give it")
    ],
    json_: Annotated[bool, typer.Option("--json", help="A line of JSON an answer")] = False,
) -> None:
    """Show one leaver: their cohorts, every answer, and the cell it came from.

    Example: `destinations leaver 567`
    """
    from destinations.reports.exports import export

    with reading_hub() as session:
        cohort_lines = _export_lines(export(session, "leavers", person=person))
        answer_lines = _export_lines(export(session, "destinations", person=person))
    if not cohort_lines:
        raise typer.BadParameter(
            f"there is no person {person}; `destinations export leavers` has their numbers"
        )
    if json_:
        print_json_lines(answer_lines)
        return
    for line in cohort_lines:
        born = line["born_on"] or "not known"
        who = f"{line['forename']} {line['surname']}, born {born}"
        if line["consent"] == "N":
            who = "Somebody who objects to being tracked"
        out = f"; left out of the leavers: {line['excluded']}" if line["excluded"] else ""
        print_sentence(
            f"{who}: left {line['urn']} in {line['cohort']} ({line['stage']}){out}; from "
            f"{line['file']}, row {line['row']}"
        )
    print_table(
        "",
        ("wave", "was doing", "where", "from", "to", "as at", "says", "cell"),
        (_table_row(line) for line in answer_lines if line["superseded"] == "N"),
    )
    print_sentence("Answers that were corrected since are in --json.")


def _table_row(line: dict[str, Any]) -> tuple[Any, ...]:
    return (
        line["wave"],
        f"{line['activity_code']} {line['activity_group']}",
        line["provider_name"],
        line["started_on"],
        line["ended_on"],
        line["as_at"],
        line["source"],
        f"{line['file']} {line['sheet']} {line['column']}{line['row']}",
    )


def _export_lines(
    exported: tuple[tuple[str, ...], Iterator[tuple[Any, ...]]],
) -> list[dict[str, Any]]:
    columns, rows = exported
    return [dict(zip(columns, row, strict=True)) for row in rows]
