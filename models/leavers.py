"""Leavers: cohorts, their waves, persons and leavers."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Column
from sqlmodel import CheckConstraint, Field, UniqueConstraint

from models.base import SQLModel
from models.facts.calendar import now


class Cohort(SQLModel, table=True):
    """The leavers of one school, one leaving stage, one academic year."""

    __tablename__ = "cohort"
    __table_args__ = (
        UniqueConstraint("urn", "leaving_stage", "academic_year"),
        CheckConstraint("leaving_stage in ('Y11', 'Y13')", name="leaving_stage_known"),
    )
    id: int | None = Field(default=None, primary_key=True)
    urn: str = Field(foreign_key="institution.urn", index=True, max_length=6)
    leaving_stage: str = Field(max_length=3)
    academic_year: int  # the September it starts in: 2022 for 2022/23


class Wave(SQLModel, table=True):
    """One agreed moment when a cohort's destinations are asked for: 0 intended, then 1, 2, 3."""

    __tablename__ = "wave"
    __table_args__ = (
        UniqueConstraint("cohort_id", "number"),
        CheckConstraint("number >= 0", name="wave_number_known"),
    )
    id: int | None = Field(default=None, primary_key=True)
    cohort_id: int = Field(foreign_key="cohort.id", index=True)
    number: int
    opens_on: date
    asked_on: date  # the day whose answer is wanted
    due_on: date
    opened_at: datetime | None = None


class Person(SQLModel, table=True):
    """A young person, one whatever the cohort.  Who they are stands on their leavers."""

    __tablename__ = "person"
    id: int | None = Field(default=None, primary_key=True)
    made_at: datetime = Field(default_factory=now)


class Leaver(SQLModel, table=True):
    """A person in a cohort, as their school names them.

    `cells` says for each value which cell it came from: field -> [submission, sheet, row, column].
    """

    __tablename__ = "leaver"
    __table_args__ = (UniqueConstraint("cohort_id", "person_id"),)
    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    cohort_id: int = Field(foreign_key="cohort.id", index=True)
    upn: str | None = Field(default=None, index=True, max_length=13)
    uln: str | None = Field(default=None, index=True, max_length=10)
    forename: str = Field(default="", max_length=200)
    surname: str = Field(default="", max_length=200)
    born_on: date | None = Field(default=None, index=True)
    sex: str | None = Field(default=None, max_length=1)
    postcode: str | None = Field(default=None, max_length=8)
    sen: str | None = Field(default=None, max_length=1)
    is_disadvantaged: bool | None = None
    ethnicity: str | None = Field(default=None, max_length=10)
    form: str | None = Field(default=None, max_length=40)
    submission_id: int = Field(foreign_key="submission.id", index=True)
    sheet: str = Field(default="", max_length=255)
    row: int
    cells: dict[str, Any] = Field(
        default_factory=dict, sa_column=Column(JSON, nullable=False, default=dict)
    )
