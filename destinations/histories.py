"""Histories: statements join what is known of a leaver; a later word supersedes, none is lost."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime

from sqlalchemy import select
from sqlmodel import Session, col

from destinations.cohorts import in_chunks
from destinations.statements import Statement
from models.database import insert_returning
from models.destinations import Destination
from models.sheets import Declared
from models.submissions import Submission
from models.vocabulary import Source

_SAID = tuple(field.name for field in fields(Statement))
_Line = tuple[int, int, str, str]  # leaver, wave, source, and for a provider its URN


@dataclass(frozen=True, slots=True, order=True)
class _Standing:
    """A statement that nothing supersedes, ordered by when it was said."""

    sent_on: date
    destination_id: int
    submission_id: int


def add_statements(
    session: Session,
    declared: Declared,
    statements: Sequence[Statement],
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
    rounds: list[list[Statement]] = []
    depth: defaultdict[_Line, int] = defaultdict(int)
    for one in new.values():
        line = _line(one, declared.urn)
        if depth[line] == len(rounds):
            rounds.append([])
        rounds[depth[line]].append(one)
        depth[line] += 1
    for some in rounds:  # nearly always one: a second where a sheet names somebody twice
        rows = [
            {name: getattr(one, name) for name in _SAID}
            | {
                "recorded_at": recorded_at,
                "supersedes_id": _superseded(standing[_line(one, declared.urn)], declared.sent_on),
            }
            for one in some
        ]
        for one, made in zip(some, insert_returning(session, Destination, rows), strict=True):
            standing[_line(one, declared.urn)].append(
                _Standing(declared.sent_on, made, declared.submission_id)
            )
    return len(new)


def _before(
    session: Session, declared: Declared, leavers: set[int]
) -> tuple[set[tuple[str, int, int, int]], defaultdict[_Line, list[_Standing]]]:
    """What these leavers' histories hold: this submission's own keys, and what stands."""
    there = set()
    lines: dict[int, tuple[_Line, _Standing]] = {}
    superseded: set[int] = set()
    taken_back: dict[int, int | None] = {}  # what it had superseded
    for some in in_chunks(sorted(leavers)):
        found = session.execute(
            select(
                col(Destination.id),
                col(Destination.leaver_id),
                col(Destination.wave),
                col(Destination.source),
                col(Destination.supersedes_id),
                col(Destination.submission_id),
                col(Destination.sheet),
                col(Destination.row),
                col(Submission.urn),
                col(Submission.sent_on),
                col(Submission.undone_at),
            )
            .join(Submission, col(Submission.id) == col(Destination.submission_id))
            .where(col(Destination.leaver_id).in_(some))
        )
        for one in found:
            if one.submission_id == declared.submission_id:
                there.add((one.sheet, one.row, one.leaver_id, one.wave))
            if one.undone_at is not None:
                taken_back[one.id] = one.supersedes_id
                continue
            if one.supersedes_id is not None:
                superseded.add(one.supersedes_id)
            sender = one.urn if one.source == Source.PROVIDER else ""
            word = _Standing(one.sent_on, one.id, one.submission_id)
            lines[one.id] = ((one.leaver_id, one.wave, one.source, sender), word)
    for passed in sorted(superseded & set(taken_back), reverse=True):
        before = taken_back[passed]
        while before is not None:
            superseded.add(before)
            before = taken_back.get(before)
    standing: defaultdict[_Line, list[_Standing]] = defaultdict(list)
    for made, (line, word) in lines.items():
        if made not in superseded:
            standing[line].append(word)
    return there, standing


def _superseded(standing: list[_Standing], sent_on: date) -> int | None:
    """The last word that this one takes the place of; taken off the list."""
    earlier = [one for one in standing if one.sent_on <= sent_on]
    if not earlier:
        return None
    last = max(earlier)
    standing.remove(last)
    return last.destination_id


def _line(one: Statement, urn: str) -> _Line:
    return one.leaver_id, one.wave, one.source, urn if one.source == Source.PROVIDER else ""


def _key(one: Statement) -> tuple[str, int, int, int]:
    return one.sheet, one.row, one.leaver_id, one.wave
