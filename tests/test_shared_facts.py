"""One home for each shared fact: nobody else asks the clock, or has the rule a second time."""

import ast
import inspect
from collections.abc import Iterator
from pathlib import Path

import pytest

from models.facts import calendar, effective, identifiers, membership, spreadsheet_cells, succession

HERE = Path(__file__).parents[1]
PACKAGES = ("destinations", "expectations", "flows", "imports", "models")
HOMES = (calendar, effective, identifiers, membership, spreadsheet_cells, succession)

# The names that only these modules may use, whatever they are called by: rule, names, homes.
KEPT = [
    ("what day or time it is", {"today", "utcnow", "ZoneInfo"}, {"models/facts/calendar.py"}),
    (
        "how one URN follows another",
        {"InstitutionLink"},
        {
            "models/facts/succession.py",
            "models/places.py",
            "destinations/register/load_register.py",
        },
    ),
    (
        "the last day in a hub",
        {"left_on"},
        {
            "models/facts/membership.py",
            "models/places.py",
            "destinations/register/load_register.py",
        },
    ),
    (
        "whether a submission was taken back",
        {"undone_at"},
        {
            *(
                "models/facts/effective.py",
                "models/submissions.py",
                "models/facts/submission_state.py",
            ),
            *(
                "destinations/record/undo.py",
                "destinations/cli/undo.py",
                "destinations/cli/where.py",
            ),
        },
    ),
    (
        "which word another took the place of",
        {"supersedes_id"},
        {
            *("models/facts/effective.py", "models/destinations.py"),
            "destinations/reports/export_columns.py",
            "destinations/record/destination_history.py",
        },
    ),
]


def modules() -> Iterator[tuple[str, ast.Module]]:
    for package in PACKAGES:
        for path in sorted((HERE / package).rglob("*.py")):
            name = path.relative_to(HERE).as_posix()
            if "migrations" not in path.parts:
                yield name, ast.parse(path.read_text(encoding="utf-8"))


MODULES = dict(modules())


def names_used(tree: ast.Module) -> set[str]:
    """Attributes and imported names; not what a module calls its own arguments and locals."""
    used = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    imported = (node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom))
    return used | {alias.name for node in imported for alias in node.names}


@pytest.mark.parametrize(("fact", "names", "homes"), KEPT, ids=[fact for fact, *_ in KEPT])
def test_only_its_home_decides(fact: str, names: set[str], homes: set[str]) -> None:
    elsewhere = {name for name, tree in MODULES.items() if names & names_used(tree)}
    assert elsewhere <= homes, fact


def test_only_the_calendar_asks_the_clock() -> None:
    asking = {
        name
        for name, tree in MODULES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and node.attr == "now"
        and isinstance(node.value, ast.Name)
        and node.value.id == "datetime"
    }
    assert asking == {"models/facts/calendar.py"}


def test_nobody_defines_a_shared_rule_again() -> None:
    shared = {
        name
        for home in HOMES
        for name, made in inspect.getmembers(home, inspect.isfunction)
        if made.__module__ == home.__name__ and not name.startswith("_")
    }
    again = {
        (name, node.name)
        for name, tree in MODULES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.name in shared
    }
    homes = {f"{home.__name__.replace('.', '/')}.py" for home in HOMES}
    assert {name for name, _ in again} <= homes
    assert len(again) == len(shared)


# What a copy of a rule would have in it: a month in words, the letters of a UPN, letters of A.
LITERALS = {"ABCDEFGHJKLMNPQRTUVWXYZ", "%B %Y", " %B %Y", "Europe/London"}


def test_nobody_writes_out_a_shared_fact_again() -> None:
    written = {
        name
        for name, tree in MODULES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in LITERALS
    }
    assert written == {"models/facts/calendar.py", "models/facts/identifiers.py"}


def test_nobody_reckons_the_letters_of_a_column_again() -> None:
    reckoning = {
        name
        for name, tree in MODULES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "divmod"
        and any(isinstance(part, ast.Constant) and part.value == 26 for part in node.args)
    }
    assert reckoning == {"models/facts/spreadsheet_cells.py"}
