"""Wrong usage: each mis-typed command is answered by one sentence that says what to type."""

import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from destinations import cli
from destinations.demo import make_hub
from destinations.platform.settings import get_settings
from expectations.catalogue import rule_words
from models.database import open_database, transaction
from models.facts.counts import count_of
from models.submissions import Submission

BIN = Path(sys.executable).with_name("destinations")
Ended = tuple[int, str, str]
Run = Callable[..., Ended]


def runner(
    home: Path, folder: Path, patch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    patch.setenv("DESTINATIONS_HOME", str(home))
    patch.setenv("COLUMNS", "200")
    patch.chdir(folder)
    get_settings.cache_clear()

    def run(*words: object) -> Ended:
        patch.setattr(sys, "argv", ["destinations", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = capsys.readouterr()
        return int(ended.value.code or 0), said.out, said.err

    return run


@pytest.fixture
def run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Run]:
    """Runs a command in a home of its own, which nobody has set up."""
    yield runner(tmp_path / "home", tmp_path, monkeypatch, capsys)
    get_settings.cache_clear()


@pytest.fixture(scope="module")
def hub_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with two schools in its register, known by name, and one submission by its number."""
    folder = tmp_path_factory.mktemp("hub")
    (folder / "institutions.csv").write_text(
        "URN,EstablishmentName\n900700,Oakfield Academy\n900701,Elm Row School\n"
        "900800,Ash College\n"
    )
    (folder / "members.csv").write_text("urn,hub,joined_on\n900700,Downs,\n900701,Downs,\n")
    (folder / "sound.xlsx").write_bytes(b"PK")
    (folder / "leavers").mkdir()
    (folder / "suite.yaml").write_text("without: [")
    (folder / "empty.csv").write_text("urn,file,kind,cohort,wave,sent_on\n")
    (folder / "badly.csv").write_text(
        "urn,file,kind,cohort,wave,sent_on\n900700,sound.xlsx,leavers,2024/25,1,23/11/2026\n"
    )
    env = {**os.environ, "DESTINATIONS_HOME": str(folder / "home")}
    for typed in (
        ("setup",),
        ("register", "--institutions", "institutions.csv", "--members", "members.csv"),
    ):
        subprocess.run([BIN, *typed], cwd=folder, env=env, check=True, capture_output=True)
    with transaction(open_database(f"sqlite:///{folder / 'home' / 'destinations.db'}")) as session:
        session.add(
            Submission(
                urn="900700", name="sent.xlsx", sha256="0" * 64, size=2, stored_as="x",
                sent_on=date(2025, 11, 10),
            )
        )  # fmt: skip
    return folder


@pytest.fixture
def hub(
    hub_home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Run]:
    yield runner(hub_home / "home", hub_home, monkeypatch, capsys)
    get_settings.cache_clear()


# What is typed, and what the first line of the answer has in it.
SENTENCES = """
sumbit sound.xlsx                            | no command 'sumbit'. Did you mean 'submit'?
nothing-like-it                              | no command 'nothing-like-it'; there are setup
map shwo                                     | no command 'shwo'. Did you mean 'show'?
--verison                                    | no option --verison. Did you mean '--version'?
check sound.xlsx --chort 2024/25             | no option --chort. Did you mean '--cohort'?
where --json=yes                             | --json stands alone
submit sound.xlsx --school                   | --school needs a value
findings                                     | needs SUBMISSION, the number of a submission
confirm 3 --by Jo                            | needs [ROW] CODE, the row, as Excel shows it
unwaive 3                                    | needs --by, who says so
check Oakfield leavers.xlsx                  | there is no file 'Oakfield'
check sound.xlsx leavers.xlsx                | A name with spaces in it goes in quotes
check                                        | give a file, or --folder
check sond.xlsx                              | no file 'sond.xlsx'. Did you mean 'sound.xlsx'?
check nowhere/sound.xlsx                     | no folder 'nowhere' either
check leavers                                | 'leavers' is a folder
check --folder sound.xlsx                    | 'sound.xlsx' is a file
check --folder leaver                        | no folder 'leaver'. Did you mean 'leavers'?
check sound.xlsx --folder leavers            | --folder stands alone
check sound.xlsx --marked sound.xlsx         | would write over 'sound.xlsx' itself
check sound.xlsx --marked leavers            | 'leavers' is a folder; give a file
check sound.xlsx --marked nowhere/fix.xlsx   | no folder 'nowhere' to write to
check sound.xlsx --sent-on 30/11/2026        | is not how a day is written here; type 2026-11-30
submit sound.xlsx --sent-on 30.11.2026       | type 2026-11-30
check sound.xlsx --sent-on 2026-13-45        | '2026-13-45' is no day; type year, month, day
run intake --today 30/11/26                  | type 2026-11-30
run publish --today tomorrow                 | 'tomorrow' is no day
run intaek                                   | 'intaek' is none of intake, follow-up, publish
check sound.xlsx --cohort 2024               | a cohort is two, 2023/24 or 2024/25
submit sound.xlsx --school 900700 --cohort 24 | '24' is no cohort; type its two years
export leavers --cohort 2024                 | 2023/24 or 2024/25
export leavers --cohort 2024-25              | '2024-25' here; type 2024/25
export leavers --cohort 24/25                | '24/25' here; type 2024/25
export leavers --cohort 2025/24              | '2025/24' is not two years in a row
check sound.xlsx --stage 13                  | '13' here; type Y13
check sound.xlsx --stage sixth               | no stage 'sixth'; type Y11
check sound.xlsx --wave 9                    | no wave '9'; type 0, 1, 2 or 3
check sound.xlsx --wave first                | no wave 'first'
submit sound.xlsx --school 900700 --kind enrolment | 'enrolments'?
submit sound.xlsx                            | give a file and --school, or --manifest
submit sound.xlsx --school 90070             | six digits, and '90070' has 5
submit sound.xlsx --school 900710            | a school 900710. Did you mean 900700 Oakfield Academy
submit sound.xlsx --school ../../etc         | six digits such as 123456, not '../../etc'
check sound.xlsx --school Oakfeild           | Did you mean 900700 Oakfield Academy?
where --school 999999                        | knows a school 999999
where --school 90080                         | '90080' has 5
waivers --school 900810                      | 900800 Ash College
map show --school 999999                     | knows a school 999999
map export --school 999999                   | knows a school 999999
map forget Dest --school 999999              | knows a school 999999
map word --school 999999 Destination tbc 230 --by Jo | knows a school 999999
export leavers --school 999999               | knows a school 999999
export summary --school 999999               | knows a school 999999
submit --manifest empty.csv                  | 'empty.csv' names no file
submit --manifest suite.yaml                 | 'suite.yaml' names no file
submit --manifest badly.csv                  | line 2 of the manifest: '23/11/2026' is not
register                                     | give --institutions, --members or --links
register --institutions nowhere.csv          | no file 'nowhere.csv'
where abc                                    | 'abc' is no number; type digits, such as 12
where 0                                      | there is no number 0; they are counted from 1
where 99999999999999999999                   | there is no number 99999999999999999999
where 999999                                 | no submission 999999; `destinations where` lists
where 1 --school 900701                      | submission 1 is from 900700, not from 900701
findings 99                                  | no submission 99
findings 1.5                                 | '1.5' is no number
map show 99                                  | no submission 99
map accept 99 --by Jo                        | no submission 99
map set 1 Dest Destination                   | say who says so: --by NAME
undo 99 --by Jo                              | no submission 99
confirm 99 P10 --by Jo                       | no submission 99
confirm 1 x y --by Jo                        | say ROW CODE
settle 99 3 --by Jo --new                    | no submission 99
settle 1 3 --by Jo --new                     | (submission 1, row 3); `destinations unsure`
settle 1 b --by Jo --new                     | 'b' is no number
settle 1 2 --by Jo                           | say --person NUMBER or --new, one of the two
leaver 99                                    | no person 99; `destinations export leavers` has
leaver Okafor                                | 'Okafor' is no number
unwaive 99 --by Jo                           | no such waiver as 99; `destinations waivers`
waive R99 --school 900700 --by Jo --reason so --until 2027-08-31 | no rule 'R99'
waive R10 --school 900700 --by Jo --reason so --until 31/08/2027 | type 2027-08-31
waive R10 --school 999999 --by Jo --reason so --until 2027-08-31 | knows a school 999999
rules I033                                   | no rule 'I033'. Did you mean 'I03'?
rules try --suite suite.yaml                 | 'suite.yaml' is not YAML
rules try --weigh P11                        | 'P11' is not written name=value
export leaver                                | 'leaver' is none of leavers
export leavers --format xlsx                 | 'xlsx' is none of csv, json
demo --folder sound.xlsx                     | 'sound.xlsx' is a file
"""
TABLE = [tuple(part.strip() for part in line.split("|")) for line in SENTENCES.strip().splitlines()]


@pytest.mark.parametrize(("typed", "answer"), TABLE, ids=[typed for typed, _ in TABLE])
def test_a_mistyped_command_is_answered_with_what_to_type(hub, typed, answer):
    code, out, err = hub(*typed.split())
    sentence = err.splitlines()[0]
    assert answer.casefold() in sentence.casefold()
    assert (code, out) == (2, "")
    assert sentence[0] in "-'`" or sentence[0].isupper()
    assert sentence.endswith((".", "?"))
    assert "Traceback" not in err
    assert "Value error" not in err


def test_wrong_usage_shows_the_example_of_its_command(hub):
    _, _, err = hub("findings", "abc")
    assert err.splitlines()[1:] == [
        "Example: destinations findings 12 --json",
        "More: destinations findings --help",
    ]


@pytest.mark.parametrize(
    "what", ["leavers", "destinations", "outcomes", "matches", "findings", "summary"]
)
def test_a_school_with_nothing_recorded_has_an_export_of_its_headings_alone(hub, what):
    code, out, err = hub("export", what, "--school", "900701", "--cohort", "2024/25")
    assert (code, len(out.splitlines())) == (0, 1)
    assert "Nothing is recorded for 900701 for 2024/25" in err
    code, out, _ = hub("export", what, "--school", "900701", "--format", "json")
    assert (code, out) == (0, "")


def test_what_has_not_come_is_said(hub):
    assert hub("where", "--school", "900701")[:2] == (0, "Nothing has come from 900701 yet.\n")
    assert hub("waivers", "--school", "900701")[1] == "No rule is set aside for 900701.\n"
    assert hub("where", "--school", "900701", "--json")[:2] == (0, "")


def test_a_file_sent_before_the_register_is_loaded_is_kept_and_said(run, tmp_path):
    run("setup")
    (tmp_path / "sound.xlsx").write_bytes(b"PK")
    code, out, err = run("submit", "sound.xlsx", "--school", "900700")
    assert (code, out) == (0, "1 file in the inbox.\n")
    assert "The register is empty" in err


# --- the database ------------------------------------------------------------------------------

NEED_A_DATABASE = """
where | findings 1 | export leavers | unsure | leaver 1 | waivers | map show | undo 1 --by Jo
settle 1 2 --by Jo --new | run intake | run publish | unwaive 1 --by Jo | map export
confirm 1 P10 --by Jo | rules try | rules adopt --by Jo | submit sound.xlsx --school 900700
register --institutions register.csv
"""
ASKING = [
    words.strip() for line in NEED_A_DATABASE.strip().split("\n") for words in line.split("|")
]


@pytest.mark.parametrize("typed", ASKING)
def test_what_nobody_has_set_up_says_what_to_do_first_and_makes_nothing(run, tmp_path, typed):
    (tmp_path / "sound.xlsx").write_bytes(b"PK")
    (tmp_path / "register.csv").write_text("URN,EstablishmentName\n900700,Oakfield\n")
    code, out, err = run(*typed.split())
    assert (code, out) == (2, "")
    assert "run `destinations setup` first" in err
    assert not (tmp_path / "home" / "destinations.db").exists()


def at_revision(home: Path, revision: str | None) -> None:
    with sqlite3.connect(home / "destinations.db") as database:
        database.execute("UPDATE alembic_version SET version_num = ?", (revision,))


def test_a_database_of_a_newer_version_is_left_alone(run, tmp_path):
    run("setup")
    at_revision(tmp_path / "home", "9999")
    for typed in (("where",), ("setup",), ("run", "intake")):
        code, _, err = run(*typed)
        assert (code, "from a newer version" in err) == (2, True)


def test_a_database_of_an_older_version_says_to_run_setup(run, tmp_path, monkeypatch):
    run("setup")
    monkeypatch.setattr("alembic.script.ScriptDirectory.get_current_head", lambda _: "9999")
    code, _, err = run("where")
    assert (code, "run `destinations setup` to bring it up to date" in err) == (2, True)


def test_what_is_no_database_is_said(run, tmp_path, monkeypatch):
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "destinations.db").write_text("no database at all, but a long text" * 99)
    for typed in (("where",), ("setup",)):
        code, _, err = run(*typed)
        assert (code, "cannot be opened" in err) == (2, True)
    monkeypatch.setenv("DESTINATIONS_DATABASE_URL", "not an address")
    get_settings.cache_clear()
    assert "is no address of a database" in run("where")[2]


def test_who_only_looks_waits_for_nobody_who_writes_and_who_writes_is_told(
    run, tmp_path, monkeypatch
):
    run("setup")
    monkeypatch.setattr("models.database.BUSY_MILLISECONDS", 100)
    writing = sqlite3.connect(tmp_path / "home" / "destinations.db", isolation_level=None)
    writing.execute("begin exclusive")
    for typed in ("where", "export leavers", "unsure", "waivers", "map show"):
        assert run(*typed.split())[0] == 0
    for typed in ("undo 1 --by Jo", "settle 1 2 --by Jo --new"):
        code, out, err = run(*typed.split())
        assert (code, out) == (4, "")
        assert "Another program is writing to the database" in err
    writing.close()


def test_a_setting_that_cannot_be_is_named_without_its_value(run, monkeypatch):
    monkeypatch.setenv("DESTINATIONS_WAVES", "hunter2")
    get_settings.cache_clear()
    code, _, err = run("where")
    assert (code, "DESTINATIONS_WAVES" in err, "hunter2" in err) == (2, True, False)


# --- one member --------------------------------------------------------------------------------


def members(run: Run, folder: Path, *lines: str) -> Ended:
    path = folder / "changed.csv"
    path.write_text("\n".join(["urn,hub,joined_on,left_on", *lines, ""]))
    return run("register", "--members", path)


def kept(home: Path) -> set[tuple[str, str, str, str | None]]:
    with sqlite3.connect(home / "destinations.db") as database:
        return set(
            database.execute(
                "SELECT hub.name, urn, joined_on, left_on FROM membership "
                "JOIN hub ON hub.id = membership.hub_id"
            )
        )


@pytest.fixture
def two_members(run: Run, tmp_path: Path) -> Run:
    (tmp_path / "institutions.csv").write_text(
        "URN,EstablishmentName\n900700,Oakfield\n900701,Elm Row\n900800,Ash\n"
    )
    (tmp_path / "members.csv").write_text(
        "urn,hub,joined_on,left_on\n900700,Downs,2022-09-01,\n900701,Downs,2021-09-01,2023-08-31\n"
    )
    run("setup")
    ended = run("register", "--institutions", "institutions.csv", "--members", "members.csv")
    assert ended[1] == "3 institutions, 2 hub members, 0 links.\n"
    return run


OAKFIELD = ("Downs", "900700", "2022-09-01", None)
ELM_ROW = ("Downs", "900701", "2021-09-01", "2023-08-31")
CHANGED = [
    (["900800,Downs,2026-09-01,"], "1 school joined Downs.",
     {OAKFIELD, ELM_ROW, ("Downs", "900800", "2026-09-01", None)}),
    (["900700,Downs,2022-09-01,2026-08-31"], "1 school left Downs.",
     {ELM_ROW, ("Downs", "900700", "2022-09-01", "2026-08-31")}),
    (["900700,Downs,2023-09-01,"], "1 school with other days in Downs.",
     {ELM_ROW, ("Downs", "900700", "2023-09-01", None)}),
    (["900701,Downs,2026-09-01,"], "1 school joined Downs.",
     {OAKFIELD, ELM_ROW, ("Downs", "900701", "2026-09-01", None)}),
    (["900700,Downs,2022-09-01,2026-08-31", "900700,Weald,2026-09-01,", "900800,Weald,,"],
     "1 school left Downs, 2 schools joined Weald.",
     {ELM_ROW, ("Downs", "900700", "2022-09-01", "2026-08-31"),
      ("Weald", "900700", "2026-09-01", None), ("Weald", "900800", "1900-01-01", None)}),
    (["900700,Downs,2022-09-01,"], "No member changed.", {OAKFIELD, ELM_ROW}),
]  # fmt: skip


@pytest.mark.parametrize(("lines", "says", "after"), CHANGED, ids=[says for _, says, _ in CHANGED])
def test_members_alone_change_only_those_they_name(two_members, tmp_path, lines, says, after):
    code, out, _ = members(two_members, tmp_path, *lines)
    assert (code, out) == (0, f"{says}\n")
    assert kept(tmp_path / "home") == after


def test_a_faulty_list_of_members_changes_nothing(two_members, tmp_path):
    faulty = ("900800,Downs,2026-09-01,", "900999,Downs,,", "900700,Downs,31-02-2026,")
    code, out, _ = members(two_members, tmp_path, *faulty)
    assert code == 3
    assert "line 3: URN 900999 is not in the register" in out
    assert "line 4 has a joined_on that is not a date" in out
    assert kept(tmp_path / "home") == {OAKFIELD, ELM_ROW}


# --- the program itself ------------------------------------------------------------------------


def started(*words: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [BIN, *words], capture_output=True, text=True, check=False, env={**os.environ, **env}
    )


def test_it_says_its_version_and_brings_in_nothing_heavy():
    ended = started("--version", PYTHONPROFILEIMPORTTIME="1")
    assert (ended.returncode, ended.stdout) == (0, "destinations 0.2.0\n")
    brought_in = {line.rpartition("|")[2].strip() for line in ended.stderr.splitlines()}
    assert "destinations.cli" in brought_in
    heavy = {"prefect", "great_expectations", "pandas", "sqlalchemy", "boto3", "rapidfuzz"}
    assert heavy & brought_in == set()


@pytest.mark.parametrize(
    ("env", "completed"),
    [
        ({"COMP_WORDS": "destinations sub", "COMP_CWORD": "1"}, ["submit"]),
        ({"COMP_WORDS": "destinations export le", "COMP_CWORD": "2"}, ["leavers"]),
        ({"COMP_WORDS": "destinations check --coh", "COMP_CWORD": "2"}, ["--cohort"]),
        ({"COMP_WORDS": "destinations map f", "COMP_CWORD": "2"}, ["forget"]),
    ],
)
def test_bash_completes(env, completed):
    ended = started(_DESTINATIONS_COMPLETE="complete_bash", **env)
    assert ended.stdout.split() == completed


def test_zsh_completes():
    ended = started(_DESTINATIONS_COMPLETE="complete_zsh", _TYPER_COMPLETE_ARGS="destinations find")
    assert '"findings"' in ended.stdout


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_the_completion_script_can_be_shown(shell):
    ended = started("--show-completion", shell, _TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION="1")
    assert (ended.returncode, "_DESTINATIONS_COMPLETE" in ended.stdout) == (0, True)


@pytest.mark.parametrize("typed", ["sumbit x", "where abc", "export leavers --cohort 2024"])
def test_a_terminal_sees_the_sentence_on_standard_error(typed):
    ended = started(*typed.split())
    assert (ended.returncode, ended.stdout) == (2, "")
    assert len(ended.stderr.splitlines()) in (2, 3)


@pytest.mark.parametrize(
    ("number", "words", "says"),
    [
        (0, ("file",), "0 files"),
        (1, ("file",), "1 file"),
        (2, ("row waits", "rows wait"), "2 rows wait"),
        (1, ("row waits", "rows wait"), "1 row waits"),
        (2000, ("leaver",), "2,000 leavers"),
    ],
)
def test_a_count_agrees_with_its_noun(number, words, says):
    assert count_of(number, *words) == says


def test_a_whole_manifest_is_counted(run, tmp_path):
    hub = make_hub(tmp_path / "hub", seed=5, schools=2, years=1)
    run("setup")
    run("register", "--institutions", hub / "institutions.csv")
    code, out, err = run("submit", "--manifest", hub / "manifest.csv", "--folder", hub / "inbox")
    files = len((hub / "manifest.csv").read_text().splitlines()) - 1
    assert (code, out, err) == (0, f"{count_of(files, 'file')} in the inbox.\n", "")


@pytest.mark.parametrize("number", [0, 1, 2, 12])
def test_what_a_rule_says_agrees_with_its_number(number):
    facts = {name: str(number) for name in ("count", "rows", "missing", "new")}
    given = {**facts, "before": "20", "heading": "Where", "sent_on": "4 May 2025"}
    said = {code: rule_words(code, given)[0] for code in ("C36", "H02", "H03", "H04")}
    verb = {code: f" {'is' if number == 1 else 'are'} " in said[code] for code in ("C36", "H02")}
    assert verb == {"C36": True, "H02": True}
    for code in ("C36", "H03", "H04"):
        assert re.search(r"\b1 [a-z]+s\b", said[code]) is None
