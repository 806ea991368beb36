"""Percents: rounded as the Department for Education rounds its own."""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from destinations.outcomes.percent import rounded_percent

GOLDEN = (
    Path(__file__).parents[2]
    / "shared/reference/data/destinations/golden_school_counts_and_percent_2020-21.csv"
)


@pytest.mark.parametrize(
    ("part", "whole", "share"),
    [
        (1, 8, "13"),  # 12.5: half to even would say 12
        (1, 200, "1"),  # 0.5: half to even would say 0
        (9, 200, "5"),  # 4.5
        (5, 200, "3"),  # 2.5
        (159, 174, "91"),
        (1, 3, "33"),
        (2, 3, "67"),
        (0, 7, "0"),
        (7, 7, "100"),
        (1, 201, "0"),
    ],
)
def test_half_goes_up(part: int, whole: int, share: str) -> None:
    assert rounded_percent(part, whole) == share


def test_no_base_no_share() -> None:
    assert rounded_percent(0, 0) is None


@given(st.integers(1, 10**9).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_never_more_than_half_a_point_off(given: tuple[int, int]) -> None:
    part, whole = given
    share = rounded_percent(part, whole)
    assert share is not None
    assert 2 * part * 100 - whole < 2 * int(share) * whole <= 2 * part * 100 + whole


@pytest.mark.skipif(
    not GOLDEN.exists(), reason="the published figures are not beside this checkout"
)
def test_every_share_that_dfe_published_for_its_schools() -> None:
    counts = 0
    with GOLDEN.open(encoding="utf-8-sig", newline="") as file:
        for school in csv.DictReader(file):
            for heading, share in school.items():
                if heading.endswith("PER") and share != "SP":  # suppressed
                    part = int(school[heading.removesuffix("PER")])
                    assert f"{rounded_percent(part, int(school['COHORT']))}%" == share
                    counts += 1
    assert counts == 37_588
