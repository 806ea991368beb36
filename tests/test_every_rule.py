"""Every rule is tried somewhere; those that no other test draws are drawn here."""

import re
from datetime import date
from pathlib import Path

import pytest

from expectations.catalogue import catalogue
from expectations.validating import refusal_finding, word_issues
from imports.crosswalk.column_map import load_map
from imports.mapping import map_columns_and_values
from imports.reading import read_file
from imports.workbook.limits import CODES
from models.handoffs.findings import SubmissionRefused
from models.handoffs.sheets import Cell, CellKind, Heading, ReadFile, SheetRow, Table
from models.vocabulary import SubmissionKind
from tests.builders.rows import a_declaration
from tests.builders.sheets import a_cell, a_read_file
from tests.headings import knows

TESTS = Path(__file__).parent
# These hold something against every rule there is, whatever it says.
OF_ALL = ("test_catalogue.py", "test_docs.py", "truth.py")

SHEET = """
    Surname | Forename | DOB        | Destination | Start date
    Okafor  | Ada      | 17/03/2007 | FE          | 25/09/2023
    Bell    | Jo       | 04/11/2006 | App         | {}
"""
PLAIN = SHEET.format("25/09/2023")
# A list of leavers, without what only lists of people enrolled have.
LEAVERS = re.sub(r" \|[^|]*$", "", PLAIN, flags=re.MULTILINE)
WHO = {"Surname": "Okafor", "Forename": "Ada", "DOB": "17/03/2007", "Destination": "FE"}
WHOLE_NAME = {"UPN": "N845400011023", "Name": "", "DOB": "17/03/2007", "Destination": "FE"}
LINK = b'{"url": "https://docs.google.com/open?id=1", "doc_id": "1", "email": ""}'


def a_row(cells: dict[str, str], *, error: str | None = None) -> ReadFile:
    """A table of one leaver, with an error cell under a heading where one is named."""
    unread = Cell("#N/A", None, CellKind.ERROR)
    headings = tuple(Heading("ABCDE"[at], (one,)) for at, one in enumerate(cells))
    row = tuple(unread if one == error else a_cell(typed) for one, typed in cells.items())
    return ReadFile("xlsx", (Table("Leavers", headings, (SheetRow(2, row),), (1,)),))


# code: what is so (a file, what was declared of it), and what is not
DRAWN = {
    "C16": ((a_row({**WHO, "": "a bus pass"}), {}), (a_row({**WHO, "": ""}), {})),
    "C21": ((a_read_file(SHEET.format("09/25/2023")), {}), (a_read_file(PLAIN), {})),
    "C31": ((a_read_file(PLAIN), {"wave": 2}), (a_read_file(PLAIN), {"wave": 1})),
    "C32": (
        (a_read_file(PLAIN), {"wave": None, "sent_on": date(2027, 11, 9)}),
        (a_read_file(PLAIN), {"wave": None, "sent_on": date(2025, 11, 9)}),
    ),
    "C33": (
        (a_read_file(LEAVERS), {"kind": SubmissionKind.ENROLMENTS}),
        (a_read_file(PLAIN), {"kind": SubmissionKind.ENROLMENTS}),
    ),
    "P08": ((a_row(WHO, error="Surname"), {}), (a_row(WHO), {})),
    "P09": ((a_row(WHO, error="Forename"), {}), (a_row(WHO), {})),
    "P14": ((a_row(WHOLE_NAME, error="Name"), {}), (a_row({**WHOLE_NAME, "Name": "Bo, Al"}), {})),
}


def codes_noticed(read: ReadFile, declared: dict[str, object]) -> list[str]:
    """The codes of what mapping notices, each with all that its sentence needs."""
    result = map_columns_and_values(read, a_declaration(**declared), load_map())
    return [one.code for one in word_issues(result.remarks)]


@pytest.mark.parametrize("code", DRAWN)
def test_a_rule_speaks_where_it_should_and_not_where_it_should_not(code):
    so, not_so = DRAWN[code]
    assert code in codes_noticed(*so)
    assert code not in codes_noticed(*not_so)


def test_a_link_to_a_google_sheet_is_not_the_sheet():
    with pytest.raises(SubmissionRefused) as caught:
        read_file("leavers.gsheet", LINK, knows)
    assert caught.value.code == "F23"
    assert "Google" in refusal_finding("F23", caught.value.facts).says


def _tests() -> dict[str, str]:
    kinds = (".py", ".findings")
    found = [path for path in TESTS.rglob("*") if path.suffix in kinds and path.name not in OF_ALL]
    return {path.name: path.read_text(encoding="utf-8") for path in found}


def test_no_rule_is_without_a_test():
    """By its code, by the reason that reading gives for it, or by what its sender is told."""
    texts = "\n".join(_tests().values())
    words = frozenset(re.findall(r"\w+", texts))
    reasons = {code: {reason for reason, of in CODES.items() if of == code} for code in catalogue()}
    untried = [
        code
        for code, rule in catalogue().items()
        if not ({code} | reasons[code]) & words
        and max(re.split(r"\{[a-z_]+\}|'", rule.says), key=len).strip() not in texts
    ]
    assert untried == []
