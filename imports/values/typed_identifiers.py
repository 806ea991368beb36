"""Typed identifiers: spaces and case are nothing; what Excel damaged is said, never repaired.

What is provable is put back: a whole number kept as 42.0, zeros that the cell's number format
shows.  A ULN in E notation passes its check digit one time in eleven (sources.md: spreadsheets).
"""

import re
import unicodedata

from imports.text.invisible import strip_invisible
from models.facts.identifiers import upn_check_letter
from models.handoffs.sheets import Cell, CellKind

_SPACES = re.compile(r"\s+")
_WHOLE = re.compile(r"(\d+)\.0+")
_SCIENTIFIC = re.compile(r"-?\d+(?:\.\d*)?E[+-]?\d+", re.IGNORECASE)
_ZEROS = re.compile(r"0+")
_QUOTES = "'\"`\u2018\u2019\u201c\u201d"

# ILR uses 9999999999 for a learner whose ULN is not known yet; LAESTAB xxx9999 is nobody's.
_NOBODY = {
    "uln": re.compile(r"9{10}|0{10}"),
    "upn": re.compile(r"0+"),
    "postcode": re.compile(r"ZZ99 ?\d?[A-Z]{0,2}"),
    "provider_laestab": re.compile(r"\d{3}9999|X+"),
    "school_laestab": re.compile(r"\d{3}9999|X+"),
    "provider_ukprn": re.compile(r"0{8}|9{8}|X+"),
    "provider_urn": re.compile(r"0{6}|9{6}|X+"),
    "school_urn": re.compile(r"0{6}|9{6}|X+"),
}
_POSTCODE = re.compile(r"([A-Z]{1,2}[0-9][A-Z0-9]?)([0-9][A-Z]{2})")

IDENTIFIERS = frozenset(_NOBODY)


def read_identifier(name: str, cell: Cell) -> tuple[str | None, str]:
    """An identifier in one spelling, whatever its validity, and a mark.

    "damaged" for a UPN or ULN that Excel changed, "placeholder" for one that is nobody's (and
    then there is no value).
    """
    typed = displayed_identifier(cell)
    whole = _WHOLE.fullmatch(typed)
    text = whole[1] if whole else typed
    if name == "postcode":
        return _read_postcode(text)
    text = text.replace("/", "").replace("-", "") if name.endswith("laestab") else text
    if name in ("upn", "uln") and _is_damaged(name, cell, text):
        return text, "damaged"
    if not re.search(r"\d", text) or _NOBODY[name].fullmatch(text):
        return None, "placeholder"
    return text, ""


def displayed_identifier(cell: Cell) -> str:
    """The text of a cell in capitals, without any space, with the zeros that its format shows."""
    text = (
        _SPACES.sub("", unicodedata.normalize("NFKC", strip_invisible(cell.text)))
        .strip(_QUOTES)
        .upper()
    )
    if _is_padded(cell):
        number = _without_format(cell)
        return number.zfill(len(cell.number_format)) if number.isdigit() else text
    return text


def lost_leading_zeros(cell: Cell) -> bool:
    """Whether a cell shows zeros in front that its number does not have."""
    return _is_padded(cell) and displayed_identifier(cell) != _without_format(cell)


def _is_padded(cell: Cell) -> bool:
    return cell.kind is CellKind.NUMBER and bool(_ZEROS.fullmatch(cell.number_format))


def _without_format(cell: Cell) -> str:
    text = cell.stored or cell.text
    whole = _WHOLE.fullmatch(text)
    return whole[1] if whole else text


def _is_damaged(name: str, cell: Cell, text: str) -> bool:
    stored = cell.stored if cell.kind is CellKind.NUMBER else ""
    if _SCIENTIFIC.fullmatch(text) or _SCIENTIFIC.fullmatch(stored):
        return True
    if re.fullmatch(r"\d+\.\d+", text):
        return True
    # Excel keeps 15 digits of a number and shows 6: "9.07084E+09" comes back as 9070840000.
    return name == "uln" and len(text) == 10 and text.isdigit() and text.endswith("0000")


def _read_postcode(text: str) -> tuple[str | None, str]:
    if _NOBODY["postcode"].fullmatch(text) or not re.search(r"\d", text):
        return None, "placeholder"
    parts = _POSTCODE.fullmatch(text)
    if parts:
        return f"{parts[1]} {parts[2]}", ""
    spaced = f"{text[:-3]} {text[-3:]}" if 5 <= len(text) <= 7 else text
    return (spaced, "") if len(spaced) <= 8 else (None, "")


def infer_missing_letter(text: str) -> str:
    """The letter that a UPN has lost from its front; '' where it has lost none."""
    return upn_check_letter(text) if text.isdigit() else ""
