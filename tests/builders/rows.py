"""Rows as mapping hands them on: what was typed, field by field, and what becomes of it."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from models.facts.identifiers import is_valid_uln, upn_check_letter
from models.handoffs.findings import Finding, Issue
from models.handoffs.normalised import (
    FieldColumn,
    NormalisedRow,
    NormalisedSubmission,
    SubmissionMetadata,
)
from models.handoffs.sheets import Value
from models.vocabulary import LeavingStage, Severity, SubmissionKind

HEADINGS = {
    "upn": "UPN",
    "uln": "ULN",
    "surname": "Surname",
    "forename": "First name",
    "born_on": "DOB",
    "sex": "Sex",
    "sen": "SEN",
    "activity": "Destination",
    "provider_name": "Where",
    "started_on": "Start",
    "ended_on": "End",
}
# The columns of a row that is drawn in one line.
FIELDS = ("upn", "surname", "forename", "born_on", "activity", "provider_name", "started_on")
DAYS = ("born_on", "started_on", "ended_on", "as_at")
NUMBERS = (
    *("upn", "uln", "provider_urn", "provider_ukprn", "provider_laestab"),
    *("school_urn", "school_laestab"),
)
CLOSED = {
    "sex": {"F": "F", "M": "M", "U": "U"},
    "sen": {"N": "N", "K": "K", "E": "E"},
    "disadvantaged": {"Y": True, "N": False},
    "consent": {"Y": True, "N": False},
    "cohort_status": {"P": "P", "D": "D"},
    "enrolled": {"Y": True, "N": False},
    "withdrawn": {"Y": True, "N": False},
    "source": {"school": "school", "family": "family"},
    "intended": {"Apprenticeship": "apprenticeship or traineeship"},
    "activity": {"College": "230", "Sixth form": "210", "Apprenticeship": "310", "NEET": "619"},
}

# Somebody of whom there is nothing to say.
ADA = {
    "upn": "B801200005001",
    "uln": "9276308686",
    "surname": "Okafor",
    "forename": "Ada",
    "born_on": "14/02/2007",
    "sex": "F",
    "sen": "N",
    "activity": "College",
    "provider_name": "Penrose College",
    "started_on": "11/09/2023",
}


def typed(
    cells: Mapping[str, str], *, row: int = 2, sheet: str = "Leavers", **more: Any
) -> NormalisedRow:
    """One row as typed.  `more` may give wave, marks, fields (those that have a column)."""
    fields = tuple(more.get("fields") or dict.fromkeys((*HEADINGS, *cells)))
    columns = {
        name: FieldColumn(name, sheet, chr(ord("A") + n), HEADINGS.get(name, name))
        for n, name in enumerate(fields)
    }
    raw = {name: text for name, text in cells.items() if text}
    marks = more.get("marks", {})
    values = {name: None if name in marks else made(name, text) for name, text in raw.items()}
    values |= more.get("values", {})
    return NormalisedRow(sheet, row, more.get("wave", 1), raw, values, columns, marks)


def made(name: str, text: str) -> Value:
    """What becomes of a cell, simply: enough for the rules to be tried."""
    if name in DAYS:
        return _day(text)
    if name in NUMBERS:
        return re.sub(r"\s", "", text).upper()
    if name in CLOSED:
        value = CLOSED[name].get(text)
        return text if value is None and name == "activity" and text.isdigit() else value
    return text.strip()


def _day(text: str) -> date | None:
    try:
        return datetime.strptime(text, "%d/%m/%Y").date()
    except ValueError:
        return None


def a_row(
    number: int, drawn: str, *, wave: int | None = 1, sheet: str = "Leavers"
) -> NormalisedRow:
    """A row from "UPN, surname, forename, born, activity, provider, started"; '-' is blank.

    Days are typed 2007-03-17; every one of FIELDS has a column, and a value or None.
    """
    typed_cells = [cell.strip() for cell in drawn.split(",")]
    cells = {
        name: cell for name, cell in zip(FIELDS, typed_cells, strict=False) if cell not in {"", "-"}
    }
    values: dict[str, Value] = {name: cells.get(name) for name in FIELDS}
    values |= {name: date.fromisoformat(cells[name]) for name in DAYS if name in cells}
    return typed(cells, row=number, sheet=sheet, wave=wave, fields=FIELDS, values=values)


def must_fix(row: int, *, sheet: str = "Leavers") -> Finding:
    """A finding that makes a row wait."""
    return Finding("P01", Severity.MUST_FIX, "", "", sheet, row, "B", "Surname", "Lee")


def a_declaration(**changes: Any) -> SubmissionMetadata:
    """Year 11 leavers of 2022/23, sent in their first autumn, but for the changes."""
    values = {
        "submission_id": 1,
        "urn": "900700",
        "sent_on": date(2023, 11, 9),
        "kind": SubmissionKind.LEAVERS,
        "academic_year": 2022,
        "leaving_stage": LeavingStage.Y11,
        "wave": 1,
    }
    return SubmissionMetadata(**(values | changes))


def submission(
    rows: Sequence[NormalisedRow],
    *,
    number: int = 1,
    kind: SubmissionKind = SubmissionKind.LEAVERS,
    remarks: tuple[Issue, ...] = (),
    **more: Any,
) -> NormalisedSubmission:
    """The leavers of 2022/23, sent in their first autumn, unless said otherwise.

    A list of another kind is of no cohort.
    """
    no_cohort = {"academic_year": None, "leaving_stage": None, "wave": None}
    suggests = more.pop("suggests", {})
    declared = a_declaration(
        **{"submission_id": number, "urn": "900701", "sent_on": date(2023, 11, 20), "kind": kind}
        | ({} if kind is SubmissionKind.LEAVERS else no_cohort)
        | more
    )
    return NormalisedSubmission(declared, tuple(rows), remarks, suggests)


_FORENAMES = ("Ben", "Cara", "Dev", "Esme", "Femi", "Gwen", "Hari", "Isla", "Jude", "Kezia")
_SURNAMES = ("Price", "Quaye", "Rowe", "Shah", "Tait", "Udo", "Vale", "Wren", "Yeo", "Zaidi")


def leaver(number: int) -> dict[str, str]:
    """One of ten thousand other leavers of 2022/23, of whom there is nothing to say either."""
    body = f"8012000{number % 100_000:05d}"
    uln = next(
        sound
        for start in range(number * 7 + 100_000_000, number * 7 + 100_000_007)
        for check in range(10)
        if is_valid_uln(sound := f"{start}{check}")
    )
    return {
        **ADA,
        "upn": upn_check_letter(body) + body,
        "uln": uln,
        "surname": _SURNAMES[number // 10 % 10] + _SURNAMES[number // 100 % 10].lower(),
        "forename": _FORENAMES[number % 10] + "abcdefghij"[number // 1000 % 10],
        "born_on": f"{number % 28 + 1:02d}/{number % 7 + 1:02d}/2007",
        "activity": ("College", "Sixth form", "Apprenticeship")[number % 3],
    }
