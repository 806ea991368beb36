"""Shifted rows: rows whose cells stand one column away from their headings.

One odd cell is a slip of its own.  Two that each hold what belongs under another heading are a
row that has moved.
"""

import re
from typing import Any

import pandas as pd

_DATE = r"\d{1,4}[-/. ](\d{1,2}|[A-Za-z]{3,9})[-/. ]\d{2,4}( .*)?"
_UPN = r"[A-HJ-NP-RT-Z]\d{11}[\dA-HJ-NP-RT-Z]"
_ULN = r"[1-9]\d{9}"
_POSTCODE = r"[A-Z]{1,2}\d[\dA-Z]? ?\d[A-Z]{2}"
_WORD = re.compile(r"[^\W\d_][^\d]*\Z")


def _any_of(*forms: str) -> "re.Pattern[str]":
    return re.compile(rf"(?:{'|'.join(forms)})\Z", re.IGNORECASE | re.ASCII)


# What has no business under a heading, so plainly that it must have come from another.
_FOREIGN = {
    "surname": _any_of(_DATE, _UPN, _ULN, _POSTCODE),
    "forename": _any_of(_DATE, _UPN, _ULN, _POSTCODE),
    "sex": _any_of(_DATE, _UPN, _ULN, _POSTCODE),
    "sen": _any_of(_DATE, _UPN, _ULN, _POSTCODE),
    "born_on": _any_of(_UPN, _ULN, _POSTCODE),
    "upn": _any_of(_DATE, _ULN, _POSTCODE),
    "uln": _any_of(_DATE, _UPN, _POSTCODE),
    "postcode": _any_of(_DATE, _UPN, _ULN),
}


def find_shifted_rows(table: pd.DataFrame) -> "pd.Series[Any]":
    """By index, "yes" for each row with two cells that belong under other headings."""
    suspect = pd.DataFrame({name: _suspect_cells(table, name) for name in _FOREIGN})
    few = table[suspect.sum(axis=1) >= 2]
    flags = {row.Index: "yes" for row in few.itertuples() if _is_shifted(row)}
    return pd.Series(flags, dtype="str")


def _suspect_cells(table: pd.DataFrame, name: str) -> "pd.Series[bool]":
    """Cells worth a closer look: digits in a word, or a cell of which nothing was made."""
    typed = table[f"{name}__raw"]
    if name in ("surname", "forename"):
        return typed.str.contains("[0-9]").fillna(False).astype(bool)
    if name in ("sex", "sen", "born_on"):
        return typed.notna() & table[name].isna()
    if name == "upn":
        return typed.notna() & table["upn_sound"].isna()
    return typed.str.contains("[/.-]|[A-Za-z]" if name == "uln" else r"[0-9]{4}").fillna(False)


def _is_shifted(row: Any) -> bool:
    typed = {name: getattr(row, f"{name}__raw") for name in _FOREIGN}
    typed = {name: text for name, text in typed.items() if not pd.isna(text)}
    foreign = sum(bool(form.match(typed.get(name, ""))) for name, form in _FOREIGN.items())
    words = sum(bool(_WORD.match(typed.get(name, ""))) for name in ("born_on", "upn"))
    words += bool(pd.isna(row.sex) and _WORD.match(typed.get("sex", "")))
    return foreign >= 2 or (foreign == 1 and words >= 1)
