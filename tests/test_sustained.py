"""Sustained: the Department's rule on the dates that schools and colleges really give.

All drawn for 2023/24, the first year after the leavers of 2022/23, and asked on 23 November 2026.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from destinations.outcomes.spells import SpellEvidence
from destinations.outcomes.sustained import Sustained, is_sustained
from models.vocabulary import ActivityType, EvidenceStrength

TODAY = date(2026, 11, 23)
KINS = {
    "college": ActivityType.EDUCATION,
    "sixth form": ActivityType.EDUCATION,
    "traineeship": ActivityType.TRAINING,
    "job": ActivityType.EMPLOYMENT,
    "other job": ActivityType.EMPLOYMENT,
    "apprenticeship": ActivityType.APPRENTICESHIP,
    "NEET": ActivityType.NEET,
    "gap year": ActivityType.GAP_YEAR,
    "re-engagement": ActivityType.RE_ENGAGEMENT,
    "not known": ActivityType.NOT_KNOWN,
    "custody": ActivityType.OTHER,
    "school": ActivityType.PRE_16,
}

# One statement: what, from when (..), to when an end is stated, and after @ the day it was true
# ("by it": the provider itself says so, and not the school).
DRAWN = """
    what was said                                                        | sustained
    # education: a day of each month from October to March
    college 4 Sep 23 @ 5 Nov 24                                          | yes
    college 4 Sep 23 .. 5 Jul 24 @ 10 Jul 24                             | yes
    sixth form 4 Sep 23 @ 31 Mar 24                                      | yes
    college 4 Sep 23 @ 27 Mar 24                                         | yes
    college 7 Oct 23 @ 5 Nov 24                                          | yes
    traineeship 4 Sep 23 @ 5 Nov 24                                      | yes
    college 4 Sep 23 @ 5 Nov 23                                          | cannot be told
    college @ 5 Nov 23                                                   | cannot be told
    college @ 5 Nov 24                                                   | cannot be told
    college 4 Sep 23 .. 5 Mar 24 @ 10 Mar 24                             | yes
    college 4 Sep 23 @ 28 Feb 24                                         | cannot be told
    college 9 Oct 23 @ 5 Nov 24                                          | yes
    # a half-term, Christmas or Easter between two stays is no leaving
    college 4 Sep 23 .. 20 Oct 23 @ 1 Nov 23 + sixth form 6 Nov 23 @ 5 Nov 24 | yes
    college 4 Sep 23 .. 15 Dec 23 @ 5 Jan 24 + sixth form 8 Jan 24 @ 5 Nov 24 | yes
    college 4 Sep 23 .. 22 Mar 24 @ 1 Apr 24 + sixth form 15 Apr 24 @ 5 Nov 24 | yes
    college 4 Sep 23 .. 15 Dec 23 @ 5 Jan 24 + sixth form 5 Feb 24 @ 5 Nov 24 | no
    # a stated first start, with nothing before it
    college 20 Nov 23 @ 5 Nov 24                                         | no
    NEET @ 12 Sep 23 + college 20 Nov 23 @ 5 Nov 24                      | no
    college 6 Sep 22 .. 5 Jul 23 @ 9 Jul 23 + sixth form 20 Nov 23 @ 5 Nov 24 | no
    college 6 Sep 22 @ 5 Nov 22 + sixth form 20 Nov 23 @ 5 Nov 24        | cannot be told
    college @ 12 Sep 23 + sixth form 20 Nov 23 @ 5 Nov 24                | cannot be told
    # what is said later of the same stay makes it longer
    college 4 Sep 23 @ 5 Nov 23 + college @ 5 Nov 24                     | yes
    college 4 Sep 23 @ 5 Nov 23 + college 4 Sep 23 @ 5 Nov 24            | yes
    college 4 Sep 23 @ 5 Nov 23 + sixth form 4 Sep 23 @ 5 Nov 24         | yes
    college 4 Sep 23 @ 5 Nov 23 + sixth form @ 5 Nov 24                  | cannot be told
    college 4 Sep 23 @ 5 Nov 23 + college 3 Sep 24 @ 5 Nov 24            | cannot be told
    college 4 Sep 23 @ 5 Nov 23 + not known @ 5 Nov 24                   | cannot be told
    # an end that was only planned is not known to have been reached
    college 4 Sep 23 .. 5 Jul 24 @ 8 Oct 23                              | cannot be told
    college 4 Sep 23 .. 5 Jul 24 @ 8 Oct 23 + college @ 5 Jun 24         | yes
    college 4 Sep 23 .. 20 Jan 24 @ 8 Oct 23                             | no
    college 4 Sep 23 .. 20 Jan 24 @ 8 Oct 23 + college 4 Sep 23 @ 5 Nov 24 | yes
    # left before the end of March, and nothing is known after
    college 4 Sep 23 .. 20 Jan 24 @ 5 Feb 24                             | no
    college 4 Sep 23 .. 20 Sep 23 @ 8 Oct 23                             | no
    college 4 Sep 23 .. 20 Jan 24 @ 5 Feb 24 + not known @ 5 Nov 24      | no
    college 4 Sep 23 .. 20 Jan 24 @ 5 Feb 24 + NEET @ 5 Nov 24           | no
    college 4 Sep 23 .. 20 Jan 24 @ 5 Feb 24 + college 3 Sep 24 @ 5 Nov 24 | no
    college 4 Sep 23 .. 20 Jan 24 @ 5 Feb 24 + sixth form @ 5 Nov 24     | cannot be told
    college 4 Sep 23 .. 20 Jan 24 @ 5 Feb 24 + sixth form 22 Jan 24 @ 5 Nov 24 | yes
    college 4 Sep 23 .. 20 Jan 24 @ 5 Feb 24 + sixth form 1 Mar 24 @ 5 Nov 24 | no
    # one who left in summer says nothing of the next year
    college 6 Sep 22 .. 5 Jul 23 @ 10 Jul 23                             | cannot be told
    # work: five of the six months
    job 2 Oct 23 @ 5 Nov 24                                              | yes
    job 6 Nov 23 @ 5 Nov 24                                              | yes
    job 4 Sep 23 .. 9 Feb 24 @ 5 Mar 24                                  | yes
    job 4 Sep 23 .. 20 Jan 24 @ 5 Mar 24                                 | no
    job 4 Dec 23 @ 5 Nov 24                                              | no
    NEET 1 Sep 23 .. 3 Dec 23 @ 5 Dec 23 + job 4 Dec 23 @ 5 Nov 24       | no
    job 2 Oct 23 .. 20 Dec 23 @ 5 Jan 24 + other job 8 Jan 24 @ 5 Nov 24 | yes
    # a combination: one or the other in each month
    college 4 Sep 23 .. 20 Jan 24 @ 5 Feb 24 + job 5 Feb 24 @ 5 Nov 24   | yes
    college 4 Sep 23 .. 20 Dec 23 @ 5 Jan 24 + job 5 Feb 24 @ 5 Nov 24   | no
    job 4 Sep 23 .. 20 Nov 23 @ 5 Jan 24 + college 4 Dec 23 @ 5 Nov 24   | yes
    # an apprenticeship: six months on end, at any time of the year
    apprenticeship 15 Jan 24 @ 5 Nov 24                                  | yes
    apprenticeship 1 Aug 23 .. 31 Jan 24 @ 5 Feb 24                      | yes
    apprenticeship 4 Sep 23 .. 20 Jan 24 @ 5 Feb 24                      | no
    apprenticeship 4 Mar 24 @ 5 Nov 24                                   | no
    NEET @ 5 Nov 23 + apprenticeship 8 Jan 24 @ 5 Nov 24                 | yes
    NEET @ 5 Nov 23 + apprenticeship 4 Mar 24 @ 5 Nov 24                 | no
    # NEET in the two terms, and nothing is known after
    NEET @ 5 Nov 23                                                      | no
    NEET 1 Sep 23 @ 5 Nov 23 + not known @ 5 Nov 24                      | no
    NEET @ 5 Nov 23 + NEET @ 5 Nov 24                                    | no
    NEET @ 5 Nov 23 + college @ 5 Nov 24                                 | cannot be told
    NEET @ 5 Nov 23 + college 3 Sep 24 @ 5 Nov 24                        | no
    NEET 1 Sep 23 .. 10 Nov 23 @ 15 Nov 23                               | cannot be told
    NEET @ 12 Sep 23                                                     | cannot be told
    NEET @ 20 Mar 24                                                     | cannot be told
    NEET @ 5 Nov 24                                                      | cannot be told
    # what never counts
    gap year 4 Sep 23 @ 5 Nov 23                                         | cannot be told
    gap year 4 Sep 23 @ 5 Nov 24                                         | no
    re-engagement 4 Sep 23 @ 5 Nov 24                                    | no
    custody 4 Sep 23 @ 5 Nov 24                                          | no
    school 4 Sep 23 @ 5 Nov 24                                           | cannot be told
    not known @ 5 Nov 23                                                 | cannot be told
    # two sources that contradict each other for a whole month
    college 4 Sep 23 @ 5 Nov 24 + NEET 1 Dec 23 @ 2 Jan 24               | cannot be told
    college 4 Sep 23 @ 5 Nov 24 + NEET 4 Dec 23 @ 30 Jan 24              | yes
    college 4 Sep 23 @ 5 Nov 24 + NEET @ 5 Nov 23                        | yes
    # a stronger word about the end of a stay
    college 4 Sep 23 .. 20 Jan 24 @ 5 Oct 24 by it + college 4 Sep 23 @ 5 Nov 24 | cannot be told
    college 4 Sep 23 .. 20 Jan 24 @ 5 Oct 23 by it + college 4 Sep 23 @ 5 Nov 24 | cannot be told
    college 4 Sep 23 .. 20 Jan 24 @ 5 Oct 24 by it + college 4 Sep 23 @ 5 Nov 23 | no
    college 4 Sep 23 .. 5 Jul 24 @ 5 Oct 23 by it + college 4 Sep 23 @ 5 Nov 24 | yes
    college 4 Sep 23 .. 20 Jan 24 @ 5 Feb 24 + college @ 5 Nov 24        | cannot be told
    college 4 Sep 23 .. 20 Jan 24 @ 5 Feb 24 + college 4 Sep 23 @ 5 Oct 24 by it | yes
"""
CASES = [line.strip() for line in DRAWN.strip().splitlines()[1:] if "|" in line]

SAID = re.compile(
    r"(?P<what>[A-Za-z -]+?)(?: (?P<start>\d+ \w+ \d+))?(?: \.\. (?P<end>\d+ \w+ \d+))?"
    r" @ (?P<as_at>\d+ \w+ \d+)(?P<provider> by it)?"
)


def statements(drawn: str) -> list[SpellEvidence]:
    found = []
    for each in drawn.split(" + "):
        said = SAID.fullmatch(each.strip())
        assert said, each
        evidence = (
            EvidenceStrength.PROVIDER_CONFIRMS if said["provider"] else EvidenceStrength.SCHOOL_SAYS
        )
        days = [day(said[name]) for name in ("start", "end", "as_at")]
        assert days[2]
        found.append(
            SpellEvidence(
                KINS[said["what"]], days[2], days[0], days[1], said["what"], evidence.strength
            )
        )
    return found


def day(text: str | None) -> date | None:
    if not text:
        return None
    number, month, year = text.split()
    names = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
    return date(2000 + int(year), names.index(month) + 1, int(number))


def asked(said: Sequence[SpellEvidence], today: date = TODAY, year: int = 2023) -> Sustained:
    return is_sustained(said, destination_year=year, today=today).answer


@pytest.mark.parametrize("case", CASES)
def test_what_was_said_lasts_or_not_or_cannot_be_told(case: str) -> None:
    drawn, answer = (cell.strip() for cell in case.split("|"))
    said = statements(drawn)
    verdict = is_sustained(said, destination_year=2023, today=TODAY)
    assert verdict.answer.value == answer, verdict.because
    assert asked(said[::-1]) is verdict.answer


@pytest.mark.parametrize(
    ("drawn", "because"),
    [
        ("college 4 Sep 23 @ 5 Nov 24", "in education from October to March"),
        ("job 2 Oct 23 @ 5 Nov 24", "in work in five of the six months from October to March"),
        ("apprenticeship 15 Jan 24 @ 5 Nov 24", "an apprentice for six months on end"),
        (
            "college 4 Sep 23 .. 20 Jan 24 @ 5 Feb 24",
            "left on 20 January 2024, and nothing that followed makes up two terms",
        ),
        (
            "NEET @ 5 Nov 23",
            "NEET on 5 November 2023, and nothing that followed makes up two terms",
        ),
        (
            "college 4 Sep 23 .. 15 Dec 23 @ 5 Jan 24 + college 5 Feb 24 .. 5 Jul 24 @ 9 Jul 24",
            "left on 15 December 2023, and nothing that followed makes up two terms",
        ),
        (
            "college 20 Nov 23 @ 5 Nov 24",
            "the first start we know of is 20 November 2023, too late for two terms",
        ),
        ("college @ 5 Nov 23", "too little is known of October to March"),
        ("not known @ 5 Nov 23", "nothing is known of that year"),
    ],
)
def test_the_answer_says_why(drawn: str, because: str) -> None:
    verdict = is_sustained(statements(drawn), destination_year=2023, today=TODAY)
    assert verdict.because == because


def test_nothing_said_cannot_be_told() -> None:
    assert asked([]) is Sustained.CANNOT_TELL


def test_a_year_that_is_not_over_is_too_early() -> None:
    for drawn in ("college 4 Sep 23 @ 5 Nov 23", "NEET @ 5 Nov 23", ""):
        said = statements(drawn) if drawn else []
        verdict = is_sustained(said, destination_year=2023, today=date(2024, 3, 31))
        assert verdict.answer is Sustained.CANNOT_TELL
        assert verdict.because == "too early: March 2024 is not over"


def test_what_is_dated_after_today_has_not_happened() -> None:
    said = statements("college 4 Sep 23 @ 5 Nov 24")
    assert asked(said, today=date(2024, 1, 15)) is Sustained.CANNOT_TELL


def test_one_stay_can_last_in_two_years() -> None:
    said = statements("college 4 Sep 23 @ 5 Nov 23 + college @ 5 Nov 25")
    assert [asked(said, year=year) for year in (2022, 2023, 2024, 2025)] == [
        Sustained.CANNOT_TELL,
        Sustained.YES,
        Sustained.YES,
        Sustained.CANNOT_TELL,
    ]


def test_a_leap_day_is_a_day() -> None:
    said = statements(
        "job 2 Oct 23 .. 31 Oct 23 @ 5 Nov 23 + other job 4 Dec 23 .. 29 Feb 24 @ 1 Mar 24"
    )
    assert asked(said) is Sustained.NO


DAYS = st.dates(date(2023, 6, 1), date(2025, 1, 31))
STATEMENT = st.builds(
    SpellEvidence,
    st.sampled_from(list(ActivityType)),
    DAYS,
    st.none() | DAYS,
    st.none() | DAYS,
    st.sampled_from(["", "Ouse College", "Downs Motors"]),
    st.integers(2, 5),
)


@given(st.lists(STATEMENT, max_size=5), st.randoms(use_true_random=False))
def test_the_order_of_what_was_said_is_nothing(said: list[SpellEvidence], chance: object) -> None:
    shuffled = chance.sample(said, len(said))  # type: ignore[attr-defined]
    assert asked(shuffled) is asked(said)


@given(st.lists(STATEMENT, max_size=4))
def test_saying_it_twice_changes_nothing(said: list[SpellEvidence]) -> None:
    assert asked([*said, *said]) is asked(said)


@given(st.lists(STATEMENT, max_size=4))
def test_not_known_changes_nothing(said: list[SpellEvidence]) -> None:
    silent = SpellEvidence(ActivityType.NOT_KNOWN, date(2023, 11, 5), provider="Ouse College")
    assert asked([*said, silent]) is asked(said)


@given(st.lists(STATEMENT, max_size=4))
def test_a_whole_year_at_college_always_lasts(said: list[SpellEvidence]) -> None:
    """Unless somebody says that the leaver was doing nothing of the kind."""
    there = SpellEvidence(
        ActivityType.EDUCATION,
        date(2024, 8, 5),
        date(2023, 9, 1),
        date(2024, 7, 31),
        "Another College",
        5,
    )
    taking_part = [
        each
        for each in said
        if each.activity_type
        in {
            ActivityType.EDUCATION,
            ActivityType.EMPLOYMENT,
            ActivityType.APPRENTICESHIP,
            ActivityType.TRAINING,
        }
        and each.started_on != there.started_on
    ]
    assert asked([*taking_part, there]) is Sustained.YES


@given(st.lists(STATEMENT, max_size=4), DAYS)
def test_before_the_two_terms_are_over_nobody_is_told_no(
    said: list[SpellEvidence], today: date
) -> None:
    if today <= date(2024, 3, 31):
        assert asked(said, today=today) is not Sustained.NO


@given(st.lists(STATEMENT, max_size=4))
def test_a_week_later_is_as_good_as_a_week_earlier(said: list[SpellEvidence]) -> None:
    """Nothing depends on the day of the asking once the year is over."""
    late = date(2026, 1, 1)
    assert asked(said, today=late) is asked(said, today=late + timedelta(365))


def test_the_strength_of_a_lone_word_is_nothing() -> None:
    (said,) = statements("college 4 Sep 23 @ 5 Nov 24")
    assert {asked([replace(said, strength=strength)]) for strength in range(1, 6)} == {
        Sustained.YES
    }
