"""Counts: in words, a number agrees with its noun, and its verb where there is one."""


def count_of(number: int, singular: str, plural: str = "") -> str:
    """A number and what it counts: 1 row, 2,000 rows.

    `plural` is `singular` and an s if left out.  With a verb:
    `count_of(waiting, "row waits", "rows wait")`.
    """
    return f"{number:,} {singular if number == 1 else plural or singular + 's'}"
