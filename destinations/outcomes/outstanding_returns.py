"""Outstanding returns: the answers that were due from a hub's schools and have not come.

A school whose file was refused has sent: what is outstanding says on which day, and why.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple

from sqlalchemy import ColumnElement
from sqlmodel import Session, and_, col, func, or_, select

from destinations.outcomes.waves import WAVE_CALENDAR, WaveCalendar, latest_leaving_year, wave_dates
from destinations.register.counted_at import hub_members
from models.destinations import Destination
from models.facts.calendar import in_words
from models.facts.effective import is_effective
from models.facts.submission_cohorts import is_about
from models.facts.submission_state import is_accepted, is_refused, is_standing
from models.leavers import Cohort, Leaver, Wave
from models.submissions import Submission
from models.vocabulary import LeavingStage, SubmissionKind, year_name


@dataclass(frozen=True, slots=True)
class OutstandingReturn:
    """One thing that a school or college of a hub has not sent.

    A wave of a cohort; or anything at all, where nothing was ever taken in from it (`wave` None).
    `refused_on` is when a file came that would have been it and was refused, `refused_because` why.
    One with `unclaimed` is no member's: a file of that name lies in the folder `urn`.
    """

    hub: str
    urn: str
    school: str
    leaving_stage: str = ""
    academic_year: int = 0
    wave: int | None = None
    due_on: date | None = None
    last_sent_on: date | None = None  # when anything last came from there that was not refused
    refused_on: date | None = None
    refused_because: str = ""
    unclaimed: str = ""

    @property
    def what(self) -> str:
        """What is missing, for a reader: "Year 11, 2024/25: wave 2"."""
        if self.unclaimed:
            return f"“{self.unclaimed}” is not taken in: {self.refused_because}"
        group = self.leaving_stage.replace("Y", "Year ")
        missing = f"{group}, {year_name(self.academic_year)}: wave {self.wave}"
        if self.refused_on is None:
            return "Nothing received yet" if self.wave is None else missing
        because = f": {self.refused_because}" if self.refused_because else ""
        refused = f"sent on {in_words(self.refused_on)} and refused{because}"
        return refused[0].upper() + refused[1:] if self.wave is None else f"{missing}, {refused}"


RefusalWords = Callable[[str, Mapping[str, str]], str]  # of the code of a rule and its facts


def outstanding_returns(
    session: Session,
    *,
    today: date,
    calendar: WaveCalendar = WAVE_CALENDAR,
    words: RefusalWords = lambda code, facts: "",
) -> tuple[OutstandingReturn, ...]:
    """What today's members of each hub have not sent, by hub, school, cohort and wave.

    A wave has been answered when a file of that school said it was for it, or when an answer that
    came from that school is recorded at it.  Only a wave that can still be answered is chased, and
    never wave 0.  A school that has sent Year 11 leavers before is expected to send the newest
    ones.  A college is asked for anything at all, never for leavers it has not.  `words` says why
    a file was refused.
    """
    last_sent = dict(
        session.exec(
            select(Submission.urn, func.max(Submission.sent_on))
            .where(is_accepted())
            .group_by(col(Submission.urn))
        ).all()
    )
    due_by_school = _unanswered_waves(session, today)
    for urn, due_wave in _missing_newest_leavers(session, today, calendar).items():
        due_by_school.setdefault(urn, []).append(due_wave)
    refused = _refused_files(session)
    outstanding: list[OutstandingReturn] = []
    for member in sorted(
        member for members in hub_members(session, day=today).values() for member in members
    ):
        if member.urn not in last_sent:
            due = OutstandingReturn(member.hub, member.urn, member.school)
            outstanding.append(_with_refusal(due, refused.get(member.urn, ()), words))
        for due_wave in sorted(due_by_school.get(member.urn, ())):
            due = OutstandingReturn(
                member.hub,
                member.urn,
                member.school,
                *due_wave,
                last_sent_on=last_sent.get(member.urn),
            )
            opens_on = wave_dates(due_wave.academic_year, due_wave.wave, calendar).opens_on
            of_wave = [
                file
                for file in refused.get(member.urn, ())
                if _may_answer(file, due_wave, opens_on)
            ]
            outstanding.append(_with_refusal(due, of_wave, words))
    return tuple(sorted(outstanding, key=lambda due: (due.hub, due.school, due.urn)))


def _with_refusal(
    due: OutstandingReturn, files: Sequence[Submission], words: RefusalWords
) -> OutstandingReturn:
    """What is due, with the last of the refused files that would have been it."""
    if not files:
        return due
    last = max(files, key=lambda file: (file.sent_on, file.id or 0))
    because = words(last.refused_code or "", last.refused_facts)
    return replace(due, refused_on=last.sent_on, refused_because=because)


def _refused_files(session: Session) -> dict[str, list[Submission]]:
    """The files of each sender that were refused and of which nothing was ever recorded."""
    files: dict[str, list[Submission]] = {}
    unrecorded = col(Submission.recorded_at).is_(None)
    for file in session.exec(select(Submission).where(is_refused(), is_standing(), unrecorded)):
        files.setdefault(file.urn, []).append(file)
    return files


def _may_answer(file: Submission, due: "_DueWave", opens_on: date) -> bool:
    """Whether a refused file would have been the answer to a wave, as far as its sender said."""
    return (
        file.kind != SubmissionKind.ENROLMENTS.value
        and file.sent_on >= opens_on
        and file.leaving_stage in (None, due.leaving_stage)
        and file.academic_year in (None, due.academic_year)
        and file.wave in (None, due.wave)
    )


class _DueWave(NamedTuple):
    """A wave of a cohort that a school has to answer; in the order in which they are listed."""

    leaving_stage: str
    academic_year: int
    wave: int
    due_on: date


def _unanswered_waves(session: Session, today: date) -> dict[str, list[_DueWave]]:
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
            or_(
                is_about(col(Cohort.academic_year), col(Cohort.leaving_stage)),
                and_(
                    col(Submission.academic_year) == col(Cohort.academic_year),
                    col(Submission.leaving_stage).is_(None),
                ),
            ),
            or_(
                col(Submission.wave) == col(Wave.number),
                and_(col(Submission.wave).is_(None), col(Submission.sent_on) >= col(Wave.opens_on)),
            ),
            *_LEAVER_FILES,
            or_(col(Submission.rows_read) == 0, _has_answers()),
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
    due_by_school: dict[str, list[_DueWave]] = {}
    for cohort, wave in rows:
        due_wave = _DueWave(cohort.leaving_stage, cohort.academic_year, wave.number, wave.due_on)
        due_by_school.setdefault(cohort.urn, []).append(due_wave)
    return due_by_school


def _has_answers() -> ColumnElement[bool]:
    """Whether anything is recorded of a file beside its leavers; a roll begins a cohort only."""
    of_file = col(Destination.submission_id) == col(Submission.id)
    return select(Destination.id).where(of_file).exists()


# A leaver sheet, as far as its sender said, that was not refused.
_LEAVER_FILES = (
    or_(col(Submission.kind).is_(None), col(Submission.kind) != SubmissionKind.ENROLMENTS.value),
    is_accepted(),
)


def _is_followed() -> ColumnElement[bool]:
    """Whether a cohort is still followed: not where every sheet naming its leavers is undone."""
    of_cohort = col(Leaver.cohort_id) == col(Cohort.id)
    is_named = select(Leaver.id).where(of_cohort, is_effective(col(Leaver.submission_id))).exists()
    return is_named | ~select(Leaver.id).where(of_cohort).exists()


def _missing_newest_leavers(
    session: Session, today: date, calendar: WaveCalendar
) -> dict[str, _DueWave]:
    # By school: the newest Year 11 leavers, where it has sent older ones and nothing of these.
    year = latest_leaving_year(today)
    dates = wave_dates(year, 1, calendar)
    if not dates.opens_on <= today < dates.closes_on:
        return {}
    year_11 = select(Cohort.urn).where(Cohort.leaving_stage == LeavingStage.Y11.value)
    followed = year_11.where(_is_followed())
    schools_before = set(session.exec(followed.where(Cohort.academic_year < year)))
    schools_since = set(session.exec(followed.where(Cohort.academic_year >= year)))
    schools_with_file = set(
        session.exec(
            select(Submission.urn).where(
                or_(
                    is_about(year),
                    and_(
                        col(Submission.academic_year).is_(None),
                        col(Submission.sent_on) >= dates.opens_on,
                    ),
                ),
                *_LEAVER_FILES,
            )
        )
    )
    due_wave = _DueWave(LeavingStage.Y11.value, year, 1, dates.due_on)
    return dict.fromkeys(schools_before - schools_since - schools_with_file, due_wave)


def _a_year_before(day: date) -> date:
    # A wave of an autumn can be answered until the next autumn's opens.
    return day.replace(year=day.year - 1, day=min(day.day, 28 if day.month == 2 else 31))
