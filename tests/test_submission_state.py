"""How far a submission has come, and whether it needs processing: transitions, drawn."""

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, select, text
from sqlmodel import Session, col

from models.database import insert_returning, migrate, open_database, transaction
from models.facts import submission_state
from models.submissions import Submission
from models.vocabulary import Stage

ROOT = Path(__file__).parents[1]
MOMENT = datetime(2025, 11, 24, 6, tzinfo=UTC)
LATER = MOMENT + timedelta(hours=2)

# What each transition makes of a submission: its stage, whether it needs processing, its refusal
# ("no"), our fault, and whether its sender has the receipt.
TRANSITIONS = """
    stage     |queue|no  |fault|receipt |transition      ||stage     |queue|no  |fault|receipt
    received  |yes  |-   |-    |owed    |read            ||read      |yes  |-   |-    |owed
    mapped    |yes  |-   |ours |owed    |read            ||mapped    |yes  |-   |-    |owed
    validated |yes  |-   |-    |owed    |matched         ||matched   |yes  |-   |-    |owed
    published |yes  |-   |ours |given   |read            ||published |yes  |-   |-    |given
    read      |yes  |-   |ours |owed    |refused         ||read      |-    |C02 |-    |owed
    published |yes  |-   |-    |given   |refused         ||published |-    |C02 |-    |owed
    read      |yes  |-   |-    |owed    |asked+refused   ||read      |yes  |C02 |-    |owed
    read      |yes  |-   |-    |owed    |faulted         ||read      |yes  |-   |ours |owed
    published |-    |-   |-    |given   |faulted         ||published |yes  |-   |ours |given
    validated |yes  |-   |ours |owed    |recorded        ||recorded  |yes  |-   |-    |owed
    published |yes  |-   |-    |given   |recorded        ||recorded  |yes  |-   |-    |owed
    recorded  |yes  |-   |-    |owed    |processed       ||recorded  |-    |-   |-    |owed
    recorded  |yes  |-   |-    |owed    |asked+processed ||recorded  |yes  |-   |-    |owed
    recorded  |-    |-   |-    |owed    |processed       ||recorded  |-    |-   |-    |owed
    recorded  |-    |-   |-    |owed    |answered        ||recorded  |-    |-   |-    |given
    recorded  |yes  |-   |-    |given   |published       ||published |yes  |-   |-    |given
    recorded  |-    |-   |-    |given   |again+published ||recorded  |-    |-   |-    |owed
    validated |yes  |-   |-    |given   |published       ||validated |yes  |-   |-    |given
    published |-    |-   |-    |given   |asked           ||published |yes  |-   |-    |given
    read      |-    |C02 |-    |given   |asked           ||read      |yes  |-   |-    |given
    recorded  |yes  |-   |ours |given   |asked           ||recorded  |yes  |-   |-    |given
    read      |-    |C02 |-    |given   |received        ||received  |yes  |-   |-    |owed
    published |-    |C02 |-    |given   |received        ||published |yes  |-   |-    |owed
    published |yes  |-   |-    |given   |taken back      ||published |-    |-   |-    |given
"""


def drawn() -> list[list[str]]:
    lines = TRANSITIONS.strip().splitlines()[1:]
    return [[cell.strip() for cell in line.replace("||", "|").split("|")] for line in lines]


@pytest.mark.parametrize("line", drawn(), ids=lambda line: f"{line[0]} {line[5]}")
def test_a_transition_moves_what_is_drawn_and_nothing_else(engine: Engine, line: list[str]) -> None:
    before, transition, after = line[:5], line[5], line[6:]
    number = a_submission(engine, *before)
    for name in transition.split("+"):
        move(engine, number, name)
    assert drawing(engine, number) == after


def a_submission(
    engine: Engine, stage: str, queue: str, refused: str, fault: str, receipt: str
) -> int:
    row = {
        "urn": "900100", "name": "a.csv", "sha256": "0" * 64, "size": 1, "stored_as": "x",
        "sent_on": date(2025, 11, 3), "stage": stage, "stage_at": MOMENT,
        "recorded_at": MOMENT if stage in submission_state.DONE else None,
        "needs_processing_since": MOMENT if queue == "yes" else None,
        "refused_code": None if refused == "-" else refused,
        "fault_code": None if fault == "-" else fault,
        "answered_at": MOMENT if receipt == "given" else None,
    }  # fmt: skip
    with transaction(engine) as session:
        return insert_returning(session, Submission, [row])[0]


def move(engine: Engine, number: int, name: str) -> None:
    """One transition, in a transaction; what a run took up was asked for at MOMENT."""
    with transaction(engine) as session:
        match name:
            case "refused":
                submission_state.mark_refused(session, number, "C02", {}, since=MOMENT)
            case "faulted":
                submission_state.mark_faulted(session, number, "ours")
            case "recorded" | "again":
                submission_state.mark_recorded(session, number, at=LATER)
            case "processed":
                submission_state.mark_processed(session, number, since=MOMENT)
            case "answered":
                submission_state.mark_answered(session, [number])
            case "published":
                submission_state.mark_published(session, {number: MOMENT})
            case "asked":
                submission_state.request_reprocessing(session, [number])
            case "received":
                submission_state.mark_received(session.get_one(Submission, number))
            case "taken back":
                submission = session.get_one(Submission, number)
                submission_state.mark_taken_back(submission, by="A. Officer", reason="", at=LATER)
            case _:
                submission_state.mark_reached(session, [number], Stage(name))


def drawing(engine: Engine, number: int) -> list[str]:
    with Session(engine) as session:
        there = session.get_one(Submission, number)
        return [
            there.stage,
            "yes" if there.needs_processing_since else "-",
            there.refused_code or "-",
            there.fault_code or "-",
            "given" if there.answered_at else "owed",
        ]


def test_the_queue_holds_what_needs_processing_or_is_owed_a_receipt_and_stands(
    engine: Engine,
) -> None:
    for queue, receipt, back, wanted in (
        ("yes", "given", False, True),
        ("-", "owed", False, True),
        ("-", "given", False, False),
        ("yes", "owed", True, False),
    ):
        number = a_submission(engine, "published", queue, "-", "-", receipt)
        with transaction(engine) as session:
            if back:
                session.get_one(Submission, number).undone_at = LATER
            queued = session.scalars(select(col(Submission.id)).where(submission_state.is_queued()))
            assert (number in set(queued)) is wanted
            session.get_one(Submission, number).undone_at = LATER  # so that the next may be sent


MOVED = re.compile(
    r"\.(stage|stage_at|refused_code|refused_facts|fault_code|answered_at|needs_processing_since)"
    r" = |Submission\.(stage|fault_code|refused_code|answered_at|needs_processing_since)\)"
    r"\.(in_|is_|is_not)\("
    r"|\bvalues\([^)]*\b(stage|refused_code|fault_code|answered_at)="
)


def test_nobody_else_moves_the_state_of_a_submission_or_types_its_conditions() -> None:
    rooms = ("destinations", "expectations", "flows", "imports", "models")
    modules = [path for room in rooms for path in (ROOT / room).rglob("*.py")]
    moved = [
        f"{path.relative_to(ROOT)}: {found[0]}"
        for path in modules
        if path.name != "submission_state.py" and "migrations" not in path.parts
        for found in MOVED.finditer(path.read_text(encoding="utf-8"))
        if "arrival" not in path.read_text(encoding="utf-8")[found.start() - 8 : found.start()]
    ]
    assert moved == []


# A submission of a 0.1 database, and what the next revision makes of it.
BEFORE_AND_AFTER = """
    stage     | suite | refused | back | settled || stage     | queue | recorded
    received  |       |         |      |         || received  | yes   | -
    validated |       |         |      |         || validated | yes   | -
    read      |       | C02     |      |         || read      | -     | -
    matched   | x     |         |      |         || recorded  | yes   | yes
    received  | x     |         |      |         || recorded  | yes   | yes
    recorded  | x     |         |      |         || recorded  | -     | yes
    published | x     |         |      |         || published | -     | yes
    published | x     |         |      | before  || published | -     | yes
    published | x     |         |      | after   || published | yes   | yes
    matched   | x     |         | yes  |         || recorded  | -     | yes
"""


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def empty(request: pytest.FixtureRequest, tmp_path: Path):
    """A database with nothing in it, not even tables."""
    if request.param == "sqlite":
        engine = open_database(f"sqlite:///{tmp_path / 'old.db'}")
        yield engine
        engine.dispose()
        return
    from tests import servers

    with servers.postgresql_database(request.getfixturevalue("postgresql_url")) as url:
        engine = open_database(url)
        yield engine
        engine.dispose()


def test_a_database_of_the_first_release_is_moved_on_and_back(empty: Engine) -> None:
    lines = [
        [cell.strip() for cell in line.replace("||", "|").split("|")]
        for line in BEFORE_AND_AFTER.strip().splitlines()[1:]
    ]
    migrate(empty, "0001")
    for number, (stage, suite, refused, back, settled, *_) in enumerate(lines, start=1):
        an_old_submission(empty, number, stage, suite or None, refused or None, bool(back), settled)
    migrate(empty)
    asked = text("select stage, needs_processing_since, recorded_at from submission order by id")
    with empty.connect() as connection:
        moved = connection.execute(asked).all()
    assert [[one[0], *("yes" if at else "-" for at in one[1:])] for one in moved] == [
        line[5:] for line in lines
    ]
    down(empty)
    with empty.connect() as connection:
        stages = (
            connection.execute(text("select stage from submission order by id")).scalars().all()
        )
    assert [stages[3], stages[5], stages[8]] == ["matched", "recorded", "matched"]
    migrate(empty)


def an_old_submission(
    engine: Engine,
    number: int,
    stage: str,
    suite: str | None,
    refused: str | None,
    back: bool,
    settled: str,
) -> None:
    given = {
        "id": number, "sha": f"{number:064}", "stage": stage, "suite": suite, "refused": refused,
        "at": "2025-11-24 06:00:00", "back": "2025-11-25 06:00:00" if back else None,
        "decided": {"before": "2025-11-23 06:00:00"}.get(settled, "2025-11-25 06:00:00"),
    }  # fmt: skip
    with engine.begin() as connection:
        connection.execute(
            text(
                "insert into submission (id, urn, name, sha256, size, stored_as, sent_on,"
                " received_at, stage, stage_at, refused_code, refused_facts, file_format, regions,"
                " rows_read, rows_sound, rows_waiting, rows_unsure, suite_hash, changes, waived,"
                " undone_at) values (:id, '900100', 'a.csv', :sha, 1, 'x', '2025-11-20', :at,"
                " :stage, :at, :refused, '{}', 'csv', '[]', 0, 0, 0, 0, :suite, '{}', '{}', :back)"
            ),
            given,
        )
        if settled:
            connection.execute(
                text(
                    'insert into "match" (submission_id, sheet, "row", level, decided_by, reason,'
                    " decided_at) values (:id, '', 2, 'a person decided: nobody known',"
                    " 'A. Officer', '', :decided)"
                ),
                given,
            )


def down(engine: Engine) -> None:
    config = Config()
    config.set_main_option("script_location", str(ROOT / "models/migrations"))
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0001")
        connection.commit()
