"""Confirmations: a sender's "yes, that is right" about one person, field and value.

It holds until the value changes.  What was confirmed is kept as a digest that tells nobody what
it was.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import TypeVar

from sqlalchemy import select
from sqlmodel import Session, col

from destinations.linkage.candidates import in_chunks
from destinations.linkage.repeated_leavers import RowKey
from destinations.record.rounds import row_content
from destinations.responses.confirmed_sheets import drop_confirmed_sheets
from models.database import upsert
from models.destinations import Match
from models.facts.calendar import now
from models.handoffs.findings import Finding, Issue
from models.handoffs.normalised import NormalisedRow, NormalisedSubmission
from models.handoffs.sheets import Value
from models.responses import Confirmation
from models.submissions import FindingRecord
from models.vocabulary import Severity

Told = TypeVar("Told", Finding, Issue)


def confirm(
    session: Session,
    submission_id: int,
    sheet: str,
    row: int,
    code: str,
    *,
    value: Value,
    by: str,
    field: str = "",
) -> int:
    """Note that an oddity is right; gives the id of the person whom the row is about.

    `value` is what the cell holds, as we read it or as it was typed (`value_in` gives it, and
    our `field`).  With '' for what was told of a row as a whole, it holds for that person and rule
    whatever the row says.
    `sheet` may be '' where only one sheet has such a row.  Doing it twice is the same as once.
    Raises LookupError where that was not told of the row, and ValueError where it must be put
    right, or where nobody knows yet whom the row is about.
    """
    sheet = sheet_of_finding(session, submission_id, sheet, row, code)
    person = session.execute(
        select(col(Match.person_id)).where(
            col(Match.submission_id) == submission_id,
            col(Match.sheet) == sheet,
            col(Match.row) == row,
        )
    ).scalar_one_or_none()
    if person is None:
        message = "nobody knows yet whom that row is about; it can be confirmed once it is recorded"
        raise ValueError(message)
    store_confirmation(
        session, int(person), code, value=value, by=by, field=field, submission_id=submission_id
    )
    return int(person)


def sheet_of_finding(session: Session, submission_id: int, sheet: str, row: int, code: str) -> str:
    """The sheet on which something to check was told of a row.  Raises as `confirm` does."""
    told = [one for one in _told(session, submission_id, row, code) if not sheet or one[0] == sheet]
    if len({name for name, *_ in told}) != 1:
        message = "that was not told of that row" if not told else "say which sheet"
        raise LookupError(message)
    if told[0][1] != Severity.PLEASE_CHECK:
        message = "that must be put right; it cannot be confirmed"
        raise ValueError(message)
    return told[0][0]


def store_confirmation(
    session: Session,
    person: int,
    code: str,
    *,
    value: Value,
    by: str,
    field: str,
    submission_id: int,
) -> None:
    """Note that an oddity of somebody is right."""
    one = {
        "person_id": person,
        "code": code,
        "field": field,
        "digest": _digest(person, _plain(value)),
        "submission_id": submission_id,
        "confirmed_by": by[:100],
        "confirmed_at": now(),
    }
    upsert(session, Confirmation, [one], key=("person_id", "code", "field", "digest"))


def drop_confirmed(
    session: Session,
    findings: Sequence[Told],
    people: Mapping[RowKey, int],
    mapped: NormalisedSubmission,
) -> tuple[Told, ...]:
    """The findings on a submission that nobody has confirmed, in their order.

    `people` says whom its rows are about, by sheet and row.
    """
    findings = drop_confirmed_sheets(session, mapped.declared, findings)
    about = {people[key] for one in findings if (key := (one.sheet, one.row or 0)) in people}
    confirmed = _confirmed(session, about)
    if not confirmed:
        return tuple(findings)
    held: defaultdict[RowKey, list[NormalisedRow]] = defaultdict(list)
    for row in mapped.rows:
        held[row.sheet, row.row].append(row)
    return tuple(one for one in findings if not _is_confirmed(one, confirmed, people, held))


def field_and_value(rows: Sequence[NormalisedRow], column: str) -> tuple[str, Value]:
    """Our field and the value of a cell of one row, by the letter of its column.

    Where we made nothing of a cell, the value is what was typed.  What is told of a row as a whole
    (no letter) is bound to all that the row says.
    """
    here = _fields(rows, column)
    if not here:
        return "", "" if column else _whole(rows)
    field, row = here[0]
    value = row.get(field)
    return field, row.raw.get(field, "") if value is None else value


def _told(session: Session, submission_id: int, row: int, code: str) -> list[tuple[str, str]]:
    found = session.execute(
        select(col(FindingRecord.sheet), col(FindingRecord.severity))
        .where(
            col(FindingRecord.submission_id) == submission_id,
            col(FindingRecord.row) == row,
            col(FindingRecord.code) == code,
        )
        .order_by(col(FindingRecord.id))
    )
    return [(sheet, severity) for sheet, severity in found]


def _confirmed(session: Session, people: Iterable[int]) -> set[tuple[int, str, str]]:
    """What was confirmed of these people: person, rule code, digest of the value."""
    found: set[tuple[int, str, str]] = set()
    for some in in_chunks(sorted(people)):
        rows = session.execute(
            select(
                col(Confirmation.person_id), col(Confirmation.code), col(Confirmation.digest)
            ).where(col(Confirmation.person_id).in_(some))
        )
        found.update((person, code, digest) for person, code, digest in rows)
    return found


def _is_confirmed(
    one: Finding | Issue,
    confirmed: set[tuple[int, str, str]],
    people: Mapping[RowKey, int],
    rows: Mapping[RowKey, Sequence[NormalisedRow]],
) -> bool:
    key = one.sheet, one.row or 0
    person = people.get(key)
    if person is None or getattr(one, "severity", None) is Severity.MUST_FIX:
        return False
    if not one.column:
        whole = _plain(_whole(rows.get(key, ())))
        return any((person, one.code, _digest(person, said)) in confirmed for said in (whole, ""))
    held = [
        value
        for field, row in _fields(rows.get(key, ()), one.column)
        for value in (row.get(field), row.raw.get(field))
        if value is not None
    ]
    return any(
        (person, one.code, _digest(person, _plain(value))) in confirmed for value in held or [""]
    )


def _fields(rows: Sequence[NormalisedRow], column: str) -> list[tuple[str, NormalisedRow]]:
    """Our fields that stand in a column, with the row of the wave that it answers."""
    return [
        (field, row)
        for row in rows
        for field, place in row.columns.items()
        if column and place.letter == column
    ]


def _whole(rows: Sequence[NormalisedRow]) -> str:
    return json.dumps([row_content(row) for row in rows], ensure_ascii=False)


def _plain(value: Value) -> str:
    if isinstance(value, date):
        return value.isoformat()
    return "" if value is None else " ".join(str(value).split()).casefold()


def _digest(person_id: int, value: str) -> str:
    return hashlib.sha256(f"{person_id}\n{value}".encode()).hexdigest()
