"""Layouts: what a person said of a heading or a word is remembered, and what waited is read again.

Nothing is remembered without a name.  Keys and fingerprints are worked out where sheets are mapped
and come in as values.
"""

import logging
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlmodel import Session, col

from models.database import upsert
from models.facts import submission_state
from models.responses import HeadingMapping, ValueMapping
from models.submissions import FindingRecord, Submission

HUB = ""  # the URN that stands for every school
# Refused because a column was missing, or not known.
FOR_COLUMNS = ("C01", "C02", "C04", "C05", "T01", "T04", "T09")
# Told of a column or table that was left out.
LEFT_OUT = ("C10", "C11", "C12", "C14")

log = logging.getLogger(__name__)


def load_mappings(session: Session) -> tuple[list[HeadingMapping], list[ValueMapping]]:
    """Everything that people confirmed, for every school and the hub, oldest first."""
    headings = session.scalars(
        select(HeadingMapping).order_by(col(HeadingMapping.accepted_at), col(HeadingMapping.id))
    )
    words = session.scalars(
        select(ValueMapping).order_by(col(ValueMapping.accepted_at), col(ValueMapping.id))
    )
    return list(headings), list(words)


def store_heading_mapping(
    session: Session,
    *,
    urn: str,
    rows: Iterable[str],
    key: str,
    shown: str,
    field: str,
    by: str,
    at: datetime,
) -> None:
    """Remember what a heading means; said again, the later word holds.

    `rows` are the fingerprints of the heading rows it is said of; '' for any.  `field` is ours,
    '' to leave the column out.  Raises ValueError without a name.
    """
    _named(by)
    upsert(
        session,
        HeadingMapping,
        [
            {
                "urn": urn,
                "fingerprint": row,
                "heading": key[:300],
                "shown": shown[:300],
                "field": field,
                "accepted_by": by,
                "accepted_at": at,
            }
            for row in dict.fromkeys(rows)
        ],
        key=("urn", "fingerprint", "heading"),
        update=("shown", "field", "accepted_by", "accepted_at"),
    )
    log.info("a heading of %s was accepted as %s", urn or "the hub", field or "left out")


def store_value_mapping(
    session: Session, *, urn: str, field: str, word: str, value: str, by: str, at: datetime
) -> None:
    """Remember what a word in a cell means; said again, the later word holds.

    `value` is one of the field's closed list.  Raises ValueError without a name.
    """
    _named(by)
    row = {
        "urn": urn,
        "field": field,
        "word": word[:200],
        "value": value,
        "accepted_by": by,
        "accepted_at": at,
    }
    upsert(
        session,
        ValueMapping,
        [row],
        key=("urn", "field", "word"),
        update=("value", "accepted_by", "accepted_at"),
    )
    log.info("a word of %s was accepted as %s %s", urn or "the hub", field, value)


def remove_heading_mappings(session: Session, *, urn: str, key: str) -> int:
    """How many words about a heading were forgotten.  What is recorded stays."""
    gone = select(col(HeadingMapping.id)).where(
        col(HeadingMapping.urn) == urn, col(HeadingMapping.heading) == key[:300]
    )
    ids = list(session.scalars(gone))
    session.execute(delete(HeadingMapping).where(col(HeadingMapping.id).in_(ids)))
    return len(ids)


def remove_value_mappings(session: Session, ids: Sequence[int]) -> int:
    """How many words were forgotten.  What is recorded stays."""
    session.execute(delete(ValueMapping).where(col(ValueMapping.id).in_(ids)))
    return len(ids)


def request_reading_again(
    session: Session,
    *,
    urn: str,
    codes: Collection[str],
    always: int | None = None,
    about: Callable[[str], bool] = lambda heading: True,
) -> list[int]:
    """The submissions that the next intake reads again, by id.

    Those of the school (of every school for the hub) that were refused for a code, or were told
    it `about` a heading; and the one given.  Left alone are those taken back, and those that a
    later round followed.  What is recorded already is not recorded twice.  Sheets that are in hand
    just now may have been read without what is known now: they are taken up too, unsaid.
    """
    later = select(col(Submission.follows_id)).where(
        col(Submission.follows_id).is_not(None), ~submission_state.is_refused()
    )
    told = (
        select(col(FindingRecord.submission_id), col(FindingRecord.heading))
        .where(col(FindingRecord.code).in_(codes))
        .distinct()
    )
    concerned = {one.submission_id for one in session.execute(told) if about(one.heading)}
    query = select(col(Submission.id), col(Submission.refused_code)).where(
        submission_state.is_standing(), col(Submission.id).not_in(later)
    )
    if urn:
        query = query.where(col(Submission.urn) == urn)
    ids = [
        one.id
        for one in session.execute(query.order_by(col(Submission.id)))
        if one.id == always
        or (one.refused_code in codes if one.refused_code else one.id in concerned)
    ]
    in_hand = select(col(Submission.id)).where(submission_state.is_on_its_way())
    if urn:
        in_hand = in_hand.where(col(Submission.urn) == urn)
    submission_state.request_reprocessing(session, [*ids, *session.scalars(in_hand)])
    log.info("%s submissions are read again", len(ids))
    return ids


def _named(by: str) -> None:
    if not by.strip():
        message = "nothing is remembered without a name"
        raise ValueError(message)
