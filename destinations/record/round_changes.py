"""Changes: what a next round says beside the one before, counted by leaver and never by value."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import or_, select, update
from sqlmodel import Session, col

from destinations.linkage.candidates import LeaverInCohort, in_chunks, leavers_by_person
from destinations.record.leaver_attributes import COLUMNS, FIELDS
from destinations.record.rounds import (
    EarlierSubmission,
    SentAgain,
    earlier_submissions,
    find_previous_round,
    persons_of_submission,
)
from destinations.record.statements import wave_answered
from models.destinations import Destination
from models.handoffs.findings import Issue
from models.handoffs.normalised import NormalisedRow, SubmissionMetadata
from models.leavers import Leaver
from models.submissions import Submission
from models.vocabulary import SubmissionKind

GONE = "N03"
BLANK = "N04"

# What an answer is, whoever gave it and wherever it stands.
_ANSWER = (
    *("activity_code", "intended", "provider_name", "provider_urn", "provider_ukprn"),
    *("course", "level", "started_on", "ended_on"),
)
# What a sheet says beside an answer.
_BESIDE = ("provider_name", "course", "level", "started_on", "ended_on")
_Line = tuple[int, int, str]  # leaver, wave, source
_Said = dict[_Line, tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class RoundChanges:
    """Leavers of a file beside those of the round before.  Each number counts a leaver once."""

    new: int = 0  # who were not in it
    changed: int = 0  # of whom this file says something else, or more
    gone: int = 0  # who were in it and are not in this one
    would_become_blank: int = 0  # of whom something known is blank now; it was left as it was

    def counts(self) -> dict[str, int]:
        """The four numbers by name, as they are kept."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class RoundComparison:
    """A submission beside those its sender sent before."""

    follows_id: int | None = None
    changes: RoundChanges | None = None  # None for a first round
    remarks: tuple[Issue, ...] = ()


def compare_with_last_round(
    session: Session,
    declared: SubmissionMetadata,
    again: SentAgain,
    about: Mapping[int, Sequence[NormalisedRow]],
    *,
    nameless: int,
    percent: int,
) -> RoundComparison:
    """What a submission changes beside the round before it, and what its sender is told of that.

    `about` has the rows by person; `nameless` is how many rows are about nobody yet, for they wait
    or nobody is sure.  Asked in the transaction that records it, once its statements are there.
    """
    if again.same and not _says_anything(session, declared):
        return RoundComparison(again.same.submission_id, RoundChanges(), again.remarks)
    since = find_previous_round(session, declared, set(about), percent=percent)
    asked = again.remarks if again.other else ()
    if since is None:
        return RoundComparison(remarks=asked)
    changes = _changes(session, declared, since, about, nameless)
    return RoundComparison(since.submission_id, changes, (*asked, *_remarks(changes, since)))


def store_round(
    session: Session, submission_id: int, again: SentAgain, beside: RoundComparison
) -> None:
    """Keep what a submission's rows say, what it follows and what it changed, with its line."""
    session.execute(
        update(Submission)
        .where(col(Submission.id) == submission_id)
        .values(
            rows_hash=again.rows_hash,
            follows_id=beside.follows_id,
            changes=beside.changes.counts() if beside.changes else {},
        )
    )


def _says_anything(session: Session, declared: SubmissionMetadata) -> bool:
    """Whether a submission of rows sent before says something all the same: of those put right."""
    said = select(col(Destination.id)).where(
        col(Destination.submission_id) == declared.submission_id
    )
    return session.execute(said.limit(1)).first() is not None


def _changes(
    session: Session,
    declared: SubmissionMetadata,
    since: EarlierSubmission,
    about: Mapping[int, Sequence[NormalisedRow]],
    nameless: int,
) -> RoundChanges:
    before = persons_of_submission(session, since.submission_id)
    leavers = {
        one.leaver_id: one
        for one in leavers_by_person(session, before & about.keys())
        if declared.kind is SubmissionKind.ENROLMENTS or one.academic_year == declared.academic_year
    }
    known, now = _answers(session, declared, leavers)
    kept = {
        leaver
        for leaver in _kept(session, declared)
        if leaver in leavers
        and any(_is_blank(name, about[leavers[leaver].person_id]) for name in _BESIDE)
    }
    filled, emptier = _particulars(session, declared, leavers, about)
    changed = filled | {line[0] for line, said in now.items() if known.get(line) != said}
    said_now = {(leaver, wave) for leaver, wave, _ in now}
    blank = (
        emptier
        | kept
        | {
            leaver
            for leaver, wave, _ in known
            if (leaver, wave) not in said_now and _asks(declared, leavers[leaver], wave, about)
        }
    )
    return RoundChanges(
        new=len(about.keys() - before),
        changed=len({leavers[one].person_id for one in changed}),
        # A row that waits may be about somebody who was there: nobody is called missing for that.
        gone=max(0, len(before - about.keys()) - nameless),
        would_become_blank=len({leavers[one].person_id for one in blank}),
    )


def _remarks(changes: RoundChanges, since: EarlierSubmission) -> tuple[Issue, ...]:
    """What its sender should look at; nothing where nobody is missing and nothing is blank."""
    return tuple(
        Issue(code, facts=(*since.facts, ("leavers", f"{number:,}")))
        for code, number in ((GONE, changes.gone), (BLANK, changes.would_become_blank))
        if number
    )


def _answers(
    session: Session, declared: SubmissionMetadata, leavers: Iterable[int]
) -> tuple[_Said, _Said]:
    """What the sender had said of these leavers before, the last word of each, and says now."""
    before: _Said = {}
    now: _Said = {}
    columns: list[Any] = [getattr(Destination, name) for name in _ANSWER]
    for some in in_chunks(sorted(leavers)):
        found = session.execute(
            select(
                col(Destination.submission_id),
                col(Destination.leaver_id),
                col(Destination.wave),
                col(Destination.source),
                *columns,
            )
            .join(Submission, col(Submission.id) == col(Destination.submission_id))
            .where(
                col(Destination.leaver_id).in_(some),
                or_(
                    col(Destination.submission_id) == declared.submission_id,
                    col(Destination.submission_id).in_(_ids(session, declared)),
                ),
            )
            .order_by(col(Submission.sent_on), col(Submission.id), col(Destination.id))
        )
        for submission_id, leaver, wave, source, *said in found:
            told = now if submission_id == declared.submission_id else before
            told[leaver, wave, source] = tuple(said)
    return before, now


def _kept(session: Session, declared: SubmissionMetadata) -> Sequence[int]:
    """The leavers whose place or course stayed since this file has the answer without it."""
    return session.scalars(
        select(col(Destination.leaver_id)).where(
            col(Destination.submission_id) == declared.submission_id,
            col(Destination.kept_from_id).is_not(None),
        )
    ).all()


def _particulars(
    session: Session,
    declared: SubmissionMetadata,
    leavers: Mapping[int, LeaverInCohort],
    about: Mapping[int, Sequence[NormalisedRow]],
) -> tuple[set[int], set[int]]:
    """Leavers of whom this file filled a blank, and those of whom it has one that was filled."""
    if declared.kind is SubmissionKind.ENROLMENTS:
        return set(), set()
    earlier = set(session.scalars(_ids(session, declared)))
    filled, emptier = set(), set()
    for some in in_chunks(sorted(leavers)):
        found = session.execute(
            select(col(Leaver.id), col(Leaver.cells)).where(col(Leaver.id).in_(some))
        )
        for leaver, cells in found:
            rows = about[leavers[leaver].person_id]
            for column in COLUMNS:
                cell = cells.get(column)
                if cell and cell[0] == declared.submission_id:
                    filled.add(leaver)
                elif cell and cell[0] in earlier and _is_blank(FIELDS[column], rows):
                    emptier.add(leaver)
    return filled, emptier


def _is_blank(field: str, rows: Sequence[NormalisedRow]) -> bool:
    """Whether there is a column for the field and nothing in it; a column left out says nothing."""
    here = [row for row in rows if field in row.columns]
    return bool(here) and not any(row.raw.get(field) for row in here)


def _asks(
    declared: SubmissionMetadata,
    leaver: LeaverInCohort,
    wave: int,
    about: Mapping[int, Sequence[NormalisedRow]],
) -> bool:
    """Whether a row about the leaver has a cell for what they did, or meant to do, at a wave."""
    if declared.kind is SubmissionKind.ENROLMENTS:
        return False
    return any(
        ("activity" in row.columns and wave_answered(row, leaver, declared) == wave)
        or ("intended" in row.columns and wave == 0)
        for row in about[leaver.person_id]
    )


def _ids(session: Session, declared: SubmissionMetadata) -> Any:
    return (
        earlier_submissions(session, declared).with_only_columns(col(Submission.id)).order_by(None)
    )
