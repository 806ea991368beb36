"""Tolerances: the limits that a hub may want to draw elsewhere."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tolerances:
    """Where plausible ends.  Years of age, and rows of a sheet."""

    years_from_year_group: int = 2  # beyond this a date of birth must be put right
    enrolled_from_age: int = 14  # colleges take some from 14
    enrolled_to_age: int = 25  # education, health and care plans end at 25
    rows_to_be_constant: int = 20  # below this, everybody alike is chance


TOLERANCES = Tolerances()
