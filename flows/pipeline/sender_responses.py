"""Sender responses: what a sender answered in a workbook that we marked, and sent back.

Nothing of Prefect's here.  Each "yes, this is right" is bound to what the marked file said, read
again from its original: whatever was moved or typed over since is not what the answer is about.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlmodel import Session, col, select

from destinations.linkage.repeated_leavers import RowKey
from destinations.responses.confirmations import (
    confirm,
    field_and_value,
    sheet_of_finding,
    store_confirmation,
)
from destinations.responses.confirmed_sheets import confirm_sheet
from destinations.responses.mappings import store_heading_mapping
from destinations.returns.annotated import verify_signature
from expectations.catalogue import rule_words
from flows.pipeline.run_context import RunContext
from flows.pipeline.submission_metadata import submission_metadata
from flows.pipeline.submission_work import SubmissionWork
from imports.columns.proposals import NAMES
from imports.crosswalk.column_map import normalise_heading
from imports.crosswalk.confirmed_mappings import (
    Crosswalk,
    full_heading,
    heading_fingerprint,
)
from imports.prepare import FileAsSent, prepare
from models.database import transaction
from models.facts.calendar import now
from models.facts.succession import school_chain
from models.handoffs.findings import SubmissionRefused
from models.handoffs.normalised import NormalisedRow, NormalisedSubmission, SubmissionMetadata
from models.handoffs.returned_workbook import ConfirmedCell, ReturnedWorkbook
from models.handoffs.sheets import ReadFile, Value
from models.submissions import FindingRecord, Submission
from models.vocabulary import LeavingStage, SubmissionKind

log = logging.getLogger(__name__)

# "We read it as Destination.  Right?": a yes is remembered, and the column is read from then on.
_ASKS_OF_A_HEADING = "C11"
_WHO = ("upn", "uln", "surname", "forename", "full_name", "born_on")


def metadata_from_round_before(
    run: RunContext, read: ReadFile, declared: SubmissionMetadata
) -> SubmissionMetadata:
    """What is known of a submission, and of the one that it is the next round of where it is.

    A workbook that we marked and its sender sent back is the next round of the marked one.  What
    the submission itself says holds; the round before fills what it leaves open.
    """
    with Session(run.engine) as session:
        before = _marked_before(session, read.returned, declared, run.key)
    if before is None:
        return declared
    return replace(
        declared,
        kind=declared.kind or (SubmissionKind(before.kind) if before.kind else None),
        academic_year=declared.academic_year or before.academic_year,
        leaving_stage=declared.leaving_stage
        or (LeavingStage(before.leaving_stage) if before.leaving_stage else None),
        wave=before.wave if declared.wave is None else declared.wave,
        follows_id=before.id if before.id != declared.submission_id else None,
    )


def apply_responses(session: Session, run: RunContext, work: SubmissionWork) -> bool:
    """Note the answers of a workbook that we marked and its sender sent back; whether it has any.

    The submission is recorded, so it is known whom its rows are about: a "yes, this is right" about
    a leaver whom nobody knew when the workbook was marked is noted too.
    """
    confirmed = _confirmed(work.read)
    before = _marked_before(session, work.read.returned, work.metadata, run.key)
    if before is None or not confirmed:
        return False
    rows = _rows_as_marked(run, work.crosswalk, before) or work.rows.rows
    for answer in confirmed:
        if not _note_answer(session, before, answer, rows, work.rows):
            _note_answer_late(session, before, answer, rows, work.rows, work.result.people)
    return True


def _marked_before(
    session: Session, returned: ReturnedWorkbook | None, declared: SubmissionMetadata, key: bytes
) -> Submission | None:
    """The submission that a workbook was marked for: signed by us, and of the same school."""
    mark = verify_signature(returned.mark, key) if returned else None
    before = session.get(Submission, mark.submission_id) if mark else None
    if mark is None or before is None or before.sha256 != mark.sha256:
        return None
    return before if before.urn in school_chain(session, declared.urn) else None


def learn_headings(
    run: RunContext, read: ReadFile, declared: SubmissionMetadata
) -> Crosswalk | None:
    """Remember the headings that a sender said yes to; what is known with them, None without any.

    So the very file that has the answer is mapped with it.
    """
    answers = [answer for answer in _confirmed(read) if answer.code == _ASKS_OF_A_HEADING]
    if not answers:
        return None
    with transaction(run.engine) as session:
        before = _marked_before(session, read.returned, declared, run.key)
        if before is None:
            return None
        asked = session.exec(
            select(FindingRecord).where(
                FindingRecord.submission_id == before.id,
                FindingRecord.code == _ASKS_OF_A_HEADING,
                col(FindingRecord.row).is_(None),
            )
        ).all()
        for finding in asked:
            if any(
                (answer.sheet, answer.column) == (finding.sheet, finding.column)
                for answer in answers
            ):
                _store_heading(session, read, finding.facts, declared)
        return run.latest_crosswalk(session)


def _confirmed(read: ReadFile) -> Sequence[ConfirmedCell]:
    return read.returned.confirmed if read.returned else ()


def _store_heading(
    session: Session, read: ReadFile, facts: Mapping[str, str], declared: SubmissionMetadata
) -> None:
    field = next((field for field, name in NAMES.items() if name == facts.get("ours")), "")
    headings: dict[str, list[str]] = {}
    for table in read.tables:
        for heading in table.headings:
            if normalise_heading(heading.text) == normalise_heading(facts.get("heading", "")):
                row = heading_fingerprint(column.parts for column in table.headings)
                headings.setdefault(full_heading(heading.parts), []).append(row)
    for shown, rows in headings.items() if field else ():
        store_heading_mapping(
            session,
            urn=declared.urn,
            rows=rows,
            key=normalise_heading(shown),
            shown=shown,
            field=field,
            by=_sender(declared),
            at=now(),
        )


def _sender(declared: SubmissionMetadata) -> str:
    return f"the sender of submission {declared.submission_id}"


def _rows_as_marked(
    run: RunContext, crosswalk: Crosswalk, before: Submission
) -> Sequence[NormalisedRow]:
    """The rows of the file that was marked, in our words; none where its original is gone."""
    try:
        file = FileAsSent(before.name, run.store.get(before.stored_as))
        metadata = submission_metadata(before, run.settings.waves)
        return prepare(file, metadata, crosswalk, guard=run.guard).normalised.rows
    except (SubmissionRefused, KeyError):
        return ()


def _note_answer(
    session: Session,
    before: Submission,
    answer: ConfirmedCell,
    rows: Sequence[NormalisedRow],
    mapped: NormalisedSubmission,
) -> bool:
    """Whether an answer is noted, or need not be: what was never told, or must be put right."""
    by = _sender(mapped.metadata)
    try:
        if not answer.row:
            confirm_sheet(
                session, before.id or 0, answer.code,
                by=by, sheet=answer.sheet, column=answer.column,
                facts_match=lambda facts: f"{rule_words(answer.code, facts)[0]}." == answer.says,
            )  # fmt: skip
            return True
        field, value = _answered_value(answer, rows)
        confirm(
            session,
            before.id or 0,
            answer.sheet,
            answer.row,
            answer.code,
            value=value,
            by=by,
            field=field,
        )
    except LookupError as why:
        log.info("an answer in submission %s was not taken: %s", mapped.metadata.submission_id, why)
    except ValueError:
        return not answer.row
    return True


def _answered_value(answer: ConfirmedCell, rows: Sequence[NormalisedRow]) -> tuple[str, Value]:
    """Our field, and the value that was marked: as we read it, else as it was typed."""
    field, value = field_and_value(_rows_at(answer, rows), answer.column)
    return field, answer.value if value in (None, "") else value


def _rows_at(answer: ConfirmedCell, rows: Sequence[NormalisedRow]) -> list[NormalisedRow]:
    # A csv file has no sheets, and its copy has one.
    return [row for row in rows if row.row == answer.row and answer.sheet in ("", row.sheet)]


def _note_answer_late(
    session: Session,
    before: Submission,
    answer: ConfirmedCell,
    rows: Sequence[NormalisedRow],
    mapped: NormalisedSubmission,
    people: Mapping[RowKey, int],
) -> None:
    """Note an answer about somebody who was known to nobody before this round.

    Only where the row is still theirs: the answered cell, and most of who they are, unchanged.
    """
    rows_before, rows_now = _rows_at(answer, rows), _rows_at(answer, mapped.rows)
    if not rows_before or not rows_now:
        return
    person = people.get((rows_now[0].sheet, answer.row))
    unchanged = sum(
        rows_before[0].raw.get(name) == rows_now[0].raw.get(name)
        for name in _WHO
        if name in rows_before[0].raw
    )
    field, value = _answered_value(answer, rows)
    if (
        person is None
        or unchanged < 2
        or field_and_value(rows_now, answer.column) != (field, value)
    ):
        return
    try:
        sheet_of_finding(session, before.id or 0, answer.sheet, answer.row, answer.code)
    except (LookupError, ValueError):
        return
    store_confirmation(
        session, person, answer.code, value=value, by=_sender(mapped.metadata), field=field,
        submission_id=before.id or 0,
    )  # fmt: skip
