"""Number formats: whether a number is a date to its reader, and how many zeros they see."""

import re
from enum import StrEnum
from functools import lru_cache

# ECMA-376 part 1, 18.8.30.  Id 14 is the short date of the reader's own country: ours is Britain.
BUILT_IN = {
    1: "0",
    2: "0.00",
    3: "#,##0",
    4: "#,##0.00",
    9: "0%",
    10: "0.00%",
    11: "0.00E+00",
    12: "# ?/?",
    13: "# ??/??",
    14: "dd/mm/yyyy",
    15: "d-mmm-yy",
    16: "d-mmm",
    17: "mmm-yy",
    18: "h:mm AM/PM",
    19: "h:mm:ss AM/PM",
    20: "h:mm",
    21: "h:mm:ss",
    22: "dd/mm/yyyy h:mm",
    45: "mm:ss",
    46: "[h]:mm:ss",
    47: "mm:ss.0",
    49: "@",
}
# Dates and times of East Asian versions; only that they are dates matters to us.
BUILT_IN |= dict.fromkeys((*range(27, 37), *range(50, 59)), "dd/mm/yyyy")

# What is only decoration: quoted words, an escaped letter, a space as wide as one, a filler.
_DECORATION = re.compile(r'"[^"]*"?|\\.|_.|\*.')
_BRACKETS = re.compile(r"\[([^\]]*)\]")
_ELAPSED = re.compile(r"(?i)\A(h+|m+|s+)\Z")


class DisplayedAs(StrEnum):
    """What a number format makes of a number."""

    NUMBER = "number"
    DATE = "date"
    MONTH = "month of a year"  # mmm-yy: the day is not shown
    TIME = "time of day"
    ELAPSED = "elapsed time"
    PERCENT = "percent"
    ZEROS = "zeros in front"


@lru_cache(maxsize=4_096)
def parse_number_format(number_format: str) -> DisplayedAs:
    """What a number format makes of a number, judged by its first section."""
    code, is_elapsed = _first_section(number_format)
    if is_elapsed:
        return DisplayedAs.ELAPSED
    if "general" in code or code in ("", "@"):
        return DisplayedAs.NUMBER
    if set(code) & set("dmyhs"):
        return _classify_date_format(code)
    if code.endswith("%"):
        return DisplayedAs.PERCENT
    return DisplayedAs.ZEROS if re.fullmatch("0{2,}", code) else DisplayedAs.NUMBER


def _first_section(number_format: str) -> tuple[str, bool]:
    # The first section decides; a semicolon in quotes does not end it.
    code = _DECORATION.sub("", number_format).split(";", 1)[0]
    is_elapsed = any(_ELAPSED.match(inner) for inner in _BRACKETS.findall(code))
    return _BRACKETS.sub("", code).strip().lower(), is_elapsed


def _classify_date_format(code: str) -> DisplayedAs:
    code = code.replace("am/pm", "").replace("a/p", "")
    if "y" in code and "d" not in code:
        return DisplayedAs.MONTH
    return (
        DisplayedAs.DATE
        if set(code) & set("dy") or set(code) & set("hs") == set()
        else DisplayedAs.TIME
    )
