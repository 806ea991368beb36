"""Places: hubs, and the one register of schools and providers."""

from datetime import date

from sqlmodel import Field, UniqueConstraint

from models.base import SQLModel


class Hub(SQLModel, table=True):
    """A Careers Hub: 20 to 40 schools and colleges and the team that helps them."""

    __tablename__ = "hub"
    id: int | None = Field(default=None, primary_key=True, description="Number of the hub")
    name: str = Field(
        unique=True, max_length=200, description="Its name, as members and folders have it"
    )


class Institution(SQLModel, table=True):
    """One register entry.  It is a school when it sends leavers and a provider when it takes them.

    Columns follow the GIAS register; an entry without a URN (most training providers) is known by
    its UKPRN.  `pupils` is how many GIAS counts, `age_from` and `age_to` the ages it is for; None
    where the register does not say.
    """

    __tablename__ = "institution"
    id: int | None = Field(default=None, primary_key=True, description="Number of the line")
    urn: str | None = Field(
        default=None, unique=True, max_length=6, description="URN in the GIAS register"
    )
    ukprn: str | None = Field(
        default=None, index=True, max_length=8, description="UK provider reference number"
    )
    laestab: str | None = Field(
        default=None,
        index=True,
        max_length=7,
        description="Authority and establishment number, seven digits",
    )
    name: str = Field(index=True, max_length=300, description="Its name in the register")
    type_name: str = Field(
        default="", max_length=100, description="Kind of establishment, in the words of GIAS"
    )
    further_education_type: str = Field(
        default="", max_length=100, description="Kind of college, in the words of GIAS"
    )
    has_sixth_form: bool = Field(default=False, description="Whether it has one")
    is_open: bool = Field(default=True, description="Whether it is open")
    pupils: int | None = Field(
        default=None, description="How many GIAS counts; none where it does not say"
    )
    age_from: int | None = Field(default=None, description="Youngest age it is for")
    age_to: int | None = Field(default=None, description="Oldest age it is for")
    la_code: str = Field(default="", max_length=3, description="Number of its local authority")
    la_name: str = Field(default="", max_length=100, description="Name of its local authority")


class InstitutionLink(SQLModel, table=True):
    """A predecessor or successor: a school keeps its leavers when its URN changes."""

    __tablename__ = "institution_link"
    __table_args__ = (UniqueConstraint("urn", "linked_urn", "kind"),)
    id: int | None = Field(default=None, primary_key=True, description="Number of the link")
    urn: str = Field(
        index=True, max_length=6, description="The school that the register says it of"
    )
    linked_urn: str = Field(index=True, max_length=6, description="Its predecessor or successor")
    kind: str = Field(
        max_length=60, description='In the words of GIAS: "Predecessor", "Successor - merged" ...'
    )
    linked_on: date | None = Field(default=None, description="Since when")


class Membership(SQLModel, table=True):
    """A school or college in a hub, from one day to another."""

    __tablename__ = "membership"
    __table_args__ = (UniqueConstraint("hub_id", "urn", "joined_on"),)
    id: int | None = Field(default=None, primary_key=True, description="Number of the line")
    hub_id: int = Field(foreign_key="hub.id", index=True, description="The hub")
    urn: str = Field(
        foreign_key="institution.urn", index=True, max_length=6, description="The school or college"
    )
    joined_on: date = Field(description="First day")
    left_on: date | None = Field(
        default=None, description="Last day, which still counts; none while it goes on"
    )
