"""Cell heuristics: what a cell may hold by its looks alone: a name, an identifier, a birthday."""

import re

from models.handoffs.sheets import Cell, CellKind

_LETTER = re.compile(r"[^\W\d_]")
_WORD = re.compile(r"[^\W\d_]|\?")
_DIGIT = re.compile(r"\d")
_THREE_DIGITS = re.compile(r"(?:\d\D*){3}")
# Spaces may stand between the digits of a UPN; what stands between those of a date may not.
# A ULN that Excel spoilt reads 9.07E+09.
_NUMBER_OF_A_PERSON = re.compile(r"(?:\d\s*){7}|\d(?:\.\d+)?[Ee]\+?\d")
# A member of an enumeration is slow to look up, and this happens for every cell.
_TEXT, _NUMBER, _DATE = CellKind.TEXT, CellKind.NUMBER, CellKind.DATE


def may_be_name(cell: Cell) -> bool:
    """Whether a cell may hold a name: letters, no digits, and no colon that announces more."""
    text = cell.text
    return (
        cell.kind is _TEXT
        and _LETTER.search(text) is not None
        and _DIGIT.search(text) is None
        and not text.rstrip().endswith(":")
    )


def may_be_answer(cell: Cell) -> bool:
    """Whether a cell answers something: words, a question mark, or a day."""
    return cell.kind is _DATE or (cell.kind is _TEXT and _WORD.search(cell.text) is not None)


def may_be_person_identifier(cell: Cell) -> bool:
    """Whether a cell may hold a UPN or a ULN, sound or not: nothing else has that many digits."""
    return _NUMBER_OF_A_PERSON.search(cell.text) is not None


def may_be_birth_date(cell: Cell) -> bool:
    """Whether a cell may hold a date of birth, however it is written, possible or not."""
    if cell.kind is _DATE:
        return True
    value = cell.value
    if cell.kind is _NUMBER and isinstance(value, int | float):
        # A serial number of some day since 1950, or the digits of a date.
        return 18_264 <= value <= 60_000 or 10_150 <= value <= 99_999_999
    # "100%" is a share.
    is_short = len(cell.text) <= 60 and "%" not in cell.text
    return is_short and _THREE_DIGITS.search(cell.text) is not None
