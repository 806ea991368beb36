"""The pages and pictures that are written from the code, each beside what it is written from.

`python docs/generate.py` writes them; with `--check` it writes nothing and exits 1 when one of
them is not what the code would write today.
"""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))  # `docs.written`, however this file is run

from docs.written.rooms import house_picture, rooms_page  # noqa: E402
from docs.written.tables import tables_page, tables_picture  # noqa: E402


def main() -> int:
    """0 when every page is fresh or was written, 1 when one is stale."""
    stale = []
    for name, page in PAGES.items():
        path, text = HERE / name, page()
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        stale.append(name)
        if "--check" not in sys.argv:
            path.write_text(text, encoding="utf-8")
    if stale and "--check" in sys.argv:
        sys.stderr.write(f"Not fresh: {', '.join(stale)} in docs/. Run `make docs`.\n")
        return 1
    return 0


def rules_page() -> str:
    """The rule catalogue."""
    from expectations import catalogue

    return catalogue.rules_page()


def exports_page() -> str:
    """The data dictionary of the exports."""
    from destinations.reports import export_dictionary

    return export_dictionary.exports_page()


def commands_page() -> str:
    """Every command with its arguments, options and example."""
    from typer.main import get_command

    from destinations.cli import app

    lines = [
        "# Commands",
        "",
        "What `destinations COMMAND --help` says. Written from the code; do not edit by hand.",
        "",
        "Exit codes: 0 nothing to fix, 1 something to fix, 2 wrong usage, 3 refused, 4 our fault.",
    ]
    for words, command in _commands(get_command(app), ()):
        lines += ["", f"## destinations {' '.join(words)}", "", (command.help or "").strip(), ""]
        shown = [each for each in command.params if each.name != "help"]
        lines += [_line(each) for each in shown]
    return "\n".join(lines).rstrip() + "\n"


def _commands(group: Any, before: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from _commands(command, (*before, name))
        else:
            yield (*before, name), command


def _line(parameter: Any) -> str:
    """One argument or option: how it is written, what it is, what it is when left out."""
    is_option = parameter.param_type_name == "option"
    argument = (parameter.metavar or parameter.name or "").upper()
    written = ", ".join(parameter.opts) if is_option else argument
    default = parameter.default
    says = [parameter.help or ""]
    if is_option and default not in (None, False, (), []):
        says.append(f"Default: `{getattr(default, 'value', default)}`")
    elif parameter.required:
        says.append("Needed")
    text = ". ".join(part.rstrip(".") for part in says if part)
    return f"- `{written}` {text}".rstrip()


PAGES: dict[str, Callable[[], str]] = {
    "commands.md": commands_page,
    "exports.md": exports_page,
    "rules.md": rules_page,
    "house.md": rooms_page,
    "house.svg": house_picture,
    "models.md": tables_page,
    "models.svg": tables_picture,
}

if __name__ == "__main__":
    sys.exit(main())
