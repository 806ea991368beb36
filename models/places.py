"""Places: hubs, and the one register of schools and providers."""

from datetime import date

from sqlmodel import Field, UniqueConstraint

from models.base import SQLModel


class Hub(SQLModel, table=True):
    """A Careers Hub: 20 to 40 schools and colleges and the team that helps them."""

    __tablename__ = "hub"
    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True, max_length=200)


class Institution(SQLModel, table=True):
    """One register entry.  It is a school when it sends leavers and a provider when it takes them.

    Columns follow the GIAS register; an entry without a URN (most training providers) is known by
    its UKPRN.  `pupils` is how many GIAS counts, `age_from` and `age_to` the ages it is for; None
    where the register does not say.
    """

    __tablename__ = "institution"
    id: int | None = Field(default=None, primary_key=True)
    urn: str | None = Field(default=None, unique=True, max_length=6)
    ukprn: str | None = Field(default=None, index=True, max_length=8)
    laestab: str | None = Field(default=None, index=True, max_length=7)
    name: str = Field(index=True, max_length=300)
    type_name: str = Field(default="", max_length=100)
    further_education_type: str = Field(default="", max_length=100)
    has_sixth_form: bool = Field(default=False)
    is_open: bool = Field(default=True)
    pupils: int | None = None
    age_from: int | None = None
    age_to: int | None = None
    la_code: str = Field(default="", max_length=3)
    la_name: str = Field(default="", max_length=100)


class InstitutionLink(SQLModel, table=True):
    """A predecessor or successor: a school keeps its leavers when its URN changes."""

    __tablename__ = "institution_link"
    __table_args__ = (UniqueConstraint("urn", "linked_urn", "kind"),)
    id: int | None = Field(default=None, primary_key=True)
    urn: str = Field(index=True, max_length=6)
    linked_urn: str = Field(index=True, max_length=6)
    kind: str = Field(max_length=60)  # GIAS wording: "Predecessor", "Successor - merged" ...
    linked_on: date | None = None


class Membership(SQLModel, table=True):
    """A school or college in a hub, from one day to another."""

    __tablename__ = "membership"
    __table_args__ = (UniqueConstraint("hub_id", "urn", "joined_on"),)
    id: int | None = Field(default=None, primary_key=True)
    hub_id: int = Field(foreign_key="hub.id", index=True)
    urn: str = Field(foreign_key="institution.urn", index=True, max_length=6)
    joined_on: date
    left_on: date | None = None
