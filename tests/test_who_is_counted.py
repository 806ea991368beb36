"""Who is counted: whoever is out of the base is out for a reason; who objects is in no list."""

import csv
import io
from datetime import date
from pathlib import Path

from typer.testing import CliRunner

from destinations.cli import app
from destinations.platform.settings import get_settings
from tests.books_opened import opened, rows_below, words
from tests.builders.hub import a_hub_at_home, publish, send, take_in

SCHOOL = "900100"
AUTUMN = date(2024, 11, 20)
HEAD = "Surname | Forename | Date of Birth | Destination | Consent to contact"
# Surname, what the school types, what becomes of it: excluded as, or the group it counts in.
ROWS = {
    "Adams": ("Deceased", "Died"),
    "Brown": ("Moved abroad", "other"),
    "Clark": ("Passed away", "Died"),
    "Davis": ("Emigrated to Spain", "other"),
    "Foster": ("Moved to another school in Year 10", "Not a leaver of this school"),
    "Hill": ("Not on roll", "Not a leaver of this school"),
    "Irwin": ("Dual registered", "Not a leaver of this school"),
    "Jones": ("Duplicate", "Duplicate record"),
    "King": ("Sixth form", "EET"),
    "Lamb": ("NEET", "NEET"),
}


def exported(what: str) -> list[dict[str, str]]:
    printed = CliRunner().invoke(app, ["export", what], catch_exceptions=False)
    return list(csv.DictReader(io.StringIO(printed.stdout)))


def a_sheet(answers: dict[str, str], consents: dict[str, str] | None = None) -> str:
    rows = [
        f"{name} | Ash | {day:02d}/03/2008 | {answers[name]} | {(consents or {}).get(name, 'Yes')}"
        for day, name in enumerate(ROWS, start=1)
        if name in answers
    ]
    return "\n".join((HEAD, *rows))


def hub_line() -> dict[str, str]:
    (line,) = [
        line
        for line in exported("summary")
        if (line["urn"], line["wave"], line["breakdown"]) == ("", "1", "all")
    ]
    return line


def the_book(folder: str, name: str):
    (book,) = (Path(get_settings().store) / folder).rglob(name)
    return opened(book.read_bytes())


def test_who_is_no_leaver_is_out_of_the_base_and_counted_beside_it(tmp_path, monkeypatch):
    with a_hub_at_home(tmp_path, monkeypatch, SCHOOL):
        send(SCHOOL, a_sheet({name: typed for name, (typed, _) in ROWS.items()}))
        take_in(AUTUMN)
        line, leavers = hub_line(), exported("leavers")
        asked = [one for one in exported("findings") if one["severity"] == "must_fix"]
        publish(AUTUMN)
        page = the_book("hubs", "summary.xlsx")["Summary"]
        (row,) = rows_below(page, "Wave and leavers")[:1]
    assert asked == []
    excluded = {one["surname"]: one["excluded"] for one in leavers if one["excluded"]}
    assert excluded == {
        name: reason for name, (_, reason) in ROWS.items() if reason not in ("other", "EET", "NEET")
    }
    assert {(one["excluded_on"], one["excluded_by"]) for one in leavers if one["excluded"]} == {
        ("2024-11-20", SCHOOL)
    }
    counts = ("leavers", "excluded", "known", "eet", "neet", "other", "not_known")
    assert [line[name] for name in counts] == ["4", "6", "4", "1", "1", "2", "0"]
    assert line["coverage_percent"] == "100"
    assert (row["Leavers"], row["Left out"]) == (4, 6)
    told = " ".join(words(page))
    assert (
        "6 are left out of the leavers: died 2, not a leaver of this school 3, duplicate record 1."
    ) in told


def test_a_cohort_status_of_nccis_stands_before_the_destination(tmp_path, monkeypatch):
    with a_hub_at_home(tmp_path, monkeypatch, SCHOOL):
        send(
            SCHOOL,
            """
            Surname | Forename | Date of Birth | Destination | NCCIS cohort status
            Adams | Ash | 01/03/2008 | Sixth form | D
            Brown | Ash | 02/03/2008 | | E
            Jones | Ash | 03/03/2008 | College | M
            King | Ash | 04/03/2008 | College | P
            Lamb | Ash | 05/03/2008 | NEET | Q
            """,
        )
        take_in(AUTUMN)
        line = hub_line()
        excluded = {one["surname"]: one["excluded"] for one in exported("leavers")}
        asked = [one["code"] for one in exported("findings") if one["code"] == "P25"]
    assert excluded == {
        "Adams": "Died", "Brown": "", "Jones": "Duplicate record", "King": "", "Lamb": "",
    }  # fmt: skip
    counts = ("leavers", "excluded", "eet", "neet", "other", "not_known")
    assert [line[name] for name in counts] == ["3", "2", "1", "1", "1", "0"]
    assert asked == ["P25"]


def test_a_hub_may_leave_out_who_left_england(tmp_path, monkeypatch):
    answers = {"Brown": "Moved abroad", "King": "Sixth form"}
    with a_hub_at_home(tmp_path, monkeypatch, SCHOOL):
        send(SCHOOL, a_sheet(answers))
        take_in(AUTUMN)
        counted = hub_line()
        monkeypatch.setenv("DESTINATIONS_LEFT_ENGLAND_COUNTS", "false")
        get_settings.cache_clear()
        left_out = hub_line()
    assert (counted["leavers"], counted["other"], counted["excluded"]) == ("2", "1", "0")
    assert (left_out["leavers"], left_out["other"], left_out["excluded"]) == ("1", "0", "1")


def test_the_last_word_of_the_school_puts_a_leaver_back_and_a_blank_does_not(tmp_path, monkeypatch):
    with a_hub_at_home(tmp_path, monkeypatch, SCHOOL):
        send(SCHOOL, a_sheet({"Adams": "Deceased", "Hill": "Not on roll", "King": "Sixth form"}))
        take_in(AUTUMN)
        before = hub_line()
        send(SCHOOL, a_sheet({"Adams": "", "Hill": "College", "King": "Sixth form"}), "again.xlsx")
        take_in(date(2024, 12, 2))
        after = hub_line()
    assert (before["leavers"], before["excluded"]) == ("1", "2")
    assert (after["leavers"], after["excluded"], after["eet"]) == ("2", "1", "2")


def test_who_objects_is_counted_and_named_in_no_list(tmp_path, monkeypatch):
    answers = {"King": "Sixth form", "Lamb": "NEET", "Brown": "College"}
    with a_hub_at_home(tmp_path, monkeypatch, SCHOOL):
        send(SCHOOL, a_sheet(answers, {"King": "No", "Brown": "Opted out"}))
        take_in(AUTUMN)
        line, leavers = hub_line(), exported("leavers")
        publish(AUTUMN)
        pack = the_book(f"returns/{SCHOOL}", "evidence*")
        named = {
            sheet.title: [row["Surname"] for row in rows_below(sheet, "Reference")]
            for sheet in (pack["Leavers"], pack["Every answer"])
        }
        governors = " ".join(words(pack["For governors"]))
    assert (line["leavers"], line["known"], line["excluded"]) == ("3", "3", "0")
    assert sorted((one["surname"], one["consent"]) for one in leavers) == [
        ("", "N"),
        ("", "N"),
        ("Lamb", "Y"),
    ]
    assert named == {"Leavers": ["Lamb"], "Every answer": ["Lamb"]}
    assert "2 leavers object to being tracked: counted, and named on no page." in governors


def test_consent_withdrawn_later_is_honoured_and_so_is_consent_given_again(tmp_path, monkeypatch):
    answers = {"King": "Sixth form", "Lamb": "NEET", "Brown": "College"}
    named = []
    with a_hub_at_home(tmp_path, monkeypatch, SCHOOL):
        for week, consent in enumerate(("Yes", "Withdrawn", "Yes")):
            send(SCHOOL, a_sheet(answers, {"King": consent}), f"week {week}.xlsx")
            take_in(date(2024, 11, 20 + week))
            named.append("King" in {one["surname"] for one in exported("leavers")})
    assert named == [True, False, True]
