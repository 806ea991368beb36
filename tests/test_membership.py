"""Membership: in a hub on a day, the last one included, in receiving, awaited and the summary."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlmodel import Session

from destinations.linkage.candidates import candidates_for_provider
from destinations.outcomes.outstanding_returns import outstanding_returns
from destinations.platform.storage import open_storage
from destinations.summarising import summarise
from imports.receiving import receive
from models.handoffs.normalised import SubmissionMetadata
from tests.builders.record import Record

SCHOOL, NEIGHBOUR = "100001", "100002"
LAST_DAY = date(2026, 3, 31)

# A day beside the last one of a membership, and whether the school is in the hub on it.
DAYS = [(-1, True), (0, True), (1, False)]


@pytest.fixture
def record(session: Session) -> Record:
    made = Record(session)
    made.school(SCHOOL, left_on=LAST_DAY)
    made.school(NEIGHBOUR)
    return made


@pytest.mark.parametrize(("after", "is_member"), DAYS)
def test_what_comes_on_the_last_day_is_taken_in(
    record: Record, tmp_path: Path, after: int, is_member: bool
) -> None:
    store = open_storage(str(tmp_path / "storage"))
    store.put(f"inbox/{SCHOOL}/leavers.csv", b"UPN,Surname\n")
    (stored,) = store.list("inbox/")
    day = LAST_DAY + timedelta(after)
    # Its file is from a later day than the membership, so that only today decides.
    arrival = receive(record.session, store, stored, today=day, size_limit=1_000_000)
    assert (arrival.submission_id is not None) is is_member


@pytest.mark.parametrize(("after", "is_member"), DAYS)
def test_a_school_is_asked_until_its_last_day(record: Record, after: int, is_member: bool) -> None:
    asked = {
        one.urn for one in outstanding_returns(record.session, today=LAST_DAY + timedelta(after))
    }
    assert asked == ({SCHOOL, NEIGHBOUR} if is_member else {NEIGHBOUR})


@pytest.mark.parametrize(("after", "is_member"), DAYS)
def test_a_school_is_in_the_summary_of_its_hub_until_its_last_day(
    record: Record, after: int, is_member: bool
) -> None:
    record.said(record.leaver(record.cohort(SCHOOL, 2024), SCHOOL), "230")
    lines = summarise(record.session, today=LAST_DAY + timedelta(after))
    assert {line.hub for line in lines if line.urn == SCHOOL} == {"Downs" if is_member else ""}


@pytest.mark.parametrize(("after", "is_member"), DAYS)
def test_a_college_list_reaches_the_leavers_of_a_school_until_its_last_day(
    record: Record, after: int, is_member: bool
) -> None:
    record.leaver(record.cohort(SCHOOL, 2024), SCHOOL)
    reached = candidates_for_provider(
        record.session, SubmissionMetadata(1, NEIGHBOUR, LAST_DAY + timedelta(after))
    )
    assert bool(reached) is is_member


def test_a_school_that_moves_on_a_day_counts_once_on_it(record: Record) -> None:
    record.member(SCHOOL, "Weald", joined_on=LAST_DAY)
    record.said(record.leaver(record.cohort(SCHOOL, 2024), SCHOOL), "230")
    hubs = {
        day: {line.hub for line in summarise(record.session, today=day)}
        for day in (LAST_DAY - timedelta(1), LAST_DAY)
    }
    assert hubs == {LAST_DAY - timedelta(1): {"Downs"}, LAST_DAY: {"Weald"}}


def test_a_membership_of_one_day_is_one(record: Record) -> None:
    school = record.school("100003", joined_on=LAST_DAY, left_on=LAST_DAY)
    asked = {one.urn for one in outstanding_returns(record.session, today=LAST_DAY)}
    assert school in asked
