"""Percent: a share in whole numbers, rounded as the Department for Education rounds."""

from decimal import ROUND_HALF_UP, Decimal


def rounded_percent(numerator: int, denominator: int) -> str | None:
    """The share as a whole number without its sign ("91"), or None where there is no base.

    Half is rounded up, on the exact ratio: Python's own rounding (half to even) disagrees with
    160 of the 37,588 percentages that DfE published for 2020/21 leavers (sources.md: percentages).
    """
    if denominator == 0:
        return None
    exact = Decimal(numerator) * 100 / Decimal(denominator)
    return str(exact.quantize(Decimal(1), ROUND_HALF_UP))
