"""What `destinations run intake` costs on a whole hub, Prefect's start included.

.venv/bin/python bench/intake.py                       a made-up hub of nine
.venv/bin/python bench/intake.py --hub PATH --again    any hub folder; and a second run on top
"""

import argparse
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

from meter import MB, Cost, run_measured, table

BIN = Path(sys.executable).parent / "destinations"


def main() -> None:
    asked = _arguments()
    with tempfile.TemporaryDirectory(prefix="bench-intake-") as folder:
        hub = asked.hub or _made_up(Path(folder) / "hub", asked)
        env = os.environ | {
            "DESTINATIONS_HOME": str(Path(folder) / "var"),
            "DO_NOT_TRACK": "1",
            "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        }
        _quietly("setup", env=env)
        _quietly(
            *("register", "--institutions", hub / "institutions.csv"),
            *("--members", hub / "hub_members.csv"),
            env=env,
        )
        _send(hub, env)
        runs = {"first run": _intake(asked.today, env)}
        if asked.again:
            _send(hub, env)
            runs["everything sent again"] = _intake(asked.today, env)
        _tell(runs, _counted(Path(folder) / "var" / "destinations.db"), asked.json)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--hub", type=Path, help="a folder with manifest.csv and inbox/")
    parser.add_argument("--schools", type=int, default=7, help="of the made-up hub")
    parser.add_argument("--years", type=int, default=4, help="of the made-up hub")
    parser.add_argument("--leavers", type=int, default=40, help="in a mainstream cohort")
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--today", default="2026-11-23")
    parser.add_argument("--again", action="store_true", help="then send everything again")
    parser.add_argument("--json", type=Path, help="write the figures there too")
    return parser.parse_args()


def _made_up(folder: Path, asked: argparse.Namespace) -> Path:
    from destinations.demo import make_hub

    return make_hub(
        folder, seed=asked.seed, schools=asked.schools, years=asked.years, leavers=asked.leavers
    )


def _send(hub: Path, env: dict[str, str]) -> None:
    _quietly("submit", "--manifest", hub / "manifest.csv", "--folder", hub / "inbox", env=env)


def _intake(today: str, env: dict[str, str]) -> Cost:
    code, cost = run_measured([str(BIN), "run", "intake", "--today", today], env)
    if code:
        sys.exit(f"intake ended with {code}")
    return cost


def _quietly(*words: object, env: dict[str, str]) -> None:
    subprocess.run([str(BIN), *map(str, words)], env=env, check=True, stdout=subprocess.DEVNULL)


def _counted(database: Path) -> dict[str, int]:
    """What stands in the record afterwards."""
    connection = sqlite3.connect(database)
    kinds = ("arrival", "submission", "finding", "person", "leaver", "match", "destination")
    counts = {
        kind: connection.execute(f'select count(*) from "{kind}"').fetchone()[0]  # noqa: S608
        for kind in kinds
    }
    read = connection.execute("select sum(rows_read) from submission").fetchone()[0]
    connection.close()
    return counts | {"rows read": read or 0}


def _tell(runs: dict[str, Cost], counts: dict[str, int], where: Path | None) -> None:
    print(
        table(
            ("", "wall s", "CPU s", "peak MB", "peak MB, shared once"),
            [
                (name, cost.wall, cost.cpu, cost.resident // MB, cost.proportional // MB)
                for name, cost in runs.items()
            ],
        )
    )
    print("\n" + table(tuple(counts), [tuple(counts.values())]))
    if where:
        figures = {"runs": {name: vars(cost) for name, cost in runs.items()}, "counts": counts}
        where.write_text(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
