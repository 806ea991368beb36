"""Odd names in the inbox: each is left out and said in `where`, and stops nobody."""

import ctypes
import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlmodel import Session, select

from destinations import cli
from destinations.platform.settings import get_settings
from flows.pipeline.stages import receive
from models.submissions import Arrival, Submission
from tests.builders.hub import a_hub_at_home, take_in
from tests.builders.sheets import a_workbook

URN, OTHER = "900700", "900701"
TODAY = date(2026, 11, 23)
LEAVERS = """
UPN           | Surname | Forename | Date of Birth | Destination
A900700011031 | Okafor  | Ada      | 14/09/2009    | 6th form
"""
PLANTED = "Sasha Planted.xlsx"


@pytest.fixture
def engine(tmp_path, monkeypatch):
    with a_hub_at_home(tmp_path, monkeypatch, URN, OTHER) as engine:
        yield engine


@pytest.fixture
def inbox(engine, tmp_path) -> Path:
    """The inbox of a hub in which the other school has sent its leavers."""
    made = tmp_path / "storage" / "inbox"
    (made / URN).mkdir(parents=True)
    (made / OTHER).mkdir()
    (made / OTHER / "leavers.xlsx").write_bytes(a_workbook(LEAVERS))
    return made


@pytest.fixture
def where(monkeypatch, capsys) -> Callable[..., list[dict[str, object]]]:
    def ran(*words: str) -> list[dict[str, object]]:
        monkeypatch.setattr(sys, "argv", ["destinations", "where", "--json", *words])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            cli.main()
        assert not ended.value.code
        return [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    return ran


def left_out(lines):
    return {line["file"]: line["why"] for line in lines if line["stage"] == "left out"}


def a_ring(folder: Path) -> str:
    (folder / PLANTED).symlink_to(folder / PLANTED)
    return "is a link that leads round to itself. Delete it, and put the file itself there"


def a_link_to_nothing(folder: Path) -> str:
    (folder / PLANTED).symlink_to(folder / "gone.xlsx")
    return "is a link to something that is not there. Delete it"


def a_link_out_of_storage(folder: Path) -> str:
    outside = folder.parents[2] / "outside.xlsx"
    outside.write_bytes(a_workbook(LEAVERS))
    (folder / PLANTED).symlink_to(outside)
    return "is a link that leads out of that folder"


def a_link_to_another_school_s_file(folder: Path) -> str:
    (folder / PLANTED).symlink_to(folder.parent / OTHER / "leavers.xlsx")
    return "is a link that leads out of that folder"


def a_link_out_to_nothing(folder: Path) -> str:
    (folder / PLANTED).symlink_to("/nowhere/at/all")
    return "is a link that leads out of that folder"


def a_link_to_a_folder(folder: Path) -> str:
    (folder / "autumn").mkdir()
    (folder / PLANTED).symlink_to(folder / "autumn")
    return "is a link to a folder. Delete it, and put the files themselves there"


def a_pipe(folder: Path) -> str:
    os.mkfifo(folder / PLANTED)
    return "is not a file but a pipe, a socket or a device"


def a_socket(folder: Path) -> str:
    here = Path.cwd()
    os.chdir(folder)  # the address of a socket is short
    try:
        socket.socket(socket.AF_UNIX).bind(PLANTED)
    finally:
        os.chdir(here)
    return "is not a file but a pipe, a socket or a device"


def a_device(folder: Path) -> str:
    if os.geteuid() != 0:
        pytest.skip("only root makes a device")
    os.mknod(folder / PLANTED, 0o644 | 0o020000, os.makedev(1, 5))  # zeros without an end
    return "is not a file but a pipe, a socket or a device"


def a_name_with_a_backslash(folder: Path) -> str:
    (folder / f"C:\\{PLANTED}").write_bytes(a_workbook(LEAVERS))
    return "has a name that storage cannot keep. Give it a name without a backslash"


def a_folder_with_a_backslash(folder: Path) -> str:
    (folder / f"C:\\{PLANTED[:-5]}").mkdir()
    (folder / f"C:\\{PLANTED[:-5]}" / "leavers.xlsx").write_bytes(a_workbook(LEAVERS))
    return "has a name that storage cannot keep"


def a_folder_named_as_a_file(folder: Path) -> str:
    (folder / PLANTED / "xl").mkdir(parents=True)
    (folder / PLANTED / "xl" / "sheet1.xml").write_bytes(b"<sheet/>")
    return "is a folder with the name of a file. If it holds a spreadsheet, put that beside it"


def an_empty_folder_named_as_a_file(folder: Path) -> str:
    (folder / PLANTED).mkdir()
    return "is a folder with the name of a file"


def a_path_too_long(folder: Path) -> str:
    here = Path.cwd()
    os.chdir(folder)
    try:
        for name in ("Planted", *["d" * 250] * 20):
            Path(name).mkdir()
            os.chdir(name)
        Path("leavers.xlsx").write_bytes(a_workbook(LEAVERS))
    finally:
        os.chdir(here)
    return "lies too deep, or its name is too long. Put the file in the school's own folder"


ODDITIES = [
    a_ring,
    a_link_to_nothing,
    a_link_out_of_storage,
    a_link_out_to_nothing,
    a_link_to_another_school_s_file,
    a_link_to_a_folder,
    a_pipe,
    a_socket,
    a_device,
    a_name_with_a_backslash,
    a_folder_with_a_backslash,
    a_folder_named_as_a_file,
    an_empty_folder_named_as_a_file,
    a_path_too_long,
]


@pytest.mark.parametrize("plant", ODDITIES)
def test_an_odd_name_is_said_and_stops_nobody(engine, inbox, where, caplog, plant):
    says = plant(inbox / URN)
    (inbox / URN / "more.csv").write_bytes(b"another,sheet\n")
    caplog.set_level("DEBUG")
    for _ in range(2):
        take_in(TODAY)
    lines = where()
    with Session(engine) as session:
        taken = {(sent.urn, sent.name) for sent in session.exec(select(Submission))}
    assert taken == {(OTHER, "leavers.xlsx"), (URN, "more.csv")}
    assert {line["stage"] for line in lines if line["urn"] == OTHER} == {"recorded"}
    [(name, why)] = left_out(lines).items()
    assert says in why
    assert f"in inbox/{URN}" in why
    assert "Planted" in name
    assert "Planted" not in caplog.text
    assert caplog.text.count(f"inbox/{URN}: a name is left out") == 2  # once in each run
    assert left_out(where("--school", OTHER)) == {}
    assert left_out(where("--school", URN)).keys() == {name}


@pytest.mark.parametrize("target", ["ring", "outside", "nothing", OTHER])
def test_a_school_s_folder_that_is_a_link_stops_nobody(engine, inbox, where, tmp_path, target):
    (inbox / URN).rmdir()
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "leavers.xlsx").write_bytes(b"not theirs")
    to = {"ring": inbox / URN, "outside": tmp_path / "outside", "nothing": inbox / "gone"}
    (inbox / URN).symlink_to(to.get(target, inbox / OTHER))
    take_in(TODAY)
    with Session(engine) as session:
        assert [sent.urn for sent in session.exec(select(Submission))] == [OTHER]
    [line] = where("--school", URN)
    assert (line["stage"], line["urn"]) == ("left out", URN)
    assert f"“{URN}” in inbox is a link" in line["why"]


def test_an_inbox_nobody_can_look_into_is_said_beside_what_is_known(engine, inbox, where):
    take_in(TODAY)
    (inbox / OTHER).rename(inbox.parent / "kept")
    (inbox / URN).rmdir()
    inbox.rmdir()
    inbox.symlink_to(inbox)
    lines = where()
    assert [line["stage"] for line in lines] == ["recorded", "left out"]
    assert "is a link that leads round to itself" in lines[1]["why"]


def without_root_s_rights() -> None:
    """Root reads whatever it likes; without these capabilities it is as anybody else."""
    for capability in (1, 2):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
        ctypes.CDLL(None).prctl(24, capability, 0, 0, 0)  # PR_CAPBSET_DROP


@pytest.mark.slow
def test_what_may_not_be_read_is_said_by_the_command_itself(engine, inbox, tmp_path):
    (inbox / URN / PLANTED).write_bytes(a_workbook(LEAVERS))
    (inbox / URN / PLANTED).chmod(0)
    (inbox / URN / "locked").mkdir()
    (inbox / URN / "locked" / "leavers.xlsx").write_bytes(b"x")
    (inbox / URN / "listed").mkdir()
    (inbox / URN / "listed" / "leavers.xlsx").write_bytes(b"x")
    (inbox / URN / "locked").chmod(0)
    (inbox / URN / "listed").chmod(0o444)  # its names can be read, and nothing of them
    (inbox / URN / "ring.xlsx").symlink_to(inbox / URN / "ring.xlsx")
    command = str(Path(sys.executable).with_name("destinations"))

    def ran(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [command, *words],
            env=os.environ | {"DESTINATIONS_HOME": str(tmp_path)},
            preexec_fn=without_root_s_rights if os.geteuid() == 0 else None,
            capture_output=True,
            text=True,
            timeout=300,
        )

    intake = ran("run", "intake", "--today", TODAY.isoformat())
    assert intake.returncode == 0, intake.stderr
    assert "Planted" not in intake.stdout + intake.stderr
    assert intake.stderr.count(f"inbox/{URN}: a name is left out: it cannot be opened") == 3
    assert intake.stderr.count(f"inbox/{URN}: a name is left out: a link that loops") == 1
    lines = [json.loads(line) for line in ran("where", "--json").stdout.splitlines()]
    assert [line["stage"] for line in lines if line["urn"] == OTHER] == ["recorded"]
    told = left_out(lines)
    assert told.keys() == {PLANTED, "locked", "listed/leavers.xlsx", "ring.xlsx"}
    assert "cannot be opened. Give the account that runs destinations the right" in told[PLANTED]
    (inbox / URN / "listed").chmod(0o755)
    (inbox / URN / "locked").chmod(0o755)


NAMES = {
    "not UTF-8": b"\xe9l\xe8ves.xlsx",
    "half of a pair": b"\xed\xa0\x80.xlsx",
    "two lines": b"two\nlines.xlsx",
    "a control character": b"bell\x07\x1b[31m.xlsx",
    "long in bytes": "学".encode() * 82 + b".xlsx",
    "pictures": "🎓".encode() * 62 + b".xlsx",
    "right to left": "\u202exslx.srevael".encode(),
    "spaces": b" .xlsx",
    "markup": b"[bold]:smile:<&>.xlsx",
}


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_a_strange_name_is_taken_in_and_answered_as_any_other(engine, inbox, where, name):
    own = LEAVERS.replace("A900700011031", "").replace("Okafor", "Bell")
    Path(os.fsdecode(bytes(inbox / URN) + b"/" + name)).write_bytes(a_workbook(own))
    take_in(TODAY)
    lines = where()
    assert [line["stage"] for line in lines] == ["recorded"] * 2
    for urn in (URN, OTHER):
        returned = list((inbox.parent / "returns" / urn).iterdir())
        assert any(path.name.endswith("receipt.xlsx") for path in returned)


@pytest.mark.parametrize("stands", ["file", "ring", "link out"])
def test_a_folder_of_returns_that_is_none_keeps_nobody_else_waiting(
    engine, inbox, where, tmp_path, stands
):
    returns = inbox.parent / "returns"
    returns.mkdir()
    (inbox / URN / "leavers.xlsx").write_bytes(a_workbook(LEAVERS.replace("Ada", "Bo")))
    (inbox / URN / "no.xlsx").write_bytes(b"no workbook")
    if stands == "file":
        (returns / URN).write_bytes(b"")
    else:
        (returns / URN).symlink_to(returns / URN if stands == "ring" else tmp_path / "elsewhere")
    take_in(TODAY)
    assert any(path.name.endswith("receipt.xlsx") for path in (returns / OTHER).iterdir())
    assert any("our fault" in line["why"] for line in where("--school", URN))
    (returns / URN).unlink()
    take_in(TODAY)
    assert sum(path.name.endswith("receipt.xlsx") for path in (returns / URN).iterdir()) == 2
    assert not any("our fault" in line["why"] for line in where())


def between_listing_and_reading(monkeypatch, do: Callable[[], object]) -> None:
    look_into = receive.look_into

    def looked(store):
        listing = look_into(store)
        do()
        return listing

    monkeypatch.setattr(receive, "look_into", looked)


def test_a_file_that_goes_before_it_is_read_stops_nobody(engine, inbox, where, monkeypatch, caplog):
    gone = inbox / URN / PLANTED
    gone.write_bytes(b"1")
    between_listing_and_reading(monkeypatch, gone.unlink)
    caplog.set_level("INFO")
    take_in(TODAY)
    assert [line["stage"] for line in where()] == ["recorded"]
    assert f"inbox/{URN}: a file was taken away before it was read" in caplog.text
    assert "Planted" not in caplog.text


def test_a_file_that_becomes_a_pipe_before_it_is_read_stops_nobody(
    engine, inbox, where, monkeypatch
):
    swapped = inbox / URN / PLANTED
    swapped.write_bytes(b"1")

    def swap() -> None:
        swapped.unlink()
        os.mkfifo(swapped)

    with monkeypatch.context() as during:
        between_listing_and_reading(during, swap)
        take_in(TODAY)
    lines = where()
    assert [line["urn"] for line in lines if line["stage"] == "recorded"] == [OTHER]
    assert "is not a file but a pipe" in left_out(lines)[PLANTED]


def test_a_file_that_grows_while_it_is_read_is_taken_in_whole_the_next_time(
    engine, inbox, where, monkeypatch, caplog
):
    whole, growing = a_workbook(LEAVERS.replace("Ada", "Bo")), inbox / URN / PLANTED
    growing.write_bytes(whole[: len(whole) // 2])
    with monkeypatch.context() as during:
        between_listing_and_reading(during, lambda: growing.write_bytes(whole))
        take_in(TODAY)
    lines = where()
    assert [line["urn"] for line in lines if line["stage"] == "recorded"] == [OTHER]
    why = left_out(lines)[PLANTED]
    assert "was still being written. Do nothing: the next intake takes it in" in why
    assert "Planted" not in caplog.text
    take_in(TODAY)
    lines = where()
    assert [line["stage"] for line in lines] == ["recorded"] * 2
    with Session(engine) as session:
        assert not session.exec(select(Arrival).where(Arrival.refused_code == "changing")).all()


def test_files_of_schools_that_nobody_knows_are_said_until_they_are_put_elsewhere(
    engine, inbox, where
):
    (inbox / "123456").mkdir()
    lost = inbox / "123456" / "leavers.xlsx"
    lost.write_bytes(b"1")
    (inbox / "loose.xlsx").write_bytes(b"2")
    take_in(TODAY)
    told = left_out(where())
    assert "No school or college with this URN is in the register" in told["leavers.xlsx"]
    assert "not in a folder named with a school's URN" in told["loose.xlsx"]
    (inbox / "loose.xlsx").unlink()
    lost.unlink()
    assert left_out(where()) == {}


@pytest.fixture
def bucket(s3_server, monkeypatch, tmp_path) -> Iterator[Path]:
    for name, value in s3_server.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("DESTINATIONS_STORAGE", f"s3://{s3_server.bucket}/{tmp_path.name}")
    monkeypatch.setenv("DESTINATIONS_S3_ENDPOINT", s3_server.endpoint)
    get_settings.cache_clear()
    yield s3_server.folder / tmp_path.name / "inbox"
    get_settings.cache_clear()


@pytest.mark.slow
def test_odd_keys_of_a_bucket_are_said_and_stop_nobody(bucket, engine, where, caplog):
    get_settings.cache_clear()
    for urn in (URN, OTHER):
        (bucket / urn).mkdir(parents=True)
    (bucket / OTHER / "leavers.xlsx").write_bytes(a_workbook(LEAVERS))
    (bucket / URN / f"C:\\{PLANTED}").write_bytes(b"1")
    (bucket / URN / "unpacked.xlsx" / "xl").mkdir(parents=True)
    (bucket / URN / "unpacked.xlsx" / "xl" / "sheet1.xml").write_bytes(b"1")
    take_in(TODAY)
    lines = where()
    assert [line["urn"] for line in lines if line["stage"] == "recorded"] == [OTHER]
    told = left_out(lines)
    assert "has a name that storage cannot keep" in told.pop(f"C:\\{PLANTED}")
    assert "is a folder with the name of a file" in told.pop("unpacked.xlsx")
    assert not told
    assert "Planted" not in caplog.text
