"""How well the road does on made-up hubs that nobody has looked at: a line for each seed.

    .venv/bin/python bench/hubs.py                         ten hubs
    .venv/bin/python bench/hubs.py --seeds 100-140         others
    .venv/bin/python bench/hubs.py --words other           the other words and layouts (other_hub)
    .venv/bin/python bench/hubs.py --seeds 7 --tell        and what went wrong in one
    .venv/bin/python bench/hubs.py --hub PATH --tell       any hub folder with a truth/ of its own

Words are held against truth/words.csv, which only our own made-up hubs have: what each row says,
whether or not it is so.
"""

import argparse
import logging
import os
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

from meter import table
from other_hub import make_other_hub
from placement import FIGURES, Placement, place_answers

from tests.truth import Comparison, compare
from tests.truth import table as read_csv

TODAY = date(2026, 11, 23)


def main() -> None:
    asked = _arguments()
    logging.disable(logging.WARNING)
    os.environ["DO_NOT_TRACK"] = "1"
    rows, answers = [], []
    for name, hub, folder in _hubs(asked):
        exports = travel(hub, folder)
        found = compare(
            hub,
            matches=exports["matches"],
            destinations=exports["destinations"],
            findings=exports["findings"],
        )
        said, missaid = _words(hub, exports["destinations"])
        rows.append(_row(name, found, exports["stopped"], said, missaid))
        placement = place_answers(hub, exports)
        answers.append(_answers_row(name, placement))
        for headings, lines in ((HEADINGS, rows), (ANSWER_HEADINGS, answers)):
            print(table(headings, lines[-1:]).splitlines()[-1], flush=True)
        if asked.tell:
            _tell(hub, found, missaid, exports)
            _tell_answers(placement)
    print("\n" + table(ANSWER_HEADINGS, answers))
    print("\n" + table(HEADINGS, rows))


HEADINGS = (
    "hub",
    "stopped",
    "rows",
    "unread",
    "invented",
    "words right %",
    "recorded %",
    "wrong person",
    "split %",
    "faults",
    "unfound",
    "made to wait %",
    "remarked on %",
)

# The figures are true / recorded / by how much the cells of school, cohort and wave are out.
ANSWER_HEADINGS = (
    "hub",
    "leavers",
    "answers typed",
    "in their place %",
    "and right %",
    "in a wrong place",
    *FIGURES,
    "must fix a leaver",
    "please check a leaver",
)


def _answers_row(name: str, placement: Placement) -> tuple[object, ...]:
    return (
        name,
        placement.leavers,
        placement.typed,
        _percent(placement.placed, placement.typed),
        _percent(placement.right, placement.typed),
        len(placement.wrong_place),
        *(placement.figure(figure) for figure in FIGURES),
        f"{placement.must_fix / placement.leavers:.3f}",
        f"{placement.please_check / placement.leavers:.3f}",
    )


def _tell_answers(placement: Placement) -> None:
    """Made-up people only: what stands in the cells may be shown."""
    wrong = Counter(
        (word["file"], word["typed"], word["code"], code) for word, code in placement.wrong_word
    )
    for (file, typed, code, recorded), many in wrong.most_common(40):
        print(f"  {many} x {code} counts as {recorded or 'nothing'}: {typed!r} in {file}")
    missing = Counter(
        (word["file"], word["sheet"], word["heading"], word["wave"]) for word in placement.missing
    )
    for (file, sheet, heading, wave), many in missing.most_common(40):
        print(f"  {many} x not recorded: wave {wave}, {heading!r} on {sheet!r} in {file}")
    typed_of = Counter(word["typed"] for word in placement.missing)
    print(f"  not recorded: {dict(typed_of.most_common(40))}")
    misplaced = Counter(
        (line["file"], line["sheet"], line["cohort"], line["stage"], line["wave"])
        for line in placement.wrong_place
    )
    for place, many in misplaced.most_common(40):
        print(f"  {many} x in a wrong place: {place}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--seeds", default="1-10", help="such as 7, or 1-10")
    parser.add_argument("--schools", type=int, default=9)
    parser.add_argument("--leavers", type=int, default=30)
    parser.add_argument("--hub", type=Path, help="a hub folder instead of made-up ones")
    parser.add_argument("--words", choices=("demo", "other"), default="demo", help="whose words")
    parser.add_argument("--tell", action="store_true", help="say where it went wrong")
    return parser.parse_args()


def _hubs(asked: argparse.Namespace) -> Iterator[tuple[str, Path, Path]]:
    """(name, hub, an empty folder) of each hub to be tried."""
    from destinations.demo import make_hub

    first, _, last = asked.seeds.partition("-")
    for seed in range(int(first), int(last or first) + 1) if not asked.hub else (0,):
        with tempfile.TemporaryDirectory(prefix="bench-hubs-") as folder:
            if asked.hub:
                yield asked.hub.name, asked.hub, Path(folder)
            elif asked.words == "other":
                hub = make_other_hub(
                    Path(folder) / "hub", seed=seed, schools=asked.schools, leavers=asked.leavers
                )
                yield str(seed), hub, Path(folder)
            else:
                hub = make_hub(
                    Path(folder) / "hub", seed=seed, schools=asked.schools, leavers=asked.leavers
                )
                yield str(seed), hub, Path(folder)


def travel(hub: Path, folder: Path) -> dict[str, Any]:
    """Everything that the hub sends, taken down the road without Prefect; then the exports."""
    from sqlmodel import Session

    from destinations.cli.submit import send_files
    from destinations.cli.typed.manifest import read_manifest
    from destinations.platform.settings import get_settings
    from destinations.register.load_register import load_register
    from destinations.reports.exports import export
    from flows import report_tables
    from flows.pipeline import stages as stages
    from models.database import migrate, open_database, transaction

    os.environ["DESTINATIONS_HOME"] = str(folder / "var")
    get_settings.cache_clear()
    settings = get_settings()
    engine = open_database(settings.database)
    migrate(engine)
    with transaction(engine) as session:
        members = (hub / "hub_members.csv").read_bytes()
        load_register(session, (hub / "institutions.csv").read_bytes(), members)
    send_files(list(read_manifest(hub / "manifest.csv", hub / "inbox")))
    with stages.open_run(settings) as road:
        stages.receive_files(road, TODAY)
        for chunk in [*stages.unfinished(road), *stages.lists_to_match_again(road)]:
            ids = stages.validate_chunk(
                road, stages.map_chunk(road, stages.read_chunk(road, chunk))
            )
            stages.apply_responses_chunk(road, stages.match_and_record_chunk(road, ids))
    exports: dict[str, Any] = {"stopped": report_tables.stopped_submissions(engine)}
    with Session(engine) as session:
        for what in ("matches", "destinations", "findings"):
            columns, rows = export(session, what)
            exports[what] = [
                dict(zip(columns, ["" if cell is None else str(cell) for cell in row], strict=True))
                for row in rows
            ]
    engine.dispose()
    return exports


def _words(hub: Path, destinations: list[dict[str, str]]) -> tuple[int, list[dict[str, str]]]:
    """How many recorded words of faultless rows are right, and those that are not."""
    if not (hub / "truth" / "words.csv").exists():
        return 0, []
    faulty = {_place(row) for row in read_csv(hub / "truth" / "planted.csv")}
    recorded = {(*_place(row), row["wave"]): row for row in destinations}
    right, wrong = 0, []
    for word in read_csv(hub / "truth" / "words.csv"):
        line = recorded.get((*_place(word), word["wave"]))
        if _place(word) in faulty or (line is None and not word["code"]):
            continue
        if line is not None and line["activity_code"] == word["code"]:
            right += 1
        else:
            wrong.append(word | {"recorded": line["activity_code"] if line else ""})
    return right, wrong


def _place(row: Any) -> tuple[str, str, str]:
    return row["file"], row["sheet"], str(row["row"])


def _row(
    name: str, found: Comparison, stopped: list[Any], said: int, missaid: list[Any]
) -> tuple[object, ...]:
    of = found.recorded + len(found.unrecorded)
    return (
        name,
        len(stopped),
        of,
        len(found.unread),
        len(found.invented),
        _percent(said, said + len(missaid)),
        _percent(found.recorded, of),
        len(found.wrong_person),
        _percent(len(found.split_people), found.people),
        found.faults,
        len(found.unfound),
        _percent(_rows(found.false_alarms), found.faultless),
        _percent(_rows(found.remarks), found.faultless),
    )


def _rows(told: Iterable[tuple[Any, str]]) -> int:
    """On how many rows something was told."""
    return len({place for place, _ in told})


def _percent(part: int, whole: int) -> float:
    return 100 * part / whole if whole else 0.0


def _tell(hub: Path, found: Comparison, missaid: list[Any], exports: dict[str, Any]) -> None:
    """Made-up people only: what stands in the cells may be shown."""
    for line in exports["stopped"]:
        print("  stopped:", line)
    for what in (
        "unread",
        "invented",
        "unrecorded",
        "wrong_person",
        "unfound",
        "false_alarms",
        "remarks",
    ):
        places = getattr(found, what)
        if places:
            print(f"  {what}: {len(places)}, such as {places[:6]}")
    for what, told_of in (("made to wait", found.false_alarms), ("remarked on", found.remarks)):
        print(f"  {what}, by rule: {dict(Counter(code for _, code in told_of))}")
    told = Counter(
        (word["file"], word["typed"], word["code"], word["recorded"]) for word in missaid
    )
    for (file, typed, code, recorded), many in told.most_common(25):
        print(f"  {many} x {code} recorded as {recorded or 'nothing'}: {typed!r} in {file}")
    counted = Counter((line["code"], line["heading"]) for line in exports["findings"])
    for (code, heading), many in counted.most_common(25):
        print(f"  told {many} x {code} {heading!r}")


if __name__ == "__main__":
    main()
