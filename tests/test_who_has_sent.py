"""Who has sent: a refused file is no silence, a stray one no loss, and who is missing is said."""

from datetime import date
from pathlib import Path

from typer.testing import CliRunner

from destinations.cli import app
from destinations.platform.settings import get_settings
from tests.books_opened import opened, rows_below, words
from tests.builders.hub import a_hub_at_home, publish, send, take_in

SCHOOL, OTHER, SILENT, STRAY = "900100", "900101", "900102", "900999"
AUTUMN = date(2024, 11, 20)
SHEET = """
    Surname | Forename | Date of Birth | Destination
    Bell | Jo | 14/05/2008 | Sixth form
    Lee | Sam | 01/03/2008 | NEET
    Roe | Kit | | NEET
"""
NO_DESTINATION = """
    Surname | Forename | Date of Birth | Tutor
    Bell | Jo | 14/05/2008 | KPJ
"""


def first_page():
    (book,) = (Path(get_settings().store) / "hubs").rglob("summary.xlsx")
    return opened(book.read_bytes())["Summary"]


def test_who_is_missing_is_part_of_the_sentence(tmp_path, monkeypatch):
    with a_hub_at_home(tmp_path, monkeypatch, SCHOOL, OTHER, SILENT):
        send(SCHOOL, SHEET)
        send(OTHER, NO_DESTINATION)
        take_in(AUTUMN)
        publish(AUTUMN)
        page = first_page()
        pack = next((Path(get_settings().store) / "returns" / SCHOOL).glob("evidence*"))
        governors = " ".join(words(opened(pack.read_bytes())["For governors"]))
    told = " ".join(words(page))
    assert (
        "Wave 1, Year 11, 2023/24 leavers: 2 of 3 schools have sent, 1 of them only what was "
        "refused; of their 2 leavers 2 have a known destination (100% coverage)."
    ) in told
    assert "1 row cannot be counted: we cannot tell who they are about." in told
    assert "of our 2 leavers 2 have a known destination" in governors
    assert "1 row cannot be counted" in governors


def test_a_school_whose_file_was_refused_has_sent(tmp_path, monkeypatch):
    with a_hub_at_home(tmp_path, monkeypatch, SCHOOL, OTHER, SILENT):
        send(SCHOOL, SHEET)
        send(OTHER, NO_DESTINATION)
        take_in(AUTUMN)
        publish(AUTUMN)
        chased = {
            row["URN"]: row["What has not come"]
            for row in rows_below(first_page(), "School or college")
        }
    assert chased[SILENT] == "Nothing received yet"
    assert chased[OTHER].startswith("Sent on 20 November 2024 and refused: ")
    assert "We cannot tell whether this is a list of leavers" in chased[OTHER]
    assert SCHOOL not in chased


def test_a_file_in_a_folder_of_no_member_is_named(tmp_path, monkeypatch):
    with a_hub_at_home(tmp_path, monkeypatch, SCHOOL):
        send(SCHOOL, SHEET)
        send(STRAY, SHEET, "our leavers.xlsx")
        take_in(AUTUMN)
        publish(AUTUMN)
        where = CliRunner().invoke(app, ["where"]).stdout
        (row,) = rows_below(first_page(), "School or college")
    assert "our leavers.xlsx" in where
    assert (row["School or college"], row["URN"]) == (f"Folder {STRAY}", STRAY)
    assert row["What has not come"] == (
        "“our leavers.xlsx” is not taken in: No school or college with this URN is in the register"
    )
