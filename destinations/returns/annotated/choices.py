"""Choices: the words that a cell with a closed list may hold, as we call them."""

from functools import cache

from models.vocabulary import SEN, SEXES, ActivityType, IntendedDestination, SourceType, activities

NAMES = "destinations_{}"  # of the defined name of each list


@cache
def choices_by_field() -> dict[str, tuple[str, ...]]:
    """For each of our fields with a closed list, what may be picked; each is known when typed."""
    yes_no = ("Yes", "No")
    current = [
        one
        for one in activities().values()
        if one.is_current and one.kin is not ActivityType.PRE_16
    ]
    return {
        "activity": tuple(one.label for one in current),
        "intended": tuple(_written(word.value) for word in IntendedDestination),
        "sex": tuple(_written(word) for word in SEXES.values()),
        "sen": tuple(_written(word) for word in SEN.values()),
        "disadvantaged": yes_no,
        "consent": yes_no,
        "enrolled": yes_no,
        "withdrawn": yes_no,
        "source": tuple(_written(word.value) for word in SourceType),
    }


def _written(word: str) -> str:
    return word[:1].upper() + word[1:]
