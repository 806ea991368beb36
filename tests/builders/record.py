"""Records: put row by row into the tables, or recorded from rows drawn in a line each."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session, select

from destinations.recording import RecordResult, record_submission
from models.base import SQLModel
from models.database import transaction
from models.destinations import Destination
from models.facts import submission_state
from models.handoffs.findings import Finding
from models.handoffs.normalised import NormalisedRow, NormalisedSubmission, SubmissionMetadata
from models.leavers import Cohort, Leaver, Person
from models.submissions import Submission
from models.vocabulary import EvidenceStrength, LeavingStage, SubmissionKind
from tests.builders.hub import SCHOOL, institution, join_hub
from tests.builders.rows import a_row

AUTUMN = datetime(2023, 11, 10, 9, tzinfo=UTC)
U1, U2, U3 = "B801200005001", "Q801200005002", "E801200005003"

_moments = count()


def a_moment() -> datetime:
    """A later moment each time it is asked."""
    return datetime(2026, 11, 23, 6, 0, tzinfo=UTC) + timedelta(seconds=next(_moments))


# --- row by row, as recording would have left it -----------------------------------------------


@dataclass
class Record:
    """Rows put straight into the tables, as recording would have put them."""

    session: Session
    moment: datetime = AUTUMN
    rows: int = 0
    sent: dict[str, int] = field(default_factory=dict)

    def school(self, urn: str, hub: str | None = "Downs", **membership: Any) -> str:
        """A school of the register, and of that hub where one is named."""
        self.session.add(institution(urn))
        self.session.flush()
        if hub:
            self.member(urn, hub, **membership)
        return urn

    def member(self, urn: str, hub: str, **dates: Any) -> None:
        """A school's membership of that hub."""
        join_hub(self.session, hub, urn, **dates)

    def cohort(self, urn: str, year: int = 2022, stage: str = "Y11") -> int:
        """The leavers of a school, by number."""
        return self._put(Cohort(urn=urn, leaving_stage=stage, academic_year=year))

    def submission(self, urn: str, **values: Any) -> int:
        """A recorded file of that sender, by number."""
        self.rows += 1
        moments = dict.fromkeys(("received_at", "stage_at", "recorded_at"), self.moment)
        return self._put(
            sent_file(
                **{"urn": urn, "sha256": f"{self.rows:064d}", "sent_on": self.moment.date()}
                | {"stage": "recorded", "needs_processing_since": None}
                | moments
                | values
            )
        )

    def from_(self, urn: str) -> int:
        """The one file of that sender that everything comes from unless said otherwise."""
        if urn not in self.sent:
            self.sent[urn] = self.submission(urn)
        return self.sent[urn]

    def leaver(self, cohort: int, urn: str, **values: Any) -> int:
        """A leaver of that cohort, told of by that sender, by number."""
        person = self._put(Person(made_at=self.moment))
        self.rows += 1
        row = {
            "person_id": person,
            "cohort_id": cohort,
            "forename": "Ash",
            "surname": "Bryn",
            "submission_id": self.from_(urn),
            "sheet": "Leavers",
            "row": self.rows,
            "cells": {},
        }
        return self._put(Leaver(**row | values))

    def said(self, leaver: int, code: str, wave: int = 1, **values: Any) -> int:
        """A destination of that leaver at that wave, by number; `by` is the URN of who says so."""
        self.rows += 1
        urn = values.pop("by", next(iter(self.sent), "100001"))
        row = {
            "leaver_id": leaver,
            "wave": wave,
            "activity_code": code,
            "as_at": date(2022 + wave, 11, 1),
            "source": "school",
            "evidence": EvidenceStrength.SCHOOL_SAYS.value,
            "recorded_at": self.moment,
            "submission_id": self.from_(urn),
            "sheet": "Leavers",
            "row": self.rows,
            "column": "F",
        }
        return self._put(Destination(**row | values))

    def _put(self, row: SQLModel) -> int:
        self.session.add(row)
        self.session.flush()
        number = row.id  # type: ignore[attr-defined]
        assert isinstance(number, int)
        return number


def sent_file(**values: Any) -> Submission:
    """A workbook as a line of the table of submissions, but for the values."""
    blank = {"name": "leavers.xlsx", "size": 1, "stored_as": "somewhere", "file_format": "xlsx"}
    return Submission(**blank | values)


# --- recorded from sheets that are sent --------------------------------------------------------


def a_submission(
    engine: Engine,
    urn: str = SCHOOL,
    sent_on: str = "2024-11-05",
    *,
    cohort: int | None = 2023,
    stage: LeavingStage = LeavingStage.Y11,
    wave: int | None = 1,
) -> SubmissionMetadata:
    """A submission received and not yet recorded; an enrolment list where there is no cohort."""
    kind = SubmissionKind.LEAVERS if cohort is not None else SubmissionKind.ENROLMENTS
    number = next(_moments)
    with transaction(engine) as session:
        submission = sent_file(
            urn=urn,
            name=f"sheet {number}.xlsx",
            sha256=f"{number:064}",
            kind=kind.value,
            sent_on=date.fromisoformat(sent_on),
        )
        session.add(submission)
        session.flush()
        assert submission.id is not None
        return SubmissionMetadata(
            submission.id,
            urn,
            submission.sent_on,
            kind,
            cohort,
            stage if cohort is not None else None,
            wave if cohort is not None else None,
        )


def recorded(
    engine: Engine,
    declared: SubmissionMetadata,
    rows: Sequence[NormalisedRow | str],
    findings: Sequence[Finding] = (),
) -> RecordResult:
    """Record those rows, drawn ones from row 2 on."""
    made = tuple(
        a_row(at, row, wave=declared.wave) if isinstance(row, str) else row
        for at, row in enumerate(rows, start=2)
    )
    with transaction(engine) as session:
        number = declared.submission_id
        since = submission_state.read_queue_times(session, [number])[number]
        result = record_submission(
            session, NormalisedSubmission(declared, made), findings, recorded_at=a_moment()
        )
        submission_state.mark_processed(session, number, since=since)
        return result


def queued(engine: Engine) -> list[int]:
    """The submissions that need processing, by number."""
    with Session(engine) as session:
        waiting = select(Submission.id).where(submission_state.awaits_processing())
        return [number for number in session.exec(waiting.order_by(Submission.id)) if number]


def everything(engine: Engine, model: Any) -> list[Any]:
    """All rows of a table, in the order they were made."""
    with Session(engine) as session:
        return list(session.exec(select(model).order_by(model.id)))
