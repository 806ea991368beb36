"""Map: what headings and words are read as, and a person's word for what they mean."""

from typing import TYPE_CHECKING, Annotated

import typer

from destinations.cli.shown.output import print_sentence
from destinations.cli.typed.arguments import number
from destinations.cli.typed.hub_lookup import (
    hub_session,
    known_school_urn,
    known_submission,
    reading_hub,
)

if TYPE_CHECKING:
    from destinations.platform.settings import Settings

By = Annotated[str, typer.Option(help="Who says so")]
Hub = Annotated[bool, typer.Option("--hub", help="For every school of the hub")]
School = Annotated[str | None, typer.Option(help="Its URN")]
Number = Annotated[int, typer.Argument(parser=number, help="The number of the submission")]

maps = typer.Typer(
    help="What headings and words are read as, and a person's word for what they mean.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
)


def add_to(app: typer.Typer) -> None:
    """These commands, added to the command line."""
    app.add_typer(maps, name="map")


@maps.command()
def show(
    submission: Annotated[
        int | None, typer.Argument(parser=number, help="The number of a submission")
    ] = None,
    school: School = None,
    json_: Annotated[bool, typer.Option("--json", help="A line of JSON for each")] = False,
) -> None:
    """Show what each heading of a submission is read as, by whose word, and what we ask.

    Example: `destinations map show 12`

    Without a submission: everything that people confirmed, or with --school what holds for it.
    """
    from destinations.cli.shown.mappings_listed import show_confirmed, show_submission

    with reading_hub() as session:
        if submission is None:
            urn = known_school_urn(session, school) if school else None
            show_confirmed(session, urn, json_=json_)
        else:
            show_submission(
                _settings(), session, known_submission(session, submission), json_=json_
            )


@maps.command()
def accept(
    submission: Number,
    heading: Annotated[str | None, typer.Argument(help="The heading; all that we ask of")] = None,
    by: By = "",
    hub: Hub = False,
) -> None:
    """Say yes to what we ask of a submission's headings.  The next intake reads it again.

    Example: `destinations map accept 12 "Where are they now?" --by "A. Officer"`
    """
    from destinations.cli.typed.remember import questions_of_submission, remember_headings

    _require_name(by)
    with hub_session() as session:
        stored = known_submission(session, submission)
        remember_headings(
            _settings(),
            session,
            stored,
            questions_of_submission(_settings(), session, stored, heading),
            by=by,
            hub=hub,
        )


@maps.command("set")
def set_(
    submission: Number,
    heading: Annotated[str, typer.Argument(help="The heading as it stands in the sheet")],
    field: Annotated[str, typer.Argument(help="What it holds, such as Destination; or leave out")],
    by: By = "",
    hub: Hub = False,
) -> None:
    """Say what a heading holds, or that its column is to be left out.

    Example: `destinations map set 12 "Tutor's view" "leave out" --by "A. Officer"`

    The next intake reads the sheet again.
    """
    from destinations.cli.typed.allowed_values import parse_field
    from destinations.cli.typed.remember import remember_headings

    _require_name(by)
    meant = parse_field(field)
    with hub_session() as session:
        stored = known_submission(session, submission)
        remember_headings(_settings(), session, stored, {heading: meant}, by=by, hub=hub)


@maps.command()
def word(
    words: Annotated[
        list[str], typer.Argument(metavar="[SUBMISSION] FIELD WORD VALUE", show_default=False)
    ],
    school: School = None,
    by: By = "",
    hub: Hub = False,
) -> None:
    """Say what a word in the cells of a school means.  Rows that waited are read again.

    Example: `destinations map word 12 Destination "Colledge tbc" 230 --by "A. Officer"`

    Or for a school: `destinations map word --school 123456 Destination "Colledge tbc" 230 --by Jo`
    """
    from destinations.cli.typed.allowed_values import parse_listed_field, parse_value
    from destinations.cli.typed.remember import remember_word

    _require_name(by)
    number, field, typed, value = _split_word_arguments(words, school, hub=hub)
    field = parse_listed_field(field)
    value = parse_value(field, value)
    with hub_session() as session:
        own = known_school_urn(session, school) if school else None
        urn = "" if hub else own or known_submission(session, number or 0).urn
        remember_word(session, urn, field, typed, value, by=by, number=number)


@maps.command()
def forget(
    typed: Annotated[
        str, typer.Argument(metavar="said", help="The heading; with --word the word in a cell")
    ],
    school: School = None,
    hub: Hub = False,
    word: Annotated[str | None, typer.Option(help="It is a word of this field")] = None,
) -> None:
    """Forget what was confirmed of a heading or a word.  What is recorded stays as it is.

    Example: `destinations map forget "Where are they now?" --school 123456`

    A word: `destinations map forget "Colledge tbc" --word Destination --school 123456`
    """
    from destinations.cli.typed.allowed_values import parse_listed_field
    from destinations.responses.mappings import (
        load_mappings,
        remove_heading_mappings,
        remove_value_mappings,
    )
    from imports.crosswalk.column_map import normalise_heading, normalise_word

    if bool(school) == hub:
        raise typer.BadParameter("say --school URN or --hub, one of the two")
    with hub_session() as session:
        urn = known_school_urn(session, school) if school else ""
        if word is None:
            removed = remove_heading_mappings(session, urn=urn, key=normalise_heading(typed))
        else:
            field = parse_listed_field(word)
            ids = [
                mapping.id
                for mapping in load_mappings(session)[1]
                if (mapping.urn, mapping.field, normalise_word(mapping.word))
                == (urn, field, normalise_word(typed))
            ]
            removed = remove_value_mappings(
                session, [mapping_id for mapping_id in ids if mapping_id is not None]
            )
        session.commit()
    if not removed:
        raise typer.BadParameter(
            f"nothing is remembered of '{typed}' for {school or 'the hub'}; see map show"
        )
    print_sentence(
        f"Forgotten: '{typed}', for {school or 'the hub'}. What is recorded stays as it is."
    )


@maps.command()
def export(school: School = None) -> None:
    """Write what was confirmed for a school, or for the hub, as a YAML map to be reviewed.

    Example: `destinations map export --school 123456 > imports/maps/123456.yaml`

    What to do with it: docs/runbooks/add-a-map.md.
    """
    import sys

    from destinations.cli.shown.map_as_yaml import export_map

    with reading_hub() as session:
        urn = known_school_urn(session, school) if school else ""
        sys.stdout.write(export_map(session, urn))


def _split_word_arguments(
    words: list[str], school: str | None, *, hub: bool
) -> tuple[int | None, str, str, str]:
    number: int | None = None
    if len(words) == 4 and words[0].isdigit():
        number, words = int(words[0]), words[1:]
    if len(words) != 3 or (number is None and not (school or hub)):
        raise typer.BadParameter(
            "say FIELD WORD VALUE, and whose word it is: SUBMISSION in front, --school or --hub"
        )
    return number, words[0], words[1], words[2]


def _require_name(by: str) -> None:
    if not by.strip() or len(by.strip()) > 100:
        raise typer.BadParameter("say who says so: --by NAME; nothing is remembered without a name")


def _settings() -> "Settings":
    from destinations.platform.settings import get_settings

    return get_settings()
