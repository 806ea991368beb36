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

from sqlmodel import Session

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
from destinations.record.faulty_cells import rows_that_say_who, rows_to_fix, without_doubtful
from destinations.record.findings_store import match_issues, store_findings
from destinations.record.leaver_attributes import Sending, add_leavers, fill_leavers, stored_leavers
from destinations.record.placed_rows import rows_by_person_of, rows_by_place
from destinations.record.record_result import RecordResult, store_result
from destinations.record.round_changes import compare_with_last_round
from destinations.record.rounds import SAME_ROUND, find_sent_before
from destinations.record.statements import (
    DestinationStatement,
    StatementContext,
    current_courses_last,
    provider_statements,
    school_statements,
)
from destinations.register.providers import ProviderRegister, load_providers
from destinations.responses.confirmations import SubmissionConfirmations, read_confirmations
from models.facts.succession import school_chain
from models.handoffs.findings import Finding, Issue
from models.handoffs.normalised import NormalisedRow, NormalisedSubmission, SubmissionMetadata
from models.vocabulary import SubmissionKind

__all__ = [
    "RecordResult",
    "store_findings",
    "record_submission",
    "record_rows",
    "drop_confirmed",
    "store_result",
    "record_decision",
    "lists_with_unmatched_rows",
]

log = logging.getLogger(__name__)


def record_submission(
    session: Session,
    mapped: NormalisedSubmission,
    findings: Sequence[Finding],
    *,
    recorded_at: datetime,
) -> RecordResult:
    """Record a submission in the caller's transaction, by itself: rows, findings and its line.

    Arguments and errors as of `record_rows`.
    """
    result = record_rows(session, mapped, findings, recorded_at=recorded_at)
    result = drop_confirmed(result, read_confirmations(session, mapped, result.people))
    store_result(session, mapped, result, recorded_at=recorded_at)
    return result


def drop_confirmed(result: RecordResult, confirmations: SubmissionConfirmations) -> RecordResult:
    """The result without the findings and issues that are confirmed."""
    return replace(
        result,
        remarks=confirmations.drop_confirmed(result.issues),
        findings=confirmations.drop_confirmed(result.findings),
    )


def record_rows(
    session: Session,
    mapped: NormalisedSubmission,
    findings: Sequence[Finding],
    *,
    recorded_at: datetime,
    register: ProviderRegister | None = None,
    same_round: int = SAME_ROUND,
    set_aside: Collection[str] = (),
) -> RecordResult:
    """Record the rows of a submission in the caller's transaction.

    Its line and its findings are for `store_result`, once what is confirmed is dropped from them.

    `findings` are those of validating: of a row with one to fix, what it holds back waits.
    `same_round` is how much of two files, in percent, must be the same people for the later to be
    the next round of the earlier.  `set_aside` has the codes of rules whose issues this sender is
    not told.

    Raises ValueError when the submission's kind is not known, or for a leaver sheet its leaving
    year or stage: without those nothing can be recorded.
    """
    declared = mapped.metadata
    rows = rows_by_place(mapped.rows)
    to_fix = rows_to_fix(findings, mapped)
    sound = {key: place_rows for key, place_rows in rows.items() if key not in to_fix}
    stored = stored_matches(session, declared.submission_id)
    resubmission = find_sent_before(session, mapped)
    repeats = resubmission.same.submission_id if resubmission.same else None
    recording = _Recording(
        session, declared, sound, stored, register or load_providers(session), repeats
    )
    if declared.kind is SubmissionKind.LEAVERS:
        recording = replace(recording, faulty=rows_that_say_who(rows, to_fix))
        outcome, matched = _record_cohorts(recording, mapped, recorded_at)
    elif declared.kind is SubmissionKind.ENROLMENTS:
        outcome, matched = _record_enrolments(recording, recorded_at)
    else:
        message = "what a submission is must be known before it is recorded"
        raise ValueError(message)
    waiting = [key for key in rows if key in to_fix]
    matches = store_matches(
        session,
        declared.submission_id,
        matched,
        waiting,
        stored,
        decided_at=recorded_at,
        cohorts=outcome.cohorts,
    )
    matched_sound = [match for match in matched if (match.sheet, match.row) in sound]
    counted = _with_row_counts(outcome, rows, waiting, matched_sound)
    counted = replace(counted, named=len(matched) - len(matched_sound))
    nameless = counted.waiting - counted.named + counted.unsure
    comparison = compare_with_last_round(
        session,
        mapped,
        resubmission,
        rows_by_person_of(matched, recording.all_rows),
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
        remarks=remarks,
        findings=tuple(findings),
        people=people,
        changes=comparison.changes.counts() if comparison.changes else {},
        matches=matches,
        is_again=bool(stored),
        rows_hash=resubmission.rows_hash,
        follows_id=comparison.follows_id,
    )
    log.info(
        "submission %s: %s rows, %s recorded, %s wait, %s unsure, %s destinations",
        *(declared.submission_id, result.read, result.matched, result.waiting, result.unsure),
        result.new_destinations,
    )
    return result


@dataclass(frozen=True, slots=True)
class _Recording:
    session: Session
    metadata: SubmissionMetadata
    rows: Mapping[RowKey, Sequence[NormalisedRow]]  # the sound ones, one for each wave
    stored: Mapping[RowKey, StoredMatch]
    register: ProviderRegister
    repeats: int | None = None  # a submission of the same rows, sent before
    # Rows with something to fix that say who they are about, without what waits.
    faulty: Mapping[RowKey, Sequence[NormalisedRow]] = field(default_factory=dict)
    places: Sequence[RowKey] = ()  # of all rows of one cohort

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
            self.session, self.metadata, statements, recorded_at, repeats=self.repeats
        )

    def statement_context(self) -> StatementContext:
        urn = self.metadata.urn
        return StatementContext(self.metadata, self.register, self.register.by_number("urn", urn))


def _record_cohorts(
    recording: _Recording, mapped: NormalisedSubmission, recorded_at: datetime
) -> tuple[RecordResult, tuple[RowMatch, ...]]:
    """Every cohort of a leaver sheet, the earliest first: who is in two of them is one person."""
    outcome, matched = RecordResult(mapped.metadata.submission_id), tuple[RowMatch, ...]()
    for part in mapped.by_cohort():
        places = dict.fromkeys((row.sheet, row.row) for row in part.rows)
        of_part = replace(
            recording,
            metadata=part.metadata,
            rows={key: recording.rows[key] for key in places if key in recording.rows},
            faulty={key: recording.faulty[key] for key in places if key in recording.faulty},
            places=tuple(places),
        )
        recorded, matched_rows = _record_leavers(of_part, recorded_at)
        outcome, matched = _added(outcome, recorded), (*matched, *matched_rows)
    return outcome, matched


def _added(outcome: RecordResult, part: RecordResult) -> RecordResult:
    return replace(
        outcome,
        new_people=outcome.new_people + part.new_people,
        new_leavers=outcome.new_leavers + part.new_leavers,
        filled=outcome.filled + part.filled,
        differing=outcome.differing + part.differing,
        new_destinations=outcome.new_destinations + part.new_destinations,
        cohorts={**outcome.cohorts, **part.cohorts},
        remarks=(*outcome.remarks, *part.remarks),
    )


def _record_leavers(
    recording: _Recording, recorded_at: datetime
) -> tuple[RecordResult, tuple[RowMatch, ...]]:
    stage, year = recording.metadata.leaving_stage, recording.metadata.academic_year
    if stage is None or year is None:
        message = "the leaving year and stage of a leaver sheet must be known before it is recorded"
        raise ValueError(message)
    chain = school_chain(recording.session, recording.metadata.urn)
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
    rows_by_person = rows_by_person_of(matched, all_rows)
    stored = stored_leavers(recording.session, rows_by_person, chain, stage, year)
    named = {leaver.person_id: leaver for leaver in stored if leaver.is_named}
    unnamed = {
        leaver.person_id: leaver.leaver_id
        for leaver in stored
        if not leaver.is_named and leaver.cohort_id == cohort_id
    }
    submission_id = recording.metadata.submission_id
    sending = Sending(submission_id, recording.metadata.sent_on)
    filled = fill_leavers(recording.session, sending, named.values(), rows_by_person)
    rows_of_newcomers = {
        person: rows for person, rows in rows_by_person.items() if person not in named
    }
    new_leavers = add_leavers(recording.session, sending, cohort_id, rows_of_newcomers, unnamed)
    leavers = {
        person: LeaverInCohort(leaver.leaver_id, person, leaver.cohort_id, year)
        for person, leaver in named.items()
    }
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
            cohorts={cohort_id: recording.places},
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
    declared = recording.metadata
    candidates = candidates_for_provider(recording.session, declared)
    matched = recording.match(recording.rows, candidates, makes_people=False)
    rows_by_person = rows_by_person_of(matched, recording.rows)
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
