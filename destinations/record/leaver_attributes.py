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
from models.facts.effective import is_effective
from models.facts.identifiers import is_valid_uln, is_valid_upn
from models.handoffs.normalised import NormalisedRow
from models.handoffs.sheets import Value
from models.leavers import Cohort, Leaver
from models.vocabulary import LeavingStage

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
_STORED = (*COLUMNS, _CONSENT_ON)
_IDENTITY = frozenset({"upn", "uln", "born_on"})
_CHECKS = {"upn": is_valid_upn, "uln": is_valid_uln}


class Sending(NamedTuple):
    """The sheet that rows stand in, and the day it was sent."""

    submission_id: int
    sent_on: date


@dataclass(frozen=True, slots=True)
class FilledBlanks:
    """How many leavers had a blank filled, and the cells that differ from the value kept."""

    filled: int = 0
    differing: tuple[tuple[str, int, str], ...] = ()  # (sheet, row, field) beside what is kept


@dataclass(frozen=True, slots=True)
class StoredLeaver:
    """A leaver as the record has them: their values by column, each with the cell it is from."""

    leaver_id: int
    person_id: int
    cohort_id: int
    is_named: bool  # by a sheet that stands
    cells: Mapping[str, list[Any]]
    values: Mapping[str, Any]


def stored_leavers(
    session: Session,
    people: Iterable[int],
    chain: Sequence[str],
    stage: LeavingStage,
    year: int,
) -> list[StoredLeaver]:
    """The leavers that these people are in a cohort, whatever URN of `chain` it was begun under.

    `year` is the autumn in which the leaving year began.  Those whom no sheet that stands names
    any longer are among them.
    """
    columns: list[Any] = [getattr(Leaver, column) for column in _STORED]
    leavers = []
    for chunk in in_chunks(sorted(people)):
        rows = session.execute(
            select(
                col(Leaver.id),
                col(Leaver.person_id),
                col(Leaver.cohort_id),
                is_effective(col(Leaver.submission_id)).label("is_named"),
                col(Leaver.cells),
                *columns,
            )
            .join(Cohort, col(Cohort.id) == col(Leaver.cohort_id))
            .where(
                col(Leaver.person_id).in_(chunk),
                col(Cohort.urn).in_(chain),
                col(Cohort.leaving_stage) == stage.value,
                col(Cohort.academic_year) == year,
            )
            .order_by(col(Leaver.id))
        )
        leavers += [
            StoredLeaver(
                row.id,
                row.person_id,
                row.cohort_id,
                bool(row.is_named),
                row.cells,
                {name: getattr(row, name) for name in _STORED},
            )
            for row in rows
        ]
    return leavers


def add_leavers(
    session: Session,
    sending: Sending,
    cohort_id: int,
    rows: Mapping[int, Sequence[NormalisedRow]],
    existing: Mapping[int, int],
) -> dict[int, int]:
    """Make a leaver of each person in a cohort; returns the leavers' ids by person.

    `rows` has the rows about each person, `existing` the ids of leavers of the cohort whom no
    sheet that stands names any longer, by person.  Such a person becomes that leaver anew: none of
    the values of the sheet that was taken back stays.
    """
    new_leavers, restored = [], []
    for person, person_rows in sorted(rows.items()):
        values: dict[str, Any] = dict.fromkeys(_STORED)
        cells: dict[str, list[Any]] = {}
        _fill_blanks(values, cells, person_rows, sending)
        leaver = (
            values
            | {"surname": values["surname"] or "", "forename": values["forename"] or ""}
            | {"person_id": person, "cohort_id": cohort_id, "cells": cells}
            | {
                "submission_id": sending.submission_id,
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
    new_ids = dict(zip((leaver["person_id"] for leaver in new_leavers), ids, strict=True))
    return {person: existing[person] for person in rows if person in existing} | new_ids


def fill_leavers(
    session: Session,
    sending: Sending,
    leavers: Iterable[StoredLeaver],
    rows: Mapping[int, Sequence[NormalisedRow]],
) -> FilledBlanks:
    """Fill blanks of recorded leavers; `rows` has the rows about each person.

    A value once recorded stays, and a blank never takes anything away.  Only a temporary UPN
    gives way, to the permanent one (sources.md: identifiers), and consent to a later word on it.
    """
    changed: list[dict[str, Any]] = []
    differing: list[tuple[str, int, str]] = []
    changed_columns: set[str] = set()
    for leaver in leavers:
        values, cells = dict(leaver.values), dict(leaver.cells)
        differing += _fill_blanks(values, cells, rows[leaver.person_id], sending)
        if values != leaver.values:
            changed.append(values | {"cells": cells, "id": leaver.leaver_id})
            changed_columns |= {name for name in _STORED if values[name] != leaver.values[name]}
    updated_columns = ("id", "cells", *sorted(changed_columns))
    update_all(session, Leaver, [{name: row[name] for name in updated_columns} for row in changed])
    return FilledBlanks(len(changed), tuple(differing))


def _fill_blanks(
    values: dict[str, Any],
    cells: dict[str, list[Any]],
    rows: Iterable[NormalisedRow],
    sending: Sending,
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
