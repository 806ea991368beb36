"""What matching gives: what became of each row, and the people it was held against."""

from dataclasses import dataclass
from enum import StrEnum

from destinations.linkage.identities import Identity

NOBODY = "like nobody known"


class Outcome(StrEnum):
    """What became of a row."""

    SURE = "sure"
    NEW = "new"
    UNSURE = "unsure"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody known, as one of their leavers names them."""

    person_id: int
    who: Identity


@dataclass(frozen=True, slots=True)
class Matched:
    """Who a row is about, by which level, and why.

    Rows about the same new person carry the same `newcomer`, counted from 0.  `candidates` are
    people an unsure row may be about, likeliest first.
    """

    sheet: str
    row: int
    outcome: Outcome
    level: str
    person_id: int | None = None
    newcomer: int | None = None
    candidates: tuple[int, ...] = ()
    reason: str = ""
