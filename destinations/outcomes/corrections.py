"""Corrections: of two statements by one voice, whether the later takes the place of the earlier.

Only a statement that cannot be true beside the earlier one corrects it.  One of another day or of
another stay is a change, and both stand: docs/decisions/0005-what-counts-as-known.md.
"""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple, Protocol, TypeVar

from models.vocabulary import EvidenceStrength, SourceType

# The months in which a new round of answers begins: summer and autumn, the second term, the rest.
_ROUNDS = (8, 4, 1)


class Dated(Protocol):
    """What a statement says of time: the day it was true, and the ends of the stay it tells of.

    And the row of the sheet that said it.
    """

    @property
    def submission_id(self) -> int:
        """The submission that it came in."""

    @property
    def sheet(self) -> str:
        """The sheet of it."""

    @property
    def row(self) -> int:
        """The row of that."""

    @property
    def wave(self) -> int:
        """The wave that it answers."""

    @property
    def as_at(self) -> date:
        """The day on which it was true."""

    @property
    def started_on(self) -> date | None:
        """The first day of the stay."""

    @property
    def ended_on(self) -> date | None:
        """The last day of the stay."""


class Voice(NamedTuple):
    """Whose statements correct one another: those of one provider, or those a school passes on."""

    source: str
    sender: str  # the URN of a provider that sent its own list, '' for any other


def voice_of(source: str, evidence: str, sender: str) -> Voice:
    """The voice of a statement.  `sender` is the URN that sent it.

    A source that a school's column names is no voice of its own, unless it is the leaver's or
    a parent's: they are heard through the school only.
    """
    if EvidenceStrength(evidence).is_own_word:
        return Voice(SourceType.PROVIDER.value, sender)
    heard = (SourceType.LEAVER.value, SourceType.FAMILY.value)
    return Voice(source if source in heard else SourceType.SCHOOL.value, "")


def corrects(later: Dated, earlier: Dated) -> bool:
    """Whether a later statement by the same voice, about the same leaver and wave, is a correction.

    It is where both speak of one day.  What is intended is said anew each time; and one row that
    tells what was and what is tells two facts.
    """
    if later.wave == 0:
        return True
    if _row_of(later) == _row_of(earlier):
        return False
    later_first, later_last = _days_spoken_of(later)
    earlier_first, earlier_last = _days_spoken_of(earlier)
    return later_first <= earlier_last and earlier_first <= later_last


def _row_of(statement: Dated) -> tuple[int, str, int]:
    return statement.submission_id, statement.sheet, statement.row


def _days_spoken_of(statement: Dated) -> tuple[date, date]:
    """The first and last day that a statement speaks of.

    Without a start that is all of the round in which it was true so far: two sheets of one autumn
    answer the same question, whatever days they were sent on.
    """
    last = statement.as_at
    if statement.ended_on is not None:
        last = min(last, statement.ended_on)
    if statement.started_on is not None:
        return statement.started_on, max(last, statement.started_on)
    month = next(month for month in _ROUNDS if last.month >= month)
    return last.replace(month=month, day=1), last


Statement = TypeVar("Statement", bound=Dated)


def uncorrected(statements: Sequence[Statement]) -> list[Statement]:
    """The statements of one voice and wave, in the order they were sent in, that still stand."""
    return [
        statement
        for position, statement in enumerate(statements)
        if not any(corrects(later, statement) for later in statements[position + 1 :])
    ]
