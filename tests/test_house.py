"""The house: that a newcomer finds a thing from the names of folders, modules and classes alone."""

import ast
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGES = ("destinations", "expectations", "flows", "imports", "models")

# The road, a module a stage; nothing else is named so.
ROAD = {
    *("imports/receiving.py", "imports/reading.py", "imports/mapping.py"),
    *("expectations/validating.py", "destinations/matching.py", "destinations/recording.py"),
    *("destinations/summarising.py", "destinations/publishing.py"),
}

# Names that say nothing of the thing: what they hold must be guessed.
EMPTY = set(
    """said told heard found one each known again keep take thing things that this it
    data process handle handler manager helper helpers util utils common misc stuff info""".split()
)
MOST_MODULES = 17  # a folder that holds more has a room missing


def modules() -> list[Path]:
    return [
        path
        for package in PACKAGES
        for path in sorted((ROOT / package).rglob("*.py"))
        if "migrations" not in path.parts
    ]


def named(path: Path) -> list[str]:
    """The names that a module gives to what it defines."""
    names = []
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            names.append(node.name)
        elif isinstance(node, ast.Assign):
            names += [target.id for target in node.targets if isinstance(target, ast.Name)]
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            names.append(node.target.id)
    return names


def test_only_the_stages_of_the_road_are_named_in_ing():
    in_ing = {path.relative_to(ROOT).as_posix() for path in modules() if path.stem.endswith("ing")}
    assert in_ing == ROAD


def test_a_class_name_means_one_thing():
    homes = defaultdict(set)
    for path in modules():
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef):
                homes[node.name].add(path.relative_to(ROOT).as_posix())
    assert {name: places for name, places in homes.items() if len(places) > 1} == {}


def test_no_module_and_nothing_in_one_has_an_empty_name():
    empty = {
        (path.relative_to(ROOT).as_posix(), name)
        for path in modules()
        for name in (path.stem, *named(path))
        if name.strip("_").casefold() in EMPTY
    }
    assert empty == set()


def test_every_room_says_in_one_line_what_it_is_for():
    for folder in {path.parent for path in modules()}:
        purpose = folder / "__init__.py"
        assert purpose.is_file(), f"{folder.relative_to(ROOT)} has no __init__.py with its purpose"
        words = ast.get_docstring(ast.parse(purpose.read_text(encoding="utf-8"))) or ""
        first = words.partition("\n")[0]
        assert first.endswith("."), f"{folder.relative_to(ROOT)} does not say what it is for"


def test_no_room_is_crowded():
    held = defaultdict(int)
    for path in modules():
        held[path.parent.relative_to(ROOT).as_posix()] += path.name != "__init__.py"
    assert {room: count for room, count in held.items() if count > MOST_MODULES} == {}
