"""Record: matched rows become leavers and destinations, in one transaction a submission.

Sound rows go in; rows with something to fix, and rows about whom nobody is sure, wait.  Doing it
again adds only what was waiting and is settled since.
"""

import logging
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cache

from sqlmodel import Session, col

from destinations.linkage.candidates import (
    LeaverInCohort,
    candidates_for_provider,
    candidates_in_cohort,
    count_waiting_rows,
    find_or_create_cohort,
    leavers_by_person,
)
from destinations.linkage.match_decisions import (
    StoredMatch,
    lists_with_unmatched_rows,
    record_decision,
    store_matches,
    stored_matches,
)
from destinations.linkage.match_results import KnownLeaver, MatchOutcome, RowMatch
from destinations.linkage.repeated_leavers import RowKey
from destinations.matching import match_leavers
from destinations.record.create_persons import create_persons
from destinations.record.destination_history import add_statements
from destinations.record.findings_store import match_issues, store_findings
from destinations.record.leaver_attributes import add_leavers, fill_leavers
from destinations.record.round_changes import compare_with_last_round, store_round
from destinations.record.rounds import SAME_ROUND, find_sent_before
from destinations.record.statements import (
    DestinationStatement,
    StatementContext,
    provider_statements,
    school_statements,
)
from destinations.register.providers import ProviderRegister, load_providers
from destinations.responses.confirmations import drop_confirmed
from models.facts import submission_state
from models.facts.succession import school_chain
from models.handoffs.findings import Finding, Issue
from models.handoffs.normalised import NormalisedRow, NormalisedSubmission, SubmissionMetadata
from models.leavers import Cohort
from models.vocabulary import LeavingStage, Severity, SubmissionKind

__all__ = [
    "RecordResult",
    "store_findings",
    "record_submission",
    "record_decision",
    "lists_with_unmatched_rows",
]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RecordResult:
    """What recording a submission came to.  Rows are those of the file, counted once each.

    read = sound + waiting; sound = matched + unsure + nobody.
    """

    submission_id: int
    read: int = 0
    sound: int = 0
    waiting: int = 0  # for something to be fixed
    matched: int = 0
    unsure: int = 0  # for a person to say whom they are about
    nobody: int = 0  # rows of an enrolment list that are like no known leaver
    new_people: int = 0
    new_leavers: int = 0
    filled: int = 0  # leavers of whom a blank was filled
    differing: int = 0  # identity values that say something else than what is kept
    new_destinations: int = 0
    remarks: tuple[Issue, ...] = ()
    findings: tuple[Finding, ...] = ()  # those given, but for what a person has confirmed
    changes: Mapping[str, int] = field(default_factory=dict)  # since the round before
    people: Mapping[RowKey, int] = field(default_factory=dict)  # whom each row is about
    set_aside: Mapping[str, int] = field(default_factory=dict)  # remarks not told, by code


def record_submission(
    session: Session,
    mapped: NormalisedSubmission,
    findings: Sequence[Finding],
    *,
    recorded_at: datetime,
    register: ProviderRegister | None = None,
    same_round: int = SAME_ROUND,
    set_aside: Collection[str] = (),
    hear: Callable[[Mapping[RowKey, int]], object] = lambda people: None,
) -> RecordResult:
    """Record a submission in the caller's transaction, and say what that came to.

    `same_round` is how much of two files, in percent, must be the same people for the later to be
    the next round of the earlier.  `set_aside` has the codes of rules that are not told here.
    `hear` takes what the sender answered of people once it is known whom the rows are about.

    Raises ValueError when the submission's kind is not known, or for a leaver sheet its leaving
    year or stage: without those nothing can be recorded.
    """
    declared = mapped.declared
    rows = _by_place(mapped.rows)
    fixes = {(f.sheet, f.row) for f in findings if f.severity is Severity.MUST_FIX and f.row}
    sound = {key: told for key, told in rows.items() if key not in fixes}
    kept = stored_matches(session, declared.submission_id)
    again = find_sent_before(session, mapped)
    repeats = again.same.submission_id if again.same else None
    desk = _Recording(session, declared, sound, kept, register or load_providers(session), repeats)
    if declared.kind is SubmissionKind.LEAVERS:
        done, matched = _record_leavers(desk, recorded_at)
    elif declared.kind is SubmissionKind.ENROLMENTS:
        done, matched = _record_enrolments(desk, recorded_at)
    else:
        message = "what a submission is must be known before it is recorded"
        raise ValueError(message)
    waiting = [key for key in rows if key in fixes]
    store_matches(session, declared.submission_id, matched, waiting, kept, decided_at=recorded_at)
    counted = _counted(done, rows, waiting, matched)
    nameless = counted.waiting + counted.unsure
    beside = compare_with_last_round(
        session, declared, again, _by_person(matched, rows), nameless=nameless, percent=same_round
    )
    waited = cache(lambda: count_waiting_rows(session, declared))
    remarks = match_issues(declared, mapped.rows, matched, done.remarks, waited=waited)
    people = {(one.sheet, one.row): one.person_id for one in matched if one.person_id is not None}
    hear(people)
    remarks = (*beside.remarks, *remarks)
    silent = Counter(one.code for one in remarks if one.code in set_aside)
    remarks = tuple(one for one in remarks if one.code not in set_aside)
    told = replace(
        counted,
        set_aside=silent,
        remarks=drop_confirmed(session, remarks, people, mapped),
        findings=drop_confirmed(session, findings, people, mapped),
        people=people,
        changes=beside.changes.counts() if beside.changes else {},
    )
    store_findings(session, declared.submission_id, told.findings, told.remarks)
    _note(session, declared, told, recorded_at)
    store_round(session, declared.submission_id, again, beside)
    log.info(
        "submission %s: %s rows, %s recorded, %s wait, %s unsure, %s destinations",
        *(declared.submission_id, told.read, told.matched, told.waiting, told.unsure),
        told.new_destinations,
    )
    return told


@dataclass(frozen=True, slots=True)
class _Recording:
    session: Session
    declared: SubmissionMetadata
    rows: Mapping[RowKey, Sequence[NormalisedRow]]  # the sound ones, a MappedRow for each wave
    kept: Mapping[RowKey, StoredMatch]
    register: ProviderRegister
    repeats: int | None = None  # a submission of the same rows, sent before

    def match(self, known: Iterable[KnownLeaver], *, makes_people: bool) -> tuple[RowMatch, ...]:
        """Every sound row matched; one decided before keeps its level and its reason."""
        rows = [row for told in self.rows.values() for row in told]
        settled = {key: one.person_id for key, one in self.kept.items() if one.is_settled}
        return tuple(
            replace(
                one,
                level=self.kept[one.sheet, one.row].level,
                reason=self.kept[one.sheet, one.row].reason,
            )
            if (one.sheet, one.row) in settled
            else one
            for one in match_leavers(rows, known, makes_people=makes_people, settled=settled)
        )

    def add(self, statements: Sequence[DestinationStatement], recorded_at: datetime) -> int:
        """How many statements were new."""
        return add_statements(
            self.session, self.declared, statements, recorded_at, repeats=self.repeats
        )

    def teller(self) -> StatementContext:
        urn = self.declared.urn
        return StatementContext(self.declared, self.register, self.register.by_number("urn", urn))


def _record_leavers(
    desk: _Recording, recorded_at: datetime
) -> tuple[RecordResult, tuple[RowMatch, ...]]:
    stage, year = desk.declared.leaving_stage, desk.declared.academic_year
    if stage is None or year is None:
        message = "the leaving year and stage of a leaver sheet must be known before it is recorded"
        raise ValueError(message)
    chain = school_chain(desk.session, desk.declared.urn)
    cohort_id = find_or_create_cohort(desk.session, chain, stage, year)
    known = candidates_in_cohort(desk.session, chain, stage, year)
    matched = desk.match(known, makes_people=True)
    matched, made = create_persons(
        desk.session, chain, year, desk.rows, matched, made_at=recorded_at
    )
    about = _by_person(matched, desk.rows)
    leavers = _cohort_leavers(desk.session, about, chain, stage, year)
    missing = {person: rows for person, rows in about.items() if person not in leavers}
    sent = desk.declared.submission_id
    added = add_leavers(desk.session, sent, cohort_id, missing)
    filled = fill_leavers(
        desk.session,
        sent,
        {leavers[person].leaver_id: rows for person, rows in about.items() if person in leavers},
    )
    leavers |= {
        person: LeaverInCohort(leaver, person, cohort_id, year) for person, leaver in added.items()
    }
    teller = desk.teller()
    statements = [
        statement
        for person, rows in about.items()
        for row in rows
        for statement in school_statements(row, leavers[person], teller)
    ]
    return (
        RecordResult(
            sent,
            new_people=made,
            new_leavers=len(added),
            filled=filled.filled,
            differing=len(filled.differing),
            new_destinations=desk.add(statements, recorded_at),
            remarks=tuple(
                Issue("M03", sheet, row, facts=(("field", field),))
                for sheet, row, field in filled.differing
            ),
        ),
        matched,
    )


def _record_enrolments(
    desk: _Recording, recorded_at: datetime
) -> tuple[RecordResult, tuple[RowMatch, ...]]:
    declared = desk.declared
    known = candidates_for_provider(desk.session, declared)
    matched = desk.match(known, makes_people=False)
    about = _by_person(matched, desk.rows)
    leavers: defaultdict[int, list[LeaverInCohort]] = defaultdict(list)
    for leaver in leavers_by_person(desk.session, about):
        leavers[leaver.person_id].append(leaver)
    teller = desk.teller()
    statements = [
        statement
        for person, rows in about.items()
        for row in rows
        for statement in provider_statements(row, leavers[person], teller)
    ]
    added = desk.add(_last_word_last(statements), recorded_at)
    return RecordResult(declared.submission_id, new_destinations=added), matched


def _last_word_last(statements: Iterable[DestinationStatement]) -> list[DestinationStatement]:
    """Of two courses of one learner, the one that goes on is the last word."""

    def lasting(one: DestinationStatement) -> tuple[bool, date]:
        return one.ended_on is None or one.ended_on > one.as_at, one.started_on or date.min

    return sorted(statements, key=lasting)


def _by_place(rows: Iterable[NormalisedRow]) -> dict[RowKey, list[NormalisedRow]]:
    found: dict[RowKey, list[NormalisedRow]] = {}
    for row in rows:
        found.setdefault((row.sheet, row.row), []).append(row)
    return found


def _by_person(
    matched: Iterable[RowMatch], rows: Mapping[RowKey, Sequence[NormalisedRow]]
) -> dict[int, list[NormalisedRow]]:
    about: defaultdict[int, list[NormalisedRow]] = defaultdict(list)
    for one in matched:
        if one.person_id is not None:
            about[one.person_id].extend(rows[one.sheet, one.row])
    return dict(about)


def _cohort_leavers(
    session: Session,
    people: Iterable[int],
    chain: Sequence[str],
    stage: LeavingStage,
    year: int,
) -> dict[int, LeaverInCohort]:
    """The leavers that these people are in this cohort, whatever URN it was begun under."""
    of_cohort = (
        col(Cohort.urn).in_(chain),
        col(Cohort.leaving_stage) == stage.value,
        col(Cohort.academic_year) == year,
    )
    return {
        leaver.person_id: leaver for leaver in leavers_by_person(session, people, where=of_cohort)
    }


def _counted(
    done: RecordResult,
    rows: Mapping[RowKey, object],
    waiting: Sequence[RowKey],
    matched: Sequence[RowMatch],
) -> RecordResult:
    outcomes = [one.outcome for one in matched]
    return replace(
        done,
        read=len(rows),
        waiting=len(waiting),
        sound=len(rows) - len(waiting),
        matched=sum(one.person_id is not None for one in matched),
        unsure=outcomes.count(MatchOutcome.UNSURE),
        nobody=outcomes.count(MatchOutcome.NOBODY),
    )


def _note(
    session: Session, declared: SubmissionMetadata, told: RecordResult, recorded_at: datetime
) -> None:
    """How far the submission has come.  What was worked out while reading it is kept with it."""
    known = {
        "kind": declared.kind,
        "academic_year": declared.academic_year,
        "leaving_stage": declared.leaving_stage,
        "wave": declared.wave,
    }
    submission_state.mark_recorded(
        session,
        declared.submission_id,
        at=recorded_at,
        rows_read=told.read,
        rows_sound=told.sound,
        rows_waiting=told.waiting,
        rows_unsure=told.unsure,
        **{name: value for name, value in known.items() if value is not None},
    )
