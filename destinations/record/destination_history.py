"""Destination history: statements are appended; a later one supersedes, and none is lost."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import and_, select
from sqlmodel import Session, col

from destinations.linkage.candidates import in_chunks
from destinations.outcomes.corrections import Voice, corrects, voice_of
from destinations.record.statements import DestinationStatement
from models.database import insert_all, reserve_ids
from models.destinations import Destination
from models.facts.effective import superseded_ids
from models.facts.submission_state import is_standing
from models.handoffs.normalised import SubmissionMetadata
from models.submissions import Submission
from models.vocabulary import SourceType

_STATEMENT_FIELDS = tuple(column.name for column in fields(DestinationStatement))
_ANSWER = ("activity_code", "intended")
_PLACE = ("provider_name", "provider_urn", "provider_ukprn")
_COURSE = ("course", "level", "started_on", "ended_on")
_DETAILS = (*_ANSWER, *_PLACE, *_COURSE)


class _HistoryLine(NamedTuple):
    """The statements that may supersede one another: about one leaver and wave, by one voice."""

    leaver_id: int
    wave: int
    voice: Voice


class _StatementKey(NamedTuple):
    """What is one statement of a submission, however often the submission is recorded.

    A row that tells what was and what is has two, each in a column of its own; `column` is '' in
    any other.
    """

    sheet: str
    row: int
    leaver_id: int
    wave: int
    column: str = ""


@dataclass(frozen=True, slots=True, order=True)
class _EffectiveStatement:
    """A statement that nothing supersedes, ordered by when it was said.

    That is the day it was sent, then the order in which files arrived.
    """

    sent_on: date
    submission_id: int
    destination_id: int
    sheet: str = field(compare=False)
    row: int = field(compare=False)
    wave: int = field(compare=False)
    as_at: date = field(compare=False)
    started_on: date | None = field(compare=False)
    ended_on: date | None = field(compare=False)
    values: Mapping[str, Any] = field(compare=False, default_factory=dict)


def add_statements(
    session: Session,
    declared: SubmissionMetadata,
    statements: Sequence[DestinationStatement],
    recorded_at: datetime,
    *,
    repeats: int | None = None,
) -> int:
    """Append statements to the record; the number that were new is returned.

    A statement of this submission that the record has already stays as it is.  `repeats` is an
    earlier submission of the same rows: where one of its statements is effective, the same is
    not recorded a second time.

    A statement supersedes the last effective one by the same voice about the same wave that it
    corrects, unless that was sent later: sheets may be recorded in another order than they were
    sent in.  One that can be true beside the earlier one is a change and supersedes nothing.  Two
    colleges are two voices: a statement of the one does not supersede one of the other.

    The same answer with a blank for the place or the course keeps those it had.
    """
    recorded, effective = _load_history(
        session, declared, {statement.leaver_id for statement in statements}
    )
    new_statements = {
        key: statement
        for key, statement in _by_key(statements).items()
        if key not in recorded
        and not any(
            repeats is not None and effective_statement.submission_id == repeats
            for effective_statement in effective[_history_line(statement, declared.urn)]
        )
    }
    batches: list[list[DestinationStatement]] = []
    batches_of: defaultdict[_HistoryLine, int] = defaultdict(int)
    for statement in new_statements.values():
        line = _history_line(statement, declared.urn)
        if batches_of[line] == len(batches):
            batches.append([])
        batches[batches_of[line]].append(statement)
        batches_of[line] += 1  # a second only where a sheet names somebody twice
    in_order = [statement for batch in batches for statement in batch]
    # A statement may supersede another of the same sheet, so each has its id before it is put in.
    ids = reserve_ids(session, Destination, len(in_order)) if in_order else []
    rows = []
    for statement, destination_id in zip(in_order, ids, strict=True):
        earlier = effective[_history_line(statement, declared.urn)]
        row = _destination_row(statement, _take_superseded(earlier, statement, declared))
        rows.append(row | {"id": destination_id, "recorded_at": recorded_at})
        earlier.append(
            _EffectiveStatement(
                declared.sent_on,
                declared.submission_id,
                destination_id,
                statement.sheet,
                statement.row,
                statement.wave,
                statement.as_at,
                row["started_on"],
                row["ended_on"],
                row,
            )
        )
    insert_all(session, Destination, rows)
    return len(rows)


def _destination_row(
    statement: DestinationStatement, superseded: _EffectiveStatement | None
) -> dict[str, Any]:
    """The row of a statement, its blanks filled from the statement that it supersedes."""
    row = {name: getattr(statement, name) for name in _STATEMENT_FIELDS}
    retained = (
        retained_values(row, superseded.values)
        if superseded and statement.source != SourceType.PROVIDER
        else {}
    )
    superseded_id = superseded.destination_id if superseded else None
    return (
        row
        | retained
        | {"supersedes_id": superseded_id, "kept_from_id": superseded_id if retained else None}
    )


def retained_values(values: Mapping[str, Any], superseded: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a superseded statement that stay where the same answer comes with blanks.

    Both mappings are by column of the destination table.  The place stays where none is named, and
    course and days where the place is the same.  No fact is put together from two rows: where none
    is named and a course or a day is another, nothing stays.  Not for what a college lists: there,
    no end date is an answer.
    """
    if any((values[name] or None) != (superseded.get(name) or None) for name in _ANSWER):
        return {}
    retained = {}
    if not any(values[name] for name in _PLACE):
        if any(values[name] and values[name] != superseded.get(name) for name in _COURSE):
            return {}
        retained = {name: superseded[name] for name in _PLACE if superseded.get(name)}
    elif not _is_same_place(values, superseded):
        return {}
    return retained | {
        name: superseded[name] for name in _COURSE if superseded.get(name) and not values[name]
    }


def _is_same_place(values: Mapping[str, Any], superseded: Mapping[str, Any]) -> bool:
    for name in ("provider_urn", "provider_ukprn"):
        if values[name] and superseded.get(name):
            return bool(values[name] == superseded[name])
    return (
        str(values["provider_name"]).casefold()
        == str(superseded.get("provider_name", "")).casefold()
    )


def _load_history(
    session: Session, declared: SubmissionMetadata, leavers: set[int]
) -> tuple[set[_StatementKey], defaultdict[_HistoryLine, list[_EffectiveStatement]]]:
    """Of these leavers: the statements that this submission made, and the effective ones."""
    recorded: set[_StatementKey] = set()
    effective: defaultdict[_HistoryLine, list[_EffectiveStatement]] = defaultdict(list)
    for chunk in in_chunks(sorted(leavers)):
        rows = session.execute(
            select(
                col(Destination.id),
                col(Destination.leaver_id),
                col(Destination.wave),
                col(Destination.as_at),
                col(Destination.source),
                col(Destination.evidence),
                col(Destination.submission_id),
                col(Destination.sheet),
                col(Destination.row),
                col(Destination.column),
                col(Submission.urn),
                col(Submission.sent_on),
                and_(
                    is_standing(), col(Destination.id).not_in(superseded_ids(leavers=chunk))
                ).label("is_effective"),
                *(getattr(Destination, name) for name in _DETAILS),
            )
            .join(Submission, col(Submission.id) == col(Destination.submission_id))
            .where(col(Destination.leaver_id).in_(chunk))
        )
        for row in rows:
            if row.submission_id == declared.submission_id:
                key = _StatementKey(row.sheet, row.row, row.leaver_id, row.wave)
                recorded |= {key, key._replace(column=row.column)}
            if not row.is_effective:
                continue
            statement = _EffectiveStatement(
                row.sent_on,
                row.submission_id,
                row.id,
                row.sheet,
                row.row,
                row.wave,
                row.as_at,
                row.started_on,
                row.ended_on,
                {name: getattr(row, name) for name in _DETAILS},
            )
            voice = voice_of(row.source, row.evidence, row.urn)
            effective[_HistoryLine(row.leaver_id, row.wave, voice)].append(statement)
    return recorded, effective


def _take_superseded(
    effective: list[_EffectiveStatement],
    statement: DestinationStatement,
    declared: SubmissionMetadata,
) -> _EffectiveStatement | None:
    """The statement that a new one supersedes, taken off the list; None for none."""
    corrected = [
        earlier
        for earlier in effective
        if (earlier.sent_on, earlier.submission_id) <= (declared.sent_on, declared.submission_id)
        and corrects(statement, earlier)
    ]
    if not corrected:
        return None
    latest = max(corrected)
    effective.remove(latest)
    return latest


def _history_line(statement: DestinationStatement, urn: str) -> _HistoryLine:
    voice = voice_of(statement.source, statement.evidence, urn)
    return _HistoryLine(statement.leaver_id, statement.wave, voice)


def _by_key(
    statements: Sequence[DestinationStatement],
) -> dict[_StatementKey, DestinationStatement]:
    """The statements by their key, which has the column where a row has two of one wave."""
    columns: defaultdict[_StatementKey, set[str]] = defaultdict(set)
    for statement in statements:
        columns[_statement_key(statement)].add(statement.column)
    return {
        key._replace(column=statement.column if len(columns[key]) > 1 else ""): statement
        for statement in statements
        for key in (_statement_key(statement),)
    }


def _statement_key(statement: DestinationStatement) -> _StatementKey:
    return _StatementKey(statement.sheet, statement.row, statement.leaver_id, statement.wave)
