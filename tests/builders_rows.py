"""Mapped submissions drawn by hand: what was typed, field by field, and what becomes of it."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from models.facts.identifiers import is_valid_uln, upn_check_letter
from models.handoffs.findings import Issue
from models.handoffs.normalised import (
    FieldColumn,
    NormalisedRow,
    NormalisedSubmission,
    SubmissionMetadata,
)
from models.handoffs.sheets import Value
from models.vocabulary import LeavingStage, SubmissionKind

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
        known = CLOSED[name].get(text)
        return text if known is None and name == "activity" and text.isdigit() else known
    return text.strip()


def _day(text: str) -> date | None:
    try:
        return datetime.strptime(text, "%d/%m/%Y").date()
    except ValueError:
        return None


def submission(
    rows: Sequence[NormalisedRow],
    *,
    number: int = 1,
    kind: SubmissionKind = SubmissionKind.LEAVERS,
    remarks: tuple[Issue, ...] = (),
    **more: Any,
) -> NormalisedSubmission:
    """The leavers of 2022/23, sent in their first autumn, unless said otherwise."""
    cohort = kind is SubmissionKind.LEAVERS
    declared = SubmissionMetadata(
        submission_id=number,
        urn="900701",
        sent_on=more.get("sent_on", date(2023, 11, 20)),
        kind=kind,
        academic_year=more.get("academic_year", 2022 if cohort else None),
        leaving_stage=more.get("leaving_stage", LeavingStage.Y11 if cohort else None),
        wave=more.get("wave", 1 if cohort else None),
    )
    return NormalisedSubmission(declared, tuple(rows), remarks, more.get("suggests", {}))


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
