"""The house: every room with its purpose, what it builds on, and a picture with the road on top."""

import ast
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

import grimp

from docs.written.drawing import Box, arrow, lines_of, picture, rectangle, words

ROOT = Path(__file__).parents[2]
PACKAGES = ("flows", "imports", "expectations", "destinations", "models")
FILLS = {
    "flows": "#efe6f7",
    "imports": "#e3eefb",
    "expectations": "#fff4d6",
    "destinations": "#fde7e0",
    "models": "#e6f4ea",
}
# The eight stages and the package in which each is a module; no other module ends in -ing.
ROAD = {
    "receiving": "imports",
    "reading": "imports",
    "mapping": "imports",
    "validating": "expectations",
    "matching": "destinations",
    "recording": "destinations",
    "summarising": "destinations",
    "publishing": "destinations",
}
# What is said below a package in the picture; the three in the middle stand side by side.
BETWEEN = {
    "flows": "joins the stages; so does destinations/cli",
    "imports": "imports, expectations and destinations do not know one another",
    "destinations": "all of them know the words and the tables",
}
WIDTH, EDGE, ROOM, SPACE = 1180, 24, 262, 12


def purpose(package: str) -> str:
    """The first line that a package says of itself."""
    source = (ROOT / package / "__init__.py").read_text(encoding="utf-8")
    return (
        str(ast.get_docstring(ast.parse(source)))
        .splitlines()[0]
        .replace("`", "")
        .replace(".  ", ". ")
    )


def rooms(package: str) -> list[str]:
    """The folders of a package that have a purpose line, `imports/workbook` before its own."""
    found = sorted(path.parent for path in (ROOT / package).glob("**/*/__init__.py"))
    return [str(path.relative_to(ROOT)) for path in found]


def builds_on() -> Mapping[str, list[str]]:
    """For each room, the rooms whose modules its own bring in; a package stands for its top."""
    graph = grimp.build_graph(*PACKAGES, cache_dir=None)
    all_rooms = {*PACKAGES, *(room for package in PACKAGES for room in rooms(package))}
    uses: dict[str, set[str]] = defaultdict(set)
    for module in graph.modules:
        mine = _room_of(module, all_rooms)
        for other in graph.find_modules_directly_imported_by(module):
            uses[mine].add(_room_of(other, all_rooms))
    return {room: sorted(uses[room] - {room}) for room in all_rooms}


def rooms_page() -> str:
    """Every room: what it holds, and what it builds on."""
    used = builds_on()
    lines = [
        "# The house",
        "",
        "Where things are. Written from the first line of each package and from what imports what;",
        "do not edit by hand.",
        "",
        "![The road, and the rooms](house.svg)",
        "",
        "The road goes from left to right through the eight modules named in -ing. Whatever stands",
        "lower in the picture knows nothing of what stands above it: `make check` holds that, with",
        "the contracts in pyproject.toml. Everything may know `models`; the tables leave it out.",
    ]
    for package in PACKAGES:
        lines += ["", f"## {package}", "", purpose(package), ""]
        lines += ["| room | holds | builds on |", "|---|---|---|"]
        for room in (package, *rooms(package)):
            holds = purpose(room) if room != package else _top_modules(package)
            # Everything may know the words and the tables, so that is not said of each.
            beside = [one for one in used[room] if package == "models" or _top(one) != "models"]
            lines.append(f"| `{room}/` | {holds} | {_listed(beside)} |")
    return "\n".join(lines) + "\n"


def house_picture() -> str:
    """The road above, then who joins the stages, the stages' packages, and what all stand on."""
    parts, y = [words(EDGE, 30, "The road", size=16)], 44.0
    step = (WIDTH - 2 * EDGE) / len(ROAD)
    for at, (stage, package) in enumerate(ROAD.items()):
        box = Box(EDGE + at * step, y, step - 22, 46)
        parts += [
            rectangle(box, fill=FILLS[package]),
            words(box.x + 9, y + 20, stage),
            words(box.x + 9, y + 37, f"{package}/", pale=True),
        ]
        if at:
            parts.append(arrow(((box.x - 21, y + 23), (box.x - 2, y + 23))))
    parts.append(words(EDGE, 122, "The rooms", size=16))
    y = 136.0
    for package in PACKAGES:
        drawn, height = _package(package, y)
        parts += drawn
        y += height + 30
        if package in BETWEEN:
            if package != "imports":
                parts.append(arrow(((WIDTH / 2, y - 28), (WIDTH / 2, y - 4))))
            parts.append(words(WIDTH / 2 + 12, y - 11, BETWEEN[package], pale=True))
    return picture(WIDTH, y, parts, says="The eight stages, and the rooms of each package")


def _package(package: str, top: float) -> tuple[list[str], float]:
    inner = WIDTH - 2 * EDGE - 2 * SPACE
    columns = int((inner + SPACE) // (ROOM + SPACE))
    first = [room for room in rooms(package) if room.count("/") == 1]
    texts = [lines_of(purpose(room), ROOM - 16, size=12) for room in first]
    parts: list[str] = []
    y = top + 40
    for at in range(0, len(first), columns):
        row = list(zip(first[at : at + columns], texts[at : at + columns], strict=True))
        tall = 30 + 16 * max(len(lines) for _, lines in row)
        for column, (room, lines) in enumerate(row):
            box = Box(EDGE + SPACE + column * (ROOM + SPACE), y, ROOM, tall)
            parts += [
                rectangle(box, fill="#ffffff"),
                words(box.x + 8, y + 18, f"{room.partition('/')[2]}/"),
            ]
            parts += [
                words(box.x + 8, y + 35 + 16 * number, line, size=12, pale=True)
                for number, line in enumerate(lines)
            ]
        y += tall + SPACE
    whole = Box(EDGE, top, WIDTH - 2 * EDGE, y - top)
    heading = [
        rectangle(whole, fill=FILLS[package]),
        words(EDGE + SPACE, top + 25, f"{package}/", size=15),
        words(EDGE + SPACE + 130, top + 25, purpose(package), pale=True),
    ]
    return [*heading, *parts], y - top


def _room_of(module: str, all_rooms: set[str]) -> str:
    path = module.replace(".", "/")
    while path not in all_rooms:
        path = path.rpartition("/")[0]
    return path


def _top_modules(package: str) -> str:
    names = sorted(path.stem for path in (ROOT / package).glob("*.py") if path.stem != "__init__")
    stages = [name for name in ROAD if name in names]
    others = [name for name in names if name not in stages]
    stages_first = [*(f"**{name}**" for name in stages), *others]
    return ", ".join(stages_first) or "nothing of its own"


def _top(room: str) -> str:
    return room.partition("/")[0]


def _listed(used: list[str]) -> str:
    return ", ".join(f"`{room}`" for room in used) or "nothing of ours"
