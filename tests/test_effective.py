"""Effective: a word counts until it is taken back or another takes its place, asked in any way."""

from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select, update
from sqlmodel import Session, col

from models.destinations import Destination
from models.facts.effective import is_effective, is_effective_one, superseded_ids
from models.submissions import Submission
from tests.builders.record import Record

MOMENT = datetime(2026, 1, 5, 9, tzinfo=UTC)

# Words of one leaver in order, each "taken the place of"; "x" for one that was taken back.
CHAINS = """
    words         | effective
    1             | 1
    1 2>1         | 2
    1 2>1x        | 1
    1 2>1x 3>2    | 3
    1 2>1x 3>2x   | 1
    1x 2>1        | 2
    1 2>1 3>2x    | 2
    1 2>1x 3>2x 4>3 | 4
    1 2           | 1 2
"""


def record_drawn(session: Session, drawn: str) -> list[int]:
    """The ids of the words drawn, the first being word 1."""
    record = Record(session)
    urn = record.school("100001")
    leaver = record.leaver(record.cohort(urn), urn)
    ids: list[int] = []
    for word in drawn.split():
        _, _, before = word.removesuffix("x").partition(">")
        undone = MOMENT if word.endswith("x") else None
        submission = record.submission(urn, undone_at=undone)
        about = ids[int(before) - 1] if before else None
        record.sent[str(submission)] = submission
        ids.append(record.said(leaver, "230", by=str(submission), supersedes_id=about))
    return ids


def effective(session: Session, ids: list[int], *, one_leaver: bool) -> list[int]:
    """The numbers of the words that are effective, as either way of asking has it."""
    if one_leaver:
        leavers = select(col(Destination.leaver_id)).correlate(None)
        asked = (
            is_effective_one(col(Destination.submission_id)),
            col(Destination.id).not_in(superseded_ids(leavers=leavers)),
        )
    else:
        asked = (
            is_effective(col(Destination.submission_id)),
            col(Destination.id).not_in(superseded_ids()),
        )
    there = set(session.scalars(select(col(Destination.id)).where(*asked)))
    return [number for number, made in enumerate(ids, start=1) if made in there]


@pytest.mark.parametrize("one_leaver", [False, True])
@pytest.mark.parametrize("drawn", CHAINS.strip().splitlines()[1:])
def test_a_word_is_effective_until_another_takes_its_place(
    session: Session, drawn: str, one_leaver: bool
) -> None:
    words, expected = (cell.strip() for cell in drawn.split("|"))
    ids = record_drawn(session, words)
    assert effective(session, ids, one_leaver=one_leaver) == [int(n) for n in expected.split()]


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=7))
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_of_some_leavers_and_of_all_it_is_the_same(
    engine: Engine, words: list[tuple[bool, bool]]
) -> None:
    drawn = " ".join(
        f"{n}{f'>{n - 1}' if follows and n > 1 else ''}{'x' if is_undone else ''}"
        for n, (follows, is_undone) in enumerate(words, start=1)
    )
    with Session(engine) as session:
        ids = record_drawn(session, drawn)
        of_all = effective(session, ids, one_leaver=False)
        assert effective(session, ids, one_leaver=True) == of_all
        # When all that was taken back has been sent as it was, the last of each line is effective.
        session.execute(update(Submission).values(undone_at=None))
        last = [n for n in range(1, len(ids) + 1) if f">{n}" not in drawn.replace("x", "")]
        assert effective(session, ids, one_leaver=False) == last
        session.rollback()
