"""By register: what a count of pupils makes of a year group, and how real schools stand to it.

rolls.csv has 136 real schools: pupils by the school census in the performance tables of 2018/19,
Year 11 leavers of 2016/17 and 2020/21 and Year 13 leavers of 2018/19 by the destination measures
(DfE, Open Government Licence); ages are 11 (13 for two upper schools)
to 16 or 18 where the register copy had none.
"""

import csv
from pathlib import Path

import pytest

from destinations.crosschecks.register_size import YearGroupSize, year_group_size
from destinations.crosschecks.thresholds import THRESHOLDS
from models.vocabulary import LeavingStage

Y11, Y13 = LeavingStage.Y11, LeavingStage.Y13
ROLLS = Path(__file__).with_name("rolls.csv")
SHARED = Path(__file__).parents[2] / "shared"
COMPOSITE = SHARED / "reference/data/registers/school_reference_composite_DERIVED.csv"


def number(text: str) -> int | None:
    return int(float(text)) if text.replace(".", "").isdigit() else None


# pupils, from, to, stage, type -> the sizes of a year group
SIZES = [
    ((900, 11, 16, Y11, "Community school"), (180, 180)),
    ((1260, 11, 18, Y11, "Academy converter"), (180, 252)),
    ((1260, 11, 19, Y11, "Academy converter"), (180, 252)),  # of 18 there are hardly any
    ((1200, 13, 18, Y11, "Community school"), (240, 400)),  # an upper school
    ((500, 14, 19, Y11, "University technical college"), (125, 250)),
    ((1400, 3, 18, Y11, "Free schools"), (100, 280)),  # all-through: the primary part is smaller
    ((420, 2, 16, Y11, "Other independent school"), (35, 84)),
    ((1260, 11, 18, Y13, "Academy converter"), (0, 252)),
    ((800, 16, 19, Y13, "Academy 16-19 converter"), (0, 400)),
    ((900, 11, 16, Y13, "Community school"), None),
    ((800, 16, 19, Y11, "Academy 16-19 converter"), None),
    ((600, 9, 13, Y11, "Community school"), None),  # a middle school has no Year 11
    ((90, 11, 19, Y11, "Community special school"), None),
    ((90, 11, 19, Y11, "Academy special converter"), None),
    ((53, 14, 16, Y11, "Pupil referral unit"), None),
    ((53, 11, 16, Y11, "Academy alternative provision converter"), None),
    ((0, 11, 16, Y11, ""), None),
    ((None, 11, 16, Y11, ""), None),
    ((900, None, 16, Y11, ""), None),
    ((900, 11, None, Y11, ""), None),
    ((900, 16, 11, Y11, ""), None),
]


@pytest.mark.parametrize(("given", "sizes"), SIZES)
def test_the_size_of_a_year_group(given, sizes):
    *ages, stage, kind = given
    found = year_group_size(*ages, stage=stage, kind=kind)
    assert (found and (round(found.fewest), round(found.most))) == sizes


@pytest.mark.parametrize(
    ("leavers", "fits"), [(30, False), (71, False), (72, True), (288, True), (289, False)]
)
def test_a_form_alone_and_two_years_at_once_do_not_fit(leavers, fits):
    assert YearGroupSize(180, 180).fits(leavers, THRESHOLDS) is fits


def test_a_few_more_or_fewer_in_a_small_school_are_chance():
    assert YearGroupSize(6, 6).fits(2, THRESHOLDS)
    assert YearGroupSize(6, 6).fits(10, THRESHOLDS)
    assert not YearGroupSize(6, 6).fits(11, THRESHOLDS)


@pytest.mark.parametrize(
    ("group", "words"),
    [
        (YearGroupSize(180, 180.2), "180"),
        (YearGroupSize(1, 1200), "1 to 1,200"),
        (YearGroupSize(0, 9), "up to 9"),
    ],
)
def test_a_size_is_said_as_people_say_it(group, words):
    assert group.words() == words


def test_real_schools_beside_their_real_rolls_are_left_alone():
    asked: list[str] = []
    told: list[tuple[str, int]] = []
    for line in csv.DictReader(ROLLS.open()):
        for stage, column in ((Y11, "cohort_2017"), (Y11, "cohort_2021"), (Y13, "ks5_cohort")):
            ages = (number(line[name]) for name in ("pupils", "age_from", "age_to"))
            group = year_group_size(*ages, stage=stage, kind=line["kind"])
            leavers = number(line[column])
            if group is not None and leavers is not None:
                asked.append(line["urn"])
                if not group.fits(leavers, THRESHOLDS):
                    told.append((line["urn"], leavers))
    assert len(asked) > 330
    # A middle school that was turning into a secondary school, and a sixth form of two schools.
    assert told == [("121717", 507), ("136471", 5)]


def test_hardly_any_school_of_the_country_would_be_asked():
    """The roll of each school between its cohorts of 2017 and 2021, made up from the two."""
    if not COMPOSITE.exists():
        pytest.skip("the composite of DfE's school files is not beside this checkout")
    asked = told = 0
    for line in csv.DictReader(COMPOSITE.open(encoding="utf-8")):
        cohorts = [number(line["cohort_2017"]), number(line["cohort_2021"])]
        older, younger = cohorts
        if older is None or younger is None:
            continue
        sixth = number(line["ks5_cohort"]) or 0
        if sixth > 2 * max(older, younger):
            continue  # a college with a few pupils of 14
        roll = round(5 * (older + younger) / 2 + 2 * sixth)
        kind = line["schooltype"] + line["minorgroup"]
        group = year_group_size(roll, 11, 18 if sixth else 16, stage=Y11, kind=kind)
        for leavers in cohorts:
            if group is not None:
                asked += 1
                told += not group.fits(leavers, THRESHOLDS)
    assert asked > 5_000
    assert told < 0.005 * asked, f"{told} of {asked}"
