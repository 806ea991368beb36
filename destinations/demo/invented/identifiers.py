"""Made-up identifiers whose check letters and digits are right, and ways to get them wrong."""

import random

from models.facts.identifiers import UPN_LETTERS, uln_check_digit, upn_check_letter

_INWARD_LETTERS = "ABDEFGHJLNPQRSTUWXYZ"


def make_upn(la_code: str, establishment: str, year: int, serial: int) -> str:
    """The UPN that a school gives: letter, 3 of LA, 4 of school, 2 of year, 3 of serial."""
    body = f"{la_code}{establishment}{year % 100:02d}{serial:03d}"
    return upn_check_letter(body) + body


def wrong_letter(chance: random.Random, upn: str) -> str:
    """The same UPN under a letter that is not its own."""
    return chance.choice([letter for letter in UPN_LETTERS if letter != upn[0]]) + upn[1:]


def wrong_length(chance: random.Random, upn: str) -> str:
    """The UPN with a digit lost, or one typed twice."""
    position = chance.randrange(1, len(upn))
    return (
        upn[:position] + upn[position + 1 :]
        if chance.random() < 0.7
        else upn[:position] + upn[position] + upn[position:]
    )


def make_uln(chance: random.Random) -> str:
    """A ULN as HESA and the ILR define it."""
    while True:
        nine = str(chance.randrange(100_000_000, 1_000_000_000))
        uln = nine + uln_check_digit(nine)
        # Some have no check digit; four closing noughts look like what Excel does to a number.
        if len(uln) == 10 and not uln.endswith("0000"):
            return uln


def wrong_digit(chance: random.Random, uln: str) -> str:
    """The same ULN with another last digit."""
    return uln[:-1] + chance.choice([digit for digit in "0123456789" if digit != uln[-1]])


def make_postcode(chance: random.Random, areas: str) -> str:
    """A postcode of the right shape in one of the areas ("LS BD HX"); most do not exist."""
    area = chance.choice(areas.split())
    inward = "".join(chance.choices(_INWARD_LETTERS, k=2))
    return f"{area}{chance.randrange(1, 29)} {chance.randrange(10)}{inward}"
