"""What each stage costs in a made-up national autumn: 4,000 schools, about 600,000 rows.

    .venv/bin/python bench/national.py                  the whole country
    .venv/bin/python bench/national.py --schools 180    one chunk of it
    .venv/bin/python bench/national.py --database postgresql://...

Schools are drawn a chunk at a time, sent, and taken down the road that `intake` and `publish` take
(flows/pipeline/stages), without Prefect.  Drawing them costs nothing in the figures.
"""

import argparse
import csv
import json
import logging
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

import autumn
from meter import MB, Meter, table

STAGES = ("receive", "read", "map", "validate", "match", "record", "return", "summarise", "publish")


def main() -> None:
    asked = _arguments()
    logging.disable(logging.WARNING)
    folder = asked.folder or Path(tempfile.mkdtemp(prefix="bench-national-"))
    os.environ["DESTINATIONS_HOME"] = str(folder)
    if asked.database:
        os.environ["DESTINATIONS_DATABASE_URL"] = asked.database
    meter = Meter()
    try:
        counts = _run(asked, folder, meter)
    finally:
        meter.close()
        if not asked.folder:
            shutil.rmtree(folder, ignore_errors=True)
    _tell(meter, counts, asked.json)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--schools", type=int, default=4_000)
    parser.add_argument("--chunk", type=int, default=180, help="submissions judged in one call")
    parser.add_argument("--autumn", type=int, default=2026)
    parser.add_argument("--database", help="instead of an SQLite file")
    parser.add_argument("--folder", type=Path, help="keep everything there")
    parser.add_argument("--no-publish", action="store_true", help="stop when all is recorded")
    parser.add_argument("--json", type=Path, help="write the figures there too")
    return parser.parse_args()


def _run(asked: argparse.Namespace, folder: Path, meter: Meter) -> dict[str, int]:
    from destinations.platform.settings import get_settings
    from flows.pipeline import stages as stages
    from models.database import migrate, open_database

    settings = get_settings()
    engine = open_database(settings.database)
    migrate(engine)
    _register(folder, engine, asked.schools)
    engine.dispose()
    counts = {"schools": 0, "rows": 0, "bytes": 0, "recorded": 0, "refused or our fault": 0}
    today = autumn.sent_on(asked.autumn)
    numbered = enumerate(autumn.schools(asked.schools))
    with stages.open_run(settings) as road, _matching_apart(meter):
        while chunk := list(islice(numbered, asked.chunk)):
            _send(road, chunk, asked.autumn, counts)
            _take_in(road, stages, meter, today, counts)
            print(f"{counts['schools']:,} schools, {counts['rows']:,} rows", flush=True)
        if not asked.no_publish:
            with meter.stage("summarise"):
                summarised = stages.summarise_all(road, today)
            with meter.stage("publish"):
                counts["documents"] = stages.publish_all(road, summarised, today)
    return counts


def _take_in(road: Any, stages: Any, meter: Meter, today: date, counts: dict[str, int]) -> None:
    """What intake does with the files that have arrived, a stage after the other."""
    with meter.stage("receive"):
        stages.receive_files(road, today)
    for chunk in stages.unfinished(road):
        ids: Sequence[int] = chunk
        while ids:
            with meter.stage("read"):
                work = stages.read_chunk(road, ids)
            with meter.stage("map"):
                work = stages.map_chunk(road, work)
            with meter.stage("validate"):
                work = stages.validate_chunk(road, work)
            with meter.stage("record"):
                work = stages.match_and_record_chunk(road, work)
                work = stages.apply_responses_chunk(road, work)
            with meter.stage("return"):
                stages.return_chunk(road, work)
            counts["recorded"] += len(work.works)
            counts["refused or our fault"] += len(work.ids) - len(work.works)
            ids = work.unread


@contextmanager
def _matching_apart(meter: Meter) -> Iterator[None]:
    """Matching happens inside recording's transaction: its own CPU is taken apart here."""
    import time

    from destinations import recording

    whole = recording.match_leavers

    def timed(*given: Any, **named: Any) -> Any:
        wall, cpu = time.monotonic(), time.thread_time()
        answer = whole(*given, **named)
        cost = meter.costs.setdefault("match", type(meter.costs["receive"])())
        cost.wall += time.monotonic() - wall
        cost.cpu += time.thread_time() - cpu
        return answer

    recording.match_leavers = timed
    try:
        yield
    finally:
        recording.match_leavers = whole
        if "match" in meter.costs:
            inner, outer = meter.costs["match"], meter.costs["record"]
            outer.wall, outer.cpu = outer.wall - inner.wall, outer.cpu - inner.cpu
            inner.resident, inner.proportional = outer.resident, outer.proportional


def _register(folder: Path, engine: Any, many: int) -> None:
    """The register of so many schools, loaded as a hub would load it."""
    from destinations.register.load_register import load_register
    from models.database import transaction

    places = list(autumn.schools(many))
    institutions = _csv(
        folder / "institutions.csv",
        "URN,LA (code),LA (name),EstablishmentNumber,EstablishmentName,TypeOfEstablishment (name),"
        "OfficialSixthForm (name),EstablishmentStatus (name),UKPRN,FurtherEducationType (name)",
        [
            (
                *(place.urn, place.la_code, place.la_name, place.establishment, place.name),
                place.type_name,
                "Has a sixth form" if place.sixth_form else "Does not have a sixth form",
                *("Open", "", "Not applicable"),
            )
            for place in places
        ],
    )
    members = _csv(
        folder / "hub_members.csv",
        "urn,hub,joined_on,left_on",
        [(place.urn, autumn.hub_of(at), "2019-09-01", "") for at, place in enumerate(places)],
    )
    with transaction(engine) as session:
        load_register(session, institutions, members)


def _csv(path: Path, heading: str, rows: Sequence[Sequence[object]]) -> bytes:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([heading.split(","), *rows])
    return path.read_bytes()


def _send(road: Any, chunk: Sequence[tuple[int, Any]], year: int, counts: dict[str, int]) -> None:
    """Draw the sheets of these schools and put them where their senders would."""
    import hashlib

    from models.database import insert_all, transaction
    from models.submissions import CoverNote

    notes = []
    for number, school in chunk:
        sent = autumn.sheet(school, number, year)
        road.store.put(f"inbox/{sent.urn}/{sent.file}", sent.content)
        notes.append(
            {
                "urn": sent.urn,
                "name": sent.file,
                "sha256": hashlib.sha256(sent.content).hexdigest(),
                "kind": sent.kind,
                "academic_year": year - 1,
                "leaving_stage": "Y11",
                "wave": sent.wave,
                "sent_on": sent.sent_on,
            }
        )
        counts["schools"] += 1
        counts["rows"] += len(sent.rows)
        counts["bytes"] += len(sent.content)
    with transaction(road.engine) as session:
        insert_all(session, CoverNote, notes)


def _tell(meter: Meter, counts: dict[str, int], where: Path | None) -> None:
    costs = {name: meter.costs[name] for name in STAGES if name in meter.costs}
    files = max(1, counts["schools"])
    rows = [
        (
            name,
            cost.wall,
            cost.cpu,
            files / cost.cpu if cost.cpu else 0.0,
            cost.resident // MB,
            cost.proportional // MB,
        )
        for name, cost in costs.items()
    ]
    total = sum(cost.cpu for cost in costs.values())
    wall = sum(cost.wall for cost in costs.values())
    peak = max(cost.resident for cost in costs.values()) // MB
    once = max(cost.proportional for cost in costs.values()) // MB
    rows.append(("together", wall, total, files / total, peak, once))
    print(", ".join(f"{many:,} {what}" for what, many in counts.items()) + "\n")
    headings = ("stage", "wall s", "CPU s", "files a CPU s", "peak MB", "peak MB, shared once")
    print(table(headings, rows))
    if where:
        figures = {"counts": counts, "stages": {name: vars(cost) for name, cost in costs.items()}}
        where.write_text(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
