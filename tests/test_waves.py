"""Waves: when we ask, what opens, and who has not sent."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session, select

from destinations.outcomes.outstanding_returns import OutstandingReturn, outstanding_returns
from destinations.outcomes.waves import (
    WaveCalendar,
    all_waves,
    due_waves,
    latest_leaving_year,
    open_waves,
    wave_dates,
    wave_of,
)
from models.leavers import Wave
from tests.builders.record import Record

TODAY = date(2026, 11, 23)


@pytest.fixture
def record(session: Session) -> Record:
    return Record(session)


DAYS = """
    day        | wave
    2022-12-31 | none
    2023-01-01 | 0
    2023-08-31 | 0
    2023-09-01 | 1
    2023-11-01 | 1
    2024-08-31 | 1
    2024-09-01 | 2
    2025-10-08 | 3
    2026-08-31 | 3
    2026-09-01 | none
"""


@pytest.mark.parametrize("drawn", DAYS.strip().splitlines()[1:])
def test_a_day_of_the_2022_to_2023_leavers_belongs_to_a_wave(drawn: str) -> None:
    day, wave = (cell.strip() for cell in drawn.split("|"))
    found = wave_of(2022, date.fromisoformat(day))
    assert str(found).lower() == wave


def test_the_dates_are_those_of_the_annual_survey_and_of_the_summer_before() -> None:
    intended, first, *_ = all_waves(2022)
    assert (intended.opens_on, intended.asked_on, intended.due_on) == (
        date(2023, 1, 1),
        date(2023, 6, 30),
        date(2023, 7, 31),
    )
    assert (first.opens_on, first.asked_on, first.due_on) == (
        date(2023, 9, 1),
        date(2023, 11, 1),
        date(2023, 11, 30),
    )
    assert len(all_waves(2022)) == 4


def test_a_hub_may_follow_longer_and_ask_on_other_days() -> None:
    longer = WaveCalendar(waves=5, due=(12, 15))
    assert wave_of(2022, date(2027, 12, 1), longer) == 5
    assert wave_dates(2022, 5, longer).due_on == date(2027, 12, 15)


def test_there_is_no_wave_before_the_first() -> None:
    with pytest.raises(ValueError, match="numbered from 0"):
        wave_dates(2022, -1)


@given(st.integers(2000, 2090), st.dates(date(2000, 1, 1), date(2099, 1, 1)))
def test_a_wave_is_open_only_when_it_is_due(year: int, day: date) -> None:
    number = wave_of(year, day)
    due = [dates.number for dates in due_waves(year, day)]
    assert due == list(range(len(due)))
    assert number is None or number == due[-1]


def test_the_newest_leavers() -> None:
    assert latest_leaving_year(date(2026, 8, 31)) == 2024
    assert latest_leaving_year(date(2026, 9, 1)) == 2025


def test_waves_that_are_due_open_once(record: Record) -> None:
    school = record.school("100001")
    record.cohort(school, 2024)
    record.cohort(school, 2025)

    opened = open_waves(record.session, today=TODAY)

    assert [(each.academic_year, each.number) for each in opened] == [
        (2024, 1),
        (2024, 2),
        (2025, 1),
    ]
    assert opened[0].due_on == date(2025, 11, 30)
    assert open_waves(record.session, today=TODAY) == []
    assert [each.number for each in open_waves(record.session, today=date(2027, 9, 1))] == [3, 2]
    kept = record.session.exec(select(Wave)).all()
    assert {each.opened_at for each in kept} == {
        datetime(2026, 11, 23, tzinfo=UTC),
        datetime(2027, 9, 1, tzinfo=UTC),
    }


def test_what_they_intend_is_asked_only_before_they_have_gone(record: Record) -> None:
    record.cohort(record.school("100001"), 2025)
    assert [each.number for each in open_waves(record.session, today=date(2026, 5, 1))] == [0]
    assert [each.number for each in open_waves(record.session, today=date(2026, 9, 1))] == [1]


def test_a_hub_may_set_its_own_number_of_waves(record: Record) -> None:
    record.cohort(record.school("100001"), 2022)
    opened = open_waves(record.session, today=TODAY, calendar=WaveCalendar(waves=1))
    assert [each.number for each in opened] == [1]


def not_sent(session: Session, today: date = TODAY) -> list[tuple[str, int, int | None]]:
    return [
        (each.urn, each.academic_year, each.wave)
        for each in outstanding_returns(session, today=today)
    ]


def test_a_school_that_has_not_answered_an_open_wave_is_named(record: Record) -> None:
    sent, silent = record.school("100001"), record.school("100002")
    for urn in (sent, silent):
        leaver = record.leaver(record.cohort(urn, 2025), urn)
        record.said(leaver, "230", by=sent)
    open_waves(record.session, today=TODAY)

    (found,) = outstanding_returns(record.session, today=TODAY)

    assert found == OutstandingReturn(
        "Downs",
        silent,
        "School 100002",
        "Y11",
        2025,
        1,
        date(2026, 11, 30),
        last_sent_on=record.moment.date(),
    )


@pytest.mark.parametrize(
    ("file", "is_named"),
    [
        ({"academic_year": 2025, "leaving_stage": "Y11", "wave": 1}, False),
        ({"academic_year": 2025, "leaving_stage": None, "wave": 1}, False),
        ({"academic_year": 2025, "wave": None, "sent_on": date(2026, 11, 2)}, False),
        ({"academic_year": 2025, "wave": None, "sent_on": date(2026, 5, 2)}, True),
        ({"academic_year": 2025, "wave": 1, "refused_code": "F01"}, True),
        ({"academic_year": 2024, "wave": 1}, True),
        ({"academic_year": 2025, "leaving_stage": "Y13", "wave": 1}, True),
        ({"academic_year": 2025, "wave": 1, "kind": "enrolments"}, True),
    ],
)
def test_a_file_on_its_way_counts_as_sent(
    record: Record, file: dict[str, object], is_named: bool
) -> None:
    school = record.school("100001")
    record.cohort(school, 2025)
    record.submission(school, **({"kind": "leavers"} | file))
    open_waves(record.session, today=TODAY)
    assert ((school, 2025, 1) in not_sent(record.session)) is is_named


def test_a_wave_that_the_next_has_overtaken_is_not_chased(record: Record) -> None:
    school = record.school("100001")
    record.leaver(record.cohort(school, 2023), school)
    record.cohort(school, 2025)
    open_waves(record.session, today=TODAY)
    assert not_sent(record.session) == [(school, 2023, 3), (school, 2025, 1)]


def test_a_school_is_expected_to_send_its_newest_leavers(record: Record) -> None:
    school, other = record.school("100001"), record.school("100002")
    record.leaver(record.cohort(school, 2022), school)
    record.leaver(record.cohort(other, 2022, "Y13"), other)
    assert not_sent(record.session) == [(school, 2025, 1)]
    record.submission(school, kind="leavers", academic_year=2025)
    assert not_sent(record.session) == []


def test_only_members_of_the_day_are_named(record: Record) -> None:
    record.school("100001", hub=None)
    record.school("100002", left_on=date(2026, 8, 31))
    record.school("100003", joined_on=TODAY + timedelta(1))
    here = record.school("100004", left_on=TODAY + timedelta(1))
    assert not_sent(record.session) == [(here, 0, None)]


def test_the_day_of_a_leap_year_is_a_day_like_any_other(record: Record) -> None:
    record.cohort(record.school("100001"), 2022)
    open_waves(record.session, today=date(2024, 2, 29))
    assert ("100001", 2022, 1) in not_sent(record.session, date(2024, 2, 29))
