"""Destinations: what is recorded of a leaver, the match it rests on, and what was published."""

from datetime import date, datetime

from sqlmodel import CheckConstraint, Field, UniqueConstraint

from models.base import SQLModel
from models.facts.calendar import now


class Match(SQLModel, table=True):
    """Which leaver a row is about and by which named level; nobody yet where that is unsure."""

    __tablename__ = "match"
    __table_args__ = (UniqueConstraint("submission_id", "sheet", "row"),)
    id: int | None = Field(default=None, primary_key=True, description="Number of the match")
    submission_id: int = Field(
        foreign_key="submission.id", index=True, description="The submission that the row is in"
    )
    sheet: str = Field(default="", max_length=255, description="Tab; empty for a csv file")
    row: int = Field(description="Row as Excel shows it")
    person_id: int | None = Field(
        default=None,
        foreign_key="person.id",
        index=True,
        description="Who it is about; none while that is unsure or the row waits",
    )
    cohort_id: int | None = Field(
        default=None,
        foreign_key="cohort.id",
        index=True,
        description="The cohort that a row of a leaver sheet is of, whoever it is about",
    )
    level: str = Field(max_length=80, description="Named level that says why")
    decided_by: str = Field(default="rule", max_length=100, description='"rule", or who settled it')
    reason: str = Field(default="", max_length=400, description="What they said why")
    decided_at: datetime = Field(default_factory=now, description="When it was decided")


class Destination(SQLModel, table=True):
    """What a leaver was doing at a wave, as one source said at one moment.  Append-only.

    `as_at` is the day it was true, `recorded_at` the moment we learned it.  A correction
    supersedes; nothing is overwritten.  The cell it came from is submission, sheet, row, column.
    """

    __tablename__ = "destination"
    __table_args__ = (
        UniqueConstraint("submission_id", "sheet", "row", "leaver_id", "wave", "column"),
        CheckConstraint("wave >= 0", name="destination_wave_known"),
    )
    id: int | None = Field(default=None, primary_key=True, description="Number of the destination")
    leaver_id: int = Field(foreign_key="leaver.id", index=True, description="Whose it is")
    wave: int = Field(description="Moment that is told of: 0 intended, then 1, 2, 3")
    activity_code: str = Field(
        max_length=3, description="What they were doing: a code of NCCIS field CA01"
    )
    intended: str | None = Field(
        default=None, max_length=40, description="What they mean to do, at wave 0"
    )
    provider_name: str = Field(default="", max_length=300, description="Where, as typed")
    provider_urn: str | None = Field(
        default=None, max_length=6, description="URN of that place, where the register has it"
    )
    provider_ukprn: str | None = Field(
        default=None, max_length=8, description="UKPRN of that place, where the register has it"
    )
    course: str = Field(default="", max_length=300, description="What they study, as typed")
    level: str = Field(default="", max_length=40, description="Level of the course, as typed")
    started_on: date | None = Field(default=None, description="First day")
    ended_on: date | None = Field(
        default=None, description="Last day; none while it goes on or nobody said"
    )
    as_at: date = Field(description="Day on which it was true")
    source: str = Field(max_length=12, description="Who is said to have told")
    evidence: str = Field(max_length=30, description="How strong that is, by who sent it")
    recorded_at: datetime = Field(default_factory=now, index=True, description="When we learned it")
    submission_id: int = Field(
        foreign_key="submission.id", index=True, description="The submission it came from"
    )
    sheet: str = Field(
        default="", max_length=255, description="Tab it came from; empty for a csv file"
    )
    row: int = Field(description="Row it came from, as Excel shows it")
    column: str = Field(default="", max_length=3, description="Letters of the column it came from")
    supersedes_id: int | None = Field(
        default=None,
        foreign_key="destination.id",
        description="The destination that this one corrects",
    )
    kept_from_id: int | None = Field(
        default=None,
        foreign_key="destination.id",
        description="Whose place and course stand here, since the cells for them were blank",
    )


class Publication(SQLModel, table=True):
    """One document put where its readers look."""

    __tablename__ = "publication"
    __table_args__ = (UniqueConstraint("key", "sha256"),)
    id: int | None = Field(default=None, primary_key=True, description="Number of the document")
    key: str = Field(index=True, max_length=600, description="Where it was put in storage")
    sha256: str = Field(max_length=64, description="SHA-256 of its bytes")
    what: str = Field(max_length=40, description="summary, evidence pack, receipt, findings")
    urn: str | None = Field(default=None, max_length=6, description="School that it is for")
    hub: str | None = Field(default=None, max_length=200, description="Hub that it is for")
    edition: str = Field(default="", max_length=40, description="Edition that it belongs to")
    published_at: datetime = Field(default_factory=now, description="When it was put there")
