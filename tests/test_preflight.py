"""Preflight: every hostile and odd shape is read, or refused for the right reason; never else."""

import pytest

from expectations.catalogue import catalogue, places_in
from imports.reading import read_file
from imports.workbook.limits import CODES, READ_LIMITS, ReadLimits
from models.handoffs.findings import SubmissionRefused
from tests.builders.workbooks import (
    LEAVERS,
    one_sheet,
    parts,
    rows_xml,
    sheet,
    strings,
    workbook,
    zipped,
)
from tests.headings import knows
from tests.hostile import READS, shapes

SHAPES = shapes()


def outcome(content, name="leavers.xlsx", limits=READ_LIMITS):
    """The tables of a file and its remarks' codes, or the refusal's reason or code."""
    try:
        read = read_file(name, content, knows, limits=limits)
    except SubmissionRefused as refusal:
        return dict(refusal.facts).get("reason", refusal.code)
    return read


@pytest.mark.parametrize("code", [code for code in SHAPES if not SHAPES[code].is_deadly])
def test_a_shape_is_read_or_refused_for_its_reason(code):
    shape = SHAPES[code]
    came = outcome(shape.make(), shape.name)
    if shape.outcome == READS:
        assert not isinstance(came, str), came
        forenames = [row.cells[2].text for table in came.tables for row in table.rows]
        assert forenames == [leaver[2] for leaver in LEAVERS]
        remarks = {remark.code for remark in came.remarks}
        assert remarks == ({shape.remark} if shape.remark else set())
    else:
        assert came in shape.outcome if isinstance(shape.outcome, tuple) else came == shape.outcome


def test_every_reason_has_a_code_of_the_catalogue():
    assert set(CODES.values()) <= set(catalogue())


@pytest.mark.parametrize(
    "code",
    [code for code in SHAPES if SHAPES[code].outcome != READS and not SHAPES[code].is_deadly],
)
def test_a_refusal_has_everything_that_its_sentence_needs(code):
    with pytest.raises(SubmissionRefused) as refusal:
        read_file("leavers.xlsx", SHAPES[code].make(), knows)
    rule = catalogue()[refusal.value.code]
    assert rule.refuses
    assert set(places_in(rule)) <= set(dict(refusal.value.facts))


@pytest.mark.parametrize(
    ("limits", "make", "reason"),
    [
        (ReadLimits(file_size=500), workbook, "TOO_BIG"),
        (ReadLimits(parts=4), workbook, "TOO_MANY_PARTS"),
        (ReadLimits(unpacked=1_000), workbook, "UNPACKED_TOO_BIG"),
        (ReadLimits(sheet_part=500), workbook, "PART_TOO_BIG"),
        (ReadLimits(strings_part=50), lambda: workbook(shared=strings(["x" * 99])), "PART_TOO_BIG"),
        (ReadLimits(other_part=100), workbook, "PART_TOO_BIG"),
        (
            ReadLimits(ratio=2, ratio_from=100),
            lambda: workbook(shared=strings(["x"] * 99)),
            "RATIO",
        ),
        (ReadLimits(sheets=1), lambda: workbook({"a": sheet(), "b": sheet()}), "TOO_MANY_SHEETS"),
        (ReadLimits(rows=3), workbook, "TOO_MANY_ROWS"),
        (ReadLimits(table_rows=2), workbook, "TOO_MANY_ROWS"),
        (ReadLimits(columns=4), workbook, "TOO_MANY_COLS"),
        (ReadLimits(table_columns=4), workbook, "TOO_MANY_COLS"),
        (ReadLimits(cells=19), workbook, "TOO_MANY_CELLS"),
        (ReadLimits(elements=30), workbook, "TOO_MANY_ELEMENTS"),
        (ReadLimits(text=12), workbook, "TEXT_TOO_LONG"),
        (ReadLimits(text=12), lambda: workbook(shared=strings(["x" * 13])), "TEXT_TOO_LONG"),
        (ReadLimits(cells=20), workbook, READS),
    ],
)
def test_every_limit_is_a_setting(limits, make, reason):
    came = outcome(make(), limits=limits)
    assert (READS if not isinstance(came, str) else came) == reason


def test_a_missing_sheet_is_refused_by_name():
    held = parts({"Leavers": sheet(), "Year 13": sheet()})
    del held["xl/worksheets/sheet2.xml"]
    with pytest.raises(SubmissionRefused) as refusal:
        read_file("leavers.xlsx", zipped(held), knows)
    assert dict(refusal.value.facts)["sheet"] == "Year 13"


@pytest.mark.parametrize("code", ["D26", "D05", "B01"])
def test_a_refusal_never_holds_a_cell(code):
    with pytest.raises(SubmissionRefused) as refusal:
        read_file("leavers.xlsx", SHAPES[code].make(), knows)
    assert "Okafor" not in repr(refusal.value) + repr(refusal.value.facts)


def test_a_cell_given_twice_is_told_by_its_place():
    read = outcome(SHAPES["D29"].make())
    assert [(remark.row, remark.column) for remark in read.remarks] == [
        (2, letter) for letter in "ABCDE"
    ]


def test_a_name_is_told_only_where_it_misleads():
    content = workbook()
    assert not outcome(content, "Leavers 2025.XLSX").remarks
    assert not outcome(content, "no ending").remarks
    told = outcome(content, "leavers.csv").remarks
    assert [remark.code for remark in told] == ["F30"]


def test_rows_far_below_without_anything_in_them_do_not_count():
    inside = rows_xml((("UPN", "Surname", "Forename"), *LEAVERS)) + '<row r="1048576" ht="5"/>'
    assert not isinstance(outcome(one_sheet(inside)), str)
