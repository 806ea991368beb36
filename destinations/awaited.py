"""Who has not sent: the answers that were due from a hub's schools and have not come."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, or_, select
from sqlmodel import Session, col

from models.destinations import Destination
from models.leavers import Cohort, Leaver, Wave
from models.places import Hub, Institution, Membership
from models.submissions import Submission
from models.vocabulary import Kind, year_name


@dataclass(frozen=True, slots=True)
class Awaited:
    """One thing that a school or college of a hub has not sent.

    A wave of a cohort; or anything at all, where nothing was ever received from it (`wave` None).
    """

    hub: str
    urn: str
    school: str
    leaving_stage: str = ""
    academic_year: int = 0
    wave: int | None = None
    due_on: date | None = None

    @property
    def what(self) -> str:
        """What is missing, as people say it: Year 11, 2024/25: wave 2."""
        if self.wave is None:
            return "Nothing received yet"
        group = self.leaving_stage.replace("Y", "Year ")
        return f"{group}, {year_name(self.academic_year)}: wave {self.wave}"


def awaited(session: Session, *, today: date) -> tuple[Awaited, ...]:
    """What today's members of each hub have not sent, by hub, school, cohort and wave.

    A wave has been answered when a file of that school said it was for it, or when an answer that
    came from that school is recorded at it.  Wave 0 is never chased: it cannot be asked late.
    """
    members = session.execute(
        select(col(Hub.name), col(Membership.urn), col(Institution.name))
        .join_from(Membership, Hub, col(Membership.hub_id) == col(Hub.id))
        .join(Institution, col(Institution.urn) == col(Membership.urn))
        .where(
            col(Membership.joined_on) <= today,
            or_(col(Membership.left_on).is_(None), col(Membership.left_on) > today),
        )
        .distinct()
        .order_by(col(Hub.name), col(Institution.name), col(Membership.urn))
    ).all()
    waves = _unanswered(session, today)
    heard_of = set(
        session.scalars(
            select(col(Submission.urn)).where(col(Submission.refused_code).is_(None)).distinct()
        )
    )
    found: list[Awaited] = []
    for hub, urn, school in members:
        if urn not in heard_of:
            found.append(Awaited(hub, urn, school))
        for stage, year, number, due_on in waves.get(urn, ()):
            found.append(Awaited(hub, urn, school, stage, year, number, due_on))
    return tuple(found)


_Due = tuple[str, int, int, date]


def _unanswered(session: Session, today: date) -> dict[str, list[_Due]]:
    # By school: the waves that opened and that nothing from the school itself answers.
    own_answer = (
        select(col(Destination.id))
        .join(Leaver, col(Leaver.id) == col(Destination.leaver_id))
        .join(Submission, col(Submission.id) == col(Destination.submission_id))
        .where(
            col(Leaver.cohort_id) == col(Cohort.id),
            col(Destination.wave) == col(Wave.number),
            col(Submission.urn) == col(Cohort.urn),
        )
        .exists()
    )
    own_file = (
        select(col(Submission.id))
        .where(
            col(Submission.urn) == col(Cohort.urn),
            col(Submission.academic_year) == col(Cohort.academic_year),
            col(Submission.leaving_stage) == col(Cohort.leaving_stage),
            col(Submission.wave) == col(Wave.number),
            or_(col(Submission.kind).is_(None), col(Submission.kind) != Kind.ENROLMENTS.value),
            col(Submission.refused_code).is_(None),
        )
        .exists()
    )
    rows = session.execute(
        select(
            col(Cohort.urn),
            col(Cohort.leaving_stage),
            col(Cohort.academic_year),
            col(Wave.number),
            col(Wave.due_on),
        )
        .join(Wave, col(Wave.cohort_id) == col(Cohort.id))
        .where(
            and_(col(Wave.number) > 0, col(Wave.opens_on) <= today),
            ~own_answer,
            ~own_file,
        )
        .order_by(col(Cohort.leaving_stage), col(Cohort.academic_year), col(Wave.number))
    )
    found: dict[str, list[_Due]] = {}
    for urn, stage, year, number, due_on in rows:
        found.setdefault(urn, []).append((stage, year, number, due_on))
    return found
