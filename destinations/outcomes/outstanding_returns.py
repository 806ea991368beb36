"""Who has not sent: the answers that were due from a hub's schools and have not come."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement
from sqlmodel import Session, and_, col, func, or_, select

from destinations.outcomes.waves import WAVE_CALENDAR, WaveCalendar, latest_leaving_year, wave_dates
from destinations.register.counted_at import hub_members
from models.destinations import Destination
from models.facts.effective import is_effective
from models.facts.submission_state import is_accepted, is_standing
from models.leavers import Cohort, Leaver, Wave
from models.submissions import Submission
from models.vocabulary import LeavingStage, SubmissionKind, year_name


@dataclass(frozen=True, slots=True)
class OutstandingReturn:
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
    last_sent_on: date | None = None  # when anything last came from there that was not refused

    @property
    def what(self) -> str:
        """What is missing, as people say it: Year 11, 2024/25: wave 2."""
        if self.wave is None:
            return "Nothing received yet"
        group = self.leaving_stage.replace("Y", "Year ")
        return f"{group}, {year_name(self.academic_year)}: wave {self.wave}"


def outstanding_returns(
    session: Session, *, today: date, calendar: WaveCalendar = WAVE_CALENDAR
) -> tuple[OutstandingReturn, ...]:
    """What today's members of each hub have not sent, by hub, school, cohort and wave.

    A wave has been answered when a file of that school said it was for it, or when an answer that
    came from that school is recorded at it.  Only a wave that can still be answered is chased, and
    never wave 0.  A school that has sent Year 11 leavers before is expected to send the newest
    ones.  A college is asked for anything at all, never for leavers it has not.
    """
    last_sent = dict(
        session.exec(
            select(Submission.urn, func.max(Submission.sent_on))
            .where(is_accepted())
            .group_by(col(Submission.urn))
        ).all()
    )
    waiting = _unanswered(session, today)
    for urn, due in _newest_missing(session, today, calendar).items():
        waiting.setdefault(urn, []).append(due)
    found: list[OutstandingReturn] = []
    for home in sorted(
        each for there in hub_members(session, day=today).values() for each in there
    ):
        if home.urn not in last_sent:
            found.append(OutstandingReturn(home.hub, home.urn, home.school))
        for due in sorted(waiting.get(home.urn, ())):
            found.append(
                OutstandingReturn(
                    home.hub, home.urn, home.school, *due, last_sent_on=last_sent.get(home.urn)
                )
            )
    return tuple(sorted(found, key=lambda each: (each.hub, each.school, each.urn)))


# Leaving stage, academic year, wave, due on.
_Due = tuple[str, int, int, date]


def _unanswered(session: Session, today: date) -> dict[str, list[_Due]]:
    # By school: the waves that can be answered today and that nothing of the school's own answers.
    own_answer = (
        select(Destination.id)
        .join(Leaver, col(Leaver.id) == col(Destination.leaver_id))
        .join(Submission, col(Submission.id) == col(Destination.submission_id))
        .where(
            col(Leaver.cohort_id) == col(Cohort.id),
            col(Destination.wave) == col(Wave.number),
            col(Submission.urn) == col(Cohort.urn),
            is_standing(),
        )
        .exists()
    )
    own_file = (
        select(Submission.id)
        .where(
            col(Submission.urn) == col(Cohort.urn),
            col(Submission.academic_year) == col(Cohort.academic_year),
            or_(
                col(Submission.leaving_stage).is_(None),
                col(Submission.leaving_stage) == col(Cohort.leaving_stage),
            ),
            or_(
                col(Submission.wave) == col(Wave.number),
                and_(col(Submission.wave).is_(None), col(Submission.sent_on) >= col(Wave.opens_on)),
            ),
            *_LEAVERS,
        )
        .exists()
    )
    rows = session.exec(
        select(Cohort, Wave)
        .join(Wave, col(Wave.cohort_id) == col(Cohort.id))
        .where(
            and_(
                col(Wave.number) > 0,
                col(Wave.opens_on) <= today,
                col(Wave.opens_on) > _a_year_before(today),
            ),
            ~own_answer,
            ~own_file,
            _is_followed(),
        )
    )
    found: dict[str, list[_Due]] = {}
    for cohort, wave in rows:
        due = (cohort.leaving_stage, cohort.academic_year, wave.number, wave.due_on)
        found.setdefault(cohort.urn, []).append(due)
    return found


# A leaver sheet, as far as its sender said, that was not refused.
_LEAVERS = (
    or_(col(Submission.kind).is_(None), col(Submission.kind) != SubmissionKind.ENROLMENTS.value),
    is_accepted(),
)


def _is_followed() -> ColumnElement[bool]:
    """Whether a cohort is one still: not one of which all that was sent has been taken back."""
    of_cohort = col(Leaver.cohort_id) == col(Cohort.id)
    named = select(Leaver.id).where(of_cohort, is_effective(col(Leaver.submission_id))).exists()
    return named | ~select(Leaver.id).where(of_cohort).exists()


def _newest_missing(session: Session, today: date, calendar: WaveCalendar) -> dict[str, _Due]:
    # By school: the newest Year 11 leavers, where it has sent older ones and nothing of these.
    year = latest_leaving_year(today)
    dates = wave_dates(year, 1, calendar)
    if not dates.opens_on <= today < dates.closes_on:
        return {}
    year_11 = select(Cohort.urn).where(Cohort.leaving_stage == LeavingStage.Y11.value)
    followed = year_11.where(_is_followed())
    ever = set(session.exec(followed.where(Cohort.academic_year < year)))
    there = set(session.exec(followed.where(Cohort.academic_year >= year)))
    on_its_way = set(
        session.exec(
            select(Submission.urn).where(
                or_(
                    col(Submission.academic_year) == year,
                    and_(
                        col(Submission.academic_year).is_(None),
                        col(Submission.sent_on) >= dates.opens_on,
                    ),
                ),
                *_LEAVERS,
            )
        )
    )
    due: _Due = (LeavingStage.Y11.value, year, 1, dates.due_on)
    return dict.fromkeys(ever - there - on_its_way, due)


def _a_year_before(day: date) -> date:
    # A wave of an autumn can be answered until the next autumn's opens.
    return day.replace(year=day.year - 1, day=min(day.day, 28 if day.month == 2 else 31))
