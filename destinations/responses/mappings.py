"""Mappings: what a person confirmed of a heading or word is stored, and what waited read again.

Nothing is stored without a name.  Keys and fingerprints are worked out where sheets are mapped and
come in as values.
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
# Codes of a submission refused because a column was missing, or not known.
FOR_COLUMNS = ("C01", "C02", "C04", "C05", "T01", "T04", "T09")
# Codes of a finding about a column or table that was left out.
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
    """Store what a heading means; stored again, the later meaning holds.

    `rows` are the fingerprints of the heading rows it holds for; '' for any.  `key` is the heading
    as normalised, `shown` as typed.  `field` is ours,
    '' to leave the column out.  Raises ValueError without a name.
    """
    _require_name(by)
    upsert(
        session,
        HeadingMapping,
        [
            {
                "urn": urn,
                "fingerprint": fingerprint,
                "heading": key[:300],
                "shown": shown[:300],
                "field": field,
                "accepted_by": by,
                "accepted_at": at,
            }
            for fingerprint in dict.fromkeys(rows)
        ],
        key=("urn", "fingerprint", "heading"),
        update=("shown", "field", "accepted_by", "accepted_at"),
    )
    log.info("a heading of %s was accepted as %s", urn or "the hub", field or "left out")


def store_value_mapping(
    session: Session, *, urn: str, field: str, word: str, value: str, by: str, at: datetime
) -> None:
    """Store what a word in a cell means; stored again, the later meaning holds.

    `value` is one of the field's closed list.  Raises ValueError without a name.
    """
    _require_name(by)
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
    """Remove what was confirmed of a heading; gives how many mappings that was.

    What is recorded stays.
    """
    query = select(col(HeadingMapping.id)).where(
        col(HeadingMapping.urn) == urn, col(HeadingMapping.heading) == key[:300]
    )
    ids = list(session.scalars(query))
    session.execute(delete(HeadingMapping).where(col(HeadingMapping.id).in_(ids)))
    return len(ids)


def remove_value_mappings(session: Session, ids: Sequence[int]) -> int:
    """Remove mappings of words, by id; gives how many that was.  What is recorded stays."""
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
    """Mark submissions to be read again by the next intake; gives their ids.

    Those of the school (of every school for the hub) that were refused for one of the codes, or
    have a finding of one at a heading for which `about` holds; and `always`.  Left alone are those
    taken back, and those that a later round followed.  What is recorded already is not recorded
    twice.  Submissions being processed may have been read without the new mapping: they are marked
    too, but not given back.
    """
    later = select(col(Submission.follows_id)).where(
        col(Submission.follows_id).is_not(None), ~submission_state.is_refused()
    )
    reported = (
        select(col(FindingRecord.submission_id), col(FindingRecord.heading))
        .where(col(FindingRecord.code).in_(codes))
        .distinct()
    )
    concerned = {row.submission_id for row in session.execute(reported) if about(row.heading)}
    query = select(col(Submission.id), col(Submission.refused_code)).where(
        submission_state.is_standing(), col(Submission.id).not_in(later)
    )
    if urn:
        query = query.where(col(Submission.urn) == urn)
    ids = [
        row.id
        for row in session.execute(query.order_by(col(Submission.id)))
        if row.id == always
        or (row.refused_code in codes if row.refused_code else row.id in concerned)
    ]
    in_hand = select(col(Submission.id)).where(submission_state.is_on_its_way())
    if urn:
        in_hand = in_hand.where(col(Submission.urn) == urn)
    submission_state.request_reprocessing(session, [*ids, *session.scalars(in_hand)])
    log.info("%s submissions are read again", len(ids))
    return ids


def _require_name(by: str) -> None:
    if not by.strip():
        message = "nothing is remembered without a name"
        raise ValueError(message)
