"""Faults as people and Excel make them, planted one by one and written down."""

import random
from dataclasses import dataclass
from datetime import date

from destinations.demo.files import Cell
from destinations.demo.invented import destination_words
from destinations.demo.invented.identifiers import wrong_digit, wrong_length, wrong_letter
from destinations.demo.invented.people import YoungPerson
from destinations.demo.rows import type_date

Row = dict[str, Cell]

# What each kind spoils.  The first nine are what any hub sends.
SPOILS = {
    "upn_check_letter": "upn",
    "upn_length": "upn",
    "dob_missing": "born_on",
    "dob_impossible": "born_on",
    "dob_implausible": "born_on",
    "surname_missing": "surname",
    "destination_unknown_word": "activity",
    "uln_excel_damage": "uln",
    "same_leaver_twice": "",
    "forename_missing": "forename",
    "uln_check_digit": "uln",
    "same_leaver_twice_differently": "",
}
KINDS = tuple(SPOILS)


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault to plant: its kind, and the key of the cell it spoils ('' for the whole row)."""

    kind: str
    key: str


def draw_fault(chance: random.Random, keys: frozenset[str], kinds: tuple[str, ...]) -> Fault | None:
    """A fault that this sheet can have; None where it can have none of these kinds."""
    options: list[Fault] = []
    for kind in kinds:
        spoiled = SPOILS[kind]
        if not spoiled:
            options.append(Fault(kind, ""))
            continue
        spoilable = sorted(key for key in keys if key == spoiled or key.startswith(f"{spoiled} "))
        if spoilable:
            options.append(Fault(kind, chance.choice(spoilable)))
    return chance.choice(options) if options else None


def spoil(
    chance: random.Random, fault: Fault, row: Row, person: YoungPerson, *, dates: str, csv: bool
) -> bool:
    """Spoil the cell; False where it cannot be, because there is nothing in it."""
    if not row[fault.key] and fault.kind != "destination_unknown_word":
        return False
    if fault.kind.startswith("dob"):
        row[fault.key] = _wrong_date(chance, fault.kind, person.born_on, dates, csv=csv)
        return True
    if fault.kind == "destination_unknown_word":
        row[fault.key] = chance.choice(destination_words.RIDDLES)
        return True
    if fault.kind == "uln_excel_damage":
        row[fault.key] = _excel_shown_number(person.uln, csv=csv)
        return True
    spoiled = {
        "upn_check_letter": wrong_letter(chance, person.upn),
        "upn_length": wrong_length(chance, person.upn),
        "uln_check_digit": wrong_digit(chance, person.uln),
    }
    row[fault.key] = spoiled.get(fault.kind, "")
    return True


def _wrong_date(chance: random.Random, kind: str, born_on: date, dates: str, *, csv: bool) -> Cell:
    if kind == "dob_missing":
        return ""
    if kind == "dob_impossible":
        return chance.choice(("31/02/{}", "30/02/{}", "31/04/{}", "31/11/{}")).format(born_on.year)
    years = chance.choice((-30, -10, -9, -5, 5, 12))
    wrong = born_on.replace(year=born_on.year + years, day=min(born_on.day, 28))
    return type_date(chance, "dd/mm/yyyy" if csv and dates in ("real", "serial") else dates, wrong)


def _excel_shown_number(uln: str, *, csv: bool) -> Cell:
    """A ten-digit number shown in a narrow column, and then saved as it was shown."""
    shown = f"{int(uln):.5E}"
    return shown if csv else float(shown)
