"""Destinations: what is recorded of a leaver, the match it rests on, and what was published."""

from datetime import date, datetime

from sqlmodel import CheckConstraint, Field, UniqueConstraint

from models.base import SQLModel
from models.facts.calendar import now


class Match(SQLModel, table=True):
    """Which leaver a row is about and by which named level; nobody yet where that is unsure."""

    __tablename__ = "match"
    __table_args__ = (UniqueConstraint("submission_id", "sheet", "row"),)
    id: int | None = Field(default=None, primary_key=True)
    submission_id: int = Field(foreign_key="submission.id", index=True)
    sheet: str = Field(default="", max_length=255)
    row: int
    person_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    level: str = Field(max_length=80)
    decided_by: str = Field(default="rule", max_length=100)
    reason: str = Field(default="", max_length=400)
    decided_at: datetime = Field(default_factory=now)


class Destination(SQLModel, table=True):
    """What a leaver was doing at a wave, as one source said at one moment.  Append-only.

    `as_at` is the day it was true, `recorded_at` the moment we learned it.  A correction
    supersedes; nothing is overwritten.  The cell it came from is submission, sheet, row, column.
    """

    __tablename__ = "destination"
    __table_args__ = (
        UniqueConstraint("submission_id", "sheet", "row", "leaver_id", "wave"),
        CheckConstraint("wave >= 0", name="destination_wave_known"),
    )
    id: int | None = Field(default=None, primary_key=True)
    leaver_id: int = Field(foreign_key="leaver.id", index=True)
    wave: int
    activity_code: str = Field(max_length=3)
    intended: str | None = Field(default=None, max_length=40)
    provider_name: str = Field(default="", max_length=300)
    provider_urn: str | None = Field(default=None, max_length=6)
    provider_ukprn: str | None = Field(default=None, max_length=8)
    course: str = Field(default="", max_length=300)
    level: str = Field(default="", max_length=40)
    started_on: date | None = None
    ended_on: date | None = None
    as_at: date
    source: str = Field(max_length=12)
    evidence: str = Field(max_length=30)
    recorded_at: datetime = Field(default_factory=now, index=True)
    submission_id: int = Field(foreign_key="submission.id", index=True)
    sheet: str = Field(default="", max_length=255)
    row: int
    column: str = Field(default="", max_length=3)
    supersedes_id: int | None = Field(default=None, foreign_key="destination.id")
    # The word whose place and course stand here, since the cells for them were blank.
    kept_from_id: int | None = Field(default=None, foreign_key="destination.id")


class Publication(SQLModel, table=True):
    """One document put where its readers look."""

    __tablename__ = "publication"
    __table_args__ = (UniqueConstraint("key", "sha256"),)
    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(index=True, max_length=600)
    sha256: str = Field(max_length=64)
    what: str = Field(max_length=40)  # summary, evidence pack, receipt, findings
    urn: str | None = Field(default=None, max_length=6)
    hub: str | None = Field(default=None, max_length=200)
    edition: str = Field(default="", max_length=40)
    published_at: datetime = Field(default_factory=now)
