"""Cover notes: on disk before their files show, and applied when they come later."""

import csv
import os
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from openpyxl import load_workbook
from sqlmodel import Session, select

from destinations.cli.shown.inbox_left_out import noted_words
from destinations.cli.submit import send_files
from destinations.cli.typed import arguments
from destinations.cli.typed.manifest import CoverNoteFields, FileToSend
from destinations.platform.settings import get_settings
from destinations.record.undo import take_back_submission
from destinations.reports.exports import export
from destinations.summarising import summarise
from imports.cover_notes import store_cover_note
from models.database import transaction
from models.facts.calendar import now
from models.places import InstitutionLink
from models.submissions import CoverNote, Submission
from models.vocabulary import LeavingStage
from tests.builders.hub import a_hub_at_home, take_in
from tests.builders.sheets import a_workbook

URN = "900700"
SENT_ON, LATER, TODAY = date(2025, 11, 5), date(2025, 11, 12), date(2025, 11, 23)
# Silent of the cohort and the wave.
SILENT = """
UPN           | Surname | Forename | Date of Birth | Destination
K845400011021 | Okafor  | Ada      | 14/09/2008    | 6th form
Z845400011022 | Bell    | Jo       | 30/01/2009    | Apprenticeship
"""
OTHERS = """
UPN           | Surname | Forename | Date of Birth | Destination
N845400011023 | Cole    | Sam      | 17/03/2009    | 6th form
"""
ENROLLED = """
Surname | Forename | Date of Birth | Course           | Start Date | End Date
Okafor  | Ada      | 14/09/2008    | A level Maths    | 01/09/2025 | 31/07/2027
"""
# Says in a heading when its answers are of.
DATED = """
UPN           | Surname | Forename | Date of Birth | September 2025 destination
K845400011021 | Okafor  | Ada      | 14/09/2008    | 6th form
"""


# What differs from one run to the next, whatever is killed.
ASIDE = ("recorded_at", "person", "submission", "destination", "supersedes")
AGAIN = "sent before receipt"


@pytest.fixture
def engine(tmp_path, monkeypatch):
    with a_hub_at_home(tmp_path / "home", monkeypatch, URN) as engine:
        yield engine


def a_file(folder: Path, drawn: str = SILENT, name: str = "leavers.xlsx") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(a_workbook(drawn))
    return folder / name


def submit(file, cohort=None, stage=None, wave=None, sent_on=SENT_ON, kind=None):
    send_files(
        [
            FileToSend(
                file,
                URN,
                CoverNoteFields(
                    kind and arguments.kind(kind),
                    cohort and arguments.cohort(cohort),
                    stage and arguments.stage(stage),
                    wave,
                ),
                sent_on,
            )
        ]
    )


def by_hand(file):
    """Put in the inbox by somebody, without a word of what it is."""
    inbox = Path(get_settings().store) / "inbox" / URN
    inbox.mkdir(parents=True, exist_ok=True)
    (inbox / file.name).write_bytes(file.read_bytes())
    moment = datetime(SENT_ON.year, SENT_ON.month, SENT_ON.day, 12, tzinfo=UTC).timestamp()
    os.utime(inbox / file.name, (moment, moment))


def submissions(engine, *, standing=True):
    with Session(engine) as session:
        sent = session.exec(select(Submission).order_by(Submission.id)).all()
    return [each for each in sent if not standing or each.undone_at is None]


def record(engine):
    """What counts, without numbers and moments: as a script that reads the exports sees it."""
    with Session(engine) as session:
        shown = []
        for what in ("leavers", "destinations", "matches", "findings"):
            columns, rows = export(session, what)
            aside = [columns.index(name) for name in ASIDE if name in columns]
            shown += [
                (what, *(str(cell) for at, cell in enumerate(row) if at not in aside))
                for row in rows
            ]
        for line in summarise(session, today=TODAY):
            shown.append(("summary", str(line)))
        for cover in session.exec(select(CoverNote)):
            shown.append(("note", cover.sha256, str(_said(cover)), str(cover.sent_on)))
    for sent in submissions(engine):
        stands = (sent.name, sent.stage, sent.refused_code, sent.rows_read, sent.noted_as)
        shown.append(("submission", *map(str, (*stands, *_said(sent), sent.sent_on))))
    returned = Path(get_settings().store) / "returns" / URN
    shown += [("returned", path.name) for path in returned.glob("*") if AGAIN not in path.name]
    return sorted(shown)


def _said(one):
    return one.kind, one.academic_year, one.leaving_stage, one.wave


def counting(engine):
    """The destinations that count: cohort, wave, row."""
    with Session(engine) as session:
        columns, rows = export(session, "destinations")
        lines = [dict(zip(columns, row, strict=True)) for row in rows]
    return sorted(
        (line["cohort"], line["wave"], line["row"]) for line in lines if line["superseded"] == "N"
    )


def test_a_note_that_comes_after_its_file_is_applied(engine, tmp_path):
    file = a_file(tmp_path)
    by_hand(file)
    take_in(TODAY)
    assert counting(engine) == [("2024/25", 1, 2), ("2024/25", 1, 3)]  # as the sheet looks
    submit(file, "2024/25", "Y11", 0, LATER)
    take_in(TODAY)
    [sent] = submissions(engine)
    assert (sent.stage, sent.wave, sent.sent_on) == ("recorded", 0, LATER)
    assert {wave for _, wave, _ in counting(engine)} == {0}
    [before, _] = submissions(engine, standing=False)
    assert "something else was said of it" in before.undone_because
    assert f"submission {sent.id}" in before.undone_because


def test_a_file_whose_note_comes_late_ends_as_one_whose_note_came_first(
    engine, tmp_path, monkeypatch
):
    file = a_file(tmp_path)
    by_hand(file)
    take_in(TODAY)
    submit(file, "2023/24", "Y11", 1, SENT_ON)
    take_in(TODAY)
    late = [line for line in record(engine) if line[0] in ("leavers", "summary", "note")]
    counted = counting(engine)
    with a_hub_at_home(tmp_path / "first", monkeypatch, URN) as first:
        submit(file, "2023/24", "Y11", 1, SENT_ON)
        take_in(TODAY)
        assert counting(first) == counted == [("2023/24", 1, 2), ("2023/24", 1, 3)]
        assert [x for x in record(first) if x[0] in ("leavers", "summary", "note")] == late


CHANGES = {
    "cohort": {"cohort": "2023/24", "stage": "Y11"},
    "wave": {"wave": 0},
    "day": {"sent_on": LATER},
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_different_note_takes_the_place_of_the_one_before(engine, tmp_path, change):
    file = a_file(tmp_path)
    first = {"cohort": "2024/25", "stage": "Y11", "wave": 1, "sent_on": SENT_ON}
    submit(file, **first)
    take_in(TODAY)
    submit(file, **first | change)
    take_in(TODAY)
    take_in(TODAY)
    [sent] = submissions(engine)
    expected = first | change
    assert sent.academic_year == int(expected["cohort"][:4])
    assert (sent.leaving_stage, sent.wave) == (expected["stage"], expected["wave"])
    assert sent.sent_on == expected["sent_on"]
    assert {line[:2] for line in counting(engine)} == {(expected["cohort"], expected["wave"])}
    assert len(counting(engine)) == 2
    assert len(submissions(engine, standing=False)) == 2
    told = receipts(expected["sent_on"])
    assert any("you told us something else about this file" in words for words in told)


def receipts(day):
    folder = Path(get_settings().store) / "returns" / URN
    return [
        " ".join(str(cell.value) for row in load_workbook(path)["Receipt"] for cell in row)
        for path in folder.glob(f"{day}*receipt.xlsx")
        if AGAIN not in path.name
    ]


def test_where_says_what_became_of_what_was_said_later(engine, tmp_path):
    file, dated = a_file(tmp_path), a_file(tmp_path, DATED, "dated.xlsx")
    for each in (file, dated):
        submit(each, "2024/25", "Y11", 1)
    take_in(TODAY)
    for each in (file, dated):
        submit(each, wave=0)
    take_in(TODAY)
    with Session(engine) as session:
        why = {
            (sent.name, sent.undone_at is None): noted_words(sent)
            for sent in session.exec(select(Submission))
        }
    assert why["leavers.xlsx", True].startswith("read again with what its sender said of it on")
    assert why["dated.xlsx", True].endswith("the sheet says all of that itself")
    assert len(why) == 3


def test_what_the_sheet_says_itself_stands_whatever_is_said_later(engine, tmp_path):
    file = a_file(tmp_path, DATED)
    submit(file, "2024/25", "Y11", 1)
    take_in(TODAY)
    before = counting(engine)
    submit(file, wave=0)
    take_in(TODAY)
    assert counting(engine) == before == [("2024/25", 1, 2)]
    [sent] = submissions(engine, standing=False)
    assert (sent.stage, sent.noted_as) == ("recorded", "silent")


@pytest.mark.parametrize("again", ["the same", "silent", "a day not given"])
def test_the_same_said_again_changes_nothing(engine, tmp_path, again):
    file = a_file(tmp_path)
    submit(file, "2024/25", "Y11", 1)
    take_in(TODAY)
    before = record(engine)
    for _ in range(2):
        if again == "the same":
            submit(file, "2024/25", "Y11", 1)
        elif again == "silent":
            submit(file)
        else:
            submit(file, "2024/25", "Y11", 1, sent_on=None)
        take_in(TODAY)
    assert record(engine) == before
    assert len(submissions(engine, standing=False)) == 1


def test_a_day_that_nobody_gave_is_that_of_the_first_sending(engine, tmp_path):
    file = a_file(tmp_path)
    by_hand(file)
    take_in(TODAY)
    submit(file, wave=0, sent_on=None)
    take_in(TODAY)
    [sent] = submissions(engine)
    assert (sent.sent_on, sent.wave) == (SENT_ON, 0)


def test_what_was_taken_back_is_not_brought_again_by_a_note(engine, tmp_path):
    file = a_file(tmp_path)
    submit(file, "2024/25", "Y11", 1)
    take_in(TODAY)
    [sent] = submissions(engine)
    with transaction(engine) as session:
        take_back_submission(session, sent.id, by="Jo", at=now())
        store_cover_note(session, urn=URN, name=file.name, sha256=sent.sha256, wave=2)
    take_in(TODAY)
    assert submissions(engine) == []
    assert counting(engine) == []


def test_a_note_with_which_a_file_would_be_refused_leaves_the_record_as_it_was(engine, tmp_path):
    file = a_file(tmp_path, ENROLLED)
    submit(file)
    take_in(TODAY)
    before = [line for line in record(engine) if line[0] not in ("note", "submission")]
    submit(file, kind="leavers")  # of which cohort nobody says
    take_in(TODAY)
    assert [line for line in record(engine) if line[0] not in ("note", "submission")] == before
    [sent] = submissions(engine, standing=False)
    assert (sent.stage, sent.refused_code, sent.kind) == ("recorded", None, "enrolments")
    assert "what is recorded stands" in noted_words(sent)


def test_a_note_under_the_number_that_a_school_had_before_counts(engine, tmp_path):
    with transaction(engine) as session:
        session.add(InstitutionLink(urn="900600", linked_urn=URN, kind="Successor"))
    file = a_file(tmp_path)
    send_files(
        [FileToSend(file, "900600", CoverNoteFields(None, 2023, LeavingStage.Y11, 1), SENT_ON)]
    )
    take_in(TODAY)
    assert {line[0] for line in counting(engine)} == {"2023/24"}
    send_files(
        [FileToSend(file, "900600", CoverNoteFields(None, 2022, LeavingStage.Y11, 2), SENT_ON)]
    )
    take_in(TODAY)
    assert {line[:2] for line in counting(engine)} == {("2022/23", 2)}


def test_one_file_that_cannot_be_sent_leaves_no_file_without_its_note(engine, tmp_path):
    first, gone = a_file(tmp_path), a_file(tmp_path, OTHERS, "gone.xlsx")
    said = CoverNoteFields(None, 2023, LeavingStage.Y11, 1)
    gone.unlink()
    with pytest.raises(FileNotFoundError):
        send_files([FileToSend(first, URN, said, SENT_ON), FileToSend(gone, URN, said, SENT_ON)])
    take_in(TODAY)
    assert {line[0] for line in counting(engine)} == {"2023/24"}


@pytest.mark.parametrize("stands", ["link out", "folder", "ring", "pipe"])
def test_what_stands_in_the_way_of_a_file_does_not_keep_it_from_being_sent(
    engine, tmp_path, stands
):
    file, inbox = a_file(tmp_path), Path(get_settings().store) / "inbox" / URN
    inbox.mkdir(parents=True)
    if stands == "folder":
        (inbox / file.name).mkdir()
    elif stands == "pipe":
        os.mkfifo(inbox / file.name)
    else:
        (inbox / file.name).symlink_to(inbox / file.name if stands == "ring" else "/etc/passwd")
    submit(file, "2024/25", "Y11", 1)
    take_in(TODAY)
    assert [sent.stage for sent in submissions(engine)] == ["recorded"]


def manifest(folder):
    with (folder / "manifest.csv").open("w", newline="") as lines:
        writer = csv.writer(lines)
        writer.writerow(["urn", "file", "kind", "cohort", "stage", "wave", "sent_on"])
        for name in ("leavers.xlsx", "others.xlsx"):
            writer.writerow([URN, name, "leavers", "2023/24", "Y11", 1, SENT_ON.isoformat()])
    return "submit", "--manifest", str(folder / "manifest.csv"), "--folder", str(folder)


def single(folder):
    return (
        *("submit", str(folder / "leavers.xlsx"), "--school", URN, "--cohort", "2023/24"),
        *("--stage", "Y11", "--wave", "1", "--sent-on", SENT_ON.isoformat()),
    )


def killed_at(step, words):
    command = [sys.executable, "-m", "tests.killed_submit", str(step), *words]
    return subprocess.run(command, cwd=Path(__file__).parents[1], timeout=120).returncode


@pytest.mark.slow
@pytest.mark.parametrize("how", [single, manifest])
def test_a_kill_anywhere_in_submit_ends_as_no_kill_at_all(tmp_path, monkeypatch, how):
    a_file(tmp_path / "sent")
    a_file(tmp_path / "sent", OTHERS, "others.xlsx")
    words = how(tmp_path / "sent")
    with a_hub_at_home(tmp_path / "whole", monkeypatch, URN) as engine:
        assert killed_at(0, words) == 0
        take_in(TODAY)
        whole = record(engine)
    assert any(line[0] == "destinations" for line in whole)
    step, ended = 1, 77
    while ended == 77:
        with a_hub_at_home(tmp_path / str(step), monkeypatch, URN) as engine:
            ended = killed_at(step, words)
            take_in(TODAY)  # the scheduled one
            for sent in submissions(engine):  # whatever shows already is what its sender means
                assert (sent.academic_year, sent.wave) == (2023, 1)
            assert killed_at(0, words) == 0
            take_in(TODAY)
            assert record(engine) == whole, f"killed before step {step}"
        step += 1
    assert ended == 0
    assert step > 6  # a step for each thing that can be on the disk or not
