"""Match results: what became of each row, and the known leavers it was compared with."""

from dataclasses import dataclass
from enum import StrEnum

from destinations.linkage.identities import Identity

NOBODY = "like nobody known"


class MatchOutcome(StrEnum):
    """What became of a row."""

    SURE = "sure"
    NEW = "new"
    UNSURE = "unsure"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class KnownLeaver:
    """A person in the record, by the identity that one of their leavers has."""

    person_id: int
    who: Identity


@dataclass(frozen=True, slots=True)
class RowMatch:
    """Who a row is about, by which level, and why.

    Rows about the same new person carry the same `newcomer`, counted from 0.  `candidates` are
    people an unsure row may be about, likeliest first.
    """

    sheet: str
    row: int
    outcome: MatchOutcome
    level: str
    person_id: int | None = None
    newcomer: int | None = None
    candidates: tuple[int, ...] = ()
    reason: str = ""
