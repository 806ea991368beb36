"""Identifier checks: whether a UPN, ULN, URN, UKPRN, LAESTAB, UCAS number or postcode can be right.

Scalars are judged one at a time; the two check characters also a column at a time, for the suite.
Every function answers for every text.  Facts: sources.md, identifiers; the UPN's letters from
govtalk UniquePupilNumber-2-0, the ULN's check digit from HESA and ILR rule ULN_04.
"""

import re
from enum import StrEnum
from typing import Any

import numpy as np
import pandas as pd

from models.facts import identifiers

UPN_FORM = rf"^{identifiers.UPN_FORM}\Z"
ULN_FORM = rf"^{identifiers.ULN_FORM}\Z"
URN_FORM = r"^[0-9]{6}\Z"
UKPRN_FORM = r"^1[0-9]{7}\Z"
LAESTAB_FORM = r"^[0-9]{3}[/-]?[0-9]{4}\Z"
UCAS_FORM = r"^[0-9]{10}\Z"
POSTCODE_FORM = r"^([A-Z]{1,2}[0-9][0-9A-Z]?[0-9][A-Z]{2}|GIR0AA|BFPO[0-9]{1,4})\Z"

HOME_EDUCATED = "9999"  # the establishment part where there is no establishment
PSEUDO_POSTCODE = "ZZ99"


class IdentifierVerdict(StrEnum):
    """What can be said of an identifier from its characters alone."""

    VALID = "valid"
    INVALID = "invalid"
    PLACEHOLDER = "placeholder"


def judge_identifier(identifier: str, text: str) -> tuple[IdentifierVerdict, str]:
    """Whether `text` can be a "UPN", "ULN", "URN", "UKPRN", "LAESTAB", "UCAS" or "Postcode".

    Gives the verdict and the text as normalised, '' where it is not a valid one.
    Raises KeyError for an identifier that is none of these.
    """
    normalised = _NORMALISERS[identifier](text)
    verdict = _JUDGES[identifier](normalised)
    return verdict, normalised if verdict is IdentifierVerdict.VALID else ""


def without_spaces(text: str) -> str:
    """The text in upper case without any space, no-break ones and invisible ones included."""
    return re.sub(r"[\s\u00a0\u200b\u200c\u200d\ufeff]", "", text).upper()


def normalise_postcode(text: str) -> str:
    """A postcode with the one space before its last three characters."""
    bare = without_spaces(text)
    return f"{bare[:-3]} {bare[-3:]}" if len(bare) > 3 else bare


def upns_agree(column: "pd.Series[Any]") -> "pd.Series[bool]":
    """For each UPN, False only where its form is right and its check letter is wrong."""
    formed = column.astype("str").str.match(UPN_FORM).fillna(False).astype(bool)
    agrees = pd.Series(True, index=column.index)
    if formed.any():
        values = _character_values(column[formed], 13)
        right = (values[:, 1:] * np.array(identifiers.UPN_WEIGHTS)).sum(axis=1) % 23 == values[:, 0]
        agrees[formed] = right
    return agrees


def ulns_agree(column: "pd.Series[Any]") -> "pd.Series[bool]":
    """For each ULN, False only where its form is right and its check digit is wrong."""
    formed = column.astype("str").str.match(ULN_FORM).fillna(False).astype(bool)
    agrees = pd.Series(True, index=column.index)
    if formed.any():
        digits = _character_values(column[formed], 10)
        remainders = (digits[:, :9] * np.array(identifiers.ULN_WEIGHTS)).sum(axis=1) % 11
        agrees[formed] = (remainders != 0) & (digits[:, 9] == 10 - remainders)
    return agrees


def postcodes_agree(column: "pd.Series[Any]") -> "pd.Series[bool]":
    """For each postcode, spaced or not, in either case, whether it has the form of one."""
    bare = column.astype("str").str.replace(r"\s", "", regex=True).str.upper()
    return bare.str.match(POSTCODE_FORM).fillna(False).astype(bool)


def _character_values(
    column: "pd.Series[Any]", length: int
) -> "np.ndarray[Any, np.dtype[np.int64]]":
    codes = np.array(column.tolist(), dtype=f"U{length}").view(np.uint32).reshape(-1, length)
    return _TABLE[codes]


_TABLE = np.zeros(128, dtype=np.int64)
for _character, _value in identifiers.UPN_VALUES.items():
    _TABLE[ord(_character)] = _value


def _verdict_of(sound: bool) -> IdentifierVerdict:
    return IdentifierVerdict.VALID if sound else IdentifierVerdict.INVALID


def _judge_uln(text: str) -> IdentifierVerdict:
    if text == identifiers.ULN_PLACEHOLDER:
        return IdentifierVerdict.PLACEHOLDER
    return _verdict_of(identifiers.is_valid_uln(text))


def _judge_laestab(text: str) -> IdentifierVerdict:
    if not re.match(LAESTAB_FORM, text):
        return IdentifierVerdict.INVALID
    return (
        IdentifierVerdict.PLACEHOLDER if text.endswith(HOME_EDUCATED) else IdentifierVerdict.VALID
    )


def _judge_postcode(text: str) -> IdentifierVerdict:
    bare = without_spaces(text)
    if not re.match(POSTCODE_FORM, bare):
        return IdentifierVerdict.INVALID
    return (
        IdentifierVerdict.PLACEHOLDER
        if bare.startswith(PSEUDO_POSTCODE)
        else IdentifierVerdict.VALID
    )


_NORMALISERS = {
    "UPN": without_spaces,
    "ULN": without_spaces,
    "URN": without_spaces,
    "UKPRN": without_spaces,
    "LAESTAB": lambda text: re.sub(r"[/-]", "", without_spaces(text)),
    "UCAS": lambda text: without_spaces(text).replace("-", ""),
    "Postcode": normalise_postcode,
}
_JUDGES = {
    "UPN": lambda text: _verdict_of(identifiers.is_valid_upn(text)),
    "ULN": _judge_uln,
    "URN": lambda text: _verdict_of(bool(re.match(URN_FORM, text))),
    "UKPRN": lambda text: _verdict_of(bool(re.match(UKPRN_FORM, text))),
    "LAESTAB": _judge_laestab,
    "UCAS": lambda text: _verdict_of(bool(re.match(UCAS_FORM, text))),
    "Postcode": _judge_postcode,
}
