"""Record: matched rows become leavers and destinations, in one transaction a submission.

Sound rows go in.  Of a row with something to fix, what is faulty waits, and all of it where it does
not say who it is about; so does a row about whom nobody is sure.  Doing it again adds only what was
waiting and is settled since.
"""

import logging
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
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
    note_cohort,
    record_decision,
    store_matches,
    stored_matches,
)
from destinations.linkage.match_results import KnownLeaver, MatchOutcome, RowMatch
from destinations.linkage.repeated_leavers import RowKey
from destinations.matching import match_leavers
from destinations.record.create_persons import create_persons
from destinations.record.destination_history import add_statements
from destinations.record.faulty_cells import rows_that_say_who, rows_to_fix, without_doubtful
from destinations.record.findings_store import match_issues, store_findings
from destinations.record.leaver_attributes import add_leavers, fill_leavers
from destinations.record.round_changes import compare_with_last_round, store_round
from destinations.record.rounds import SAME_ROUND, find_sent_before
from destinations.record.statements import (
    DestinationStatement,
    StatementContext,
    current_courses_last,
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
from models.vocabulary import LeavingStage, SubmissionKind

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
    """What recording a submission changed.  Rows are those of the file, counted once each.

    read = sound + waiting; sound = matched + unsure + nobody.  Of those waiting, `named` say who
    they are about all the same, and make or find a leaver.
    """

    submission_id: int
    cohort_id: int | None = None  # of a leaver sheet
    read: int = 0
    sound: int = 0
    waiting: int = 0  # for something to be fixed
    named: int = 0
    matched: int = 0
    unsure: int = 0  # for a person to say whom they are about
    nobody: int = 0  # rows of an enrolment list that are like no known leaver
    new_people: int = 0
    new_leavers: int = 0
    filled: int = 0  # leavers of whom a blank was filled
    differing: int = 0  # identity values that say something else than what is kept
    new_destinations: int = 0
    issues: tuple[Issue, ...] = ()  # matching's own, whoever confirmed them
    remarks: tuple[Issue, ...] = ()  # of these the ones that nobody has confirmed
    findings: tuple[Finding, ...] = ()  # those given, but for what a person has confirmed
    changes: Mapping[str, int] = field(default_factory=dict)  # since the round before
    people: Mapping[RowKey, int] = field(default_factory=dict)  # whom each row is about
    set_aside: Mapping[str, int] = field(default_factory=dict)  # issues left out, by code


def record_submission(
    session: Session,
    mapped: NormalisedSubmission,
    findings: Sequence[Finding],
    *,
    recorded_at: datetime,
    register: ProviderRegister | None = None,
    same_round: int = SAME_ROUND,
    set_aside: Collection[str] = (),
) -> RecordResult:
    """Record a submission in the caller's transaction.

    `findings` are those of validating: of a row with one to fix, what it holds back waits.
    `same_round` is how much of two files, in percent, must be the same people for the later to be
    the next round of the earlier.  `set_aside` has the codes of rules whose issues this sender is
    not told.

    Raises ValueError when the submission's kind is not known, or for a leaver sheet its leaving
    year or stage: without those nothing can be recorded.
    """
    declared = mapped.declared
    rows = _rows_by_place(mapped.rows)
    to_fix = rows_to_fix(findings)
    sound = {key: place_rows for key, place_rows in rows.items() if key not in to_fix}
    stored = stored_matches(session, declared.submission_id)
    resubmission = find_sent_before(session, mapped)
    repeats = resubmission.same.submission_id if resubmission.same else None
    recording = _Recording(
        session, declared, sound, stored, register or load_providers(session), repeats
    )
    if declared.kind is SubmissionKind.LEAVERS:
        recording = replace(recording, faulty=rows_that_say_who(rows, to_fix))
        outcome, matched = _record_leavers(recording, recorded_at)
    elif declared.kind is SubmissionKind.ENROLMENTS:
        outcome, matched = _record_enrolments(recording, recorded_at)
    else:
        message = "what a submission is must be known before it is recorded"
        raise ValueError(message)
    waiting = [key for key in rows if key in to_fix]
    store_matches(session, declared.submission_id, matched, waiting, stored, decided_at=recorded_at)
    if outcome.cohort_id is not None:
        note_cohort(session, declared.submission_id, outcome.cohort_id)
    matched_sound = [match for match in matched if (match.sheet, match.row) in sound]
    counted = _with_row_counts(outcome, rows, waiting, matched_sound)
    counted = replace(counted, named=len(matched) - len(matched_sound))
    nameless = counted.waiting - counted.named + counted.unsure
    comparison = compare_with_last_round(
        session,
        declared,
        resubmission,
        _rows_by_person(matched, recording.all_rows),
        nameless=nameless,
        percent=same_round,
    )
    waited = cache(lambda: count_waiting_rows(session, declared))
    remarks = match_issues(declared, mapped.rows, matched_sound, outcome.remarks, waited=waited)
    people = {
        (match.sheet, match.row): match.person_id
        for match in matched
        if match.person_id is not None
    }
    remarks = (*comparison.remarks, *remarks)
    set_aside_counts = Counter(issue.code for issue in remarks if issue.code in set_aside)
    remarks = tuple(issue for issue in remarks if issue.code not in set_aside)
    result = replace(
        counted,
        set_aside=set_aside_counts,
        issues=remarks,
        remarks=drop_confirmed(session, remarks, people, mapped),
        findings=drop_confirmed(session, findings, people, mapped),
        people=people,
        changes=comparison.changes.counts() if comparison.changes else {},
    )
    store_findings(session, declared.submission_id, result.findings, result.remarks)
    _mark_recorded(session, declared, result, recorded_at)
    store_round(session, declared.submission_id, resubmission, comparison)
    log.info(
        "submission %s: %s rows, %s recorded, %s wait, %s unsure, %s destinations",
        *(declared.submission_id, result.read, result.matched, result.waiting, result.unsure),
        result.new_destinations,
    )
    return result


@dataclass(frozen=True, slots=True)
class _Recording:
    session: Session
    declared: SubmissionMetadata
    rows: Mapping[RowKey, Sequence[NormalisedRow]]  # the sound ones, one for each wave
    stored: Mapping[RowKey, StoredMatch]
    register: ProviderRegister
    repeats: int | None = None  # a submission of the same rows, sent before
    # Rows with something to fix that say who they are about, without what waits.
    faulty: Mapping[RowKey, Sequence[NormalisedRow]] = field(default_factory=dict)

    @property
    def all_rows(self) -> dict[RowKey, Sequence[NormalisedRow]]:
        """Whatever may be recorded: the sound rows, and what is left of the faulty ones."""
        return {**self.rows, **self.faulty}

    def match(
        self,
        rows_by_place: Mapping[RowKey, Sequence[NormalisedRow]],
        candidates: Iterable[KnownLeaver],
        *,
        makes_people: bool,
    ) -> tuple[RowMatch, ...]:
        """The match of every row; one decided before keeps its level and its reason."""
        rows = [row for place_rows in rows_by_place.values() for row in place_rows]
        settled = {
            key: stored_match.person_id
            for key, stored_match in self.stored.items()
            if stored_match.is_settled
        }
        return tuple(
            replace(
                match,
                level=self.stored[match.sheet, match.row].level,
                reason=self.stored[match.sheet, match.row].reason,
            )
            if (match.sheet, match.row) in settled
            else match
            for match in match_leavers(rows, candidates, makes_people=makes_people, settled=settled)
        )

    def add_statements(
        self, statements: Sequence[DestinationStatement], recorded_at: datetime
    ) -> int:
        """Append statements to the record; returns how many were new."""
        return add_statements(
            self.session, self.declared, statements, recorded_at, repeats=self.repeats
        )

    def statement_context(self) -> StatementContext:
        urn = self.declared.urn
        return StatementContext(self.declared, self.register, self.register.by_number("urn", urn))


def _record_leavers(
    recording: _Recording, recorded_at: datetime
) -> tuple[RecordResult, tuple[RowMatch, ...]]:
    stage, year = recording.declared.leaving_stage, recording.declared.academic_year
    if stage is None or year is None:
        message = "the leaving year and stage of a leaver sheet must be known before it is recorded"
        raise ValueError(message)
    chain = school_chain(recording.session, recording.declared.urn)
    cohort_id = find_or_create_cohort(recording.session, chain, stage, year)
    candidates = candidates_in_cohort(recording.session, chain, stage, year)
    all_rows = recording.all_rows
    matched = without_doubtful(
        recording.match(all_rows, candidates, makes_people=True),
        recording.faulty,
        sound_alone=lambda: recording.match(recording.rows, candidates, makes_people=True),
    )
    matched, new_people = create_persons(
        recording.session, chain, year, all_rows, matched, made_at=recorded_at
    )
    rows_by_person = _rows_by_person(matched, all_rows)
    leavers = _cohort_leavers(recording.session, rows_by_person, chain, stage, year)
    rows_of_newcomers = {
        person: rows for person, rows in rows_by_person.items() if person not in leavers
    }
    submission_id = recording.declared.submission_id
    new_leavers = add_leavers(recording.session, submission_id, cohort_id, rows_of_newcomers)
    filled = fill_leavers(
        recording.session,
        submission_id,
        {
            leavers[person].leaver_id: rows
            for person, rows in rows_by_person.items()
            if person in leavers
        },
    )
    leavers |= {
        person: LeaverInCohort(leaver, person, cohort_id, year)
        for person, leaver in new_leavers.items()
    }
    context = recording.statement_context()
    statements = [
        statement
        for person, rows in rows_by_person.items()
        for row in rows
        for statement in school_statements(row, leavers[person], context)
    ]
    return (
        RecordResult(
            submission_id,
            cohort_id,
            new_people=new_people,
            new_leavers=len(new_leavers),
            filled=filled.filled,
            differing=sum((sheet, row) in recording.rows for sheet, row, _ in filled.differing),
            new_destinations=recording.add_statements(statements, recorded_at),
            remarks=tuple(
                Issue("M03", sheet, row, facts=(("field", field),))
                for sheet, row, field in filled.differing
                if (sheet, row) in recording.rows  # a faulty row is told what is faulty
            ),
        ),
        matched,
    )


def _record_enrolments(
    recording: _Recording, recorded_at: datetime
) -> tuple[RecordResult, tuple[RowMatch, ...]]:
    declared = recording.declared
    candidates = candidates_for_provider(recording.session, declared)
    matched = recording.match(recording.rows, candidates, makes_people=False)
    rows_by_person = _rows_by_person(matched, recording.rows)
    leavers: defaultdict[int, list[LeaverInCohort]] = defaultdict(list)
    for leaver in leavers_by_person(recording.session, rows_by_person):
        leavers[leaver.person_id].append(leaver)
    context = recording.statement_context()
    statements = [
        statement
        for person, rows in rows_by_person.items()
        for row in rows
        for statement in provider_statements(row, leavers[person], context)
    ]
    added = recording.add_statements(current_courses_last(statements), recorded_at)
    return RecordResult(declared.submission_id, new_destinations=added), matched


def _rows_by_place(rows: Iterable[NormalisedRow]) -> dict[RowKey, list[NormalisedRow]]:
    rows_by_place: dict[RowKey, list[NormalisedRow]] = {}
    for row in rows:
        rows_by_place.setdefault((row.sheet, row.row), []).append(row)
    return rows_by_place


def _rows_by_person(
    matched: Iterable[RowMatch], rows: Mapping[RowKey, Sequence[NormalisedRow]]
) -> dict[int, list[NormalisedRow]]:
    rows_by_person: defaultdict[int, list[NormalisedRow]] = defaultdict(list)
    for match in matched:
        if match.person_id is not None:
            rows_by_person[match.person_id].extend(rows[match.sheet, match.row])
    # Of two rows of one wave the later supersedes, whichever stands first; the others keep their
    # order.
    return {
        person: sorted(person_rows, key=lambda row: row.moment or datetime.min)
        for person, person_rows in rows_by_person.items()
    }


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


def _with_row_counts(
    outcome: RecordResult,
    rows: Mapping[RowKey, object],
    waiting: Sequence[RowKey],
    matched: Sequence[RowMatch],
) -> RecordResult:
    outcomes = [match.outcome for match in matched]
    return replace(
        outcome,
        read=len(rows),
        waiting=len(waiting),
        sound=len(rows) - len(waiting),
        matched=sum(match.person_id is not None for match in matched),
        unsure=outcomes.count(MatchOutcome.UNSURE),
        nobody=outcomes.count(MatchOutcome.NOBODY),
    )


def _mark_recorded(
    session: Session, declared: SubmissionMetadata, result: RecordResult, recorded_at: datetime
) -> None:
    """Mark the submission as recorded, with its counts and the metadata that reading it gave."""
    metadata = {
        "kind": declared.kind,
        "academic_year": declared.academic_year,
        "leaving_stage": declared.leaving_stage,
        "wave": declared.wave,
    }
    submission_state.mark_recorded(
        session,
        declared.submission_id,
        at=recorded_at,
        rows_read=result.read,
        rows_sound=result.sound,
        rows_waiting=result.waiting,
        rows_unsure=result.unsure,
        **{name: value for name, value in metadata.items() if value is not None},
    )
