"""Any folder of strange files: each is read or refused with a sentence, and the memory stays flat.

    .venv/bin/python bench/strange.py FOLDER                 outcomes, time and memory
    .venv/bin/python bench/strange.py FOLDER --with-leavers  and are leavers found inside of them?

With `--with-leavers` the rows of every sheet of every xlsx are replaced by three leavers, all else
being left as it is: pivots, charts, links, styles.  All three must be read from each sheet that is
shown, where the workbook was not refused for what it is.
"""

import argparse
import io
import logging
import re
import resource
import sys
import time
import zipfile
from collections import Counter
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from meter import table

TODAY = date(2026, 11, 23)
MB = 1024
SLOW = 30.0
LEAVERS = (
    ("UPN", "Surname", "Forename", "Date of Birth", "Destination"),
    ("X801200001001", "Okafor", "Ada", "12/03/2009", "Apprenticeship"),
    ("Y801200001002", "Marsh", "Tom", "14/05/2009", "Further Education"),
    ("A801200001003", "Bell", "Lin", "20/06/2009", "School Sixth Form"),
)
_ROWS = re.compile(r"<(\w+:)?sheetData(?:\s[^>]*)?(?:/>|>.*?</(?:\w+:)?sheetData>)", re.DOTALL)
_MERGES = re.compile(r"<(\w+:)?mergeCells.*?</(?:\w+:)?mergeCells>", re.DOTALL)


def main() -> None:
    asked = _arguments()
    logging.disable(logging.ERROR)
    sound = _check(asked.folder)
    if asked.with_leavers:
        sound = _hide_leavers(asked.folder) and sound
    sys.exit(0 if sound else 1)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--with-leavers", action="store_true", help="put leavers into every xlsx")
    return parser.parse_args()


def _check(folder: Path) -> bool:
    """Every file through what `destinations check --folder` does."""
    from destinations.cli.shown.folder_check import check_folder

    outcomes: Counter[tuple[str, str]] = Counter()
    wrong, memory, slowest = [], [], (0.0, "")
    began = before = time.monotonic()
    for checked in check_folder(folder, TODAY):
        took, before = time.monotonic() - before, time.monotonic()
        slowest = max(slowest, (took, checked.file))
        memory.append(_resident())
        outcomes[checked.outcome, checked.code] += 1
        is_told = checked.outcome == "read" or (checked.says and checked.do)
        if checked.code == "ours" or not is_told or took > SLOW:
            wrong.append(f"{checked.file}: {checked.code}, {took:.1f} s")
    _tell(outcomes, time.monotonic() - began, slowest, memory)
    print("\n".join([f"wrong: {len(wrong)}", *(f"  {one}" for one in wrong)]))
    return not wrong


def _tell(
    outcomes: Counter[tuple[str, str]],
    seconds: float,
    slowest: tuple[float, str],
    memory: Sequence[int],
) -> None:
    rows = [(*one, count) for one, count in outcomes.most_common()]
    print(table(("outcome", "code", "files"), rows))
    count = outcomes.total()
    print(f"\n{count:,} files, {count / seconds:.0f} a second")
    print(f"slowest: {slowest[0]:.2f} s ({slowest[1]})")
    if memory:
        quarters = [memory[at * (count - 1) // 4] for at in range(5)]
        print(f"memory along the way: {', '.join(f'{one} MB' for one in quarters)}")
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // MB
    print(f"and {peak} MB in the largest child")


def _hide_leavers(folder: Path) -> bool:
    """Leavers in the place of the rows of every xlsx: are they read, or why not?"""
    from imports.crosswalk.column_map import load_map
    from imports.reading import read_file
    from imports.workbook.guard import open_guard
    from models.handoffs.findings import SubmissionRefused

    columns, outcomes, odd = load_map(), Counter[str](), []
    with open_guard() as guard:
        for path in sorted(folder.rglob("*.xls[xm]")):
            content = _with_leavers(path)
            if not content:
                continue
            try:
                read = read_file(path.name, content, columns.field_of, guard=guard)
            except SubmissionRefused as refused:
                outcomes[f"refused {refused.code}"] += 1
                continue
            found = [[cell.text for cell in row.cells] for one in read.tables for row in one.rows]
            wanted = [list(row) for row in LEAVERS[1:]]
            is_whole = found == wanted * max(1, len(found) // len(wanted))
            outcomes["all of them read" if is_whole else "something else read"] += 1
            if not is_whole:
                odd.append(f"  {path.relative_to(folder)}: {len(found)} rows")
    print("\n" + table(("with leavers inside", "files"), outcomes.most_common()))
    print("\n".join(odd))
    return not odd


def _with_leavers(path: Path) -> bytes:
    """A workbook with leavers for the rows of its sheets; b"" where it has none to replace."""
    try:
        with zipfile.ZipFile(path) as package:
            parts = {name: package.read(name) for name in package.namelist()}
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, ValueError):
        return b""
    sheets = [name for name in parts if re.search(r"worksheets/[^/]*\.xml$", name, re.IGNORECASE)]
    replaced = False
    for name in sheets:
        text = parts[name].decode("utf-8", "replace")
        found = _ROWS.search(text)
        if found:
            prefix = found[1] or ""
            inside = f"<{prefix}sheetData>{_rows(prefix)}</{prefix}sheetData>"
            text = text[: found.start()] + inside + text[found.end() :]
            parts[name] = _MERGES.sub("", text).encode()
            replaced = True
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as package:
        for name, part in parts.items():
            package.writestr(name, part)
    return kept.getvalue() if replaced else b""


def _rows(prefix: str) -> str:
    text = f"<{prefix}is><{prefix}t>{{}}</{prefix}t></{prefix}is>"
    cell = f'<{prefix}c t="inlineStr">{text}</{prefix}c>'
    rows = ("".join(cell.format(value) for value in row) for row in LEAVERS)
    return "".join(f"<{prefix}row>{cells}</{prefix}row>" for cells in rows)


def _resident() -> int:
    """The memory of this process in MB."""
    said = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    return int(said) * resource.getpagesize() // (MB * MB)


if __name__ == "__main__":
    main()
