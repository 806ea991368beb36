"""The command line: a module a command.  Heavy parts are imported by the command that runs."""

import sys
from typing import Annotated

import typer
from typer.exceptions import TyperException

from destinations.cli import (
    check,
    confirm,
    demo,
    export,
    findings,
    leaver,
    map,
    register,
    rules,
    run,
    serve,
    settle,
    setup,
    submit,
    undo,
    waive,
    where,
)

# The commands, in the order in which the help lists them.
COMMANDS = (
    *(setup, register, check, submit, run, serve, demo, where, findings, export),
    *(leaver, settle, confirm, waive, undo, map, rules),
)

app = typer.Typer(
    name="destinations",
    help="Where every school leaver went, and whether it lasted, for three years.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
)
for command in COMMANDS:
    command.add_to(app)


def _version(*, wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        sys.stdout.write(f"destinations {version('destinations')}\n")
        raise typer.Exit


@app.callback()
def destinations(
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            callback=lambda wanted: _version(wanted=wanted),
            is_eager=True,
            help="Say which version this is",
        ),
    ] = False,
) -> None:
    """Where every school leaver went, and whether it lasted, for three years."""


def main() -> None:
    """Run a command.  Exit: 0 nothing to fix, 1 something to fix, 2 usage, 3 refused, 4 ours."""
    try:
        sys.exit(app(prog_name="destinations", standalone_mode=False) or 0)
    except TyperException as wrong:
        from destinations.cli.typed.wrong_usage import tell_wrong_usage

        sys.exit(tell_wrong_usage(wrong))
    except Exception as error:  # the last wall: a traceback can quote a cell
        from destinations.cli.shown.output import (
            is_locked,
            is_not_set_up,
            print_locked,
            print_not_set_up,
            print_our_fault,
            wrong_setting,
        )

        if wrong_setting(error):
            sys.exit(2)
        if is_not_set_up(error):
            print_not_set_up()
            sys.exit(2)
        if is_locked(error):
            print_locked()
            sys.exit(4)
        print_our_fault(error)
        sys.exit(4)
