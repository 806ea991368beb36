"""Histories: statements join what is known of a leaver; a later word supersedes, none is lost."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, select
from sqlmodel import Session, col

from destinations.linkage.candidates import in_chunks
from destinations.record.statements import DestinationStatement
from models.database import insert_returning
from models.destinations import Destination
from models.facts.effective import superseded_ids
from models.facts.submission_state import is_standing
from models.handoffs.normalised import SubmissionMetadata
from models.submissions import Submission
from models.vocabulary import SourceType

_SAID = tuple(each.name for each in fields(DestinationStatement))
_ANSWER = ("activity_code", "intended")
_PLACE = ("provider_name", "provider_urn", "provider_ukprn")
_COURSE = ("course", "level", "started_on", "ended_on")
_DETAILS = (*_ANSWER, *_PLACE, *_COURSE)
_Line = tuple[int, int, str, str]  # leaver, wave, source, and for a provider its URN


@dataclass(frozen=True, slots=True, order=True)
class _EffectiveStatement:
    """A statement that nothing supersedes, ordered by when it was said."""

    sent_on: date
    destination_id: int
    submission_id: int
    said: Mapping[str, Any] = field(compare=False, default_factory=dict)


def add_statements(
    session: Session,
    declared: SubmissionMetadata,
    statements: Sequence[DestinationStatement],
    recorded_at: datetime,
    *,
    repeats: int | None = None,
) -> int:
    """How many statements were new; those of this submission that are there already stay as is.

    `repeats` is an earlier submission of the same rows: what it said and still stands is not said
    again.

    A statement supersedes the last one standing by the same source about the same wave, unless
    that was sent later: sheets may be recorded in another order than they were sent in.  Two
    colleges are two sources: a word of the one does not undo a word of the other.

    The same answer with a blank for the place or the course keeps those that stood.
    """
    there, standing = _before(session, declared, {one.leaver_id for one in statements})
    new = {
        key: one
        for one in statements
        if (key := _key(one)) not in there
        and not any(
            repeats is not None and each.submission_id == repeats
            for each in standing[_line(one, declared.urn)]
        )
    }  # one for each (sheet, row, leaver, wave)
    rounds: list[list[DestinationStatement]] = []
    depth: defaultdict[_Line, int] = defaultdict(int)
    for one in new.values():
        line = _line(one, declared.urn)
        if depth[line] == len(rounds):
            rounds.append([])
        rounds[depth[line]].append(one)
        depth[line] += 1
    for some in rounds:  # nearly always one: a second where a sheet names somebody twice
        rows = [
            _row(one, _superseded(standing[_line(one, declared.urn)], declared.sent_on))
            | {"recorded_at": recorded_at}
            for one in some
        ]
        added = insert_returning(session, Destination, rows)
        for one, row, made in zip(some, rows, added, strict=True):
            standing[_line(one, declared.urn)].append(
                _EffectiveStatement(declared.sent_on, made, declared.submission_id, row)
            )
    return len(new)


def _row(one: DestinationStatement, last: _EffectiveStatement | None) -> dict[str, Any]:
    """A statement as its row, with what it leaves blank of the answer whose place it takes."""
    row = {name: getattr(one, name) for name in _SAID}
    kept = retained_values(row, last.said) if last and one.source != SourceType.PROVIDER else {}
    about = last.destination_id if last else None
    return row | kept | {"supersedes_id": about, "kept_from_id": about if kept else None}


def retained_values(said: Mapping[str, Any], last: Mapping[str, Any]) -> dict[str, Any]:
    """What of the last word stays where the same answer is given again with blanks.

    Its place where none is named, and its course and days where the place is the same.  What a
    college lists is taken as it stands: there, no end is an answer.
    """
    if any((said[name] or None) != (last.get(name) or None) for name in _ANSWER):
        return {}
    kept = {}
    if not any(said[name] for name in _PLACE):
        kept = {name: last[name] for name in _PLACE if last.get(name)}
    elif not _is_same_place(said, last):
        return {}
    return kept | {name: last[name] for name in _COURSE if last.get(name) and not said[name]}


def _is_same_place(said: Mapping[str, Any], last: Mapping[str, Any]) -> bool:
    for name in ("provider_urn", "provider_ukprn"):
        if said[name] and last.get(name):
            return bool(said[name] == last[name])
    return str(said["provider_name"]).casefold() == str(last.get("provider_name", "")).casefold()


def _before(
    session: Session, declared: SubmissionMetadata, leavers: set[int]
) -> tuple[set[tuple[str, int, int, int]], defaultdict[_Line, list[_EffectiveStatement]]]:
    """What these leavers' histories hold: this submission's own keys, and what stands."""
    there = set()
    standing: defaultdict[_Line, list[_EffectiveStatement]] = defaultdict(list)
    for some in in_chunks(sorted(leavers)):
        found = session.execute(
            select(
                col(Destination.id),
                col(Destination.leaver_id),
                col(Destination.wave),
                col(Destination.source),
                col(Destination.submission_id),
                col(Destination.sheet),
                col(Destination.row),
                col(Submission.urn),
                col(Submission.sent_on),
                and_(is_standing(), col(Destination.id).not_in(superseded_ids(leavers=some))).label(
                    "is_effective"
                ),
                *(getattr(Destination, name) for name in _DETAILS),
            )
            .join(Submission, col(Submission.id) == col(Destination.submission_id))
            .where(col(Destination.leaver_id).in_(some))
        )
        for one in found:
            if one.submission_id == declared.submission_id:
                there.add((one.sheet, one.row, one.leaver_id, one.wave))
            if not one.is_effective:
                continue
            sender = one.urn if one.source == SourceType.PROVIDER else ""
            said = {name: getattr(one, name) for name in _DETAILS}
            word = _EffectiveStatement(one.sent_on, one.id, one.submission_id, said)
            standing[one.leaver_id, one.wave, one.source, sender].append(word)
    return there, standing


def _superseded(standing: list[_EffectiveStatement], sent_on: date) -> _EffectiveStatement | None:
    """The last word that this one takes the place of; taken off the list."""
    earlier = [one for one in standing if one.sent_on <= sent_on]
    if not earlier:
        return None
    last = max(earlier)
    standing.remove(last)
    return last


def _line(one: DestinationStatement, urn: str) -> _Line:
    return one.leaver_id, one.wave, one.source, urn if one.source == SourceType.PROVIDER else ""


def _key(one: DestinationStatement) -> tuple[str, int, int, int]:
    return one.sheet, one.row, one.leaver_id, one.wave
