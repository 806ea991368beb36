"""Identifiers: the check characters of UPN and ULN, and what numbers and postcodes look like.

Facts: sources.md, identifiers; the UPN's letters from govtalk UniquePupilNumber-2-0, the ULN's
check digit from HESA and ILR rule ULN_04.  URN, UKPRN and LAESTAB have no check character.  The
standard library only: whoever reads a sheet and whoever makes one up ask the same.
"""

import re

UPN_FORM = r"[A-HJ-NP-RT-Z][0-9]{11}[0-9A-HJ-NP-RT-Z]"
ULN_FORM = r"[1-9][0-9]{9}"
UPN_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"  # 23 of them: I, O and S are never used
UPN_WEIGHTS = range(2, 14)
ULN_WEIGHTS = range(10, 1, -1)
ULN_PLACEHOLDER = "9999999999"  # what providers send while a number is awaited

# What each character of a UPN is worth.
UPN_VALUES = {
    **{str(digit): digit for digit in range(10)},
    **{letter: at for at, letter in enumerate(UPN_LETTERS)},
}
_UPN, _ULN = re.compile(UPN_FORM), re.compile(ULN_FORM)


def upn_check_letter(body: str) -> str:
    """The check letter that belongs before the other twelve characters of a UPN, '' if none can.

    Eleven digits and a digit, or a letter in a temporary UPN: weights 2 to 13, modulo 23.
    """
    if not _UPN.fullmatch("A" + body):
        return ""
    weighted = zip(body, UPN_WEIGHTS, strict=True)
    return UPN_LETTERS[sum(UPN_VALUES[c] * weight for c, weight in weighted) % 23]


def is_valid_upn(text: str) -> bool:
    """Whether a UPN in capitals has the right form and the right check letter.

    The local authority in it is not looked up: a number given by one that no longer exists, or
    that never did (999), is still that person's number.
    """
    return bool(text) and upn_check_letter(text[1:]) == text[0]


def uln_check_digit(nine: str) -> str:
    """The check digit that belongs after the first nine of a ULN, '' if none can.

    Weights 10 to 2, modulo 11; what leaves a remainder of 0 is never issued.
    """
    if not _ULN.fullmatch(nine + "0"):
        return ""
    weighted = zip(nine, ULN_WEIGHTS, strict=True)
    remainder = sum(int(digit) * weight for digit, weight in weighted) % 11
    return str(10 - remainder) if remainder else ""


def is_valid_uln(text: str) -> bool:
    """Whether ten digits are a ULN by their check digit, which that of the placeholder is not."""
    return len(text) == 10 and uln_check_digit(text[:9]) == text[9]
