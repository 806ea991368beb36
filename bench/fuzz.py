"""Thousands of spoilt spreadsheets: each is read or refused with a sentence, never anything else.

    .venv/bin/python bench/fuzz.py                          ten thousand of them
    .venv/bin/python bench/fuzz.py --files 500 --seed 7     fewer, others
    .venv/bin/python bench/fuzz.py --keep spoilt            and keep those that went wrong there

Made-up sheets are spoilt in some thirty ways and go through what `destinations check --folder`
does.  Wrong is: a fault of ours, a sentence without words, more than the time a file may take, or,
where a way of spoiling leaves rows untouched, one of those rows lost or read otherwise.
"""

import argparse
import logging
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import mutations as spoil
import scrambles
import xml_mutations
from meter import table
from mutations import Mutant, Mutation, Seed
from sound_rows import lost, meaning_of, otherwise, rows_of

TODAY = date(2026, 11, 23)
# A word of ours that nothing was put in for; "{0}" may be what a cell was made to hold.
_GAP = re.compile(r"\{[a-z_]+\}")
BATCH = 250
MB = 1024
SLOW = 40.0  # seconds; the guard's own limit is thirty

BYTES: tuple[Mutation, ...] = (
    spoil.flipped,
    spoil.cut_off,
    spoil.cut_out,
    spoil.stuffed,
    spoil.sectors_swapped,
    spoil.numbers_forged,
    spoil.two_in_one,
)
PACKAGE: tuple[Mutation, ...] = (
    spoil.part_removed,
    spoil.extras_removed,
    spoil.parts_swapped,
    spoil.part_doubled,
    spoil.parts_in_another_order,
    spoil.part_garbled,
    spoil.repetition,
    xml_mutations.attributes_changed,
    xml_mutations.elements_changed,
    xml_mutations.texts_changed,
    xml_mutations.declared_otherwise,
)
CELLS: tuple[Mutation, ...] = (
    scrambles.cells_scrambled,
    scrambles.rows_filled_with_one_thing,
    scrambles.rows_emptied,
    scrambles.cells_moved_about,
    scrambles.headings_again,
    scrambles.beside_the_table,
    scrambles.below_the_table,
)
WAYS: dict[str, tuple[Mutation, ...]] = {
    "xlsx": (
        *BYTES,
        *PACKAGE * 2,
        *CELLS * 3,
        *(xml_mutations.strings_shuffled, xml_mutations.rows_in_another_order) * 2,
    ),
    "ods": (*BYTES, *PACKAGE, *CELLS * 2, *(xml_mutations.repeats_claimed,) * 3),
    "csv": (*BYTES, *CELLS * 2),
    "xls": BYTES,
}
SHARES = {"xlsx": 60, "ods": 15, "csv": 12, "xls": 13}


@dataclass
class Tally:
    """What came of the files."""

    outcomes: Counter[str] = field(default_factory=Counter)
    ways: dict[str, Counter[str]] = field(default_factory=dict)
    wrong: list[tuple[str, str]] = field(default_factory=list)
    held: int = 0  # files some of whose rows had to come through
    mapped: int = 0  # of these, how many were held to what their rows mean as well
    rows: int = 0  # and how many rows those were
    seconds: float = 0.0
    slowest: tuple[float, str] = (0.0, "")


def main() -> None:
    asked = _arguments()
    logging.disable(logging.ERROR)
    warnings.simplefilter("ignore", UserWarning)  # zipfile warns of a name that comes twice
    with tempfile.TemporaryDirectory(prefix="bench-fuzz-") as folder:
        seeds = list(_seeds(Path(folder), asked.seed))
        tally = Tally()
        for first in range(0, asked.files, BATCH):
            numbers = range(first, min(first + BATCH, asked.files))
            if asked.only is not None:
                numbers = range(asked.only, asked.only + 1)
            _try(numbers, seeds, asked, Path(folder) / "batch", tally)
            print(f"{numbers[-1] + 1} files, {len(tally.wrong)} wrong", file=sys.stderr, flush=True)
            if asked.only is not None:
                break
    _tell(tally)
    sys.exit(1 if tally.wrong else 0)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", type=int, help="this one file of them")
    parser.add_argument("--keep", type=Path, help="a folder for the files that went wrong")
    return parser.parse_args()


def _seeds(folder: Path, seed: int) -> Iterator[Seed]:
    """Sound sheets of made-up hubs, in every format; xls where LibreOffice is there to write it."""
    from destinations.demo import make_hub

    hub = make_hub(folder / "hub", seed=seed, schools=8, years=2, leavers=24)
    sheets = sorted(path for path in (hub / "inbox").rglob("*") if path.is_file())
    for path in sheets:
        content = path.read_bytes()
        kind = path.suffix[1:].replace("xlsm", "xlsx")
        rows, (meaning, metadata) = rows_of(path.name, content), meaning_of(path.name, content)
        named = scrambles.sheet_names(content) if kind == "xlsx" else ()
        if len(rows) > 3:
            yield Seed(path.name, content, kind, rows, named, metadata, meaning)
    yield from _old(folder / "xls", [path for path in sheets if path.suffix == ".xlsx"][:6])


def _old(folder: Path, sheets: list[Path]) -> Iterator[Seed]:
    kept = Path(__file__).parents[1] / "tests" / "spreadsheets" / "leavers.xls"
    yield Seed(kept.name, kept.read_bytes(), "xls")
    office = shutil.which("soffice")
    if office:
        home = f"-env:UserInstallation=file://{folder}/home"
        command = [office, home, "--headless", "--convert-to", "xls", "--outdir", str(folder)]
        subprocess.run([*command, *map(str, sheets)], check=True, capture_output=True)
        for path in sorted(folder.glob("*.xls")):
            yield Seed(path.name, path.read_bytes(), "xls")


def _mutant(number: int, seeds: list[Seed], seed: int) -> tuple[Seed, str, Mutant]:
    """The file of a number: always the same one."""
    dice = Random(f"{seed}/{number}")
    there = {each.kind for each in seeds}
    shares = {kind: share for kind, share in SHARES.items() if kind in there}
    kind = dice.choices(list(shares), list(shares.values()))[0]
    sound = dice.choice([each for each in seeds if each.kind == kind])
    way = dice.choice(WAYS[kind])
    made = way(sound, dice)
    return sound, way.__name__, made if isinstance(made, Mutant) else Mutant(made)


def _try(
    numbers: range, seeds: list[Seed], asked: argparse.Namespace, folder: Path, tally: Tally
) -> None:
    """Make some files, check their folder, and hold what is said against what must be."""
    from destinations.cli.shown.folder_check import check_folder

    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    made = {}
    for number in numbers:
        sound, way, mutant = _mutant(number, seeds, asked.seed)
        name = f"{number:06d} {way}{Path(sound.name).suffix}"
        (folder / name).write_bytes(mutant.content)
        made[name] = (sound, way, mutant)
    told: Counter[str] = Counter()
    before = time.monotonic()
    for checked in check_folder(folder, TODAY):
        now = time.monotonic()
        took, before = now - before, now
        sound, way, mutant = made[checked.file]
        told[checked.file] += 1
        tally.seconds += took
        tally.slowest = max(tally.slowest, (took, checked.file))
        said = checked.outcome if checked.outcome == "read" else f"refused {checked.code}"
        tally.outcomes[said] += 1
        tally.ways.setdefault(way, Counter())[checked.outcome] += 1
        why = _fault(checked, took) or _held(checked, sound, mutant, tally)
        if why:
            _keep(checked.file, why, mutant, asked.keep, tally)
        before = time.monotonic()
    for name in made:
        if told[name] != 1:
            _keep(name, f"told {told[name]} times", made[name][2], asked.keep, tally)


def _fault(checked: Any, took: float) -> str:
    """What is wrong with an answer, whatever the file was."""
    if checked.outcome not in ("read", "refused") or checked.code == "ours":
        return f"a fault of ours: {checked.do}"
    if checked.outcome == "refused" and not (checked.code and checked.says and checked.do):
        return "refused without a sentence"
    if _GAP.search(checked.says + checked.do):
        return "a sentence with a gap"
    return f"took {took:.0f} s" if took > SLOW else ""


def _held(checked: Any, sound: Seed, mutant: Mutant, tally: Tally) -> str:
    """What became of the rows that nobody touched; '' where all of them came through."""
    if mutant.touched is None or not sound.rows:
        return ""
    wanted = {place: row for place, row in sound.rows.items() if place not in mutant.touched}
    tally.held += 1
    tally.rows += len(wanted)
    if checked.outcome != "read":
        return f"refused {checked.code}, and {len(wanted)} rows were sound"
    why = lost(sound, mutant, wanted)
    if not why and sound.meaning:
        tally.mapped += 1
        why = otherwise(sound, mutant, wanted)
    return why


def _keep(name: str, why: str, mutant: Mutant, folder: Path | None, tally: Tally) -> None:
    tally.wrong.append((name, why))
    print(f"  {name}: {why}", file=sys.stderr, flush=True)
    if folder:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(mutant.content)


def _tell(tally: Tally) -> None:
    count = tally.outcomes.total()
    print(table(("outcome", "files"), tally.outcomes.most_common()))
    print()
    print(
        table(
            ("way", "read", "refused"),
            [
                (way.replace("_", " "), outcomes["read"], outcomes["refused"])
                for way, outcomes in sorted(tally.ways.items())
            ],
        )
    )
    ours = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // MB
    guards = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // MB
    print(f"\n{count:,} files, {count / tally.seconds:.0f} a second")
    print(
        f"{tally.held:,} of them held to {tally.rows:,} sound rows, "
        f"{tally.mapped:,} to what these mean"
    )
    print(f"slowest: {tally.slowest[0]:.2f} s ({tally.slowest[1]})")
    print(f"peak memory: {ours} MB, and {guards} MB in the largest child")
    print(f"wrong: {len(tally.wrong)}")
    for name, why in tally.wrong[:50]:
        print(f"  {name}: {why}")


if __name__ == "__main__":
    main()
