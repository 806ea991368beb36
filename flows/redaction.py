"""Two walls between people's details and Prefect: plain exceptions, and a filter on its loggers.

Prefect keeps whatever it is given: parameters, messages of exceptions, log lines.  So a stage that
fails is told to Prefect by stage and kind only, and what still looks like an identifier or a date
in a log line is taken out.
"""

import functools
import logging
import os
import re
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

PERSONAL = re.compile(
    r"\b[A-Z][0-9]{11}[0-9A-Z]\b"  # a UPN
    r"|\b[0-9]{10}\b"  # a ULN
    r"|\b[0-9]{1,2}[/.-][0-9]{1,2}[/.-](?:19|20)?[0-9]{2}\b",  # a date as typed
    re.IGNORECASE,
)


class StageFailed(Exception):
    """A stage stopped through our fault.  Its words are the stage and the kind of fault only."""


def settle_prefect(home: Path) -> None:
    """Prefect's own settings for this process: its page on this machine, nothing sent home.

    Call before Prefect is first imported.  Values that are set already are left alone.
    """
    (home / "prefect").mkdir(parents=True, exist_ok=True)
    for name, value in {
        "DO_NOT_TRACK": "1",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "GX_ANALYTICS_ENABLED": "false",
        "PREFECT_HOME": str((home / "prefect").absolute()),
        "PREFECT_LOGGING_EXTRA_LOGGERS": "destinations,expectations,flows,imports,models",
        "PREFECT_LOGGING_LEVEL": "INFO",
        "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
        "PREFECT_FLOWS_DEFAULT_PERSIST_RESULT": "false",
        "PREFECT_TASKS_DEFAULT_PERSIST_RESULT": "false",
    }.items():
        os.environ.setdefault(name, value)


def without_details(stage: Callable[P, R]) -> Callable[P, R]:
    """The same stage, whose exceptions name the stage, their kind and their line, and no more."""

    @functools.wraps(stage)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return stage(*args, **kwargs)
        except Exception as error:
            kind = type(error).__name__
        raise StageFailed(f"{stage.__name__} stopped on {kind}")

    return run


def place_of(error: BaseException) -> str:
    """What kind of exception and on which line: never its words, which can quote a cell."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "site-packages" not in frame.filename] or frames
    last = ours[-1]
    return f"{type(error).__name__} at {last.filename.rsplit('/', 1)[-1]}:{last.lineno}"


class Redacting(logging.Filter):
    """Takes out of a log line whatever looks like an identifier or a date as typed."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Always True: the line stays, without what looked personal."""
        message = record.getMessage()
        cleaned = PERSONAL.sub("[removed]", message)
        if cleaned != message:
            record.msg, record.args = cleaned, ()
        if record.exc_info:
            kind = record.exc_info[0].__name__ if record.exc_info[0] else "exception"
            record.msg, record.args = f"{record.getMessage()} ({kind})", ()
            record.exc_info, record.exc_text = None, None
        return True


def redact_logs() -> None:
    """Put the filter on every handler through which Prefect writes or keeps log lines."""
    prefects = ("", "prefect", "prefect.flow_runs", "prefect.task_runs")
    ours = ("destinations", "expectations", "flows", "imports", "models")
    for name in (*prefects, *ours):
        for handler in logging.getLogger(name).handlers:
            if not any(isinstance(filter_, Redacting) for filter_ in handler.filters):
                handler.addFilter(Redacting())
