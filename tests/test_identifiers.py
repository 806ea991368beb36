"""Identifiers: every published example, and the vectors of the reference, whole."""

import csv
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.gb import upn as stdnum_upn

from expectations.checks.identifier_checks import (
    IdentifierVerdict,
    judge_identifier,
    postcodes_agree,
    ulns_agree,
    upns_agree,
    without_spaces,
)
from expectations.validating import validate
from imports.crosswalk.column_map import load_map
from imports.mapping import map_columns_and_values
from models.facts.identifiers import UPN_LETTERS, is_valid_uln, is_valid_upn, upn_check_letter
from models.handoffs.sheets import Cell, CellKind, Heading, ReadFile, SheetRow, Table
from tests.builders.rows import a_declaration

with (Path(__file__).parent / "vectors.csv").open(encoding="utf-8", newline="") as _lines:
    VECTORS = list(csv.DictReader(line for line in _lines if not line.startswith("#")))


@pytest.mark.parametrize("vector", VECTORS, ids=lambda v: f"{v['identifier']} {v['value']}")
def test_every_vector_is_judged_and_kept_as_expected(vector):
    assert judge_identifier(vector["identifier"], vector["value"]) == (
        IdentifierVerdict(vector["expected"]),
        vector["normalised"],
    )


def test_the_vectors_are_whole():
    assert len(VECTORS) == 44


HEADINGS = {
    "UPN": ("UPN", "upn"),
    "ULN": ("ULN", "uln"),
    "URN": ("Provider URN", "provider_urn"),
    "UKPRN": ("Provider UKPRN", "provider_ukprn"),
    "LAESTAB": ("Provider LAESTAB", "provider_laestab"),
    "Postcode": ("Postcode", "postcode"),
}


def test_a_sheet_with_every_vector_is_told_of_the_invalid_ones_and_no_other():
    """The vectors as schools type them: one leaver each, mapped and judged as any sheet is."""
    typed = [vector for vector in VECTORS if vector["identifier"] in HEADINGS]  # UCAS is not asked
    sheets = []
    for number, vector in enumerate(typed):
        heading, _ = HEADINGS[vector["identifier"]]
        cells = (vector["value"], "Okafor", "Ada", "14/02/2007", "College", "Penrose College")
        headings = (heading, "Surname", "Forename", "Date of birth", "Destination", "Provider")
        table = Table(
            "Leavers",
            tuple(Heading("ABCDEF"[at], (one,)) for at, one in enumerate(headings)),
            (SheetRow(2, tuple(Cell(one, one, CellKind.TEXT) for one in cells)),),
            (1,),
        )
        declared = a_declaration(submission_id=number)
        sheets.append(map_columns_and_values(ReadFile("xlsx", (table,)), declared, load_map()))
    told = validate(sheets).findings
    for number, vector in enumerate(typed):
        _, field = HEADINGS[vector["identifier"]]
        # Whether an authority exists is another question, and it is only asked.  A ULN that ends
        # 0000 in a sheet is one that Excel cut short, though one in eleven passes the check.
        cut_short = vector["identifier"] == "ULN" and vector["value"].endswith("0000")
        found = {one.code for one in told[number]} - {"I06"} - ({"I10"} if cut_short else set())
        is_told = any(code.startswith("I") for code in found)
        assert is_told is (vector["expected"] == "invalid"), (vector["value"], found)
        assert len(found) == is_told, (vector["value"], found)
        if vector["expected"] == "valid" and field != "postcode":
            assert sheets[number].rows[0].values[field] == vector["normalised"]


bodies = st.tuples(
    st.from_regex(r"[0-9]{11}", fullmatch=True), st.sampled_from("0123456789" + UPN_LETTERS)
).map("".join)


@given(bodies, st.sampled_from(UPN_LETTERS))
def test_exactly_one_letter_fits_a_upn(body, letter):
    assert is_valid_upn(letter + body) is (letter == upn_check_letter(body))


@given(bodies)
def test_our_letter_is_the_one_that_another_library_computes(body):
    assert upn_check_letter(body) == stdnum_upn.calc_check_digit("A" + body)


@given(st.integers(100_000_000, 999_999_999))
def test_at_most_one_digit_fits_a_uln(number):
    fitting = [digit for digit in range(10) if is_valid_uln(f"{number}{digit}")]
    assert len(fitting) <= 1


@given(st.text(max_size=20))
def test_every_text_gets_an_answer(text):
    for identifier in ("UPN", "ULN", "URN", "UKPRN", "LAESTAB", "UCAS", "Postcode"):
        assert judge_identifier(identifier, text)[0] in IdentifierVerdict


@given(st.lists(st.one_of(st.text(max_size=14), bodies.map(lambda b: "A" + b)), max_size=20))
def test_a_column_is_judged_as_its_cells_are(texts):
    column = pd.Series(texts, dtype="str")
    formed = [bool(upn_check_letter(text[1:])) and text[:1] in UPN_LETTERS for text in texts]
    assert list(upns_agree(column)) == [
        not is_formed or is_valid_upn(text) for is_formed, text in zip(formed, texts, strict=True)
    ]
    assert len(ulns_agree(column)) == len(postcodes_agree(column)) == len(texts)


def test_a_column_finds_the_wrong_one_and_only_that():
    upns = pd.Series(["B801200005001", "C801200005001", "801200005001", None, "N88641002301A"])
    assert list(upns_agree(upns)) == [True, False, True, True, True]
    ulns = pd.Series(["9276308686", "9276308687", "12", None, "1000000060"])
    assert list(ulns_agree(ulns)) == [True, False, True, True, False]


@pytest.mark.parametrize(
    "text",
    [
        "B801200005001\n",  # a regular expression's $ lets a newline pass
        "B８01200005001",  # a full-width digit
        "B٨01200005001",  # an Arabic digit
        "b801200005001",
    ],
)
def test_the_form_of_a_upn_is_strict(text):
    assert not is_valid_upn(text)


def test_spaces_of_every_kind_go():
    assert without_spaces(" b80 1200\u00a0005001\u200b\t") == "B801200005001"
