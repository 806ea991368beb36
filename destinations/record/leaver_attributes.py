"""Leaver attributes: who a leaver is, as rows say it, each value with the cell it came from."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlmodel import Session, col

from destinations.linkage.candidates import in_chunks
from destinations.linkage.identities import is_temporary_upn
from models.database import insert_returning, update_all
from models.facts.identifiers import is_valid_uln, is_valid_upn
from models.handoffs.normalised import NormalisedRow
from models.handoffs.sheets import Value
from models.leavers import Leaver
from models.submissions import Submission

# Our field, the column that keeps it, and the longest text that it takes (0: not text).
_ATTRIBUTES: tuple[tuple[str, str, int], ...] = (
    ("upn", "upn", 13),
    ("uln", "uln", 10),
    ("forename", "forename", 200),
    ("surname", "surname", 200),
    ("born_on", "born_on", 0),
    ("sex", "sex", 1),
    ("postcode", "postcode", 8),
    ("sen", "sen", 1),
    ("disadvantaged", "is_disadvantaged", 0),
    ("ethnicity", "ethnicity", 10),
    ("form", "form", 40),
    ("consent", "consent", 0),
)
COLUMNS = tuple(column for _, column, _ in _ATTRIBUTES)
FIELDS = {column: field for field, column, _ in _ATTRIBUTES}
_CONSENT_ON = "consent_on"  # when the word was sent that is kept
_IDENTITY = frozenset({"upn", "uln", "born_on"})
_CHECKS = {"upn": is_valid_upn, "uln": is_valid_uln}


@dataclass(frozen=True, slots=True)
class FilledBlanks:
    """How many leavers had a blank filled, and the cells that differ from the value kept."""

    filled: int = 0
    differing: tuple[tuple[str, int, str], ...] = ()  # (sheet, row, field) beside what is kept


def add_leavers(
    session: Session,
    submission_id: int,
    cohort_id: int,
    rows: Mapping[int, Sequence[NormalisedRow]],
) -> dict[int, int]:
    """Make a leaver of each person in a cohort; returns the leavers' ids by person.

    `rows` has the rows about each person.  Somebody whom only a sheet named that was taken back
    becomes that leaver anew: none of the values of that sheet stays.
    """
    existing = _existing_leavers(session, cohort_id, rows)
    sending = _sending_of(session, submission_id)
    new_leavers, restored = [], []
    for person, person_rows in sorted(rows.items()):
        values: dict[str, Any] = dict.fromkeys((*COLUMNS, _CONSENT_ON))
        cells: dict[str, list[Any]] = {}
        _fill_blanks(values, cells, person_rows, sending)
        leaver = (
            values
            | {"surname": values["surname"] or "", "forename": values["forename"] or ""}
            | {"person_id": person, "cohort_id": cohort_id, "cells": cells}
            | {
                "submission_id": submission_id,
                "sheet": person_rows[0].sheet,
                "row": person_rows[0].row,
            }
        )
        if person in existing:
            restored.append(leaver | {"id": existing[person]})
        else:
            new_leavers.append(leaver)
    update_all(session, Leaver, restored)
    ids = insert_returning(session, Leaver, new_leavers)
    return existing | dict(zip((leaver["person_id"] for leaver in new_leavers), ids, strict=True))


def _existing_leavers(session: Session, cohort_id: int, people: Iterable[int]) -> dict[int, int]:
    """By person, the ids of leavers in the cohort whom no sheet that stands names any longer."""
    leaver_ids: dict[int, int] = {}
    for chunk in in_chunks(sorted(people)):
        rows = session.execute(
            select(col(Leaver.person_id), col(Leaver.id)).where(
                col(Leaver.cohort_id) == cohort_id, col(Leaver.person_id).in_(chunk)
            )
        )
        leaver_ids |= {row.person_id: row.id for row in rows}
    return leaver_ids


def fill_leavers(
    session: Session, submission_id: int, rows: Mapping[int, Sequence[NormalisedRow]]
) -> FilledBlanks:
    """Fill blanks of recorded leavers; `rows` has the rows about each leaver, by its id.

    A value once recorded stays, and a blank never takes anything away.  Only a temporary UPN
    gives way, to the permanent one (sources.md: identifiers), and consent to a later word on it.
    """
    names = (*COLUMNS, _CONSENT_ON)
    columns: list[Any] = [getattr(Leaver, column) for column in names]
    sending = _sending_of(session, submission_id)
    changed: list[dict[str, Any]] = []
    differing: list[tuple[str, int, str]] = []
    changed_columns: set[str] = set()
    for chunk in in_chunks(sorted(rows)):
        leavers = session.execute(
            select(col(Leaver.id), col(Leaver.cells), *columns).where(col(Leaver.id).in_(chunk))
        )
        for leaver_id, cells, *stored_values in leavers:
            values = dict(zip(names, stored_values, strict=True))
            previous, cells = dict(values), dict(cells)
            differing += _fill_blanks(values, cells, rows[leaver_id], sending)
            if values != previous:
                changed.append(values | {"cells": cells, "id": leaver_id})
                changed_columns |= {name for name in names if values[name] != previous[name]}
    updated_columns = ("id", "cells", *sorted(changed_columns))
    update_all(session, Leaver, [{name: row[name] for name in updated_columns} for row in changed])
    return FilledBlanks(len(changed), tuple(differing))


class _Sending(NamedTuple):
    """The sheet that rows stand in, and the day it was sent."""

    submission_id: int
    sent_on: date


def _sending_of(session: Session, submission_id: int) -> _Sending:
    sent_on = select(col(Submission.sent_on)).where(col(Submission.id) == submission_id)
    return _Sending(submission_id, session.execute(sent_on).scalar_one())


def _fill_blanks(
    values: dict[str, Any],
    cells: dict[str, list[Any]],
    rows: Iterable[NormalisedRow],
    sending: _Sending,
) -> list[tuple[str, int, str]]:
    differing = []
    for row in rows:
        for field, column, longest in _ATTRIBUTES:
            value = _storable_value(field, row.get(field), longest)
            if value is None:
                continue
            if (
                values[column] in (None, "")
                or _is_now_permanent(field, values[column], value)
                or (field == "consent" and values[_CONSENT_ON] <= sending.sent_on)
            ):
                values[column] = value
                if field == "consent":
                    values[_CONSENT_ON] = sending.sent_on
                cells[column] = [
                    sending.submission_id,
                    row.sheet,
                    row.row,
                    _column_letter(row, field),
                ]
            elif _differs(field, values[column], value):
                differing.append((row.sheet, row.row, field))
    return differing


def _is_now_permanent(field: str, stored: Any, value: Any) -> bool:
    """Whether a temporary UPN was given up for the permanent one."""
    return field == "upn" and is_temporary_upn(stored) and not is_temporary_upn(value)


def _differs(field: str, stored: Any, value: Any) -> bool:
    """Whether a row has another identity value; a sheet may still have the temporary UPN."""
    is_given_up = field == "upn" and is_temporary_upn(value) and not is_temporary_upn(stored)
    return field in _IDENTITY and stored != value and not is_given_up


def _storable_value(field: str, value: Value, longest: int) -> Any:
    """The value as its column takes it; None where blank, too long, or failing its check."""
    if value is None or value == "":
        return None
    if field == "born_on":
        return value if isinstance(value, date) else None
    if not longest:
        return bool(value)
    text = str(value)
    if field in _CHECKS and not _CHECKS[field](text):
        return None
    if len(text) > longest:
        return text[:longest] if longest > 13 else None
    return text


def _column_letter(row: NormalisedRow, field: str) -> str:
    # A full name is told apart in mapping; both halves stand in its cell.
    cell = row.columns.get(field) or row.columns.get("full_name")
    return cell.letter if cell else ""
