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
    id: int | None = Field(default=None, primary_key=True, description="Number of the answer")
    urn: str = Field(
        default="",
        index=True,
        max_length=6,
        description="School it holds for; empty for the whole hub",
    )
    fingerprint: str = Field(
        default="",
        max_length=64,
        description="Heading row it was accepted for; empty where it holds for any of that school",
    )
    heading: str = Field(max_length=300, description="The heading, as normalised")
    shown: str = Field(max_length=300, description="The heading, as typed")
    field: str = Field(
        max_length=40, description="Field of ours that it means; empty to leave it out"
    )
    accepted_by: str = Field(max_length=100, description="Whose word it is")
    accepted_at: datetime = Field(default_factory=now, description="When they said so")


class ValueMapping(SQLModel, table=True):
    """A person's word for what a word in a cell means, for one school or the whole hub."""

    __tablename__ = "accepted_word"
    __table_args__ = (UniqueConstraint("urn", "field", "word"),)
    id: int | None = Field(default=None, primary_key=True, description="Number of the answer")
    urn: str = Field(
        default="",
        index=True,
        max_length=6,
        description="School it holds for; empty for the whole hub",
    )
    field: str = Field(max_length=40, description="Field of ours that the word was typed in")
    word: str = Field(max_length=200, description="The word, as normalised")
    value: str = Field(max_length=40, description="Value of ours that it means")
    accepted_by: str = Field(max_length=100, description="Whose word it is")
    accepted_at: datetime = Field(default_factory=now, description="When they said so")


class Confirmation(SQLModel, table=True):
    """A sender's "yes, that is right": bound to one person, field and value.

    `digest` is the SHA-256 of the value as normalised, keyed by the person, so that the answer
    holds until the value changes and the table tells nobody what it was.
    """

    __tablename__ = "confirmation"
    __table_args__ = (UniqueConstraint("person_id", "code", "field", "digest"),)
    id: int | None = Field(default=None, primary_key=True, description="Number of the answer")
    person_id: int = Field(foreign_key="person.id", index=True, description="Who it is about")
    code: str = Field(max_length=8, description="Rule that asked")
    field: str = Field(default="", max_length=40, description="Field of ours whose value is right")
    digest: str = Field(
        max_length=64,
        description="SHA-256 of the value, keyed by the person: it tells nobody what it was",
    )
    submission_id: int = Field(
        foreign_key="submission.id", index=True, description="The submission that was asked about"
    )
    confirmed_by: str = Field(max_length=100, description="Whose word it is")
    confirmed_at: datetime = Field(default_factory=now, description="When they said so")


class SheetConfirmation(SQLModel, table=True):
    """A sender's "yes, that is right" about a sheet, a column or a cohort rather than a leaver.

    `digest` is the SHA-256 of what was said: it holds for that school until something else is.
    """

    __tablename__ = "sheet_confirmation"
    __table_args__ = (UniqueConstraint("urn", "code", "digest"),)
    id: int | None = Field(default=None, primary_key=True, description="Number of the answer")
    urn: str = Field(index=True, max_length=6, description="School that it holds for")
    code: str = Field(max_length=8, description="Rule that asked")
    digest: str = Field(max_length=64, description="SHA-256 of what was said")
    submission_id: int = Field(
        foreign_key="submission.id", index=True, description="The submission that was asked about"
    )
    confirmed_by: str = Field(max_length=100, description="Whose word it is")
    confirmed_at: datetime = Field(default_factory=now, description="When they said so")


class Waiver(SQLModel, table=True):
    """A rule set aside for one school and cohort, by name, with a reason, until a day."""

    __tablename__ = "waiver"
    id: int | None = Field(
        default=None, primary_key=True, description="Number of the waiver, as commands take it"
    )
    code: str = Field(index=True, max_length=8, description="Rule that is set aside")
    urn: str = Field(index=True, max_length=6, description="School that it is set aside for")
    academic_year: int | None = Field(
        default=None,
        description="September in which the leaving year starts; none for every cohort",
    )
    leaving_stage: str | None = Field(
        default=None, max_length=3, description="Year group; none for every one"
    )
    waived_by: str = Field(max_length=100, description="Who set it aside")
    reason: str = Field(max_length=400, description="Why")
    expires_on: date = Field(description="Last day on which it holds")
    waived_at: datetime = Field(default_factory=now, description="When it was set aside")
    ended_at: datetime | None = Field(default=None, description="When it was ended before that day")
    ended_by: str | None = Field(default=None, max_length=100, description="Who ended it")


class RuleTally(SQLModel, table=True):
    """How often a rule spoke in one intake, by school: counts only, for the trend."""

    __tablename__ = "rule_tally"
    __table_args__ = (
        UniqueConstraint("run_at", "code", "urn"),
        CheckConstraint("findings >= 0", name="tally_counts"),
    )
    id: int | None = Field(default=None, primary_key=True, description="Number of the count")
    run_at: datetime = Field(index=True, description="When the intake began")
    code: str = Field(max_length=8, description="Rule that was counted")
    urn: str = Field(max_length=6, description="School whose sheets were judged")
    findings: int = Field(description="How often the rule spoke")
    rows: int = Field(description="Rows judged of that school in that intake")


class SuiteAdoption(SQLModel, table=True):
    """Which suite is in force, since when and by whose word."""

    __tablename__ = "suite_adoption"
    id: int | None = Field(default=None, primary_key=True, description="Number of the adoption")
    kind: str = Field(max_length=12, description="leavers or enrolments")
    academic_year: int = Field(description="September in which the year of the suite starts")
    suite_hash: str = Field(max_length=64, description="Digest of the suite")
    adopted_by: str = Field(max_length=100, description="Whose word it is")
    adopted_at: datetime = Field(default_factory=now, description="When they said so")
    would_change: int = Field(default=0, description="Findings that the trial said would differ")
