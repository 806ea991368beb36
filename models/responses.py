"""Responses: what people decided or confirmed beside their files, by name and moment.

What a heading means, that a rarity is right, that a rule does not hold here, which suite is in
force.  Nothing here is ever decided by a guess.
"""

from datetime import date, datetime

from sqlmodel import CheckConstraint, Field, UniqueConstraint

from models.base import SQLModel
from models.facts.calendar import now


class HeadingMapping(SQLModel, table=True):
    """A person's word for what a heading means, for one school (or the whole hub, `urn` '').

    `fingerprint` is the heading row it was accepted for; '' where it holds for any of that school.
    """

    __tablename__ = "accepted_heading"
    __table_args__ = (UniqueConstraint("urn", "fingerprint", "heading"),)
    id: int | None = Field(default=None, primary_key=True)
    urn: str = Field(default="", index=True, max_length=6)
    fingerprint: str = Field(default="", max_length=64)
    heading: str = Field(max_length=300)  # as normalised
    shown: str = Field(max_length=300)  # as typed
    field: str = Field(max_length=40)  # ours; '' for "leave it out"
    accepted_by: str = Field(max_length=100)
    accepted_at: datetime = Field(default_factory=now)


class ValueMapping(SQLModel, table=True):
    """A person's word for what a word in a cell means, for one school or the whole hub."""

    __tablename__ = "accepted_word"
    __table_args__ = (UniqueConstraint("urn", "field", "word"),)
    id: int | None = Field(default=None, primary_key=True)
    urn: str = Field(default="", index=True, max_length=6)
    field: str = Field(max_length=40)
    word: str = Field(max_length=200)  # as normalised
    value: str = Field(max_length=40)  # ours
    accepted_by: str = Field(max_length=100)
    accepted_at: datetime = Field(default_factory=now)


class Confirmation(SQLModel, table=True):
    """A sender's "yes, that is right": bound to one person, field and value.

    `digest` is the SHA-256 of the value as normalised, keyed by the person, so that the answer
    holds until the value changes and the table tells nobody what it was.
    """

    __tablename__ = "confirmation"
    __table_args__ = (UniqueConstraint("person_id", "code", "field", "digest"),)
    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    code: str = Field(max_length=8)
    field: str = Field(default="", max_length=40)
    digest: str = Field(max_length=64)
    submission_id: int = Field(foreign_key="submission.id", index=True)
    confirmed_by: str = Field(max_length=100)
    confirmed_at: datetime = Field(default_factory=now)


class SheetConfirmation(SQLModel, table=True):
    """A sender's "yes, that is right" about a sheet, a column or a cohort rather than a leaver.

    `digest` is the SHA-256 of what was said: it holds for that school until something else is.
    """

    __tablename__ = "sheet_confirmation"
    __table_args__ = (UniqueConstraint("urn", "code", "digest"),)
    id: int | None = Field(default=None, primary_key=True)
    urn: str = Field(index=True, max_length=6)
    code: str = Field(max_length=8)
    digest: str = Field(max_length=64)
    submission_id: int = Field(foreign_key="submission.id", index=True)
    confirmed_by: str = Field(max_length=100)
    confirmed_at: datetime = Field(default_factory=now)


class Waiver(SQLModel, table=True):
    """A rule set aside for one school and cohort, by name, with a reason, until a day."""

    __tablename__ = "waiver"
    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(index=True, max_length=8)
    urn: str = Field(index=True, max_length=6)
    academic_year: int | None = None  # None: every cohort
    leaving_stage: str | None = Field(default=None, max_length=3)
    waived_by: str = Field(max_length=100)
    reason: str = Field(max_length=400)
    expires_on: date
    waived_at: datetime = Field(default_factory=now)
    ended_at: datetime | None = None
    ended_by: str | None = Field(default=None, max_length=100)


class RuleTally(SQLModel, table=True):
    """How often a rule spoke in one intake, by school: counts only, for the trend."""

    __tablename__ = "rule_tally"
    __table_args__ = (
        UniqueConstraint("run_at", "code", "urn"),
        CheckConstraint("findings >= 0", name="tally_counts"),
    )
    id: int | None = Field(default=None, primary_key=True)
    run_at: datetime = Field(index=True)
    code: str = Field(max_length=8)
    urn: str = Field(max_length=6)
    findings: int
    rows: int  # rows judged of that school in that intake


class SuiteAdoption(SQLModel, table=True):
    """Which suite is in force, since when and by whose word."""

    __tablename__ = "suite_adoption"
    id: int | None = Field(default=None, primary_key=True)
    kind: str = Field(max_length=12)
    academic_year: int
    suite_hash: str = Field(max_length=64)
    adopted_by: str = Field(max_length=100)
    adopted_at: datetime = Field(default_factory=now)
    would_change: int = 0  # findings that the trial said would differ
