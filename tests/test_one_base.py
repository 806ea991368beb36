"""One base: who is a leaver, whatever else is wrong with their row, and what stands beside it."""

import csv
import io
from datetime import date

from typer.testing import CliRunner

from destinations.cli import app
from destinations.platform.settings import get_settings
from flows.pipeline import stages
from models.facts.identifiers import upn_check_letter
from tests.builders.hub import a_hub_at_home, send, take_in
from tests.builders.sheets import a_workbook

SCHOOL, OTHER = "900100", "900101"
AUTUMN = date(2024, 11, 20)
U1, U2, U3 = "B801200005001", "Q801200005002", "E801200005003"
HEAD = "UPN | Surname | Forename | Date of Birth | Destination"
SOUND = "- | Bell | Jo | 14/05/2008 | Sixth form"


def exported(what: str) -> list[dict[str, str]]:
    printed = CliRunner().invoke(app, ["export", what], catch_exceptions=False)
    lines = csv.DictReader(io.StringIO(printed.stdout))
    return [line for line in lines if line.get("breakdown", "all") == "all"]


def a_sheet(*rows: str, head: str = HEAD) -> str:
    """The rows under their headings; "-" is an empty cell."""
    lines = [[cell.strip() for cell in row.split("|")] for row in (head, *rows)]
    return "\n".join(" | ".join("" if cell == "-" else cell for cell in line) for line in lines)


def summary(*, wave: str = "1", urn: str = SCHOOL) -> dict[str, str]:
    (line,) = [line for line in exported("summary") if (line["wave"], line["urn"]) == (wave, urn)]
    return line


NAMES = ("Abara", "Brown", "Costa", "Dunn", "Egan", "Frost", "Gale", "Hunt", "Ilves", "Jones")


def test_words_that_nobody_knows_do_not_raise_coverage(tmp_path, monkeypatch):
    rows = [
        f"- | {name} | Ash | {day:02d}/03/2008 | {'went to sea' if day > 4 else 'Sixth form'}"
        for day, name in enumerate(NAMES, start=1)
    ]
    with a_hub_at_home(tmp_path, monkeypatch, SCHOOL):
        send(SCHOOL, a_sheet(*rows))
        take_in(AUTUMN)
        line = summary()
        waiting = [found for found in exported("findings") if found["severity"] == "must_fix"]
    assert (line["leavers"], line["known"], line["not_known"]) == ("10", "4", "6")
    assert (line["coverage_percent"], line["cannot_be_counted"]) == ("40", "0")
    assert len(waiting) == 6


# One row beside sound ones: what is wrong with it, and whether it makes a leaver, known or not.
FAULTS = {
    "an unknown word": ("- | Lee | Sam | 01/03/2008 | went to sea", "a leaver, not known"),
    "a UPN too short": ("SHORT | Lee | Sam | 01/03/2008 | Sixth form", "a leaver, known"),
    "a wrong letter": ("WRONG | Lee | Sam | 01/03/2008 | Sixth form", "a leaver, known"),
    "both of these": ("WRONG | Lee | Sam | 01/03/2008 | to sea", "a leaver, not known"),
    "no surname, a UPN": ("UPN | - | Sam | 01/03/2008 | Sixth form", "a leaver, known"),
    "no name, a UPN": ("UPN | - | - | 01/03/2008 | Sixth form", "a leaver, known"),
    "no birthday, a UPN": ("UPN | Lee | Sam | - | Sixth form", "a leaver, known"),
    "no such day, a UPN": ("UPN | Lee | Sam | 31/02/2008 | Sixth form", "a leaver, known"),
    "only a UPN": ("UPN | - | - | - | Sixth form", "a leaver, known"),
    "no birthday": ("- | Lee | Sam | - | Sixth form", "nobody"),
    "no such day": ("- | Lee | Sam | 31/02/2008 | Sixth form", "nobody"),
    "a parent's birthday": ("- | Lee | Sam | 01/03/1978 | Sixth form", "nobody"),
    "no surname": ("- | - | Sam | 01/03/2008 | Sixth form", "nobody"),
    "no forename": ("- | Lee | - | 01/03/2008 | Sixth form", "nobody"),
    "a wrong UPN, no birthday": ("WRONG | Lee | Sam | - | Sixth form", "nobody"),
}
PUT_RIGHT = "UPN | Lee | Sam | 01/03/2008 | Sixth form"
SOUND_ROWS = (SOUND, "- | Moss | Kim | 14/06/2008 | NEET", "- | Nye | Ali | 09/12/2007 | NEET")
SCHOOLS = {f"9002{number:02d}": fault for number, fault in enumerate(FAULTS)}
COUNTED = {
    "a leaver, known": ("4", "4", "0"),
    "a leaver, not known": ("4", "3", "0"),
    "nobody": ("3", "3", "1"),
}


def upn_of(urn: str) -> str:
    """The UPN of the leaver whose row is at fault."""
    body = f"80120000{urn[-4:]}"
    return upn_check_letter(body) + body


def sheet_of(urn: str, row: str) -> str:
    """The sound rows of a school and that one: no leaver of theirs has another school's name."""
    upn, own = upn_of(urn), "abcdefghijklmno"[int(urn[-2:])] * 2
    row = row.replace("UPN", upn).replace("SHORT", upn[:9]).replace("WRONG", f"I{upn[1:]}")
    drawn = a_sheet(*SOUND_ROWS, row)
    for name in ("Bell", "Moss", "Nye", "Lee"):
        drawn = drawn.replace(f"| {name} |", f"| {name}{own} |")
    return drawn


def figures() -> dict[str, tuple[str, str, str]]:
    """Of each school at wave 1, by its fault: leavers, known, rows that cannot be counted."""
    return {
        SCHOOLS[line["urn"]]: (line["leavers"], line["known"], line["cannot_be_counted"])
        for line in exported("summary")
        if line["wave"] == "1" and line["urn"] in SCHOOLS
    }


def test_a_row_that_says_who_makes_a_leaver_and_once_put_right_is_the_same_one(
    tmp_path, monkeypatch
):
    with a_hub_at_home(tmp_path, monkeypatch, *SCHOOLS):
        for urn, fault in SCHOOLS.items():
            send(urn, sheet_of(urn, FAULTS[fault][0]))
        take_in(AUTUMN)
        assert figures() == {fault: COUNTED[becomes] for fault, (_, becomes) in FAULTS.items()}
        (hub,) = [line for line in exported("summary") if not line["urn"] and line["wave"] == "1"]
        nobody = sum(becomes == "nobody" for _, becomes in FAULTS.values())
        assert hub["cannot_be_counted"] == str(nobody)
        kept = {
            (leaver["upn"], leaver["born_on"]) for leaver in exported("leavers") if leaver["upn"]
        }
        assert {upn for upn, _ in kept} <= {upn_of(urn) for urn in SCHOOLS}  # nothing faulty
        assert {born_on for _, born_on in kept} <= {"", "2008-03-01"}

        for urn in SCHOOLS:
            send(urn, sheet_of(urn, PUT_RIGHT), "leavers corrected.xlsx")
        take_in(AUTUMN)
        assert set(figures().values()) == {("4", "4", "0")}
        put_right = [leaver for leaver in exported("leavers") if leaver["upn"]]
    assert {
        (leaver["urn"], leaver["surname"][:3], leaver["forename"], leaver["upn"], leaver["born_on"])
        for leaver in put_right
    } == {(urn, "Lee", "Sam", upn_of(urn), "2008-03-01") for urn in SCHOOLS}


def test_rows_put_right_no_longer_count_as_rows_that_cannot_be_counted(tmp_path, monkeypatch):
    with a_hub_at_home(tmp_path, monkeypatch, SCHOOL):
        send(SCHOOL, a_sheet(SOUND, "- | Lee | Sam | - | Sixth form"))
        take_in(AUTUMN)
        before = summary()
        send(SCHOOL, a_sheet(SOUND, "- | Lee | Sam | 01/03/2008 | NEET"), "leavers again.xlsx")
        take_in(AUTUMN)
        after = summary()
    assert (before["leavers"], before["cannot_be_counted"]) == ("1", "1")
    assert (after["leavers"], after["cannot_be_counted"]) == ("2", "0")


def test_a_number_on_two_people_leaves_both_in_by_their_names(tmp_path, monkeypatch):
    with a_hub_at_home(tmp_path, monkeypatch, SCHOOL):
        send(
            SCHOOL,
            a_sheet(
                f"{U1} | Lee | Sam | 01/03/2008 | Sixth form",
                f"{U1} | Price | Ana | 09/04/2008 | NEET",
            ),
        )
        take_in(AUTUMN)
        leavers, line = exported("leavers"), summary()
    assert sorted((leaver["surname"], leaver["upn"]) for leaver in leavers) == [
        ("Lee", ""),
        ("Price", ""),
    ]
    assert (line["leavers"], line["known"], line["cannot_be_counted"]) == ("2", "2", "0")


def test_a_leaver_on_two_rows_is_one_and_the_first_answer_counts(tmp_path, monkeypatch):
    with a_hub_at_home(tmp_path, monkeypatch, SCHOOL):
        send(
            SCHOOL,
            a_sheet(
                f"{U1} | Lee | Sam | 01/03/2008 | Sixth form",
                f"{U1} | Lee | Sam | 01/03/2008 | NEET",
            ),
        )
        take_in(AUTUMN)
        line = summary()
    assert (line["leavers"], line["eet"], line["neet"], line["cannot_be_counted"]) == (
        *("1", "1", "0", "0"),
    )


def test_a_faulty_row_never_makes_a_sound_one_wait(tmp_path, monkeypatch):
    with a_hub_at_home(tmp_path, monkeypatch, SCHOOL):
        send(SCHOOL, a_sheet(f"{U1} | Lee | Sam | 01/03/2008 | Sixth form"))
        take_in(AUTUMN)
        send(
            SCHOOL,
            a_sheet(
                f"{U1} | Lee | Sam | 01/03/2008 | Sixth form",
                "- | Lee | Sam | 01/03/2008 | went to sea",
                f"{U2} | Lee | - | 01/03/2008 | NEET",
            ),
            "leavers again.xlsx",
        )
        take_in(date(2024, 11, 27))
        people = {match["row"]: match["person"] for match in exported("matches")[1:]}
        line = summary()
    assert people["2"] == people["3"] != ""
    assert (line["leavers"], line["eet"], line["neet"]) == ("2", "1", "1")


ROLL = """
    UPN | Legal surname | Legal forename | DOB | Year | Reg
    | Bell | Jo | 14/05/2008 | 11 | 11A
    | Lee | Sam | 01/03/2008 | 11 | 11B
"""


def test_a_roll_sent_before_any_destination_is_the_base(tmp_path, monkeypatch):
    with a_hub_at_home(tmp_path, monkeypatch, SCHOOL):
        roll = tmp_path / "roll.xlsx"
        roll.write_bytes(a_workbook(ROLL))
        said = ["submit", str(roll), "--school", SCHOOL, "--kind", "leavers"]
        CliRunner().invoke(app, [*said, "--cohort", "2023/24"], catch_exceptions=False)
        take_in(date(2024, 9, 20))
        begun = exported("leavers")
        with stages.open_run(get_settings()) as run:
            stages.open_due_waves(run, AUTUMN)
            chased = [due.what for due in stages.who_has_not_sent(run, AUTUMN)]
        send(SCHOOL, a_sheet(SOUND), "answers.xlsx")
        take_in(AUTUMN)
        line = summary()
    assert [leaver["surname"] for leaver in begun] == ["Bell", "Lee"]
    assert chased == ["Year 11, 2023/24: wave 1"]
    assert (line["leavers"], line["known"], line["not_known"]) == ("2", "1", "1")


def test_a_column_nobody_knows_on_a_roll_is_asked_about_and_all_are_not_known(
    tmp_path, monkeypatch
):
    with a_hub_at_home(tmp_path, monkeypatch, SCHOOL):
        plan = tmp_path / "plan.xlsx"
        plan.write_bytes(a_workbook(ROLL.replace("Reg", "Xyz plan")))
        said = ["submit", str(plan), "--school", SCHOOL, "--kind", "leavers"]
        CliRunner().invoke(app, [*said, "--cohort", "2023/24"], catch_exceptions=False)
        take_in(AUTUMN)
        assert len(exported("leavers")) == ROLL.count("/20")
        assert exported("destinations") == []
        assert "C10" in {line["code"] for line in exported("findings")}


def test_a_column_of_intentions_makes_no_nought_of_a_neighbour(tmp_path, monkeypatch):
    intended = HEAD.replace("Destination", "Intended destination | Destination")
    with a_hub_at_home(tmp_path, monkeypatch, SCHOOL, OTHER):
        send(
            SCHOOL,
            a_sheet(
                "- | Bell | Jo | 14/05/2008 | Sixth form | Sixth form",
                "- | Lee | Sam | 01/03/2008 | - | Sixth form",
                head=intended,
            ),
        )
        send(SCHOOL, a_sheet("- | Late | Joiner | 02/03/2008 | Sixth form"), "one more.xlsx")
        send(OTHER, a_sheet("- | Moss | Kim | 14/06/2008 | Sixth form"))
        take_in(AUTUMN)
        lines = {
            (line["urn"], line["wave"]): (line["leavers"], line["known"])
            for line in exported("summary")
        }
    assert lines[SCHOOL, "0"] == lines["", "0"] == ("2", "1")
    assert (OTHER, "0") not in lines
    assert lines["", "1"] == ("4", "4")
