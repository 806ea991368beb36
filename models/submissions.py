"""Submissions: what was sent, by whom, and how far it has come."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Column, Index, text
from sqlmodel import CheckConstraint, Field, UniqueConstraint
from sqlmodel.sql.sqltypes import UTCDateTime

from models.base import SQLModel
from models.facts.calendar import now
from models.vocabulary import LeavingStage, Severity, Stage, SubmissionKind


def check_one_of(column: str, words: type[Stage | SubmissionKind | Severity | LeavingStage]) -> str:
    """The CHECK that keeps a column to a closed list."""
    listed = ", ".join(f"'{word.value}'" for word in words)
    return f"{column} in ({listed})"


class Noted(StrEnum):
    """What became of a note that came after its file."""

    ANEW = "anew"  # the file is read again with it
    SILENT = "silent"  # the sheet says all of it itself, so nothing changes
    UNUSABLE = "unusable"  # with it the file would be refused; what is recorded stands


class CoverNote(SQLModel, table=True):
    """What a sender says of a file, when sending it or later: who, which cohort, which wave."""

    __tablename__ = "cover_note"
    __table_args__ = (UniqueConstraint("urn", "sha256"),)
    id: int | None = Field(default=None, primary_key=True)
    urn: str = Field(index=True, max_length=6)
    name: str = Field(max_length=300)
    sha256: str = Field(index=True, max_length=64)
    kind: str | None = Field(default=None, max_length=12)
    academic_year: int | None = None
    leaving_stage: str | None = Field(default=None, max_length=3)
    wave: int | None = None
    sent_on: date
    noted_at: datetime = Field(default_factory=now)


class Submission(SQLModel, table=True):
    """One file, from one sender, at one moment, known by its SHA-256.

    One that was taken back keeps its line and all that it said; none of it counts from then on.

    `stage` is how far it has come, `needs_processing_since` whether an intake must take it up.
    `refused_code` is set when it could not go on and its sender was told; `fault_code` when we are
    to blame and a data officer is told.  Only models/facts/submission_state.py moves these.
    """

    __tablename__ = "submission"
    __table_args__ = (
        # What was taken back may be sent again, as a sending of its own.
        Index(
            "uq_submission_urn_sha256",
            "urn",
            "sha256",
            unique=True,
            sqlite_where=text("undone_at is null"),
            postgresql_where=text("undone_at is null"),
        ),
        CheckConstraint(check_one_of("stage", Stage), name="stage_known"),
        CheckConstraint(check_one_of("kind", SubmissionKind), name="kind_known"),
        CheckConstraint(check_one_of("leaving_stage", LeavingStage), name="leaving_stage_known"),
    )
    id: int | None = Field(default=None, primary_key=True)
    urn: str = Field(index=True, max_length=6)
    name: str = Field(max_length=300)
    sha256: str = Field(index=True, max_length=64)
    size: int
    stored_as: str = Field(max_length=400)  # the key of the original, never changed
    kind: str | None = Field(default=None, max_length=12)
    academic_year: int | None = None
    leaving_stage: str | None = Field(default=None, max_length=3)
    wave: int | None = None
    sent_on: date
    received_at: datetime = Field(default_factory=now)
    stage: str = Field(default=Stage.RECEIVED.value, index=True, max_length=12)
    stage_at: datetime = Field(default_factory=now)
    needs_processing_since: datetime | None = Field(  # no default of the column: None is meant
        default_factory=now, sa_column=Column(UTCDateTime(), nullable=True)
    )
    recorded_at: datetime | None = None  # the last time
    refused_code: str | None = Field(default=None, max_length=8)
    refused_facts: dict[str, Any] = Field(
        default_factory=dict, sa_column=Column(JSON, nullable=False, default=dict)
    )
    fault_code: str | None = Field(default=None, max_length=60)
    file_format: str = Field(default="", max_length=12)
    regions: list[Any] = Field(
        default_factory=list, sa_column=Column(JSON, nullable=False, default=list)
    )
    rows_read: int = 0
    rows_sound: int = 0
    rows_waiting: int = 0
    rows_unsure: int = 0
    suite_hash: str | None = Field(default=None, max_length=64)
    rows_hash: str | None = Field(default=None, index=True, max_length=64)  # what its rows say
    follows_id: int | None = Field(default=None, foreign_key="submission.id")  # the round before
    changes: dict[str, Any] = Field(
        default_factory=dict, sa_column=Column(JSON, nullable=False, default=dict)
    )
    waived: dict[str, Any] = Field(  # findings not told, by the rule that is set aside
        default_factory=dict, sa_column=Column(JSON, nullable=False, default=dict)
    )
    noted_at: datetime | None = None  # of the last cover note that it was read with
    # What became of one that came later than its file: see Noted.
    noted_as: str = Field(default="", max_length=12, sa_column_kwargs={"server_default": ""})
    answered_at: datetime | None = None  # its sender has the receipt for where it stands
    undone_at: datetime | None = None
    undone_by: str | None = Field(default=None, max_length=100)
    undone_because: str | None = Field(default=None, max_length=400)


class Arrival(SQLModel, table=True):
    """One sighting of a file in the inbox.  The same bytes arriving twice are one submission."""

    __tablename__ = "arrival"
    __table_args__ = (UniqueConstraint("key", "size", "modified_at"),)
    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(index=True, max_length=600)
    urn: str = Field(index=True, max_length=6)
    name: str = Field(max_length=300)
    size: int
    modified_at: datetime
    sha256: str = Field(default="", max_length=64)
    arrived_at: datetime = Field(default_factory=now)
    submission_id: int | None = Field(default=None, foreign_key="submission.id", index=True)
    is_again: bool = False  # these bytes had been sent before
    refused_code: str | None = Field(default=None, max_length=8)


class FindingRecord(SQLModel, table=True):
    """A finding as kept: place and rule, never the cell's value.  The catalogue has the words."""

    __tablename__ = "finding"
    __table_args__ = (CheckConstraint(check_one_of("severity", Severity), name="severity_known"),)
    id: int | None = Field(default=None, primary_key=True)
    submission_id: int = Field(foreign_key="submission.id", index=True)
    code: str = Field(index=True, max_length=8)
    severity: str = Field(max_length=12)
    sheet: str = Field(default="", max_length=255)
    row: int | None = None
    column: str = Field(default="", max_length=3)
    heading: str = Field(default="", max_length=300)
    suggests: list[Any] = Field(
        default_factory=list, sa_column=Column(JSON, nullable=False, default=list)
    )
    facts: dict[str, Any] = Field(
        default_factory=dict, sa_column=Column(JSON, nullable=False, default=dict)
    )
