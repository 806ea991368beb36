"""Tolerances: the limits that a hub may want to draw elsewhere."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tolerances:
    """Where plausible ends.  Years of age, rows of a sheet, and a share of 1."""

    years_from_year_group: int = 2  # beyond this a date of birth must be put right
    enrolled_from_age: int = 14  # colleges take some from 14
    enrolled_to_age: int = 25  # education, health and care plans end at 25
    rows_to_be_constant: int = 20  # below this, everybody alike is chance
    unknown_words: float = 0.2  # of the destinations on a sheet: beyond it, the words are asked
    unknown_words_from: int = 5  # below this, each of them is told and that is enough


TOLERANCES = Tolerances()
