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
    id: int | None = Field(default=None, primary_key=True, description="Number of the note")
    urn: str = Field(index=True, max_length=6, description="Who sends the file")
    name: str = Field(max_length=300, description="Name of the file as sent")
    sha256: str = Field(
        index=True,
        max_length=64,
        description="SHA-256 of its bytes, by which the note finds its file",
    )
    kind: str | None = Field(
        default=None,
        max_length=12,
        description="leavers or enrolments; none where nothing was said",
    )
    academic_year: int | None = Field(
        default=None, description="September in which the leaving year starts: 2024 for 2024/25"
    )
    leaving_stage: str | None = Field(
        default=None, max_length=3, description="Year group that the leavers left from"
    )
    wave: int | None = Field(
        default=None, description="Moment that is told of: 0 intended, then 1, 2, 3"
    )
    sent_on: date = Field(description="Day on which it was sent")
    noted_at: datetime = Field(default_factory=now, description="When the note was taken down")


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
    id: int | None = Field(
        default=None, primary_key=True, description="Number of the submission, as commands take it"
    )
    urn: str = Field(index=True, max_length=6, description="Who sent it")
    name: str = Field(max_length=300, description="Name of the file as sent")
    sha256: str = Field(index=True, max_length=64, description="SHA-256 of its bytes")
    size: int = Field(description="Bytes")
    stored_as: str = Field(
        max_length=400, description="Key of the original in storage, never changed"
    )
    kind: str | None = Field(
        default=None, max_length=12, description="leavers or enrolments, once it is told"
    )
    academic_year: int | None = Field(
        default=None,
        description="September in which the leaving year starts: 2024 for 2024/25; of the cohort "
        "with most rows where it holds several",
    )
    leaving_stage: str | None = Field(
        default=None, max_length=3, description="Year group that the leavers left from"
    )
    wave: int | None = Field(
        default=None, description="Moment that is told of; none where the sheet has several"
    )
    sent_on: date = Field(description="Day on which it was sent: what it says was true by then")
    received_at: datetime = Field(default_factory=now, description="When we first saw it")
    stage: str = Field(
        default=Stage.RECEIVED.value, index=True, max_length=12, description="How far it has come"
    )
    stage_at: datetime = Field(default_factory=now, description="When it came there")
    # No default of the column: None is meant.
    needs_processing_since: datetime | None = Field(
        default_factory=now,
        sa_column=Column(UTCDateTime(), nullable=True),
        description="Since when an intake must take it up; none where none must",
    )
    recorded_at: datetime | None = Field(default=None, description="When it was last recorded")
    refused_code: str | None = Field(
        default=None,
        max_length=8,
        description="Rule by which it could not go on; its sender was told",
    )
    refused_facts: dict[str, Any] = Field(
        default_factory=dict,
        sa_column=Column(JSON, nullable=False, default=dict),
        description="What fills the places in the words of that rule; never a cell",
    )
    fault_code: str | None = Field(
        default=None,
        max_length=60,
        description="Kind of our own fault that stopped it; a data officer is told",
    )
    file_format: str = Field(
        default="", max_length=12, description="Kind of file, from its bytes: xlsx, csv ..."
    )
    regions: list[Any] = Field(
        default_factory=list,
        sa_column=Column(JSON, nullable=False, default=list),
        description="Which parts of which sheets were read or left out, and why",
    )
    rows_read: int = Field(default=0, description="Rows of leavers that were read")
    rows_sound: int = Field(default=0, description="Rows that were recorded")
    rows_waiting: int = Field(default=0, description="Rows that wait for something to be fixed")
    rows_unsure: int = Field(
        default=0, description="Rows that wait for a person to say whom they are about"
    )
    suite_hash: str | None = Field(
        default=None, max_length=64, description="Suite of rules that it was validated with"
    )
    rows_hash: str | None = Field(
        default=None,
        index=True,
        max_length=64,
        description="Digest of what its rows say, to know the same sheet in another file",
    )
    follows_id: int | None = Field(
        default=None, foreign_key="submission.id", description="The round before"
    )
    changes: dict[str, Any] = Field(
        default_factory=dict,
        sa_column=Column(JSON, nullable=False, default=dict),
        description="How many rows are new, changed, the same or gone since the round before",
    )
    waived: dict[str, Any] = Field(
        default_factory=dict,
        sa_column=Column(JSON, nullable=False, default=dict),
        description="How many findings were not told, by the rule that is set aside",
    )
    noted_at: datetime | None = Field(
        default=None, description="When the last cover note was taken down that it was read with"
    )
    noted_as: str = Field(
        default="",
        max_length=12,
        sa_column_kwargs={"server_default": ""},
        description="What became of a note later than its file: see Noted",
    )
    answered_at: datetime | None = Field(
        default=None, description="When its sender got the receipt for where it stands"
    )
    undone_at: datetime | None = Field(
        default=None, description="When it was taken back; nothing of it counts from then on"
    )
    undone_by: str | None = Field(default=None, max_length=100, description="Who took it back")
    undone_because: str | None = Field(
        default=None, max_length=400, description="Why it was taken back"
    )


class SubmissionCohort(SQLModel, table=True):
    """One of the cohorts whose leavers a submission names: a workbook may hold a tab for each."""

    __tablename__ = "submission_cohort"
    __table_args__ = (
        UniqueConstraint("submission_id", "academic_year", "leaving_stage"),
        CheckConstraint(check_one_of("leaving_stage", LeavingStage), name="leaving_stage_known"),
    )
    id: int | None = Field(default=None, primary_key=True, description="Number of the line")
    submission_id: int = Field(foreign_key="submission.id", description="The submission")
    academic_year: int = Field(
        description="September in which the leaving year starts: 2024 for 2024/25"
    )
    leaving_stage: str = Field(max_length=3, description="Year group that the leavers left from")
    rows_read: int = Field(description="Rows of that cohort that were read")


class Arrival(SQLModel, table=True):
    """One sighting of a file in the inbox.  The same bytes arriving twice are one submission."""

    __tablename__ = "arrival"
    __table_args__ = (UniqueConstraint("key", "size", "modified_at"),)
    id: int | None = Field(default=None, primary_key=True, description="Number of the sighting")
    key: str = Field(index=True, max_length=600, description="Where it lay in the inbox")
    urn: str = Field(index=True, max_length=6, description="Whose folder it lay in")
    name: str = Field(max_length=300, description="Name of the file")
    size: int = Field(description="Bytes")
    modified_at: datetime = Field(description="When the file was last changed, by its folder")
    sha256: str = Field(default="", max_length=64, description="SHA-256 of its bytes")
    arrived_at: datetime = Field(default_factory=now, description="When we saw it")
    submission_id: int | None = Field(
        default=None,
        foreign_key="submission.id",
        index=True,
        description="The submission that these bytes are",
    )
    is_again: bool = Field(default=False, description="Whether these bytes had been sent before")
    refused_code: str | None = Field(
        default=None, max_length=8, description="Rule by which it became no submission"
    )


class FindingRecord(SQLModel, table=True):
    """A finding as kept: place and rule, never the cell's value.  The catalogue has the words."""

    __tablename__ = "finding"
    __table_args__ = (CheckConstraint(check_one_of("severity", Severity), name="severity_known"),)
    id: int | None = Field(default=None, primary_key=True, description="Number of the finding")
    submission_id: int = Field(
        foreign_key="submission.id", index=True, description="The submission it is about"
    )
    code: str = Field(
        index=True, max_length=8, description="Rule of the catalogue, which has the words"
    )
    severity: str = Field(max_length=12, description="must_fix or please_check")
    sheet: str = Field(
        default="", max_length=255, description="Tab; empty for a csv file and for the whole file"
    )
    row: int | None = Field(
        default=None, description="Row as Excel shows it; none for a column or the whole file"
    )
    column: str = Field(
        default="",
        max_length=3,
        description="Letters of the column; empty for a row or the whole file",
    )
    heading: str = Field(default="", max_length=300, description="Heading of the column, as typed")
    suggests: list[Any] = Field(
        default_factory=list,
        sa_column=Column(JSON, nullable=False, default=list),
        description="Values of ours that were offered instead",
    )
    facts: dict[str, Any] = Field(
        default_factory=dict,
        sa_column=Column(JSON, nullable=False, default=dict),
        description="What fills the places in the words of the rule; never a cell",
    )
