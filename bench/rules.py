"""The rules, judged in three ways that must agree: in chunks, one file at a time, plain polars.

    .venv/bin/python bench/rules.py                     400 schools
    .venv/bin/python bench/rules.py --schools 4000      the national autumn

Polars is a second opinion: the rules that look at one row, written again from the catalogue's
sentences and sources, not from its expectations.  One file at a time is so dear that only a few
files are judged so; the figure for all of them is by proportion.
"""

import argparse
import json
import logging
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

import autumn
import polars as pl
from meter import table

from destinations.platform.settings import Settings

Finding = tuple[int, int, str]  # submission, row, code
CHUNK = Settings.model_fields["chunk"].default


@dataclass
class Way:
    """What one way of judging cost, and what it found."""

    cpu: float = 0.0
    files: int = 0
    rows: int = 0
    found: Counter[str] = field(default_factory=Counter)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--schools", type=int, default=400)
    parser.add_argument("--one-by-one", type=int, default=40, help="files judged one at a time")
    parser.add_argument("--json", type=Path, help="write the figures there too")
    asked = parser.parse_args()
    logging.disable(logging.WARNING)

    ways = {
        name: Way() for name in ("in chunks", "one at a time", "polars", "polars, judging only")
    }
    apart: Counter[str] = Counter()
    sample: list[Any] = []
    for chunk in _chunks(asked.schools):
        _warm(chunk)
        ours = _judge_together(chunk, ways["in chunks"])
        theirs = _judge_with_polars(chunk, ways["polars"], ways["polars, judging only"])
        apart.update(_differences(ours, theirs))
        sample += chunk[: max(0, asked.one_by_one - len(sample))]
    alone = _judge_alone(sample, ways["one at a time"])
    together = _judge_together(sample, Way())
    if alone != together:
        print(f"One at a time and in chunks differ: {Counter(c for *_, c in alone ^ together)}")
    _tell(ways, apart, asked)


def _chunks(many: int) -> Iterator[list[Any]]:
    """Submissions of the national autumn, read and mapped, some at a time."""
    from imports.crosswalk.column_map import load_map
    from imports.mapping import map_columns_and_values
    from imports.reading import read_file
    from models.handoffs.normalised import SubmissionMetadata
    from models.vocabulary import LeavingStage, SubmissionKind

    columns, year = load_map(), 2026
    numbered = enumerate(autumn.schools(many))
    while part := list(islice(numbered, CHUNK)):
        mapped = []
        for number, school in part:
            sent = autumn.sheet(school, number, year)
            declared = SubmissionMetadata(
                number + 1,
                sent.urn,
                sent.sent_on,
                SubmissionKind.LEAVERS,
                year - 1,
                LeavingStage.Y11,
                1,
            )
            read = read_file(sent.file, sent.content, columns.field_of)
            mapped.append(map_columns_and_values(read, declared, columns))
        yield mapped


def _warm(chunk: Sequence[Any]) -> None:
    """Bring in Great Expectations before the clock starts; it is brought in once a day."""
    from expectations.validating import validate

    if not _warm.__dict__.get("done"):
        validate(chunk[:1])
        _warm.__dict__["done"] = True


def _judge_together(chunk: Sequence[Any], way: Way) -> set[Finding]:
    from expectations.validating import validate

    started = time.process_time()
    judged = validate(chunk)
    way.cpu += time.process_time() - started
    return _count(way, chunk, judged.findings)


def _judge_alone(files: Sequence[Any], way: Way) -> set[Finding]:
    from expectations.validating import validate

    findings: dict[int, Any] = {}
    started = time.process_time()
    for mapped in files:
        findings |= validate([mapped]).findings
    way.cpu += time.process_time() - started
    return _count(way, files, findings)


def _count(way: Way, chunk: Sequence[Any], findings: Any) -> set[Finding]:
    found = {
        (number, each.row, each.code)
        for number, told in findings.items()
        for each in told
        if each.row is not None
    }
    way.files += len(chunk)
    way.rows += sum(len(mapped.rows) for mapped in chunk)
    way.found.update(code for *_, code in found)
    return found


# What polars is asked, rule by rule.  A leaver of Year 11 in the summer of 2026 was born
# from September 2009 to August 2010.
UPN_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"
EDUCATION = ["210", "220", "230", "240", "250", "270", "280"]
NAMED = ["220", "230", "240", "250", "270", "280", "310", "450", "460"]


def _rules() -> dict[str, pl.Expr]:
    """code -> whether a row breaks it."""
    upn, uln, born = pl.col("upn"), pl.col("uln"), pl.col("born_on")
    digits = [upn.str.slice(at, 1).str.to_integer(strict=False) for at in range(1, 13)]
    last = upn.str.slice(12, 1).replace_strict(
        {letter: at for at, letter in enumerate(UPN_LETTERS)}, default=None, return_dtype=pl.Int64
    )
    upn_total = sum(
        (digit * weight for digit, weight in zip(digits[:11], range(2, 13), strict=True)), pl.lit(0)
    ) + 13 * pl.coalesce(digits[11], last)
    letter = pl.lit(UPN_LETTERS).str.slice(upn_total % 23, 1)
    uln_total = sum(
        (uln.str.slice(at, 1).str.to_integer(strict=False) * (10 - at) for at in range(10)),
        pl.lit(0),
    )
    formed = upn.str.contains(r"^[A-HJ-NP-RT-Z][0-9]{11}[0-9A-HJ-NP-RT-Z]$")
    whole = pl.col("uln_mark").is_null() & uln.str.contains(r"^[1-9][0-9]{9}$")
    activity, provider = pl.col("activity"), pl.col("provider_name")
    from_, to = date(2009, 9, 1), date(2010, 8, 31)
    far = ~born.is_between(date(2007, 9, 1), date(2012, 8, 31))
    return {
        "I01": (upn.str.len_chars() != 13) & upn.str.contains("[0-9]"),
        "I02": (upn.str.len_chars() == 13) & ~formed & upn.str.contains("[0-9]"),
        "I03": formed & (upn.str.slice(0, 1) != letter),
        "I10": pl.col("uln_mark") == "damaged",
        "I11": pl.col("uln_mark").is_null()
        & uln.str.contains("[0-9]")
        & ~uln.str.contains(r"^[1-9][0-9]{9}$"),
        "I12": whole & (uln_total % 11 != 10),
        "P01": pl.col("surname").is_null() & pl.col("names_apart"),
        "P02": pl.col("forename").is_null() & pl.col("names_apart"),
        "P03": pl.col("born_on_raw").is_null(),
        "P04": pl.col("born_on_raw").is_not_null() & born.is_null(),
        "P10": far,
        "P11": ~far & ~born.is_between(from_, to),
        "D01": pl.col("activity_raw").is_not_null() & activity.is_null(),
        "D02": pl.col("activity_raw").is_null(),
        "D06": activity.is_in(["280", "460"]) & (pl.col("sen") == "N"),
        "D08": activity.is_in(NAMED) & provider.is_null(),
        "D12": activity.str.contains("^(54|6[1-8]|8[123])") & provider.is_not_null(),
        "D20": activity == "240",
        "D22": activity.is_in(EDUCATION)
        & provider.str.contains(r"(?i)\b(ltd|limited|plc|llp|inc|& sons?|and sons)\.?\s*$"),
    }


def _judge_with_polars(chunk: Sequence[Any], way: Way, judging: Way) -> set[Finding]:
    started = time.process_time()
    framed = _frame(chunk)
    midway = time.process_time()
    rules = _rules()
    judged = framed.select(
        "submission", "row", *(rule.fill_null(False).alias(code) for code, rule in rules.items())
    )
    found = {
        (number, row, code)
        for code in rules
        for number, row in judged.filter(pl.col(code)).select("submission", "row").iter_rows()
    }
    ended = time.process_time()
    way.cpu, judging.cpu = way.cpu + ended - started, judging.cpu + ended - midway
    for each in (way, judging):
        each.files += len(chunk)
        each.rows += framed.height
        each.found.update(code for *_, code in found)
    return found


def _frame(chunk: Sequence[Any]) -> pl.DataFrame:
    texts = ("upn", "uln", "surname", "forename", "activity", "provider_name", "sen")
    lines = list(_lines(chunk, texts))
    schema: dict[str, Any] = {"submission": pl.Int64, "row": pl.Int64, "born_on": pl.Date}
    schema |= dict.fromkeys((*texts, "uln_mark", "born_on_raw", "activity_raw"), pl.String)
    return pl.DataFrame(lines, schema=schema | {"names_apart": pl.Boolean}, orient="row")


def _lines(chunk: Sequence[Any], texts: Sequence[str]) -> Iterable[tuple[Any, ...]]:
    for mapped in chunk:
        for row in mapped.rows:
            yield (
                mapped.metadata.submission_id,
                row.row,
                row.values.get("born_on"),
                *(row.values.get(name) for name in texts),
                row.marks.get("uln"),
                row.raw.get("born_on"),
                row.raw.get("activity"),
                "full_name" not in row.columns,
            )


def _differences(ours: set[Finding], theirs: set[Finding]) -> Iterable[str]:
    asked = set(_rules())
    for *_, code in {one for one in ours if one[2] in asked} ^ theirs:
        yield code


def _tell(ways: dict[str, Way], apart: Counter[str], asked: argparse.Namespace) -> None:
    rows = [
        (
            name,
            way.files,
            way.rows,
            way.cpu,
            way.files / way.cpu if way.cpu else 0.0,
            1000 * way.cpu / way.files if way.files else 0.0,
            sum(way.found.values()),
        )
        for name, way in ways.items()
    ]
    headings = ("way", "files", "rows", "CPU s", "files a CPU s", "CPU ms a file", "findings")
    print(table(headings, rows))
    each = {name: way.cpu / way.files for name, way in ways.items() if way.files}
    print(f"\nOne at a time costs {each['one at a time'] / each['in chunks']:.0f} times as much.")
    print(f"4,000 files in chunks: {4_000 * each['in chunks']:.0f} CPU s.")
    told = ", ".join(f"{code} {many}" for code, many in sorted(apart.items())) or "none"
    print(f"Rows on which polars and the catalogue differ: {told}.")
    if asked.json:
        asked.json.write_text(
            json.dumps({name: vars(way) for name, way in ways.items()} | {"apart": apart}, indent=1)
        )


if __name__ == "__main__":
    main()
