"""The command line: its help, its exit codes, its lines of JSON, and what it never says."""

import csv
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from destinations import cli
from destinations.demo import make_hub
from destinations.platform.settings import get_settings
from destinations.platform.storage import open_storage
from flows.pipeline import stages
from tests.builders.sheets import a_workbook
from tests.builders.workbooks import parts, workbook, zipped

HEAVY = ("prefect", "great_expectations", "pandas", "numpy", "sqlalchemy", "boto3", "xlsxwriter")
LEAVER = "UPN | Surname | Forename | Date of Birth | Destination"
SOUND = f"{LEAVER}\nK845400011021 | Okafor | Ada | 14/09/2008 | 6th form"
FAULTY = f"{LEAVER}\n845400011021 | Okafor | Ada | 14/09/2008 | 6th form"
NAMELESS = "UPN | Form | Destination\nK845400011021 | 11A | 6th form"
FINDING = {
    *("sheet", "row", "column", "heading", "value", "code", "severity", "says", "do"),
    "suggests",
}
CHECKED = {"file", "outcome", "rows", "sheets", "code", "says", "do"}
WHERE = {
    *("submission", "urn", "file", "stage", "sent_on", "rows", "recorded", "waiting"),
    *("unsure", "why"),
}
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"


@dataclass
class Ran:
    """How a command ended and what it said."""

    code: int
    out: str
    err: str

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]


Run = Callable[..., Ran]


@pytest.fixture
def run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Run]:
    """Runs a command as a terminal would, in a home of its own."""
    monkeypatch.setenv("DESTINATIONS_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "200")
    get_settings.cache_clear()

    def ran(*words: object) -> Ran:
        monkeypatch.setattr(sys, "argv", ["destinations", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = capsys.readouterr()
        return Ran(int(ended.value.code or 0), said.out, said.err)

    yield ran
    get_settings.cache_clear()


def written(folder: Path, name: str, content: bytes | str) -> Path:
    made = folder / name
    made.write_bytes(a_workbook(content) if isinstance(content, str) else content)
    return made


def commands() -> dict[str, Any]:
    found = {}

    def walk(group: Any, before: str) -> None:
        for name, command in group.commands.items():
            if hasattr(command, "commands"):
                walk(command, f"{before}{name} ")
            else:
                found[f"{before}{name}"] = command

    walk(get_command(cli.app), "")
    return found


# --- help --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", commands())
def test_every_command_says_what_it_does_with_an_example(name):
    said = commands()[name].help
    assert said.splitlines()[0].endswith((".", ":")) or "." in said
    assert f"`destinations {name.removesuffix(' show')}" in said
    assert "Example:" in said


@pytest.mark.parametrize("name", commands())
def test_every_option_and_argument_says_what_it_is(name):
    shown = [one for one in commands()[name].params if one.name not in ("help", "sent_on", "words")]
    assert [one.name for one in shown if not one.help] == []


def test_help_brings_in_nothing_heavy():
    asked = (
        "import sys; sys.argv = ['destinations', '--help']\n"
        "from destinations.cli import main\n"
        "try:\n    main()\n"
        f"finally:\n    sys.stderr.write(' '.join(one for one in {HEAVY} if one in sys.modules))"
    )
    ended = subprocess.run(
        [sys.executable, "-c", asked], capture_output=True, text=True, check=True
    )
    assert "submit" in ended.stdout
    assert ended.stderr == ""


# --- exit codes --------------------------------------------------------------------------------


def test_check_ends_with_what_there_is_to_do(run, tmp_path):
    about = ("--cohort", "2024/25", "--stage", "Y11", "--sent-on", "2025-11-10")
    nothing = run("check", written(tmp_path, "sound.xlsx", SOUND), *about)
    assert (nothing.code, "Nothing to fix" in nothing.out) == (0, True)
    something = run("check", written(tmp_path, "faulty.xlsx", FAULTY), *about, "--json")
    assert something.code == 1
    assert [line.keys() for line in something.lines()] == [FINDING]
    assert something.lines()[0] | {"says": "", "do": ""} == {
        "sheet": "Leavers", "row": 2, "column": "A", "heading": "UPN", "value": "845400011021",
        "code": "I01", "severity": "must_fix", "says": "", "do": "",
        "suggests": ["K845400011021"],
    }  # fmt: skip
    refused = run("check", written(tmp_path, "nameless.xlsx", NAMELESS), *about, "--json")
    assert refused.code == 3
    assert [line.keys() for line in refused.lines()] == [FINDING]
    assert refused.lines()[0]["row"] is None


WRONG_USE = [
    "check",
    "check nowhere.xlsx",
    "check sound.xlsx --cohort 24",
    "check --folder nowhere",
    "submit",
    "submit sound.xlsx",
    "submit nowhere.xlsx --school 900700",
    "submit sound.xlsx --school ../../etc",
    "submit sound.xlsx --school 900700 --kind pupils",
    "submit --manifest sound.xlsx",
    "submit --manifest badly.csv",
    "register --institutions nowhere.csv",
    "where 99",
    "findings 99",
    "export leavers --cohort 24",
    "export everything",
    "settle 1 2 --by Jo",
    "settle 1 2 --by Jo --new",
    "settle 1 2 --by Jo --new --person 3",
    "leaver 99",
    "undo 99 --by Jo --reason mistaken",
    "map show 99",
    "nothing-like-it",
]


@pytest.mark.parametrize("said", WRONG_USE)
def test_wrong_use_is_two_and_says_so(run, tmp_path, monkeypatch, said):
    run("setup")
    monkeypatch.chdir(tmp_path)
    written(tmp_path, "sound.xlsx", SOUND)
    rows = "urn,file,kind,cohort,wave,sent_on\n900700,sound.xlsx,leavers,2024/25,one,2025-11-10\n"
    (tmp_path / "badly.csv").write_text(rows)
    ended = run(*said.split())
    assert ended.code == 2
    assert "Traceback" not in ended.err
    assert ended.err


@pytest.mark.parametrize("said", ["where", "findings 1", "export leavers", "unsure", "leaver 1"])
def test_what_nobody_has_set_up_says_what_to_do_first(run, said):
    ended = run(*said.split())
    assert (ended.code, "destinations setup" in ended.err) == (2, True)


def test_a_register_that_is_none_is_refused(run, tmp_path):
    run("setup")
    picture = written(tmp_path, "register.csv", b"\x89PNG\r\n\x1a\n" + bytes(100))
    ended = run("register", "--institutions", picture)
    assert ended.code == 3
    assert ended.out


@pytest.mark.parametrize("words", [("check",), ("submit", "--school", "900700")])
def test_our_fault_is_four_and_nothing_personal_is_said(run, tmp_path, monkeypatch, words):
    run("setup")
    planted = "Okafor, born 14/09/2008"

    def broken(*_: object, **__: object) -> None:
        raise ValueError(planted)

    monkeypatch.setattr("imports.prepare.read_file", broken)
    monkeypatch.setattr("destinations.platform.storage.open_storage", broken)
    ended = run(words[0], written(tmp_path, "sound.xlsx", SOUND), *words[1:])
    assert ended.code == 4
    assert "our fault: ValueError" in ended.err
    assert "Okafor" not in ended.err + ended.out
    assert "2008" not in ended.err + ended.out


# --- a folder ----------------------------------------------------------------------------------


def oddities(folder: Path) -> set[str]:
    """A folder of whatever people have in folders; gives the names that must be told."""
    contents = {
        "good.xlsx": workbook(),
        "sub/deeper/good too.xlsx": workbook(),
        "notes.txt": b"Dear all,\nthe leavers will follow.\n",
        "picture.png": b"\x89PNG\r\n\x1a\n" + bytes(100),
        "folder.zip": zipped({"good.xlsx": workbook()}),
        "letter.docx": zipped(parts(content_type=WORD)),
        "letter.pdf": b"%PDF-1.7\n",
        "empty.xlsx": b"",
        "~$good.xlsx": b"\x05owner" + b" " * 160,
        ".hidden.xlsx": workbook(),
        "two\nlines.xlsx": workbook(),
        "[bold]:smile: \N{GRINNING FACE}.xlsx": b"",
        f"{'long' * 60}.xlsx": workbook(),
    }
    for name, content in contents.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    (folder / "sub" / "nothing in it").mkdir()
    (folder / "sub" / "up again").symlink_to("..")
    for name, target in {
        "loop.xlsx": "loop.xlsx",
        "moved.xlsx": "nowhere",
        "may not.xlsx": "/proc/self/mem",  # can be opened, and not read, even by root
    }.items():
        (folder / name).symlink_to(target)
        contents[name] = b""
    os.mkfifo(folder / "pipe.xlsx")
    contents["pipe.xlsx"] = b""
    if sys.platform == "linux":
        name = os.fsdecode(b"bytes \xff.xlsx")
        (folder / name).write_bytes(b"")
        contents[name] = b""
    return set(contents)


def test_each_file_of_a_folder_is_told_once(run, tmp_path):
    folder = tmp_path / "folder"
    folder.mkdir()
    names = oddities(folder)
    ended = run("check", "--folder", folder, "--json")
    assert ended.code == 3
    told = ended.lines()
    assert sorted(line["file"] for line in told) == sorted(names)
    for line in told:
        assert line.keys() == CHECKED
        assert line["outcome"] == ("read" if line["rows"] else "refused")
        assert line["code"] != "ours"
        assert line["outcome"] == "read" or (line["says"] and line["do"])
    assert sum(line["outcome"] == "read" for line in told) == 5


def test_each_file_of_a_folder_is_one_line_for_a_person(run, tmp_path):
    folder = tmp_path / "folder"
    folder.mkdir()
    names = oddities(folder)
    ended = run("check", "--folder", folder)
    assert len(ended.out.splitlines()) == len(names)
    assert "two\\nlines.xlsx: read" in ended.out
    assert "[bold]:smile:" in ended.out


def test_a_folder_of_sound_files_is_nothing_to_fix(run, tmp_path):
    (tmp_path / "folder").mkdir()
    written(tmp_path / "folder", "sound.xlsx", SOUND)
    ended = run("check", "--folder", tmp_path / "folder")
    assert (ended.code, ended.out) == (0, "sound.xlsx: read, 1 leaver\n")


# --- what is recorded --------------------------------------------------------------------------


def set_up(run: Run, folder: Path) -> str:
    """A register of two schools; gives the URN of one of them."""
    hub = make_hub(folder / "hub", seed=5, schools=2, years=1)
    run("setup")
    ended = run(
        *("register", "--institutions", hub / "institutions.csv"),
        *("--members", hub / "hub_members.csv"),
    )
    assert ended.code == 0
    return sorted(path.name for path in (hub / "inbox").iterdir())[0]


def intake() -> None:
    with stages.open_run(get_settings()) as way:
        stages.receive_files(way, date(2025, 11, 10))
        for chunk in stages.unfinished(way):
            read = stages.map_chunk(way, stages.read_chunk(way, chunk))
            done = stages.match_and_record_chunk(way, stages.validate_chunk(way, read))
            stages.apply_responses_chunk(way, done)


def test_two_files_of_one_name_are_both_kept(run, tmp_path):
    urn = set_up(run, tmp_path)
    about = ("--school", urn, "--cohort", "2024/25", "--stage", "Y11")
    sent = set()
    for number, drawn in enumerate((SOUND, FAULTY)):
        (tmp_path / str(number)).mkdir()
        file = written(tmp_path / str(number), "leavers.xlsx", drawn)
        sent.add(file.read_bytes())
        assert run("submit", file, *about).code == 0
    store = open_storage(get_settings().store)
    assert {store.get(one.key) for one in store.list(f"inbox/{urn}/")} == sent


@pytest.mark.slow
def test_what_was_sent_can_be_asked_about(run, tmp_path):
    urn = set_up(run, tmp_path)
    about = ("--school", urn, "--cohort", "2024/25", "--stage", "Y11", "--sent-on", "2025-11-10")
    typed = f"{SOUND}\nZ845400011022 | =HYPERLINK(A1) | +Bo | 30/01/2009 | 6th form"
    text = typed.replace(" | ", ",").encode()
    for name, drawn in (("sound.csv", text), ("faulty.xlsx", FAULTY), ("no.xlsx", NAMELESS)):
        assert run("submit", written(tmp_path, name, drawn), *about).code == 0
    intake()

    where = run("where", "--json")
    assert (where.code, {frozenset(line) for line in where.lines()}) == (0, {frozenset(WHERE)})
    by_file = {line["file"]: line for line in where.lines()}
    assert by_file["no.xlsx"]["stage"] == "refused"
    assert by_file["faulty.xlsx"]["waiting"] == 1
    assert by_file["sound.csv"]["recorded"] == 2

    told = run("findings", by_file["faulty.xlsx"]["submission"], "--json")
    assert (told.code, {frozenset(line) for line in told.lines()}) == (1, {frozenset(FINDING)})
    assert told.lines()[0]["value"] == "845400011021"
    assert run("findings", by_file["no.xlsx"]["submission"]).code == 1

    exported = run("export", "leavers", "--school", urn)
    (plain, formulas) = csv.DictReader(StringIO(exported.out))
    assert (plain["surname"], plain["forename"]) == ("Okafor", "Ada")
    assert (formulas["surname"], formulas["forename"]) == ("'=HYPERLINK(A1)", "'+Bo")
    as_json = run("export", "leavers", "--format", "json").lines()
    assert [line["surname"] for line in as_json] == ["Okafor", "=HYPERLINK(A1)"]
    assert run("unsure", "--json").code == 0
