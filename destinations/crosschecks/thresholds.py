"""Thresholds: how large a difference between sheets is reported.  A hub may set its own."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Shares lie between 0 and 1; whole numbers count leavers.  No row waits for these."""

    sheet_shrinks: float = 0.2  # against the last sheet of the cohort
    sheet_grows: float = 0.2  # by leavers that no earlier sheet of the cohort named
    cohort_differs: float = 0.3  # from the cohort of the year before
    above_register: float = 0.6  # above the largest year group that the register allows for
    below_register: float = 0.6  # below the smallest
    other_cohort: float = 0.2  # leavers who stand in another year's cohort of the school too
    known_rises: float = 0.3  # to all of them, from the cohort before at the same wave
    other_school: float = 0.5  # of a sheet, leavers of one other school: with more it stops
    other_school_from: int = 5  # such leavers below which it never does, and is asked about
    fewest: int = 5  # a difference of fewer may be chance
    alike_from: int = 20  # among fewer, all alike may be chance


THRESHOLDS = Thresholds()
