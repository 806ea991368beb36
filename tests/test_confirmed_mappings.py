"""Unknown layouts learn: asked once, confirmed by a person, remembered for that school."""

import json
from datetime import date

import pytest
from openpyxl import load_workbook
from sqlmodel import Session, select
from typer.testing import CliRunner

from destinations.cli import app
from destinations.responses.mappings import (
    load_mappings,
    request_reading_again,
    store_heading_mapping,
    store_value_mapping,
)
from imports.crosswalk.column_map import parse_map
from models.destinations import Destination
from models.facts.calendar import now
from models.responses import HeadingMapping
from models.submissions import FindingRecord, Submission
from tests import builders
from tests.builders.hub import a_hub_at_home, take_in
from tests.builders.sheets import a_workbook
from tests.checkout import Checkout

OAKFIELD, PENROSE = "900100", "900200"
TODAY = date(2025, 11, 24)

THEIRS = """
    Surname | Forename | Date of Birth | Which option now?
    Okafor  | Ada      | 12/03/2009    | Further Education
    Marsh   | Peter    | 14/05/2009    | Apprenticeship
    Bell    | Jo       | 20/06/2009    | Sixth form
"""
NEXT_YEAR = """
    Date of Birth | Surname | Forename | WHICH OPTION NOW
    12/03/2010    | Carr    | Al       | Further Education
    14/05/2010    | Dunn    | Cy       | Apprenticeship
"""
OTHERS = """
    UPN | Surname | Forename | Date of Birth | Which option now?
        | Evans   | Di       | 11/04/2009    | Apprenticeship
        | Frost   | Ed       | 12/04/2009    | Further Education
        | Gray    | Flo      | 13/04/2009    | Sixth form
"""
ONE_WORD = """
    Surname | Forename | Date of Birth | Destination
    Okafor  | Ada      | 12/03/2009    | Further Education
    Marsh   | Peter    | 14/05/2009    | Plumpton thing
"""


@pytest.fixture
def hub(tmp_path, monkeypatch):
    """A hub of two schools on a fresh database and storage: its engine and its inbox."""
    with a_hub_at_home(tmp_path, monkeypatch, OAKFIELD, PENROSE) as engine:
        yield engine, tmp_path / "storage"


def send(text, name="leavers.xlsx", urn=OAKFIELD):
    builders.hub.send(urn, text, name)


def intake(today=TODAY):
    take_in(today)


def sent(hub):
    with Session(hub[0]) as session:
        return {
            (one.urn, one.name): (one.refused_code or one.stage, one.rows_sound)
            for one in session.exec(select(Submission))
        }


def recorded(hub):
    with Session(hub[0]) as session:
        return [
            (one.submission_id, one.row, one.activity_code)
            for one in session.exec(select(Destination).order_by(Destination.id))
        ]


def cli(*words, code=0):
    done = CliRunner().invoke(app, ["map", *words])
    assert done.exit_code == code, done.output
    return " ".join(done.output.split())


def lines(*words):
    done = CliRunner().invoke(app, ["map", *words, "--json"])
    return [json.loads(line) for line in done.output.splitlines()]


def receipts(hub, urn=OAKFIELD):
    books = [load_workbook(path) for path in (hub[1] / "returns" / urn).glob("*receipt.xlsx")]
    return " ".join(
        str(cell)
        for book in books
        for page in book
        for row in page.iter_rows(values_only=True)
        for cell in row
        if cell
    )


def test_it_is_asked_then_confirmed_then_never_asked_again(hub):
    send(THEIRS)
    intake()
    assert sent(hub) == {(OAKFIELD, "leavers.xlsx"): ("C05", 0)}
    assert "We read 'Which option now?' as Destination. Right?" in receipts(hub)

    assert "We read 'Which option now?' as Destination. Right?" in cli("show", "1")
    said = cli("accept", "1", "--by", "A. Officer")
    assert "The next intake reads 1 submission again: 1." in said
    intake()
    assert sent(hub)[OAKFIELD, "leavers.xlsx"] == ("recorded", 3)
    first = recorded(hub)
    assert [code for _, _, code in first] == ["230", "310", "210"]

    send(NEXT_YEAR, "leavers 2026.xlsx")
    intake(date(2026, 11, 23))
    assert sent(hub)[OAKFIELD, "leavers 2026.xlsx"] == ("recorded", 2)
    assert recorded(hub)[:3] == first
    intake(date(2026, 11, 24))
    assert len(recorded(hub)) == 5


def test_another_school_is_asked_for_itself_and_told_that_it_was_confirmed_elsewhere(hub):
    send(THEIRS)
    intake()
    cli("accept", "1", "Which option now?", "--by", "A. Officer")
    send(OTHERS, urn=PENROSE)
    intake()
    assert sent(hub)[PENROSE, "leavers.xlsx"] == ("C05", 0)
    told = lines("show", "2")[-1]
    assert told["read_as"] == ""
    assert told["asks"].startswith("We read 'Which option now?' as Destination. Right? (")


def test_what_the_hub_shares_holds_for_every_school_and_a_schools_own_word_before_it(hub):
    send(THEIRS)
    send(OTHERS, urn=PENROSE)
    intake()
    assert "reads 2 submissions again" in cli("accept", "1", "--by", "A. Officer", "--hub")
    cli("set", "2", "Which option now?", "Intended destination", "--by", "B. Head")
    intake()
    assert sent(hub)[OAKFIELD, "leavers.xlsx"] == ("recorded", 3)
    assert [line["read_as"] for line in lines("show", "1")][-1] == "activity"
    own = lines("show", "2")[-1]
    assert (own["read_as"], own["accepted_by"], own["for"]) == ("intended", "B. Head", PENROSE)


def test_the_next_person_sees_who_said_what(hub):
    send(THEIRS)
    intake()
    cli("accept", "1", "--by", "A. Officer")
    line = lines("show", "1")[-1]
    assert (line["read_as"], line["accepted_by"], line["for"]) == (
        "activity", "A. Officer", OAKFIELD,
    )  # fmt: skip
    assert lines("show", "1")[0]["by"] == "the standard map"
    assert "A. Officer" in cli("show", "--school", OAKFIELD)
    assert "Nobody has confirmed anything" in cli("show", "--school", PENROSE)


def test_no_cell_is_shown(hub):
    send(THEIRS.replace("Sixth form", "Plumpton thing"))
    intake()
    shown = cli("show", "1") + json.dumps(lines("show", "1"))
    for cell in ("Okafor", "Ada", "12/03/2009", "Plumpton"):
        assert cell not in shown


@pytest.mark.parametrize("heading", ["Parent DOB", "Mother's surname", "Emergency UPN"])
def test_what_is_anothers_is_never_the_leavers_own(hub, heading):
    send(THEIRS.replace("Which option now?", heading))
    intake()
    field = {"DOB": "Date of birth", "surname": "Surname", "UPN": "UPN"}[heading.split()[-1]]
    said = cli("set", "1", heading, field, "--by", "A. Officer", code=2)
    assert "never read as the leaver's" in " ".join(said.replace("│", " ").split())
    with Session(hub[0]) as session:
        assert session.exec(select(HeadingMapping)).first() is None


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("set", "1", "Which option now?", "Shoe size", "--by", "A"), "Date of birth"),
        (("set", "1", "Shoe size", "Destination", "--by", "A"), "'Which option now?'"),
        (("set", "1", "Which option now?", "Destination"), "--by NAME"),
        (("set", "9", "Which option now?", "Destination", "--by", "A"), "no submission 9"),
        (("word", "1", "Destination", "x", "999", "--by", "A"), "230 Full-time education"),
        (("word", "1", "Course", "x", "y", "--by", "A"), "Intended destination"),
        (("word", "Destination", "x", "230", "--by", "A"), "--school or --hub"),
        (("accept", "1", "Surname", "--by", "A"), "we propose nothing"),
        (("forget", "Bus pass", "--school", OAKFIELD), "nothing is remembered"),
    ],
)  # fmt: skip
def test_what_is_not_allowed_is_said_with_what_is(hub, words, says):
    send(THEIRS)
    intake()
    said = cli(*words, code=2)
    assert says in " ".join(said.replace("│", " ").split())


def test_a_word_lets_the_row_that_waited_in_and_nothing_else_changes(hub):
    send(ONE_WORD)
    intake()
    before = recorded(hub)
    assert before == [(1, 2, "230")]
    said = cli("word", "1", "Destination", "plumpton  THING", "280", "--by", "A. Officer")
    assert "280" in said
    assert "reads 1 submission again: 1" in said
    intake()
    assert recorded(hub) == [*before, (1, 3, "280")]
    assert sent(hub)[OAKFIELD, "leavers.xlsx"] == ("recorded", 2)


def test_a_schools_word_goes_before_the_standard_one(hub):
    cli("word", "--school", OAKFIELD, "Destination", "Sixth form", "220", "--by", "A. Officer")
    send(THEIRS.replace("Which option now?", "Destination"))
    send(OTHERS.replace("Which option now?", "Destination"), urn=PENROSE)
    intake()
    assert {code for one, _, code in recorded(hub) if one == 1} == {"230", "310", "220"}
    assert {code for one, _, code in recorded(hub) if one == 2} == {"230", "310", "210"}
    assert "Sixth form".casefold() in cli("export", "--school", OAKFIELD)


def test_a_column_left_out_is_not_asked_about_again(hub):
    send(
        THEIRS.replace("Which option now?", "Destination | Bus pass").replace(
            "Apprenticeship", "Apprenticeship | Y"
        ),
    )
    intake()
    assert "Bus pass" in receipts(hub)
    cli("set", "1", "Bus pass", "leave out", "--by", "A. Officer")
    intake()
    assert "Bus pass" not in receipts(hub)
    assert len(recorded(hub)) == 3


def test_a_table_that_was_not_found_is_found_once_its_headings_are_known(hub):
    unknown = THEIRS.replace("Surname ", "Nomen ").replace("Forename", "Prae")
    send(unknown.replace("Which option now?", "Destination"))
    intake()
    assert sent(hub)[OAKFIELD, "leavers.xlsx"][0].startswith(("T", "C"))
    cli("set", "1", "Nomen", "Surname", "--by", "A. Officer")
    cli("set", "1", "Prae", "Forename", "--by", "A. Officer")
    intake()
    assert sent(hub)[OAKFIELD, "leavers.xlsx"] == ("recorded", 3)


def test_what_is_forgotten_is_asked_again(hub):
    send(THEIRS)
    intake()
    cli("accept", "1", "--by", "A. Officer")
    cli("forget", "which option now", "--school", OAKFIELD)
    intake()
    assert sent(hub)[OAKFIELD, "leavers.xlsx"] == ("C05", 0)


def test_the_export_is_a_map_that_means_the_same(hub):
    send(THEIRS.replace("Which option now?", "Which option now? | Bus pass"))
    intake()
    cli("accept", "1", "--by", "A. Officer")
    cli("set", "1", "Bus pass", "leave out", "--by", "A. Officer")
    cli("word", "--school", OAKFIELD, "Destination", "Plumpton thing", "280", "--by", "A. Officer")
    done = CliRunner().invoke(app, ["map", "export", "--school", OAKFIELD])
    mine = parse_map(done.output, OAKFIELD)
    assert mine.field_of(("Which option now?",)) == "activity"
    assert mine.meaning(("Bus pass",)).field == "not_ours"
    assert mine.value_of("activity", "PLUMPTON THING") == "280"
    assert mine.field_of(("Surname",)) == "surname"


@pytest.mark.slow
def test_a_map_in_the_repository_is_used_for_its_school(tmp_path):
    checkout = Checkout(tmp_path)
    checkout.add(
        f"imports/maps/{OAKFIELD}.yaml",
        f"name: '{OAKFIELD}'",
        "extends: standard",
        "columns: {activity: {headings: [Which option now]}}",
    )
    register = tmp_path / "register.csv"
    register.write_text(
        "URN,EstablishmentName,EstablishmentStatus (name),LA (code),EstablishmentNumber\n"
        f"{OAKFIELD},Oakfield,Open,900,4001\n{PENROSE},Penrose,Open,900,4002\n"
    )
    sheet = tmp_path / "leavers.xlsx"
    sheet.write_bytes(a_workbook(THEIRS))
    checkout.run("setup")
    checkout.run("register", "--institutions", register)
    asked = ("C05", None)
    assert asked in checkout.findings(sheet, "--school", PENROSE)
    assert asked not in checkout.findings(sheet, "--school", OAKFIELD)


def test_another_heading_row_of_the_school_is_asked_and_says_why(hub):
    send(THEIRS)
    intake()
    cli("accept", "1", "--by", "A. Officer")
    send(OTHERS.replace("Apprenticeship", "w").replace("Education", "e"), "other.xlsx")
    intake()
    told = lines("show", "2")[-1]
    assert told["proposals"][0]["evidence"] == ["it was confirmed for another sheet of this school"]


@pytest.mark.parametrize("command", ["show", "accept", "set", "word", "forget", "export"])
def test_every_command_has_an_example(command):
    assert "Example:" in CliRunner().invoke(app, ["map", command, "--help"]).output


def test_a_check_and_what_was_told_know_it_too(hub, tmp_path):
    send(THEIRS.replace("Sixth form", "Plumpton thing"))
    intake()
    cli("accept", "1", "--by", "A. Officer")
    intake()
    told = CliRunner().invoke(app, ["findings", "1", "--json"]).output.splitlines()
    assert "Plumpton thing" in [json.loads(line)["value"] for line in told]
    file = tmp_path / "again.xlsx"
    file.write_bytes(a_workbook(THEIRS))
    asked = ["check", str(file), "--cohort", "2024/25", "--sent-on", "2025-11-24"]
    assert CliRunner().invoke(app, [*asked, "--school", OAKFIELD]).exit_code in (0, 1)
    assert CliRunner().invoke(app, [*asked, "--school", PENROSE]).exit_code == 3


def test_the_later_word_holds_and_none_is_kept_without_a_name(session):
    said = {"urn": OAKFIELD, "rows": ["row"], "key": "route", "shown": "Route", "at": now()}
    store_heading_mapping(session, **said, field="activity", by="A. Officer")
    store_heading_mapping(session, **said, field="course", by="B. Head")
    word = {"urn": "", "field": "sex", "word": "y", "at": now()}
    store_value_mapping(session, **word, value="F", by="A. Officer")
    store_value_mapping(session, **word, value="M", by="B. Head")
    headings, words = load_mappings(session)
    assert [(one.field, one.accepted_by) for one in headings] == [("course", "B. Head")]
    assert [(one.value, one.accepted_by) for one in words] == [("M", "B. Head")]
    with pytest.raises(ValueError, match="without a name"):
        store_heading_mapping(session, **said, field="course", by=" ")
    with pytest.raises(ValueError, match="without a name"):
        store_value_mapping(session, **word, value="F", by="")


def test_only_what_waited_for_it_is_read_again(session):
    def one(name, urn=OAKFIELD, **more):
        return Submission(
            urn=urn, name=name, sha256=name, size=1, stored_as=name, sent_on=TODAY,
            **{"stage": "recorded", "needs_processing_since": None} | more,
        )  # fmt: skip

    every = [
        one("refused for a column", refused_code="C02", refused_facts={"found": "x"}),
        one("refused for a password", refused_code="F04"),
        one("told of that heading"),
        one("told of another"),
        one("taken back", refused_code="C02", undone_at=now()),
        one("of another school", PENROSE, refused_code="C02"),
        one("corrected since", refused_code="C02"),
    ]
    session.add_all(every)
    session.flush()
    session.add(one("the correction", follows_id=every[6].id))
    for sent_, heading in ((every[2], "Route"), (every[3], "Bus pass")):
        session.add(
            FindingRecord(
                submission_id=sent_.id, code="C10", severity="please_check", heading=heading
            )
        )
    session.flush()
    again = request_reading_again(
        session, urn=OAKFIELD, codes=("C02", "C10"), about=lambda heading: heading == "Route"
    )
    assert again == [every[0].id, every[2].id]
    session.expire_all()
    assert (every[0].stage, every[0].refused_code, every[0].refused_facts) == ("recorded", None, {})
    assert [one.id for one in every if one.needs_processing_since] == again
    assert every[1].refused_code == "F04"
    assert every[3].stage == "recorded"
