"""Confirmations: a sender's "yes, that is right" about one person, field and value.

It holds until the value changes.  The value is kept as a digest only.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Integer, bindparam, cast, null, select
from sqlmodel import Session, col

from destinations.linkage.candidates import in_chunks
from destinations.linkage.repeated_leavers import RowKey
from destinations.record.rounds import row_content
from destinations.responses.confirmed_sheets import (
    ConfirmedSheet,
    FindingOrIssue,
    drop_confirmed_sheets,
)
from models.database import upsert
from models.destinations import Match
from models.facts.calendar import now
from models.facts.succession import school_chain
from models.handoffs.findings import Finding, Issue
from models.handoffs.normalised import NormalisedRow, NormalisedSubmission
from models.handoffs.sheets import Value
from models.responses import Confirmation, SheetConfirmation
from models.submissions import FindingRecord
from models.vocabulary import Severity


class _ConfirmedValue(NamedTuple):
    """A value of one person that was confirmed under a rule; `digest` as `_digest` gives it."""

    person_id: int
    code: str
    digest: str


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
    """Confirm a finding of a row; gives the id of the person whom the row is about.

    `value` is what the cell holds, as we read it or as it was typed (`value_in` gives it, and
    our `field`).  With '' for a finding of a row as a whole, it holds for that person and rule
    whatever the row says.
    `sheet` may be '' where only one sheet has such a row.  Doing it twice is the same as once.
    Raises LookupError where the row has no such finding, and ValueError where it must be fixed, or
    where the row is not matched yet.
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
    """The sheet on which a row has a "please check" of that code.  Raises as `confirm` does."""
    reported = [
        (name, severity)
        for name, severity in _reported_severities(session, submission_id, row, code)
        if not sheet or name == sheet
    ]
    if len({name for name, *_ in reported}) != 1:
        message = "that was not told of that row" if not reported else "say which sheet"
        raise LookupError(message)
    if reported[0][1] != Severity.PLEASE_CHECK:
        message = "that must be put right; it cannot be confirmed"
        raise ValueError(message)
    return reported[0][0]


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
    """Store that a value of a person is right under a rule; twice is the same as once."""
    confirmation = {
        "person_id": person,
        "code": code,
        "field": field,
        "digest": _digest(person, _normalise_value(value)),
        "submission_id": submission_id,
        "confirmed_by": by[:100],
        "confirmed_at": now(),
    }
    upsert(session, Confirmation, [confirmation], key=("person_id", "code", "field", "digest"))


@dataclass(frozen=True, slots=True)
class SubmissionConfirmations:
    """All that was confirmed of the people on a submission, and by its school of its sheets."""

    mapped: NormalisedSubmission
    person_by_row: Mapping[RowKey, int]
    values: Set[_ConfirmedValue]
    sheets: Set[ConfirmedSheet]

    def drop_confirmed(self, findings: Sequence[FindingOrIssue]) -> tuple[FindingOrIssue, ...]:
        """The findings on the submission that nobody has confirmed, in their order."""
        findings = drop_confirmed_sheets(self.mapped.metadata, findings, self.sheets)
        if not self.values:
            return findings
        rows_by_key: defaultdict[RowKey, list[NormalisedRow]] = defaultdict(list)
        for row in self.mapped.rows:
            rows_by_key[row.sheet, row.row].append(row)
        return tuple(
            finding
            for finding in findings
            if not _is_confirmed(finding, self.values, self.person_by_row, rows_by_key)
        )


def read_confirmations(
    session: Session, mapped: NormalisedSubmission, person_by_row: Mapping[RowKey, int]
) -> SubmissionConfirmations:
    """What was confirmed that bears on a submission.

    `person_by_row` gives the person id of each row that is matched.
    """
    chain = school_chain(session, mapped.metadata.urn)
    values: set[_ConfirmedValue] = set()
    sheets: set[ConfirmedSheet] = set()
    for people in in_chunks(sorted(set(person_by_row.values()))) if person_by_row else [()]:
        parameters = {"people": people, "chain": chain}
        for person_id, code, digest in session.execute(_confirmations_query(), parameters):
            if person_id is None:
                sheets.add(ConfirmedSheet(code, digest))
            else:
                values.add(_ConfirmedValue(person_id, code, digest))
    return SubmissionConfirmations(mapped, person_by_row, values, sheets)


@cache  # put together once: that takes longer than asking it
def _confirmations_query() -> Any:
    of_people = select(
        col(Confirmation.person_id), col(Confirmation.code), col(Confirmation.digest)
    ).where(col(Confirmation.person_id).in_(bindparam("people", expanding=True)))
    of_sheets = select(
        cast(null(), Integer), col(SheetConfirmation.code), col(SheetConfirmation.digest)
    ).where(col(SheetConfirmation.urn).in_(bindparam("chain", expanding=True)))
    return of_people.union_all(of_sheets)


def field_and_value(rows: Sequence[NormalisedRow], column: str) -> tuple[str, Value]:
    """Our field and the value of a cell of one row, by the letter of its column.

    Where a cell could not be read, the value is what was typed.  A finding of a row as a whole
    (no letter) has no field, and all that the row says for its value.
    """
    fields = _fields_in_column(rows, column)
    if not fields:
        return "", "" if column else _whole_row_text(rows)
    field, row = fields[0]
    value = row.get(field)
    return field, row.raw.get(field, "") if value is None else value


def _reported_severities(
    session: Session, submission_id: int, row: int, code: str
) -> list[tuple[str, str]]:
    reported = session.execute(
        select(col(FindingRecord.sheet), col(FindingRecord.severity))
        .where(
            col(FindingRecord.submission_id) == submission_id,
            col(FindingRecord.row) == row,
            col(FindingRecord.code) == code,
        )
        .order_by(col(FindingRecord.id))
    )
    return [(sheet, severity) for sheet, severity in reported]


def _is_confirmed(
    finding: Finding | Issue,
    confirmed: Set[_ConfirmedValue],
    person_by_row: Mapping[RowKey, int],
    rows_by_key: Mapping[RowKey, Sequence[NormalisedRow]],
) -> bool:
    row_key = finding.sheet, finding.row or 0
    person = person_by_row.get(row_key)
    if person is None or getattr(finding, "severity", None) is Severity.MUST_FIX:
        return False
    if not finding.column:
        row_text = _normalise_value(_whole_row_text(rows_by_key.get(row_key, ())))
        return any(
            _ConfirmedValue(person, finding.code, _digest(person, text)) in confirmed
            for text in (row_text, "")
        )
    values = [
        value
        for field, row in _fields_in_column(rows_by_key.get(row_key, ()), finding.column)
        for value in (row.get(field), row.raw.get(field))
        if value is not None
    ]
    return any(
        _ConfirmedValue(person, finding.code, _digest(person, _normalise_value(value))) in confirmed
        for value in values or [""]
    )


def _fields_in_column(
    rows: Sequence[NormalisedRow], column: str
) -> list[tuple[str, NormalisedRow]]:
    """Our fields that a column holds, each with the row of the wave that it answers."""
    return [
        (field, row)
        for row in rows
        for field, place in row.columns.items()
        if column and place.letter == column
    ]


def _whole_row_text(rows: Sequence[NormalisedRow]) -> str:
    return json.dumps([row_content(row) for row in rows], ensure_ascii=False)


def _normalise_value(value: Value) -> str:
    if isinstance(value, date):
        return value.isoformat()
    return "" if value is None else " ".join(str(value).split()).casefold()


def _digest(person_id: int, value: str) -> str:
    return hashlib.sha256(f"{person_id}\n{value}".encode()).hexdigest()
