"""One made-up file as sent, and what is true of its rows."""

from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True)
class TrueRow:
    """Who a row is about ('' for nobody of ours), and which wave it answers for them."""

    sheet: str
    row: int
    person: str
    wave: int | None


@dataclass(frozen=True, slots=True)
class PlantedFault:
    """A fault: where it is, under which heading ('' for the whole row), and its kind."""

    sheet: str
    row: int
    heading: str
    kind: str


@dataclass(frozen=True, slots=True)
class TrueWord:
    """What a row says at a wave: the cell, the code its word stands for ('' for none), as typed."""

    sheet: str
    row: int
    column: str
    heading: str
    person: str
    wave: int
    code: str
    provider: str
    typed: str


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file, what its sender says of it, and the truth about it."""

    urn: str
    file: str
    kind: str
    cohort: str
    wave: int | None
    sent_on: date
    content: bytes
    rows: tuple[TrueRow, ...]
    planted: tuple[PlantedFault, ...] = ()
    words: tuple[TrueWord, ...] = field(default=())
