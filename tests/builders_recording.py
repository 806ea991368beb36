"""A made-up hub for tests of recording: schools, colleges, and sheets sent in a line each."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session, select

from destinations.recording import RecordResult, record_submission
from models.database import insert_all, insert_returning, transaction
from models.facts import submission_state
from models.handoffs.findings import Finding
from models.handoffs.normalised import (
    FieldColumn,
    NormalisedRow,
    NormalisedSubmission,
    SubmissionMetadata,
)
from models.handoffs.sheets import Value
from models.places import Hub, Institution, InstitutionLink, Membership
from models.submissions import Submission
from models.vocabulary import LeavingStage, Severity, SubmissionKind

FIELDS = ("upn", "surname", "forename", "born_on", "activity", "provider_name", "started_on")
SCHOOL, OTHER_SCHOOL, COLLEGE, SIXTH_FORM, AFAR = "900100", "900101", "900190", "900191", "900300"
U1, U2, U3 = "B801200005001", "Q801200005002", "E801200005003"

_moments = count()


def a_moment() -> datetime:
    """A later moment each time it is asked."""
    return datetime(2026, 11, 23, 6, 0, tzinfo=UTC) + timedelta(seconds=next(_moments))


def a_hub(engine: Engine) -> None:
    """The register and the hub; AFAR is in another hub, 900099 was the URN of SCHOOL before."""

    def place(urn: str, name: str, kind: str, **more: Any) -> dict[str, Any]:
        blank = {"ukprn": None, "laestab": None, "further_education_type": ""}
        flags = {"has_sixth_form": False, "is_open": True, "la_code": "845", "la_name": "Sussex"}
        return {"urn": urn, "name": name, "type_name": kind, **blank, **flags, **more}

    with transaction(engine) as session:
        insert_all(
            session,
            Institution,
            [
                place(SCHOOL, "Firle High School", "Academy converter", has_sixth_form=True),
                place("900099", "Firle High School", "Community school", is_open=False),
                place(OTHER_SCHOOL, "Long Man School", "Community special school"),
                place(
                    COLLEGE,
                    "Downs Coast College",
                    "Further education",
                    further_education_type="General FE College",
                    ukprn="10990097",
                    laestab="8458001",
                ),
                place(
                    SIXTH_FORM,
                    "Ouse Valley Sixth Form College",
                    "Further education",
                    further_education_type="Sixth Form College (General)",
                    ukprn="10990197",
                    laestab="8458600",
                ),
                place(AFAR, "Tamar Academy", "Academy converter", la_code="908"),
            ],
        )
        insert_all(
            session,
            InstitutionLink,
            [
                {"urn": SCHOOL, "linked_urn": "900099", "kind": "Predecessor", "linked_on": None},
                {"urn": "900099", "linked_urn": SCHOOL, "kind": "Successor", "linked_on": None},
            ],
        )
        here, afar = insert_returning(session, Hub, [{"name": "Seven Sisters"}, {"name": "Tamar"}])
        insert_all(
            session,
            Membership,
            [
                {"hub_id": hub, "urn": urn, "joined_on": date(2020, 9, 1), "left_on": None}
                for hub, urn in (
                    (here, SCHOOL),
                    (here, "900099"),
                    (here, OTHER_SCHOOL),
                    (here, COLLEGE),
                    (here, SIXTH_FORM),
                    (afar, AFAR),
                )
            ],
        )


def a_row(
    number: int, drawn: str, *, wave: int | None = 1, sheet: str = "Leavers"
) -> NormalisedRow:
    """A row from "UPN, surname, forename, born, activity, provider, started"; '-' is blank."""
    typed = [cell.strip() for cell in drawn.split(",")]
    raw = {name: cell for name, cell in zip(FIELDS, typed, strict=False) if cell not in {"", "-"}}
    values: dict[str, Value] = {name: raw.get(name) for name in FIELDS}
    for name in ("born_on", "started_on"):
        if name in raw:
            values[name] = date.fromisoformat(raw[name])
    columns = {
        name: FieldColumn(name, sheet, "ABCDEFG"[at], name.title())
        for at, name in enumerate(FIELDS)
    }
    return NormalisedRow(sheet, number, wave, raw, values, columns)


def must_fix(row: int, *, sheet: str = "Leavers") -> Finding:
    """A finding that makes a row wait."""
    return Finding("P01", Severity.MUST_FIX, "", "", sheet, row, "B", "Surname", "Lee")


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
        sent = Submission(
            urn=urn,
            name=f"sheet {number}.xlsx",
            sha256=f"{number:064}",
            size=1,
            stored_as="",
            kind=kind.value,
            sent_on=date.fromisoformat(sent_on),
        )
        session.add(sent)
        session.flush()
        assert sent.id is not None
        return SubmissionMetadata(
            sent.id,
            urn,
            sent.sent_on,
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
        done = record_submission(
            session, NormalisedSubmission(declared, made), findings, recorded_at=a_moment()
        )
        submission_state.mark_processed(session, number, since=since)
        return done


def queued(engine: Engine) -> list[int]:
    """The submissions that need processing, by number."""
    with Session(engine) as session:
        found = select(Submission.id).where(submission_state.awaits_processing())
        return [number for number in session.exec(found.order_by(Submission.id)) if number]


def everything(engine: Engine, model: Any) -> list[Any]:
    """All rows of a table, in the order they were made."""
    with Session(engine) as session:
        return list(session.exec(select(model).order_by(model.id)))
