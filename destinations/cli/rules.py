"""Rules: what they say, what a changed suite would change, and by whose word one is in force."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from destinations.cli.shown.output import (
    NOTHING_TO_FIX,
    SOMETHING_TO_FIX,
    print_json_lines,
    print_sentence,
    print_table,
)
from destinations.cli.typed.arguments import existing_file, nearest
from destinations.cli.typed.hub_lookup import open_hub
from models.facts.calendar import today_in_london
from models.facts.counts import count_of

if TYPE_CHECKING:
    from expectations.engine.trial import Trial
    from expectations.rule import Rule
    from flows.pipeline.rule_impact import RuleImpact


class CodeFirstGroup(TyperGroup):
    """`rules I03` is `rules show I03`: what is no command is a rule's code."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """The arguments, with the command that they leave out."""
        if not args or (args[0] not in self.commands and args[0] != "--help"):
            args = ["show", *args]
        return super().parse_args(ctx, args)


rules = typer.Typer(
    name="rules",
    cls=CodeFirstGroup,
    help="What every rule says; trying a changed suite, and adopting it.",
    rich_markup_mode="markdown",
)


def add_to(app: typer.Typer) -> None:
    """These commands, added to the command line."""
    app.add_typer(rules)


@rules.command()
def show(
    code: Annotated[str | None, typer.Argument(help="A rule's code, such as I03")] = None,
    json_: Annotated[bool, typer.Option("--json", help="A line of JSON a rule")] = False,
) -> None:
    """Show the rules, or all about one of them.

    Example: `destinations rules I03`
    """
    from expectations.catalogue import SEVERITY_WORDS, catalogue

    chosen = list(catalogue().values())
    if code:
        chosen = [rule_of(code)]
    if json_:
        print_json_lines(_rule_line(rule) for rule in chosen)
    elif code:
        for name, value in _rule_line(chosen[0]).items():
            print_sentence(f"{name}: {value}")
    else:
        rows = [(rule.code, SEVERITY_WORDS[rule.severity], rule.says) for rule in chosen]
        print_table("Rules", ("Code", "Weight", "Says"), rows)


def rule_of(code: str) -> "Rule":
    """The rule of a code.  Raises BadParameter, with the nearest, where there is none."""
    from expectations.catalogue import catalogue

    rule = catalogue().get(code.strip().upper())
    if rule is None:
        meant = nearest(code, sorted(catalogue()))
        raise typer.BadParameter(
            f"there is no rule '{code}'{meant or '; `destinations rules` lists them'}"
        )
    return rule


def _rule_line(rule: "Rule") -> dict[str, Any]:
    return {
        "code": rule.code,
        "severity": rule.severity.value,
        "says": rule.says,
        "do": rule.do,
        "bad": rule.bad,
        "good": rule.good,
        "source": rule.source,
        "since": rule.since,
        "field": rule.field,
        "refuses": rule.refuses,
    }


Without = Annotated[list[str] | None, typer.Option(help="Leave this rule out")]
Weigh = Annotated[
    list[str] | None, typer.Option(help="CODE=please_check or CODE=must_fix: weigh it otherwise")
]
Tolerance = Annotated[list[str] | None, typer.Option(help="name=number: another limit")]


@rules.command("try")
def try_(
    suite: Annotated[
        Path | None,
        typer.Option(parser=existing_file, help="YAML with without, weigh, tolerances"),
    ] = None,
    without: Without = None,
    weigh: Weigh = None,
    tolerance: Tolerance = None,
    json_: Annotated[bool, typer.Option("--json", help="A line of JSON a school and rule")] = False,
) -> None:
    """Run a changed suite over everything ever sent, and show what would change.

    Example: `destinations rules try --weigh P11=must_fix --tolerance years_from_year_group=1`

    Without options, the rules as they are in the code stand beside those that judged each file.
    Nothing is recorded and nobody is told.  Exit 0 nothing would change, 1 something would.
    """
    impact = _impact_of(suite, without, weigh, tolerance)
    if json_:
        print_json_lines(impact.lines())
        print_json_lines(impact.rows_by_school())
    else:
        _print_impact(impact)
    raise typer.Exit(SOMETHING_TO_FIX if impact.total else NOTHING_TO_FIX)


@rules.command()
def adopt(
    by: Annotated[str, typer.Option(help="Who says so")],
) -> None:
    """Put the rules as they are in the code in force, by name, after a trial over everything sent.

    Example: `destinations rules adopt --by "Dana Officer"`
    """
    from destinations.responses.adoptions import adopt_suites as put_in_force
    from expectations.engine.suites import suites_in_code
    from models.database import transaction

    engine = open_hub()
    impact = _impact_of(None, None, None, None)
    with transaction(engine) as session:
        number = put_in_force(session, suites_in_code(), by=by, would_change=impact.total)
    engine.dispose()
    if number:
        suites, findings = count_of(number, "suite is", "suites are"), impact.total
        differ = count_of(findings, "finding differs", "findings differ")
        print_sentence(f"{suites} in force now. {differ} by {'it' if number == 1 else 'them'}.")
    else:
        print_sentence("These suites were in force already.")


def _impact_of(
    suite: Path | None,
    without: list[str] | None,
    weigh: list[str] | None,
    tolerance: list[str] | None,
) -> "RuleImpact":
    from destinations.platform.settings import get_settings
    from expectations.engine.trial import trial_of
    from expectations.tolerances import Tolerances
    from flows.pipeline.rule_impact import compare_suites
    from flows.pipeline.stages import open_run

    described = _read_suite(suite)
    try:
        described["without"] = [*(described.get("without") or ()), *(without or ())]
        described["weigh"] = {**(described.get("weigh") or {}), **_parse_assignments(weigh)}
        described["tolerances"] = {
            **(described.get("tolerances") or {}),
            **_parse_assignments(tolerance),
        }
    except TypeError:
        raise typer.BadParameter(
            "in a suite to try, without is a list, and weigh and tolerances are name: value"
        ) from None
    open_hub().dispose()
    settings = get_settings()
    try:
        trial: Trial = trial_of(described, settings.tolerances(Tolerances))
    except ValueError as wrong:
        raise typer.BadParameter(str(wrong)) from None
    with open_run(settings) as road:
        return compare_suites(road, trial, today_in_london())


def _read_suite(suite: Path | None) -> dict[str, Any]:
    """What a file says of a suite to try.  Raises BadParameter for anything else."""
    import yaml

    try:
        described = yaml.safe_load(suite.read_text(encoding="utf-8")) if suite else {}
    except (yaml.YAMLError, UnicodeDecodeError):
        raise typer.BadParameter(
            f"'{suite}' is not YAML; write a line such as `without: [P10]`"
        ) from None
    if not isinstance(described or {}, Mapping):
        raise typer.BadParameter("a suite to try is a mapping: without, weigh, tolerances")
    return dict(described or {})


def _parse_assignments(assignments: Iterable[str] | None) -> dict[str, str]:
    """I03=please_check as a name and its value."""
    pairs = {}
    for assignment in assignments or ():
        name, equals, value = assignment.partition("=")
        if not (name and equals and value):
            raise typer.BadParameter(
                f"'{assignment}' is not written name=value, such as P11=must_fix"
            )
        pairs[name.strip()] = value.strip()
    return pairs


def _print_impact(impact: "RuleImpact") -> None:
    rows = count_of(impact.rows, "row was", "rows were")
    print_sentence(f"{count_of(impact.submissions, 'submission')}, {rows} judged both ways.")
    if impact.unread:
        print_sentence(f"{impact.unread:,} could not be read again.")
    if not impact.total:
        print_sentence("Nothing would change.")
        return
    for title, lines in (
        ("Findings that would differ", impact.lines()),
        ("Rows that would wait, or wait no longer", impact.rows_by_school()),
    ):
        if lines:
            print_table(title, list(lines[0]), (list(line.values()) for line in lines))
