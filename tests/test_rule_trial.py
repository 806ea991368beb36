"""Rules tried: a changed suite beside the one in force, over all that was sent, and adopted."""

import json
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from sqlmodel import Session, select
from typer.testing import CliRunner

from destinations.cli import app
from destinations.platform.settings import Settings, get_settings
from destinations.responses.adoptions import adopt_suites, adopted_suites, suites_not_in_force
from expectations.engine.suites import suites_in_code
from expectations.engine.trial import trial_of
from flows.pipeline.rule_impact import compare_suites
from flows.pipeline.rule_reports import suites_not_adopted, tally_rules
from flows.pipeline.stages import open_run
from models.database import transaction
from models.responses import SuiteAdoption
from models.submissions import FindingRecord, Submission
from tests.builders.hub import a_hub_at_home, send, take_in

TODAY = date(2025, 11, 24)
ONE, OTHER = "900100", "900101"

# Row 3 has a birthday one year off, row 4 a wrong check letter.
LEAVERS = """
    UPN           | Surname | Forename | Date of Birth | Destination       | Where
    L900100018001 | Quill   | Ottoline | 12/03/2009    | Further Education | Downs College
                  | Marsh   | Peter    | 14/05/2008    | Apprenticeship    | Acme Ltd
    M900100018002 | Reed    | Ines     | 14/06/2009    | Apprenticeship    | Acme Ltd
"""


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A hub of two schools; the first has sent its leavers, and they are recorded."""
    with a_hub_at_home(tmp_path, monkeypatch, ONE, OTHER) as engine:
        send(ONE, LEAVERS, "leavers 2025.xlsx")
        take_in(TODAY)
        yield tmp_path, get_settings(), engine


def tried(settings: Settings, **described: object):
    with open_run(settings) as road:
        return compare_suites(road, trial_of(described), TODAY)


def test_the_rules_as_they_are_change_nothing(home):
    found = tried(home[1])
    assert (found.submissions, found.rows, found.total, found.lines()) == (1, 3, 0, [])


def test_what_would_change_is_shown_by_school_and_rule(home):
    _, settings, engine = home
    found = tried(settings, without=["I03"], weigh={"P11": "must_fix"})
    assert [(line["rule"], line["gone"], line["must now be fixed"]) for line in found.lines()] == [
        ("I03", 1, 0),
        ("P11", 0, 1),
    ]
    assert found.rows_by_school() == [{"urn": ONE, "would wait": 1, "freed": 1}]
    with Session(engine) as session:  # and nobody was told
        assert {one.code for one in session.exec(select(FindingRecord))} >= {"I03", "P11"}
        assert session.exec(select(Submission)).one().stage == "recorded"


def test_a_narrower_limit_turns_a_question_into_something_to_fix(home):
    found = tried(home[1], tolerances={"years_from_year_group": 0})
    assert {line["rule"]: line["new"] for line in found.lines()}["P10"] == 1
    assert found.would_wait[ONE] == 1


def test_where_the_code_has_changed_since_what_was_told_is_the_measure(home):
    _, settings, engine = home
    with transaction(engine) as session:
        sent = session.exec(select(Submission)).one()
        sent.suite_hash = "of a suite that is in the code no longer"
        session.delete(session.exec(select(FindingRecord).where(FindingRecord.code == "P11")).one())
    found = tried(settings)
    assert [(line["rule"], line["new"], line["gone"]) for line in found.lines()] == [("P11", 1, 0)]


def test_an_original_that_is_gone_is_said(home):
    folder, settings, _ = home
    for original in (folder / "storage" / "submissions").rglob("original.*"):
        original.unlink()
    found = tried(settings)
    assert (found.unread, found.submissions) == (1, 0)


@pytest.mark.parametrize(
    ("described", "words"),
    [
        ({"without": ["Q99"]}, "there is no rule Q99"),
        ({"without": ["M01"]}, "there is no rule M01 that judges rows"),
        ({"weigh": {"P11": "heavy"}}, "must_fix or please_check, not heavy"),
        ({"tolerances": {"patience": 3}}, "there is no tolerance patience"),
        ({"tolerances": {"rows_to_be_constant": "many"}}, "is a number, such as 20"),
        ({"rules": []}, "not rules"),
    ],
)
def test_a_trial_that_cannot_be_is_refused_in_words(described, words):
    with pytest.raises(ValueError, match=words):
        trial_of(described)


def test_the_first_suites_are_in_force_at_once_and_a_changed_one_waits_for_a_word(engine):
    first = {("leavers", 2018): "a" * 64, ("enrolments", 2018): "b" * 64}
    changed = first | {("leavers", 2018): "c" * 64}
    with transaction(engine) as session:
        assert suites_not_in_force(session, first) == ()
    with transaction(engine) as session:
        [waits] = suites_not_in_force(session, changed)
        assert (waits.kind, waits.academic_year, waits.adopted[0]) == ("leavers", 2018, "a")
        assert adopt_suites(session, changed, by="Dana Officer", would_change=7) == 1
        assert adopt_suites(session, changed, by="Dana Officer") == 0
        assert suites_not_in_force(session, changed) == ()
        assert adopted_suites(session) == changed
    with Session(engine) as session:
        kept = session.exec(select(SuiteAdoption).order_by(SuiteAdoption.id)).all()
        assert [(one.adopted_by, one.would_change) for one in kept] == [
            ("setup", 0),
            ("setup", 0),
            ("Dana Officer", 7),
        ]


def test_an_intake_says_what_each_rule_said_and_where(home):
    with open_run(home[1]) as road:
        lines = tally_rules(road, [[1]])
    says = "The first letter of this UPN does not fit its other 12 characters"
    of_rule = [line for line in lines if line["rule"] == "I03"]
    assert [(line["urn"], line["findings"], line["says"]) for line in of_rule] == [
        ("all schools", 1, says),
        (ONE, 1, ""),
    ]


def test_an_intake_says_which_suite_nobody_adopted(home):
    _, settings, engine = home
    with open_run(settings) as road:
        assert suites_not_adopted(road) == []
        with transaction(engine) as session:
            one = session.exec(select(SuiteAdoption)).first()
            one.suite_hash = "0" * 64
        [line] = suites_not_adopted(road)
        assert line["adopted"] == "0" * 12


def test_the_commands_say_what_would_change_and_record_whose_word_it_was(home):
    run = CliRunner().invoke
    assert run(app, ["rules", "I03"]).stdout.startswith("code: I03")
    assert json.loads(run(app, ["rules", "i03", "--json"]).stdout)["severity"] == "must_fix"
    assert len(run(app, ["rules", "--json"]).stdout.splitlines()) > 100
    assert run(app, ["rules", "Q99"]).exit_code == 2

    same = run(app, ["rules", "try"])
    assert same.exit_code == 0
    assert "Nothing would change" in same.stdout
    told = run(app, ["rules", "try", "--without", "I03", "--weigh", "P11=must_fix", "--json"])
    assert told.exit_code == 1
    lines = [json.loads(line) for line in told.stdout.splitlines()]
    assert [line.get("rule") for line in lines] == ["I03", "P11", None]
    assert run(app, ["rules", "try", "--weigh", "P11"]).exit_code == 2
    spec = home[0] / "suite.yaml"
    spec.write_text("without: [I03]\nweigh: {P11: must_fix}\n")
    assert run(app, ["rules", "try", "--suite", str(spec), "--json"]).stdout == told.stdout

    adopting = run(app, ["rules", "adopt", "--by", "Dana Officer"])
    assert "are in force now. 0 findings differ" in adopting.stdout
    assert "already" in run(app, ["rules", "adopt", "--by", "Dana Officer"]).stdout
    with Session(home[2]) as session:
        assert adopted_suites(session) == suites_in_code()


JUDGE = """
import sys
from tests.test_validating import drawn
from expectations.validating import validate

numbers = [int(word) for word in sys.argv[1:]]
for _ in range(3):
    judged = validate([drawn(number) for number in numbers])
    for number in numbers:
        print(number, [(f.code, f.row, f.column, f.value) for f in judged.findings[number]])
"""


@pytest.mark.slow
def test_two_processes_at_once_do_not_mix_two_schools():
    def judging(*numbers: int) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, "-c", JUDGE, *map(str, numbers)],
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[1],
        )

    together = [judging(0, 1, 2), judging(3, 5, 6)]
    told = [process.communicate(timeout=300)[0] for process in together]
    alone = judging(0, 1, 2, 3, 5, 6).communicate(timeout=300)[0]
    expected = {line.split(" ", 1)[0]: line for line in alone.splitlines()}
    lines = [line for each in told for line in each.splitlines()]
    assert len(lines) == 18
    assert all(line == expected[line.split(" ", 1)[0]] for line in lines)
