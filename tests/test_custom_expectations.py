"""What Great Expectations lacks: each of our own expectations, asked through the library itself."""

from datetime import date

import great_expectations as gx
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from expectations.engine import custom_expectations
from expectations.engine.run_suite import RESULT_FORMAT

OURS = [name for name in vars(custom_expectations) if name.startswith("Expect")]


def broken(expectation, table):
    """The positions of the rows that break one expectation, None where it did not run."""
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False, "metric_calculations": False}
    asset = context.data_sources.add_pandas("sheets").add_dataframe_asset("rows")
    whole = asset.add_batch_definition_whole_dataframe("all")
    batch = whole.get_batch(batch_parameters={"dataframe": table})
    answer = batch.validate(expectation, result_format=RESULT_FORMAT).result
    if "unexpected_index_list" not in answer:
        return None
    assert len(answer["unexpected_index_list"]) == answer["unexpected_count"]
    return answer["unexpected_index_list"]


def texts(*cells):
    return pd.DataFrame({"cell": pd.Series(cells, dtype="str")})


@pytest.mark.parametrize(
    ("name", "sound", "wrong", "left_to_others"),
    [
        (
            "ExpectUpnsOfThirteenToBeFormed",
            ["B801200005001", "A80120000500A", "Z80120000500B"],
            ["I801200005001", "B80120000500S", "B8012000O5001", "1801200005001"],
            ["B80120000500", "B8012000050011", "upn"],  # their length is another rule's
        ),
        (
            "ExpectUpnsToAgree",
            ["B801200005001"],
            ["C801200005001", "B801200005002"],
            ["B80120000500", "I801200005001", "not a number"],
        ),
        (
            "ExpectUlnsToAgree",
            ["1000000043"],
            ["1000000044", "1000000034"],
            ["100000004", "0000000043", "ULN"],
        ),
        (
            "ExpectPostcodes",
            ["BN1 1AA", "bn11aa", "SW1A 2AA", "ZZ99 3WZ"],
            ["BN1", "Brighton", "BN1 1A", "1BN 1AA"],
            [],
        ),
    ],
)
def test_numbers_and_codes_are_judged_cell_by_cell(name, sound, wrong, left_to_others):
    expectation = getattr(custom_expectations, name)(column="cell")
    cells = [*sound, None, *wrong, *left_to_others]
    first = len(sound) + 1
    assert broken(expectation, texts(*cells)) == list(range(first, first + len(wrong)))


def days(*rows):
    columns = zip(*rows, strict=True)
    return pd.DataFrame(
        {
            name: pd.to_datetime(pd.Series(list(column), dtype="object"))
            for name, column in zip(("day", "first", "last"), columns, strict=True)
        }
    )


def test_a_day_lies_within_two_others_of_its_own_row():
    first, last = date(2006, 9, 1), date(2007, 8, 31)
    table = days(
        (first, first, last),
        (last, first, last),
        (date(2006, 8, 31), first, last),
        (date(2007, 9, 1), first, last),
        (None, first, last),
        (date(1999, 1, 1), None, None),
    )
    expectation = custom_expectations.ExpectDayWithin(
        column_list=["day", "first", "last"], ignore_row_if="any_value_is_missing"
    )
    assert broken(expectation, table) == [2, 3]


def sheets(*rows):
    names = ["submission_id", "sheet", "row", "value", "many_rows"]
    return pd.DataFrame([dict(zip(names, (*row, 3), strict=True)) for row in rows])


def vary(table):
    names = ["submission_id", "sheet", "row", "value", "many_rows"]
    return broken(
        custom_expectations.ExpectColumnToVaryInSheet(column_list=names, ignore_row_if="never"),
        table,
    )


def test_a_constant_column_is_told_once_for_its_sheet_of_its_sender():
    same = [(1, "Y11", row, "Smith") for row in (2, 3, 4)]
    assert vary(sheets(*same)) == [0]
    assert vary(sheets(*same[:2])) == []  # two rows say nothing
    assert vary(sheets(*same, (1, "Y11", 5, "Jones"))) == []
    # Another tab, and another sender, are not made to differ, nor to be alike, by this one.
    assert vary(sheets(*same, (1, "Y13", 2, "Jones"), (2, "Y11", 2, "Smith"))) == [0]
    two = [(2, "Y11", row, "Smith") for row in (2, 3, 4)]
    assert vary(sheets(*same, *two)) == [0, 3]


def test_a_row_with_a_column_a_year_counts_once_towards_many():
    assert vary(sheets(*[(1, "Y11", row, "Smith") for row in (2, 2, 3, 3)])) == []


CELLWISE = [
    "ExpectUpnsOfThirteenToBeFormed", "ExpectUpnsToAgree", "ExpectUlnsToAgree", "ExpectPostcodes",
]  # fmt: skip


def test_every_expectation_of_ours_is_asked_here():
    assert sorted(OURS) == sorted([*CELLWISE, "ExpectDayWithin", "ExpectColumnToVaryInSheet"])


@pytest.mark.parametrize("name", CELLWISE)
@settings(max_examples=15, deadline=None)
@given(cells=st.lists(st.one_of(st.none(), st.text(max_size=14)), min_size=1, max_size=6))
def test_no_text_is_too_odd_to_be_answered_for(name, cells):
    assert broken(getattr(custom_expectations, name)(column="cell"), texts(*cells)) is not None
