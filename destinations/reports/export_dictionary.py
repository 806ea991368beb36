"""Export dictionary: the columns of every export become docs/exports.md."""

from collections.abc import Sequence
from typing import Any

from destinations.reports.export_columns import ExportColumn
from destinations.reports.exports import RECORD_EXPORTS
from destinations.reports.outcome_export import A_ROW as OUTCOMES_ROW
from destinations.reports.outcome_export import COUNTING_COLUMNS, OUTCOME_COLUMNS
from destinations.reports.summary_export import A_ROW, SUMMARY_COLUMNS

_TOP = """\
# Exports

What each column of `destinations export` holds. Written from the code; do not edit by hand.

An export keeps its columns and their order; more may follow them. Days and moments are written as
ISO 8601 has them. What is empty in CSV is null or "" in JSON. What a file that was taken back said
is not among the rows."""


def exports_page() -> str:
    """The data dictionary of the exports, as Markdown."""
    sections = [
        _section(name, export.a_row, _with_counting(name, export.columns))
        for name, export in RECORD_EXPORTS.items()
    ]
    sections.append(_section("outcomes", OUTCOMES_ROW, OUTCOME_COLUMNS))
    sections.append(_section("summary", A_ROW, SUMMARY_COLUMNS))
    return "\n\n".join([_TOP, *sections]) + "\n"


def _with_counting(name: str, columns: Sequence[ExportColumn[Any]]) -> Sequence[ExportColumn[Any]]:
    """The columns of an export, with those that are worked out beside the record."""
    if name != "destinations":
        return columns
    at = [column.name for column in columns].index("superseded") + 1
    return [*columns[:at], *COUNTING_COLUMNS, *columns[at:]]


def _section(name: str, a_row: str, columns: Sequence[ExportColumn[Any]]) -> str:
    lines = [
        f"## destinations export {name}",
        "",
        f"A row is {a_row}.",
        "",
        "| column | holds | one of |",
        "|---|---|---|",
        *(
            f"| `{column.name}` | {column.meaning} | {', '.join(column.one_of)} |"
            for column in columns
        ),
    ]
    return "\n".join(lines)
