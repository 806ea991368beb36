"""Leavers: cohorts, their waves, persons and leavers."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Column
from sqlmodel import CheckConstraint, Field, UniqueConstraint

from models.base import SQLModel
from models.facts.calendar import now
from models.submissions import check_one_of
from models.vocabulary import LeavingStage


class Cohort(SQLModel, table=True):
    """The leavers of one school, one leaving stage, one academic year."""

    __tablename__ = "cohort"
    __table_args__ = (
        UniqueConstraint("urn", "leaving_stage", "academic_year"),
        CheckConstraint(check_one_of("leaving_stage", LeavingStage), name="leaving_stage_known"),
    )
    id: int | None = Field(default=None, primary_key=True, description="Number of the cohort")
    urn: str = Field(
        foreign_key="institution.urn", index=True, max_length=6, description="School that they left"
    )
    leaving_stage: str = Field(max_length=3, description="Year group that they left from")
    academic_year: int = Field(
        description="September in which the leaving year starts: 2022 for 2022/23"
    )


class Wave(SQLModel, table=True):
    """One agreed moment when a cohort's destinations are asked for: 0 intended, then 1, 2, 3."""

    __tablename__ = "wave"
    __table_args__ = (
        UniqueConstraint("cohort_id", "number"),
        CheckConstraint("number >= 0", name="wave_number_known"),
    )
    id: int | None = Field(default=None, primary_key=True, description="Number of the line")
    cohort_id: int = Field(foreign_key="cohort.id", index=True, description="Whose wave it is")
    number: int = Field(description="0 intended, then 1, 2, 3")
    opens_on: date = Field(description="First day on which it is asked for")
    asked_on: date = Field(description="Day whose answer is wanted")
    due_on: date = Field(description="Day by which the sheet should be there")
    opened_at: datetime | None = Field(
        default=None, description="When it was opened; none until then"
    )


class Person(SQLModel, table=True):
    """A young person, one whatever the cohort.  Who they are stands on their leavers."""

    __tablename__ = "person"
    id: int | None = Field(
        default=None, primary_key=True, description="Number of the person, as exports have it"
    )
    made_at: datetime = Field(default_factory=now, description="When a row first named them")


class Leaver(SQLModel, table=True):
    """A person in a cohort, as their school names them.

    `cells` says for each value which cell it came from: field -> [submission, sheet, row, column].
    """

    __tablename__ = "leaver"
    __table_args__ = (UniqueConstraint("cohort_id", "person_id"),)
    id: int | None = Field(default=None, primary_key=True, description="Number of the leaver")
    person_id: int = Field(
        foreign_key="person.id", index=True, description="Who it is, whatever the cohort"
    )
    cohort_id: int = Field(
        foreign_key="cohort.id", index=True, description="The cohort they left with"
    )
    upn: str | None = Field(
        default=None, index=True, max_length=13, description="Unique pupil number"
    )
    uln: str | None = Field(
        default=None, index=True, max_length=10, description="Unique learner number"
    )
    forename: str = Field(default="", max_length=200, description="First name")
    surname: str = Field(default="", max_length=200, description="Surname")
    born_on: date | None = Field(default=None, index=True, description="Date of birth")
    sex: str | None = Field(
        default=None, max_length=1, description="F, M, U (not known) or W (withheld)"
    )
    postcode: str | None = Field(default=None, max_length=8, description="Home postcode")
    sen: str | None = Field(
        default=None,
        max_length=1,
        description="N, K (SEN support) or E (education, health and care plan)",
    )
    is_disadvantaged: bool | None = Field(
        default=None, description="Whether pupil premium counts them; none where nobody said"
    )
    ethnicity: str | None = Field(
        default=None, max_length=10, description="Code of the school census"
    )
    form: str | None = Field(default=None, max_length=40, description="Form or tutor group")
    consent: bool | None = Field(
        default=None,
        description="Whether they agree to be tracked, by the last word; none where nobody said",
    )
    consent_on: date | None = Field(default=None, description="When that word was sent")
    submission_id: int = Field(
        foreign_key="submission.id", index=True, description="The submission that first named them"
    )
    sheet: str = Field(
        default="", max_length=255, description="Tab it came from; empty for a csv file"
    )
    row: int = Field(description="Row it came from, as Excel shows it")
    cells: dict[str, Any] = Field(
        default_factory=dict,
        sa_column=Column(JSON, nullable=False, default=dict),
        description="The cell of each value: field -> [submission, sheet, row, column]",
    )
