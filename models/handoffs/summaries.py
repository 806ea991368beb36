"""Summaries: what summarising hands to publishing, counts that always carry their denominators."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Counts:
    """Leavers counted once each at one wave.  eet + neet + other = known; + not_known = leavers.

    sustained + not_sustained + cannot_tell = leavers; the six categories make up sustained.

    `cannot_be_counted` are rows that make nobody a leaver; None for a part of a breakdown, since
    nobody can say of which part they are.
    """

    leavers: int = 0
    known: int = 0
    eet: int = 0
    neet: int = 0
    other: int = 0
    not_known: int = 0
    sustained: int = 0
    sustained_base: int = 0  # those for whom it can be told, one way or the other
    known_evidenced: int = 0  # of those known, by the word of the place itself
    eet_evidenced: int = 0
    cannot_be_counted: int | None = 0
    excluded: int = 0  # out of the base, and in none of the other numbers
    exclusions: tuple[tuple[str, int], ...] = ()  # (why, how many), in the order of the list
    # (models.vocabulary.ActivityType, leavers), every type
    activity_types: tuple[tuple[str, int], ...] = ()
    # (models.vocabulary.SustainedCategory, how many lasted), where there are any
    sustained_categories: tuple[tuple[str, int], ...] = ()

    @property
    def not_sustained(self) -> int:
        """Leavers of whom it can be told that their destination did not last."""
        return self.sustained_base - self.sustained

    @property
    def cannot_tell(self) -> int:
        """Leavers of whom it cannot be told; those not known are among them."""
        return self.leavers - self.sustained_base

    def sustained_in(self, category: str) -> int:
        """Leavers whose destination lasted, and was of that category."""
        return dict(self.sustained_categories).get(category, 0)


@dataclass(frozen=True, slots=True)
class SummaryLine:
    """One line of a summary.  `urn` is '' for the whole hub.

    `breakdown` is "all", "disadvantage", "SEN" or "sex"; `part` its value ("SEN support").
    """

    hub: str
    urn: str
    school: str
    academic_year: int
    leaving_stage: str
    wave: int
    breakdown: str = "all"
    part: str = "all"
    counts: Counts = field(default_factory=Counts)


@dataclass(frozen=True, slots=True)
class Summarised:
    """What was summarised: every line, and the submissions that these lines will publish."""

    lines: tuple[SummaryLine, ...]
    recorded: Mapping[int, datetime] = field(default_factory=dict)  # id -> when it was recorded
