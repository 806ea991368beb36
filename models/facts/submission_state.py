"""Submission state: how far a submission has come, and whether it needs processing; two things.

`stage` is progress: the furthest stage that what it says has reached.  `needs_processing_since` is
the queue: the last moment at which something happened that an intake must take up.  Everything that
moves either is a transition here (`mark_received`, `mark_reached` ...), and every question about
them a predicate here.

| transition | stage | needs processing | refusal | our fault | receipt |
|---|---|---|---|---|---|
| `received` | received, if never recorded | yes | put aside | put aside | owed |
| `reached` | that one, if further | as before | as before | put aside | as before |
| `refused` | as before | no longer | set | put aside | owed |
| `faulted` | as before | yes | as before | set | as before |
| `recorded` | recorded | as before | put aside | put aside | owed |
| `processed` | as before | no longer | as before | as before | as before |
| `answered` | as before | as before | as before | as before | given |
| `published` | published, if recorded | as before | as before | as before | as before |
| `request_reprocessing` | as before | yes | put aside | put aside | as before |
| `taken_back` | as before | no longer | as before | as before | as before |

Progress goes back in two cases only: a published submission that is recorded anew is recorded, for
no reader has seen yet what it says now; and a refused file that was never recorded starts anew when
its sender sends it with another word.  Being asked for again moves nothing but the queue.

A run notes what it takes up (`read_queue_times`) and is done with that much: what is asked for
while the sheet is in hand stays in the queue.  It is done once what the sender answered in a
workbook sent back is applied, not once the rows are recorded.  A submission whose receipt is owed
is in the queue as well, so that a run killed anywhere leaves there whatever it was not done with.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, or_, select, update
from sqlmodel import Session, col

from models.facts.calendar import now
from models.submissions import Submission
from models.vocabulary import Stage

ROAD = tuple(Stage)
DONE = ROAD[ROAD.index(Stage.RECORDED) :]
OF_OTHER_SCHOOL = "X10"  # a refusal that taking back another sheet may settle
_MANY = 1_000  # ids in one statement; no database minds so many


# Predicates, for queries of submissions, or of an alias of them.


def is_standing(of: Any = Submission) -> ColumnElement[bool]:
    """Whether nobody took it back."""
    return col(of.undone_at).is_(None)


def was_taken_back(submission: Submission) -> bool:
    """The same of one submission that is at hand: whether it no longer counts."""
    return submission.undone_at is not None


def is_refused(of: Any = Submission) -> ColumnElement[bool]:
    """Whether it could not go on, and its sender is told why."""
    return col(of.refused_code).is_not(None)


def is_faulted(of: Any = Submission) -> ColumnElement[bool]:
    """Whether it stopped through our fault."""
    return col(of.fault_code).is_not(None)


def is_accepted(of: Any = Submission) -> ColumnElement[bool]:
    """Whether it stands, and was not refused."""
    return and_(is_standing(of), ~is_refused(of))


def is_finished(of: Any = Submission) -> ColumnElement[bool]:
    """Whether what it says has been recorded, ever; it may need processing once more."""
    return col(of.stage).in_([stage.value for stage in DONE])


def is_on_its_way(of: Any = Submission) -> ColumnElement[bool]:
    """Whether it goes on, and has never been recorded yet."""
    return and_(is_accepted(of), ~is_finished(of))


def awaits_processing(of: Any = Submission) -> ColumnElement[bool]:
    """Whether the next intake must take it down the road."""
    return and_(is_standing(of), col(of.needs_processing_since).is_not(None))


def awaits_receipt(of: Any = Submission) -> ColumnElement[bool]:
    """Whether its sender has not been told yet where it stands."""
    return and_(is_standing(of), col(of.answered_at).is_(None))


def is_queued(of: Any = Submission) -> ColumnElement[bool]:
    """Whether the next intake has anything to do for it."""
    return or_(awaits_processing(of), awaits_receipt(of))


# Transitions.


def mark_received(submission: Submission) -> None:
    """A file sets out on the road, for the first time or with something that changes its fate."""
    submission.needs_processing_since = now()
    if submission.stage not in DONE:  # a refused file that starts anew had not come anywhere
        submission.stage, submission.stage_at = Stage.RECEIVED.value, now()
    submission.refused_code, submission.refused_facts = None, {}
    submission.fault_code = submission.answered_at = None


def mark_refused_unread(submission: Submission, code: str, facts: Mapping[str, str]) -> None:
    """A file is refused as it is received: there is nothing in it to process."""
    submission.refused_code, submission.refused_facts = code, dict(facts)
    submission.needs_processing_since = submission.fault_code = submission.answered_at = None


def read_queue_times(session: Session, ids: Sequence[int]) -> dict[int, datetime | None]:
    """What a run takes up: since when each needs processing, to be handed to `mark_processed`."""
    queue_times = select(col(Submission.id), col(Submission.needs_processing_since))
    return {
        row.id: row.needs_processing_since
        for chunk in _chunks(ids)
        for row in session.execute(queue_times.where(col(Submission.id).in_(chunk)))
    }


def mark_reached(session: Session, ids: Sequence[int], stage: Stage) -> None:
    """They have come to a stage before recording; those that had come further stay there."""
    further = col(Submission.stage).in_([earlier.value for earlier in ROAD[: ROAD.index(stage)]])
    _update_submissions(
        session,
        ids,
        stage=case((further, stage.value), else_=col(Submission.stage)),
        stage_at=case((further, now()), else_=col(Submission.stage_at)),
        fault_code=None,
    )


def mark_refused(
    session: Session,
    submission_id: int,
    code: str,
    facts: Mapping[str, str],
    *,
    since: datetime | None,
) -> None:
    """It cannot go on; `since` is what the run took up.  What it had said before stays recorded."""
    _update_submissions(
        session,
        [submission_id],
        refused_code=code,
        refused_facts=dict(facts),
        fault_code=None,
        answered_at=None,
        needs_processing_since=_unless_asked_since(since),
    )


def mark_faulted(session: Session, submission_id: int, code: str) -> None:
    """It stopped through our fault; every intake tries it again."""
    still = case(
        (col(Submission.needs_processing_since).is_(None), now()),
        else_=col(Submission.needs_processing_since),
    )
    _update_submissions(
        session, [submission_id], fault_code=code[:60], needs_processing_since=still
    )


def mark_recorded(session: Session, submission_id: int, *, at: datetime, **noted: object) -> None:
    """What it says is in the record; `noted` are other columns, written with it."""
    _update_submissions(
        session,
        [submission_id],
        stage=Stage.RECORDED.value,
        stage_at=at,
        recorded_at=at,
        refused_code=None,
        refused_facts={},
        fault_code=None,
        answered_at=None,
        **noted,
    )


def mark_processed(session: Session, submission_id: int, *, since: datetime | None) -> None:
    """A run is done with what it took up; what was asked for afterwards stays in the queue."""
    _update_submissions(session, [submission_id], needs_processing_since=_unless_asked_since(since))


def mark_answered(session: Session, ids: Sequence[int]) -> None:
    """Their senders have the receipt for where they stand; a fault in sending it is over."""
    _update_submissions(session, ids, answered_at=now(), fault_code=None)


def to_publish(session: Session) -> dict[int, datetime]:
    """The submissions that are recorded and not published, and when each was recorded."""
    unpublished = select(col(Submission.id), col(Submission.recorded_at)).where(
        is_finished(),
        col(Submission.stage) != Stage.PUBLISHED.value,
        col(Submission.recorded_at).is_not(None),
    )
    return {row.id: row.recorded_at for row in session.execute(unpublished)}


def mark_published(session: Session, summarised: Mapping[int, datetime]) -> list[int]:
    """The ids of those that are published now, of those given by `to_publish`.

    One that was recorded again since it was summarised is not: what it says now is in no summary.
    """
    publishable = to_publish(session)
    ids = sorted(
        submission_id
        for submission_id, at in summarised.items()
        if publishable.get(submission_id) == at
    )
    _update_submissions(session, ids, stage=Stage.PUBLISHED.value, stage_at=now())
    return ids


def request_reprocessing(session: Session, ids: Iterable[int]) -> None:
    """Something was decided that an intake must take up; a refusal is put aside for it."""
    _update_submissions(
        session,
        sorted(set(ids)),
        needs_processing_since=now(),
        refused_code=None,
        refused_facts={},
        fault_code=None,
    )


def mark_taken_back(submission: Submission, *, by: str, reason: str, at: datetime) -> None:
    """Nothing of it counts from that moment on, and nothing of it is processed again."""
    submission.undone_at, submission.undone_by = at, by[:100]
    submission.undone_because = reason[:400]
    submission.needs_processing_since = None


def _unless_asked_since(since: datetime | None) -> Any:
    """Nothing to process, unless something else was asked for since the run took it up."""
    queued_since = col(Submission.needs_processing_since)
    return (
        case((queued_since == since, None), else_=queued_since)
        if since is not None
        else queued_since
    )


def _update_submissions(session: Session, ids: Sequence[int], **values: Any) -> None:
    for chunk in _chunks(ids):
        session.execute(update(Submission).where(col(Submission.id).in_(chunk)).values(**values))


def _chunks(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    return (ids[at : at + _MANY] for at in range(0, len(ids), _MANY))
