"""Headings that nobody knows yet: where they stand is found, asked of a person, and then read."""

import json

import pytest
from sqlmodel import Session, select
from typer.testing import CliRunner

from destinations.cli import app
from imports.crosswalk.column_map import load_map
from imports.reading import read_file
from imports.tables.explain_no_table import NoTableFound
from models.handoffs.findings import SubmissionRefused
from models.responses import HeadingMapping
from tests.builders.sheets import a_workbook
from tests.test_confirmed_mappings import (
    OAKFIELD,
    PENROSE,
    cli,
    hub,
    intake,
    lines,
    receipts,
    send,
    sent,
)

__all__ = ["hub"]

STRANGE = """
    Leavers 2025 |          |               |                   |
                 |          |               |                   |
    Family nm    | Given nm | Ident         | Current situ      | Born day
    Okafor       | Ada      | B801200005001 | Further Education | 12/03/2009
    Marsh        | Peter    | Q801200005002 | Apprenticeship    | 14/05/2009
    Bell         | Jo       | E801200005003 | Sixth form        | 20/06/2009
"""
NEXT = """
    Current situ   | Ident         | Given nm | Family nm | Born day
    Apprenticeship |               | Cy       | Dunn      | 01/02/2009
"""


def checked(*words):
    done = CliRunner().invoke(app, ["check", *words, "--json"])
    return [json.loads(line) for line in done.output.splitlines()]


def test_what_stands_above_the_leavers_is_asked_and_then_read(hub):
    send(STRANGE)
    intake()
    assert sent(hub)[OAKFIELD, "leavers.xlsx"] == ("T09", 0)
    told = receipts(hub)
    assert "Row 3 of 'Leavers' looks like headings, but we know too few" in told
    assert "We read 'Ident' as UPN. Right?" in told
    assert [line["heading"] for line in lines("show", "1")] == [
        "Family nm", "Given nm", "Ident", "Current situ", "Born day",
    ]  # fmt: skip

    assert "'Current situ' is Destination" in cli("accept", "1", "--by", "A. Officer")
    cli("set", "1", "Given nm", "Forename", "--by", "A. Officer")
    cli("set", "1", "Born day", "Date of birth", "--by", "A. Officer")
    intake()
    assert sent(hub)[OAKFIELD, "leavers.xlsx"] == ("recorded", 3)
    send(NEXT, "next.xlsx")
    intake()
    assert sent(hub)[OAKFIELD, "next.xlsx"] == ("recorded", 1)


def test_what_was_said_of_it_is_bound_to_its_heading_row(hub):
    send(STRANGE)
    intake()
    cli("set", "1", "Given nm", "Forename", "--by", "A. Officer")
    cli("accept", "1", "--by", "A. Officer")
    with Session(hub[0]) as session:
        rows = {one.fingerprint for one in session.exec(select(HeadingMapping))}
    assert len(rows) == 1
    assert "" not in rows


def test_headings_on_two_rows_are_read_once_both_are_known(hub):
    two_rows = """
        Who       |          | Was born   | Now               |
        Family nm | Given nm | Day        | Doing what        | At
        Okafor    | Ada      | 12/03/2009 | Further Education | Downs College
        Marsh     | Peter    | 14/05/2009 | Apprenticeship    | Acme Ltd
        Bell      | Jo       | 15/05/2009 | Sixth form        | Ridge School
    """
    send(two_rows)
    intake()
    # Once some are known the row above is one of the headings too, and names them all anew.
    for heading, field in 2 * (
        ("Family nm", "Surname"), ("Given nm", "Forename"), ("Day", "Date of birth"),
        ("Doing what", "Destination"),
    ):  # fmt: skip
        seen = {one["heading"]: one["read_as"] for one in lines("show", "1")}
        if not any(one.endswith(heading) and seen[one] for one in seen):
            cli("set", "1", heading, field, "--by", "A. Officer")
    intake()
    assert sent(hub)[OAKFIELD, "leavers.xlsx"] == ("recorded", 3)


def test_a_folder_is_checked_with_what_people_said(hub, tmp_path):
    folder = tmp_path / "a folder"
    for urn in (OAKFIELD, PENROSE):
        (folder / urn).mkdir(parents=True)
        (folder / urn / "leavers.xlsx").write_bytes(a_workbook(STRANGE))

    def outcomes(*words):
        return [one["outcome"] for one in checked("--folder", str(folder), *words)]

    assert outcomes() == ["refused", "refused"]
    send(STRANGE)
    intake()
    cli("accept", "1", "--by", "A. Officer")
    cli("set", "1", "Given nm", "Forename", "--by", "A. Officer")
    assert outcomes() == ["read", "refused"]
    assert outcomes("--school", OAKFIELD) == ["read", "read"]
    cli("accept", "1", "Ident", "--by", "A. Officer", "--hub", code=2)  # nothing is asked any more
    for heading, field in (
        ("Family nm", "Surname"), ("Given nm", "Forename"), ("Current situ", "Destination"),
    ):  # fmt: skip
        cli("set", "1", heading, field, "--by", "A. Officer", "--hub")
    assert outcomes() == ["read", "read"]


def test_a_folder_can_be_checked_where_nothing_is_set_up(tmp_path, monkeypatch):
    (tmp_path / "leavers.xlsx").write_bytes(a_workbook(STRANGE))
    monkeypatch.setenv("DESTINATIONS_HOME", str(tmp_path / "nothing"))
    assert [one["code"] for one in checked("--folder", str(tmp_path))] == ["T09"]
    assert not (tmp_path / "nothing").exists()


@pytest.mark.parametrize(
    ("drawn", "code", "headings"),
    [
        ("Nomen | Prae | Ident\n" + "Lee | Ana | B801200005001\n" * 3, "T09", 3),
        ("Nomen | Prae | Now\n" + "Lee | Ana | College\nHill | Jo | Work\n" * 2, "T01", 0),
        ("Nomen | Prae | Destination\n" + "Lee | Ana | College\nHill | Jo | Work\n", "T09", 3),
        ("Nomen | Destination | Provider\nLee | College | Downs\nHill | Work | Acme", "T09", 3),
        ("Lee | Ana | 12/03/2009 | College\nHill | Jo | 13/03/2009 | Work\n" * 2, "T02", 0),
        # The first of them has no day, so nothing tells that it is no heading but what follows.
        ("Lee | Ana | ? | College\n" + "Hill | Jo | 13/03/2009 | College\n" * 3, "T02", 0),
        ("Form | Sixth form | College | Total\n11A | 12 | 9 | 21\n11B | 11 | 4 | 15", "T01", 0),
    ],
    ids=["numbers", "only words", "a known one", "two", "no headings", "a leaver first", "counts"],
)
def test_only_what_looks_like_headings_is_taken_for_them(drawn, code, headings):
    with pytest.raises(SubmissionRefused) as refused:
        read_file("leavers.xlsx", a_workbook(drawn), load_map().field_of)
    tables = refused.value.tables if isinstance(refused.value, NoTableFound) else ()
    assert (refused.value.code, sum(len(one.headings) for one in tables)) == (code, headings)
