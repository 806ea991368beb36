"""Particulars: what rows say of a leaver themselves, each value with the cell it came from."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from destinations.linkage.candidates import in_chunks
from destinations.linkage.identities import is_temporary_upn
from models.database import insert_returning, update_all
from models.facts.identifiers import is_valid_uln, is_valid_upn
from models.handoffs.normalised import NormalisedRow
from models.handoffs.sheets import Value
from models.leavers import Leaver

# Our field, the column that keeps it, and the longest text that it takes (0: not text).
_KEPT: tuple[tuple[str, str, int], ...] = (
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
)
COLUMNS = tuple(column for _, column, _ in _KEPT)
FIELDS = {column: field for field, column, _ in _KEPT}
_IDENTITY = frozenset({"upn", "uln", "born_on"})
_CHECKS = {"upn": is_valid_upn, "uln": is_valid_uln}


@dataclass(frozen=True, slots=True)
class FilledBlanks:
    """What filling in changed: values that were blank, and those that now say something else."""

    filled: int = 0
    differing: tuple[tuple[str, int, str], ...] = ()  # (sheet, row, field) beside what is kept


def add_leavers(
    session: Session,
    submission_id: int,
    cohort_id: int,
    rows: Mapping[int, Sequence[NormalisedRow]],
) -> dict[int, int]:
    """The leaver that each person becomes in a cohort, by person, from the rows about them.

    Somebody whom only a sheet named that was taken back becomes that leaver anew: nothing stays
    of what it said of them.
    """
    before = _taken_back(session, cohort_id, rows)
    new, again = [], []
    for person, about in sorted(rows.items()):
        values: dict[str, Any] = dict.fromkeys(COLUMNS)
        cells: dict[str, list[Any]] = {}
        _fill(values, cells, about, submission_id)
        made = (
            values
            | {"surname": values["surname"] or "", "forename": values["forename"] or ""}
            | {"person_id": person, "cohort_id": cohort_id, "cells": cells}
            | {"submission_id": submission_id, "sheet": about[0].sheet, "row": about[0].row}
        )
        if person in before:
            again.append(made | {"id": before[person]})
        else:
            new.append(made)
    update_all(session, Leaver, again)
    ids = insert_returning(session, Leaver, new)
    return before | dict(zip((one["person_id"] for one in new), ids, strict=True))


def _taken_back(session: Session, cohort_id: int, people: Iterable[int]) -> dict[int, int]:
    """The leavers that these people are in the cohort already, though nobody names them now."""
    found: dict[int, int] = {}
    for some in in_chunks(sorted(people)):
        rows = session.execute(
            select(col(Leaver.person_id), col(Leaver.id)).where(
                col(Leaver.cohort_id) == cohort_id, col(Leaver.person_id).in_(some)
            )
        )
        found |= {row.person_id: row.id for row in rows}
    return found


def fill_leavers(
    session: Session, submission_id: int, rows: Mapping[int, Sequence[NormalisedRow]]
) -> FilledBlanks:
    """Blanks of leavers already there filled from the rows about them, by leaver.

    What is known stays: the first sheet's word holds, and a blank never takes anything away.
    Only a temporary UPN gives way, to the permanent one (sources.md: identifiers).
    """
    columns: list[Any] = [getattr(Leaver, column) for column in COLUMNS]
    changed: list[dict[str, Any]] = []
    differing: list[tuple[str, int, str]] = []
    touched: set[str] = set()
    for some in in_chunks(sorted(rows)):
        found = session.execute(
            select(col(Leaver.id), col(Leaver.cells), *columns).where(col(Leaver.id).in_(some))
        )
        for leaver_id, cells, *kept in found:
            values = dict(zip(COLUMNS, kept, strict=True))
            before, cells = dict(values), dict(cells)
            differing += _fill(values, cells, rows[leaver_id], submission_id)
            if values != before:
                changed.append(values | {"cells": cells, "id": leaver_id})
                touched |= {name for name in COLUMNS if values[name] != before[name]}
    kept_columns = ("id", "cells", *sorted(touched))
    update_all(session, Leaver, [{name: row[name] for name in kept_columns} for row in changed])
    return FilledBlanks(len(changed), tuple(differing))


def _fill(
    values: dict[str, Any],
    cells: dict[str, list[Any]],
    about: Iterable[NormalisedRow],
    submission_id: int,
) -> list[tuple[str, int, str]]:
    differing = []
    for row in about:
        for field, column, longest in _KEPT:
            value = _fit(field, row.get(field), longest)
            if value is None:
                continue
            if values[column] in (None, "") or _is_now_permanent(field, values[column], value):
                values[column] = value
                cells[column] = [submission_id, row.sheet, row.row, _letter(row, field)]
            elif _differs(field, values[column], value):
                differing.append((row.sheet, row.row, field))
    return differing


def _is_now_permanent(field: str, kept: Any, value: Any) -> bool:
    """Whether a temporary UPN was given up for the permanent one."""
    return field == "upn" and is_temporary_upn(kept) and not is_temporary_upn(value)


def _differs(field: str, kept: Any, value: Any) -> bool:
    """Whether a row says another identity; a sheet may still have the temporary UPN."""
    is_given_up = field == "upn" and is_temporary_upn(value) and not is_temporary_upn(kept)
    return field in _IDENTITY and kept != value and not is_given_up


def _fit(field: str, value: Value, longest: int) -> Any:
    """The value as it can be kept; None where it is blank, does not fit, or fails its check."""
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


def _letter(row: NormalisedRow, field: str) -> str:
    # A full name is told apart in mapping; both halves stand in its cell.
    place = row.columns.get(field) or row.columns.get("full_name")
    return place.letter if place else ""
