"""The road joined up: each stage over a chunk of submissions, by id.  Nothing of Prefect's here.

A stage takes the ids that reached it and gives the ids that go on.  One file that cannot go on is
refused, or marked as our fault, and never stops the others.  What a run has read and not yet
recorded lies on its desk; the record itself is only ever changed in a transaction a submission, so
a run that is killed anywhere is simply run again.
"""

import logging
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import date

from sqlalchemy import select, update
from sqlmodel import Session, col

from destinations.crosschecks.run_crosschecks import Thresholds, run_crosschecks
from destinations.outcomes.outstanding_returns import OutstandingReturn, outstanding_returns
from destinations.outcomes.survivorship import leaver_outcomes
from destinations.outcomes.waves import open_waves
from destinations.platform.storage import StorageFailed
from destinations.publishing import (
    hub_and_school_documents,
    marked_document,
    publish_documents,
    receipt_document,
)
from destinations.record.findings_store import add_findings
from destinations.recording import lists_with_unmatched_rows, record_submission
from destinations.responses.confirmations import drop_confirmed
from destinations.responses.waivers import drop_waived, waived_codes
from destinations.summarising import summarise
from expectations.catalogue import catalogue, rule_words
from expectations.tolerances import Tolerances
from expectations.validating import refusal_finding, validate, word_issues
from flows.pipeline.annotate import annotate_submission
from flows.pipeline.later_notes import apply_later_notes
from flows.pipeline.reference_data import load_crosswalk
from flows.pipeline.run_context import RunContext, open_run
from flows.pipeline.sender_responses import apply_responses, metadata_from_round_before
from flows.pipeline.submission_metadata import metadata_as_sent, submission_metadata
from flows.redaction import place_of
from imports.inbox import INBOX, folder_urn, look_into
from imports.prepare import FileAsSent, normalise, read_as_sent
from imports.receiving import (
    CHANGING,
    NOT_OPENED,
    OUR_FAULT,
    StillChangingError,
    clear_retried_arrivals,
    list_new_files,
    receive,
    record_not_received,
)
from models.database import reading_at_one_moment, transaction
from models.facts import submission_state
from models.facts.calendar import now, today_in_london
from models.facts.succession import register_at_rest
from models.handoffs.findings import Finding, SubmissionRefused
from models.handoffs.store import StoredFile
from models.handoffs.summaries import Summarised
from models.submissions import Submission
from models.vocabulary import Stage, SubmissionKind

__all__ = ["RunContext", "submission_metadata", "open_run"]

log = logging.getLogger(__name__)


def receive_files(road: RunContext, today: date) -> int:
    """How many files were taken from the inbox, each in a transaction of its own.

    What is wrong with one name stops none of the others.  What senders said of files that were
    taken in before is applied too.
    """
    inbox = look_into(road.store)
    for left in inbox.left_out:  # a name may be a pupil's, so it is in `destinations where` only
        log.warning("%s: a name is left out: %s", _folder(left.key), left.oddity)
    with transaction(road.engine) as session:
        clear_retried_arrivals(session)
        arrived = list_new_files(session, inbox.files)
    taken = sum(_received(road, stored, today) for stored in arrived)
    apply_later_notes(road)
    return taken


def _received(road: RunContext, stored: StoredFile, today: date) -> bool:
    """Whether a file was taken in; one that was not stays in the inbox for the next run."""
    try:
        with transaction(road.engine) as session:
            receive(session, road.store, stored, today=today, size_limit=road.settings.size_limit)
        return True
    except KeyError:
        log.info("%s: a file was taken away before it was read", _folder(stored.key))
        return False
    except StillChangingError:
        code, why = CHANGING, "it is still being written"
    except StorageFailed as error:
        code, why = NOT_OPENED, f"it cannot be opened ({place_of(error)})"
    except Exception as error:
        code, why = OUR_FAULT, place_of(error)
    log.error("%s: a file was not taken in: %s", _folder(stored.key), why)
    try:
        with transaction(road.engine) as session:
            record_not_received(session, stored, code)
    except Exception as error:
        log.error("%s: that was not noted: %s", _folder(stored.key), place_of(error))
    return False


def _folder(key: str) -> str:
    return f"{INBOX}{folder_urn(key) or '(no school)'}"


def unfinished(road: RunContext) -> list[list[int]]:
    """Chunks of submissions that need processing: school sheets by date, then enrolment lists.

    So are those whose sender has no receipt yet: a run was killed before it was sent.
    """
    with Session(road.engine) as session:
        rows = session.execute(
            select(col(Submission.id), col(Submission.kind))
            .where(submission_state.is_queued())
            .order_by(col(Submission.sent_on), col(Submission.id))
        ).all()
    # Enrolment lists confirm leavers, so the sheets that name the leavers go first.
    ids = [row.id for row in rows if row.kind != SubmissionKind.ENROLMENTS]
    lists = [row.id for row in rows if row.kind == SubmissionKind.ENROLMENTS]
    size = road.settings.chunk
    return [chunk[at : at + size] for chunk in (ids, lists) for at in range(0, len(chunk), size)]


def lists_to_match_again(road: RunContext) -> list[list[int]]:
    """Chunks of enrolment lists with rows that nobody matched, now that more leavers are known."""
    with Session(road.engine) as session:
        ids = lists_with_unmatched_rows(session, waves=road.settings.waves)
    size = road.settings.chunk
    return [ids[at : at + size] for at in range(0, len(ids), size)]


def read_chunk(road: RunContext, ids: Sequence[int]) -> list[int]:
    """Each original becomes tables as sent.  What was refused is not read again, only answered."""
    with Session(road.engine) as session:
        # First what is taken up, then what people decided: not the other way round, or what is
        # decided in between would be taken up and not heeded.
        road.taken_up.update(submission_state.read_queue_times(session, ids))
        road.remembered = replace(load_crosswalk(session), places=road.remembered.places)
        refused = set(
            session.scalars(
                select(col(Submission.id)).where(
                    col(Submission.id).in_(ids), submission_state.is_refused()
                )
            )
        )
        ids = [one for one in ids if one not in refused]
        for each in session.scalars(select(Submission).where(col(Submission.id).in_(ids))):
            road.declared[_id(each)] = metadata_as_sent(session, each, road.settings.waves)
            road.names[_id(each)] = each.name
        originals = {
            _id(each): each.stored_as
            for each in session.scalars(select(Submission).where(col(Submission.id).in_(ids)))
        }

    def read_one(one: int) -> None:
        file = FileAsSent(road.names[one], road.store.get(originals[one]))
        urn = road.declared[one].urn
        road.read[one] = read_as_sent(file, urn, road.remembered, guard=road.guard)

    return _each(road, ids, Stage.READ, read_one)


def map_chunk(road: RunContext, ids: Sequence[int]) -> list[int]:
    """Tables as sent become rows in our words, with what was worked out of them."""

    def map_one(one: int) -> None:
        read = road.read.pop(one)
        declared = road.declared[one] = metadata_from_round_before(road, read, road.declared[one])
        road.as_read[one] = read
        road.mapped[one] = normalise(read, declared, road.remembered).normalised

    return _each(road, ids, Stage.MAPPED, map_one)


def validate_chunk(road: RunContext, ids: Sequence[int], today: date | None = None) -> list[int]:
    """Findings for each submission; one call for the whole chunk.  Rules set aside are silent."""
    day, tolerances = today or today_in_london(), road.settings.tolerances(Tolerances)
    judged = validate([road.mapped[one] for one in ids], tolerances=tolerances)
    with Session(road.engine) as session:
        for one, findings in judged.findings.items():
            told = drop_waived(session, road.mapped[one].declared, findings, day)
            road.findings[one], road.waived[one] = told.findings, told.counts
    road.suites.update(judged.suites)
    for one, rule in judged.faults.items():
        _our_fault(road, one, Stage.VALIDATED, f"rule {rule} did not run")
    sound = [one for one in ids if one not in judged.faults]
    return _each(road, sound, Stage.VALIDATED, lambda one: None)


def match_and_record_chunk(
    road: RunContext, ids: Sequence[int], today: date | None = None
) -> list[int]:
    """Rows matched and recorded, one transaction a submission, in the order they were sent.

    The two stages share the transaction: of two sheets of one cohort in one chunk, the second must
    find the people that the first made.
    """
    day, register, limits = (
        today or today_in_london(),
        road.register(),
        road.settings.tolerances(Thresholds),
    )

    def record_one(one: int) -> None:
        mapped, findings = road.mapped.pop(one), road.findings.pop(one)
        with transaction(road.engine) as session, register_at_rest(session):
            hear = apply_responses(session, road, road.as_read[one].returned, mapped)
            silent = waived_codes(session, mapped.declared, day)
            done = record_submission(
                session,
                mapped,
                findings,
                recorded_at=now(),
                register=register,
                same_round=road.settings.same_round_percent,
                set_aside=silent,
                apply_responses=hear,
            )
            found = run_crosschecks(session, mapped, reported=done.remarks, limits=limits)
            heard = [one for one in found if one.code not in silent]
            waived = Counter(road.waived.pop(one, {})) + Counter(done.set_aside)
            waived.update(each.code for each in found if each.code in silent)
            more = drop_confirmed(session, heard, done.people, mapped)
            add_findings(session, one, more)
            session.execute(
                update(Submission)
                .where(col(Submission.id) == one)
                .values(
                    suite_hash=road.suites.get(one),
                    file_format=mapped.file_format,
                    regions=[asdict(region) for region in mapped.regions],
                    waived=dict(sorted(waived.items())),
                )
            )
            submission_state.mark_processed(session, one, since=road.taken_up.get(one))
        road.told[one] = (*done.findings, *word_issues((*done.remarks, *more)))

    return _each(road, ids, Stage.RECORDED, record_one, note_stage=False)


def return_chunk(road: RunContext, ids: Sequence[int]) -> int:
    """How many documents were written, to every sender of the chunk whose file we are done with.

    A receipt to each, and to those with something to fix or check their workbook, marked.
    """
    marked = _marked(road, ids)
    fields = {code: rule.field for code, rule in catalogue().items()}
    written = 0

    def return_one(one: int) -> None:
        nonlocal written
        with transaction(road.engine) as session:
            submission = session.get_one(Submission, one)
            if not submission.refused_code and one not in road.told:
                return
            told = _told(road, submission)
            answers = [receipt_document(session, submission, told, fields=fields)]
            if one in marked:
                answers.append(marked_document(session, submission, marked[one]))
            written += publish_documents(session, road.store, answers, published_at=now()).written
            submission_state.mark_answered(session, [one])

    # A folder of returns that cannot be written to is one school's, and stops no other.
    _each(road, ids, Stage.PUBLISHED, return_one, note_stage=False)
    road.clear()
    return written


def _marked(road: RunContext, ids: Sequence[int]) -> dict[int, bytes]:
    """The marked workbook of each submission that was read and has something to be told of."""
    with Session(road.engine) as session:
        found = session.scalars(select(Submission).where(col(Submission.id).in_(ids)))
        originals = {_id(one): one.stored_as for one in found if not one.refused_code}
    marked = {}
    for one, stored_as in originals.items():
        if road.told.get(one) and one in road.as_read:
            try:
                marked[one] = annotate_submission(
                    road.store.get(stored_as), road.as_read[one], road.told[one],
                    of=road.declared[one], guard=road.guard, known=road.remembered, key=road.key,
                )  # fmt: skip
            except Exception as error:  # the receipt says all of it too
                log.error("submission %s was not marked: %s", one, place_of(error))
    return marked


def _told(road: RunContext, submission: Submission) -> tuple[Finding, ...]:
    if submission.refused_code:
        return (refusal_finding(submission.refused_code, submission.refused_facts),)
    return road.told[_id(submission)]


@contextmanager
def one_moment(road: RunContext) -> Iterator[None]:
    """While it lasts, what is summarised and what is published are read as of one moment."""
    with reading_at_one_moment(road.engine) as session:
        road.snapshot = session
        try:
            yield
        finally:
            road.snapshot = None


@contextmanager
def _reader(road: RunContext) -> Iterator[Session]:
    if road.snapshot is not None:
        yield road.snapshot
    else:
        with reading_at_one_moment(road.engine) as session:
            yield session


def publish_all(road: RunContext, summarised: Summarised, today: date) -> int:
    """How many documents were written for hub leads and schools.

    Within `one_moment` the packs hold what was summarised.  Only what was recorded by then is
    published: what came afterwards waits for the next summary.
    """
    with _reader(road) as session, transaction(road.engine) as writing:
        made = hub_and_school_documents(
            session,
            summarised.lines,
            today,
            answers=lambda urn: leaver_outcomes(
                session, urn=urn, today=today, calendar=road.calendar
            ),
            calendar=road.calendar,
            rules={code: rule_words(code)[0] for code in catalogue()},
        )
        done = publish_documents(writing, road.store, made, published_at=now())
        submission_state.mark_published(writing, summarised.recorded)
    return done.written


def open_due_waves(road: RunContext, today: date) -> int:
    """How many waves were opened."""
    with transaction(road.engine) as session:
        return len(open_waves(session, today=today, calendar=road.calendar))


def who_has_not_sent(road: RunContext, today: date) -> tuple[OutstandingReturn, ...]:
    """The schools whose answer to an open wave is awaited."""
    with Session(road.engine) as session:
        return outstanding_returns(session, today=today, calendar=road.calendar)


def summarise_all(road: RunContext, today: date) -> Summarised:
    """Every cohort of every hub, counted as known today, and what of it is yet to be published."""
    with _reader(road) as session:
        return Summarised(
            summarise(session, today=today, calendar=road.calendar),
            submission_state.to_publish(session),
        )


def _each(
    road: RunContext,
    ids: Sequence[int],
    stage: Stage,
    do: Callable[[int], None],
    *,
    note_stage: bool = True,
) -> list[int]:
    """Do one thing to each submission; the ids for which it could be done."""
    gone_on = []
    for one in ids:
        try:
            do(one)
        except SubmissionRefused as refusal:
            _refuse(road, one, refusal)
        except Exception as error:
            _our_fault(road, one, stage, place_of(error))
        else:
            gone_on.append(one)
    if note_stage and gone_on:
        with transaction(road.engine) as session:
            submission_state.mark_reached(session, gone_on, stage)
    return gone_on


def _refuse(road: RunContext, one: int, refusal: SubmissionRefused) -> None:
    log.info("submission %s refused: %s", one, refusal.code)
    with transaction(road.engine) as session:
        submission_state.mark_refused(
            session, one, refusal.code, dict(refusal.facts), since=road.taken_up.get(one)
        )


def _our_fault(road: RunContext, one: int, stage: Stage, what: str) -> None:
    log.error("submission %s did not get to %s through our fault: %s", one, stage.value, what)
    with transaction(road.engine) as session:
        submission_state.mark_faulted(session, one, what)


def _id(submission: Submission) -> int:
    assert submission.id is not None
    return submission.id
