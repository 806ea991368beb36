"""What one workbook costs: read behind the guard, and handed back marked.

    .venv/bin/python bench/sheet.py                 some twenty workbooks of about 200 rows
    .venv/bin/python bench/sheet.py --rows 300

CPU of this process and of the guard's children, each workbook twenty times over.  The guard's own
start (once a run of intake) is measured apart and left out.
"""

import argparse
import logging
import resource
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from statistics import median
from typing import Any

import autumn
from meter import table

from expectations.validating import validate
from flows.pipeline.annotate import annotate_file
from imports.crosswalk.column_map import load_map
from imports.mapping import map_columns_and_values
from imports.reading import read_file
from imports.workbook.guard import Guard, open_guard
from models.handoffs.normalised import SubmissionMetadata
from models.vocabulary import LeavingStage, SubmissionKind

TIMES = 20
YEAR = 2026
COLUMNS = load_map()


@dataclass
class Costs:
    """Milliseconds of CPU, one for each workbook, and how much was found to mark."""

    guarded: list[float] = field(default_factory=list)
    alone: list[float] = field(default_factory=list)
    marked: list[float] = field(default_factory=list)
    findings: list[float] = field(default_factory=list)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--rows", type=int, default=200)
    parser.add_argument("--files", type=int, default=20)
    asked = parser.parse_args()
    logging.disable(logging.WARNING)

    costs = Costs()
    start = _with_guard(lambda guard: None)
    sheets = list(islice(_workbooks(asked.rows), asked.files))
    in_place = sum(_measure(number, sent, start, costs) for number, sent in enumerate(sheets, 1))
    print(f"{len(sheets)} workbooks of {asked.rows} rows, give or take five in a hundred;", end=" ")
    print(f"{in_place} marked in place.  Milliseconds of CPU:\n")
    print(table(("what", "median", "worst"), list(_lines(costs))))


def _workbooks(rows: int) -> Iterator[Any]:
    """Workbooks of the national autumn that have about so many rows."""
    for number, school in enumerate(autumn.schools(4_000)):
        sent = autumn.sheet(school, number, YEAR)
        if sent.file.endswith(".xlsx") and abs(len(sent.rows) - rows) <= rows / 20:
            yield sent


def _measure(number: int, sent: Any, start: float, costs: Costs) -> bool:
    """Whether the workbook was marked in place; what it cost is added to the costs."""

    def read(guard: Guard | None = None) -> Any:
        return read_file(sent.file, sent.content, COLUMNS.field_of, guard=guard)

    def mark(guard: Guard) -> Any:
        return annotate_file(
            sent.content, found, findings, guard=guard, columns=COLUMNS, key=b"key"
        )

    found = read()
    declared = SubmissionMetadata(
        number, sent.urn, sent.sent_on, SubmissionKind.LEAVERS, YEAR - 1, LeavingStage.Y11, 1
    )
    findings = validate([map_columns_and_values(found, declared, COLUMNS)]).findings[number]
    costs.findings.append(len(findings))
    costs.alone.append(_each(lambda guard: read(), start))
    costs.guarded.append(_each(read, start))
    costs.marked.append(_each(mark, start))
    with open_guard() as guard:
        return mark(guard).in_place


def _each(work: Callable[[Guard], object], start: float) -> float:
    """Milliseconds of CPU for doing it once, of many times behind one guard."""
    return (_with_guard(lambda guard: [work(guard) for _ in range(TIMES)]) - start) / TIMES


def _with_guard(work: Callable[[Guard], object]) -> float:
    """Milliseconds of CPU, the guard's and its children's among them."""
    before = _cpu()
    with open_guard() as guard:
        guard.open_file(b"Surname;Forename\nLark;Ann\n")
        work(guard)
    return (_cpu() - before) * 1_000


def _cpu() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def _lines(costs: Costs) -> Iterator[tuple[str, float, float]]:
    for what, figures in (
        ("read behind the guard, preflight included", costs.guarded),
        ("read in this process", costs.alone),
        ("marked, and read back to be sure", costs.marked),
        ("findings marked", costs.findings),
    ):
        yield what, median(figures), max(figures)


if __name__ == "__main__":
    main()
