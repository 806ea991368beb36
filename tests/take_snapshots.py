"""Everything that a hub is given, taken through the front door at a moment that stands still.

python tests/take_snapshots.py                 write tests/snapshots anew and show what changed
python tests/take_snapshots.py --hub demo      of one hub only
python tests/take_snapshots.py --keep FOLDER   and keep the documents themselves there

Of the project it knows the `destinations` command, the made-up hub and the module of the clock,
so that the houses behind the door can be moved.
"""

import argparse
import csv
import importlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import redirect_stdout
from datetime import date, datetime, time, tzinfo
from importlib.metadata import entry_points
from io import StringIO
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from destinations.demo import Wishes, make_hub  # noqa: E402
from tests.snapshot_text import changes, listed, manifest, readable  # noqa: E402

CLOCK = "models.facts.calendar"
TAKEN = ROOT / "tests" / "snapshots"
# What is known of a hub that is not ours by its hashes only; its words stay on this machine.
AT_HAND = ROOT / "var" / "snapshots"
HUB_A = ROOT.parent / "shared" / "samples" / "hub_a"
HUBS = ("demo", "hub_a")
EXPORTS = ("leavers", "destinations", "outcomes", "matches", "findings", "summary")
SOUND = (0, 1, 3)  # nothing to fix, something to fix, refused


class Sent(NamedTuple):
    """A line of a hub's manifest.csv."""

    urn: str
    file: str
    day: date
    line: dict[str, str]


def main() -> int:
    """Take the hubs asked for.  1 when something changed, so that a script can ask."""
    asked = _arguments()
    if asked.walk:
        _walk(*asked.walk)
        return 0
    changed = False
    for hub in asked.hub or HUBS:
        if hub == "hub_a" and not HUB_A.is_dir():
            print(f"{hub}: left as it was; it is not beside this checkout")
            continue
        taken = take_snapshot(hub, asked.keep)
        lines = _compared(hub, taken)
        write_snapshot(hub, taken)
        print("\n".join([f"{hub}: {len(taken)} documents", *(lines or ["nothing changed"])]))
        changed = changed or bool(lines)
    return int(changed)


def take_snapshot(hub: str, keep_in: Path | None = None) -> dict[str, str]:
    """What the hub is given, by name: read again, in a process and a home of its own."""
    with tempfile.TemporaryDirectory(prefix="snapshots-") as folder:
        home = Path(folder).resolve()
        given = home / "given"
        env = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("DESTINATIONS_", "PREFECT_"))
        }
        env |= {
            "DESTINATIONS_HOME": str(home / "var"),
            "DESTINATIONS_KEYS": "the key of the snapshots",
            "PREFECT_LOGGING_LEVEL": "ERROR",
            "COLUMNS": "200",
            "NO_COLOR": "1",
            "TZ": "Europe/London",
        }
        command = [sys.executable, __file__, "--walk", hub, given]
        done = subprocess.run(
            [str(word) for word in command], env=env, cwd=home, capture_output=True, text=True
        )
        if done.returncode:
            raise RuntimeError(f"{hub} was not taken:\n{done.stdout[-2000:]}{done.stderr[-4000:]}")
        if keep_in:
            shutil.copytree(given, keep_in / hub, dirs_exist_ok=True)
        taken = dict(_read(given))
        _is_repeatable(taken, home)
    return taken


def write_snapshot(hub: str, taken: dict[str, str]) -> None:
    """Write the snapshots: of our own hub every word, of another only what it hashes to."""
    if hub != "demo":
        (TAKEN / f"{hub}.sha256").write_text(manifest(taken), encoding="utf-8")
    folder = _words_of(hub)
    shutil.rmtree(folder, ignore_errors=True)
    for name, text in taken.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())


def stored_snapshot(hub: str) -> dict[str, str]:
    """The snapshots that are kept: words of our own hub, sizes and hashes of another."""
    if hub == "demo":
        return dict(_read(_words_of(hub)))
    path = TAKEN / f"{hub}.sha256"
    return listed(path.read_text(encoding="utf-8")) if path.exists() else {}


def _compared(hub: str, taken: dict[str, str]) -> list[str]:
    """What changed, in words wherever the words of the last take are still at hand."""
    if hub == "demo":
        return changes(stored_snapshot(hub), taken)
    at_hand = dict(_read(_words_of(hub)))
    if listed(manifest(at_hand)) == stored_snapshot(hub):
        return changes(at_hand, taken)
    return changes(stored_snapshot(hub), listed(manifest(taken)))


def _words_of(hub: str) -> Path:
    return (TAKEN if hub == "demo" else AT_HAND) / hub


def _read(folder: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            content = path.read_bytes()
            name = path.relative_to(folder).as_posix()
            text = readable(content)
            yield (name + ".txt" if content[:2] == b"PK" else name), text


def _is_repeatable(taken: dict[str, str], home: Path) -> None:
    """No document knows the real day or where it was made: tomorrow it would differ."""
    for name, text in taken.items():
        for sign in (str(home), date.today().isoformat()):
            if sign in text or sign in name:
                raise RuntimeError(f"{name} holds {sign}, which is not of the hub")


def _walk(hub: str, given: str) -> None:
    """In a process of its own: the hub's road, autumn by autumn, then everything it is given."""
    folder, into = _hub_folder(hub), Path(given)
    sent = _sent(folder)
    door = FrontDoor(into)
    door.at(sent[0].day, 8)
    door("setup")
    people = (
        "--institutions",
        folder / "institutions.csv",
        "--members",
        folder / "hub_members.csv",
    )
    door("register", *people)
    _check_all(door, folder, sent)
    for _, autumn in groupby(sent, key=lambda line: line.day.year):
        lines = list(autumn)
        door.at(lines[-1].day, 9)
        door("submit", "--manifest", _manifest(lines), "--folder", folder / "inbox")
        door.at(lines[-1].day, 10)
        door("run", "intake", "--today", lines[-1].day)
    if hub == "demo":
        _send_back(door, sent[-1].day)
    door.at(sent[-1].day, 13)
    door("run", "follow-up", "--today", sent[-1].day)
    door("run", "publish", "--today", sent[-1].day)
    _ask_all(door)
    if hub == "demo":
        _check_beside_the_record(door, folder, sent)
    for part in ("returns", "hubs"):
        shutil.copytree(_store() / part, into / part)
    door.write_document("exit codes.txt", "".join(door.codes))


class FrontDoor:
    """The `destinations` command in this process, at a moment that stands still."""

    def __init__(self, into: Path) -> None:
        """What is kept of the commands goes under `into`."""
        self.codes: list[str] = []
        self._into = into
        (door,) = entry_points(group="console_scripts", name="destinations")
        self._main = door.load()

    def at(self, day: date, hour: int) -> None:
        """From here on it is this day and hour."""
        moment = datetime.combine(day, time(hour))

        class StandsStill(datetime):
            @classmethod
            def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
                return moment.replace(tzinfo=tz)

        importlib.import_module(CLOCK).datetime = StandsStill  # type: ignore[attr-defined]

    def __call__(self, *words: Any, name: str = "") -> str:
        """Say the words; what is answered is given, and kept where it has a name."""
        sys.argv = ["destinations", *map(str, words)]
        code: Any = 0
        with redirect_stdout(StringIO()) as out:
            try:
                self._main()
            except SystemExit as ended:
                code = ended.code or 0
        if code not in SOUND:
            raise RuntimeError(f"{words} ended with {code}: {out.getvalue()[-2000:]}")
        if name:
            self.codes.append(f"{code} {name}\n")
            self.write_document(name, out.getvalue())
        return out.getvalue()

    def write_document(self, name: str, text: str) -> None:
        """A document, as it is."""
        path = self._into / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())


def _check_all(door: FrontDoor, folder: Path, sent: Iterable[Sent]) -> None:
    for line in sent:
        words = ("check", folder / "inbox" / line.urn / line.file, "--sent-on", line.day)
        door(*words, "--json", name=f"check/{line.urn}/{line.file}.jsonl")


def _check_beside_the_record(door: FrontDoor, folder: Path, sent: Iterable[Sent]) -> None:
    """In words: what would change is not in the lines of JSON."""
    for line in sent:
        words = ("check", folder / "inbox" / line.urn / line.file, "--sent-on", line.day)
        door(*words, "--school", line.urn, name=f"check again/{line.urn}/{line.file}.txt")


def _send_back(door: FrontDoor, day: date) -> None:
    """Each school sends its last marked workbook back as it is: the next round of its sheet."""
    door.at(day, 11)
    for returns in sorted((_store() / "returns").iterdir()):
        for marked in sorted(returns.glob("* - please fix.xlsx"))[-1:]:
            door("submit", marked, "--school", returns.name, "--sent-on", day)
    door.at(day, 12)
    door("run", "intake", "--today", day)


def _store() -> Path:
    return Path(os.environ["DESTINATIONS_HOME"]) / "storage"


def _ask_all(door: FrontDoor) -> None:
    for what in EXPORTS:
        door("export", what, name=f"exports/{what}.csv")
        door("export", what, "--format", "json", name=f"exports/{what}.jsonl")
    door("where", name="where.txt")
    submissions = door("where", "--json", name="where.jsonl").count("\n")
    door("unsure", "--json", name="unsure.jsonl")
    for number in range(1, submissions + 1):
        door("findings", number, name=f"findings/{number:02}.txt")
        door("findings", number, "--json", name=f"findings/{number:02}.jsonl")


def _hub_folder(hub: str) -> Path:
    if hub == "hub_a":
        return HUB_A
    # An autumn that is past, so that no day of it can be today.
    wishes = Wishes(colleges=1, last_autumn=2024)
    return make_hub(Path("hub"), seed=2026, schools=4, years=2, leavers=9, wishes=wishes)


def _sent(folder: Path) -> list[Sent]:
    with (folder / "manifest.csv").open(encoding="utf-8", newline="") as file:
        lines = [
            Sent(line["urn"], line["file"], date.fromisoformat(line["sent_on"]), line)
            for line in csv.DictReader(file)
        ]
    return sorted(lines, key=lambda line: line.day)


def _manifest(lines: list[Sent]) -> Path:
    path = Path("manifest.csv")
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(lines[0].line))
        writer.writeheader()
        writer.writerows(sent.line for sent in lines)
    return path


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--hub", action="append", choices=HUBS, help="only this one")
    parser.add_argument("--keep", type=Path, help="keep the documents themselves there")
    parser.add_argument("--walk", nargs=2, help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
