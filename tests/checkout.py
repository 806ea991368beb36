"""A copy of the code that a test may change, and its command line."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGES = ("destinations", "expectations", "flows", "imports", "models")


class Checkout:
    """A copy of the code, with lines of its own added to its lists, and a hub beside it."""

    def __init__(self, folder: Path) -> None:
        self.code = folder / "code"
        for package in PACKAGES:
            shutil.copytree(ROOT / package, self.code / package)
        self.env = os.environ | {
            "PYTHONPATH": str(self.code),
            "DESTINATIONS_HOME": str(folder / "var"),
            "COLUMNS": "250",
        }

    def add(self, name: str, *lines: str) -> None:
        """Lines at the end of a file of the code, which is made where there is none."""
        with (self.code / name).open("a", encoding="utf-8") as file:
            file.writelines(f"{line}\n" for line in lines)

    def replace(self, name: str, before: str, after: str) -> None:
        """Other words in a file of the code."""
        path = self.code / name
        text = path.read_text(encoding="utf-8")
        assert before in text, f"{before!r} is not in {name}"
        path.write_text(text.replace(before, after), encoding="utf-8")

    def run(self, *words: object, ends: tuple[int, ...] = (0, 1)) -> str:
        """What a command of it writes, once it has ended with one of those codes."""
        ended = subprocess.run(
            [sys.executable, "-c", "from destinations.cli import main; main()", *map(str, words)],
            cwd=self.code.parent,
            env=self.env,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ended.returncode in ends, ended.stdout + ended.stderr
        return ended.stdout

    def findings(self, file: Path, *words: object) -> list[tuple[str, int | None]]:
        """The code and row of each finding of a check of that file."""
        lines = self.run("check", file, *words, "--json", ends=(0, 1, 3)).splitlines()
        return [(finding["code"], finding["row"]) for finding in map(json.loads, lines)]
