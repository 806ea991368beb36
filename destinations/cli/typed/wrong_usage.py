"""Wrong usage: one sentence that says what was typed, what is wrong and what to type instead."""

import re
from typing import Any

from typer.exceptions import TyperException

from destinations.cli.shown.output import note
from destinations.cli.typed.arguments import nearest

_EXAMPLE = re.compile(r"Example: `([^`]+)`")
_QUOTED = re.compile(r"'([^']*)'")


def tell_wrong_usage(error: TyperException) -> int:
    """Say what is wrong on standard error, with an example and where to read on.  The exit code."""
    if type(error).__name__ == "NoArgsIsHelpError":
        error.show()  # type: ignore[attr-defined]  # the help itself
        return error.exit_code
    context: Any = getattr(error, "ctx", None)
    lines = [sentence(error)]
    if context is not None:
        if example := _EXAMPLE.search(context.command.help or ""):
            lines.append(f"Example: {' '.join(example[1].split())}")
        lines.append(f"More: {context.command_path} --help")
    for line in lines:
        note(line)
    return error.exit_code


def sentence(error: TyperException) -> str:
    """What is wrong, in our words, from a capital to a full stop."""
    kinds = {
        "NoSuchOption": _no_such_option,
        "MissingParameter": _missing_parameter,
        "BadOptionUsage": _option_value,
        "BadParameter": _bad_parameter,
        "UsageError": _usage_error,
    }
    words = kinds.get(type(error).__name__, lambda other: other.message)(error).strip()
    return words[:1].upper() + words[1:] + ("" if words.endswith((".", "?", "!")) else ".")


def _no_such_option(error: Any) -> str:
    options = [
        name
        for parameter in error.ctx.command.params
        for name in parameter.opts
        if name[:2] == "--"
    ]
    listed = f"; it has {', '.join(options)}" if options else ""
    meant = nearest(error.option_name, [*options, "--help"])
    return f"'{_command_path(error)}' has no option {error.option_name}{meant or listed}"


def _missing_parameter(error: Any) -> str:
    if error.param is None:
        return str(error.message)
    about = f", {_lowered(error.param.help)}" if error.param.help else ""
    return f"'{_command_path(error)}' needs {_parameter_name(error.param)}{about}"


def _option_value(error: Any) -> str:
    if "does not take" in error.message:
        return f"{error.option_name} stands alone; leave out what follows '='"
    return f"{error.option_name} needs a value after it"


def _bad_parameter(error: Any) -> str:
    invalid = getattr(error.__cause__, "errors", None)
    words, front = (
        error.message,
        f"{_parameter_name(error.param)}: " if error.param is not None else "",
    )
    if invalid is not None:  # a value that Typer itself could not take
        fault = invalid()[0]
        if fault["type"].startswith("int_"):
            return f"{front}'{fault['input']}' is no number; type digits, such as 12"
        words = words.removeprefix("Value error, ").rstrip(".")
        typed, is_choice, listed = words.partition(" is not one of ")
        if is_choice:
            names = _QUOTED.findall(listed)
            meant = nearest(typed.strip("'"), names)
            return f"{front}{typed} is none of {', '.join(names)}{meant}"
    return f"{front}{words}"


def _usage_error(error: Any) -> str:
    words: str = error.message
    name = (_QUOTED.findall(words) or [""])[0]
    if words.startswith("No such command"):
        names = list(error.ctx.command.commands)
        instead = nearest(name, names) or f"; there are {', '.join(names)}"
        return f"there is no command '{name}'{instead}"
    if words.startswith("Got unexpected extra argument"):
        extra = words[words.index("(", words.index("(s)") + 3) + 1 : -1]
        return (
            f"'{_command_path(error)}' does not know what to do with '{extra}'. "
            "A name with spaces in it goes in quotes"
        )
    return words


def _command_path(error: Any) -> str:
    return str(error.ctx.command_path)


def _parameter_name(parameter: Any) -> str:
    """An option or an argument as the help writes it."""
    if parameter.param_type_name == "option":
        return str(parameter.opts[0])
    written = str(parameter.metavar or parameter.name).upper()
    return written if " " in written else written.strip("[]")


def _lowered(words: str) -> str:
    return words[:1].lower() + words[1:] if words[1:2].islower() else words
