"""Choices: the words that a cell with a closed list may hold, as we call them."""

from functools import cache

from models.vocabulary import (
    COHORT_STATUSES,
    SEN,
    SEXES,
    ActivityType,
    IntendedDestination,
    SourceType,
    activities,
)

NAMES = "destinations_{}"  # of the defined name of each list


@cache
def choices_by_field() -> dict[str, tuple[str, ...]]:
    """For each of our fields with a closed list, what may be picked; each is known when typed."""
    yes_no = ("Yes", "No")
    current = [
        activity
        for activity in activities().values()
        if activity.is_current and activity.activity_type is not ActivityType.PRE_16
    ]
    return {
        "activity": tuple(activity.label for activity in current),
        "intended": tuple(_capitalised(word.value) for word in IntendedDestination),
        "sex": tuple(_capitalised(word) for word in SEXES.values()),
        "sen": tuple(_capitalised(word) for word in SEN.values()),
        "disadvantaged": yes_no,
        "consent": yes_no,
        "cohort_status": tuple(COHORT_STATUSES.values()),
        "enrolled": yes_no,
        "withdrawn": yes_no,
        "source": tuple(_capitalised(word.value) for word in SourceType),
    }


def _capitalised(word: str) -> str:
    return word[:1].upper() + word[1:]
