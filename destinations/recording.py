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
    InCohort,
    cohort_of,
    known_in,
    known_in_reach,
    leavers_of,
    waited_before,
)
from destinations.linkage.match_decisions import (
    Kept,
    keep_matches,
    kept_matches,
    settle,
    waiting_again,
)
from destinations.linkage.match_results import Known, Matched, Outcome
from destinations.linkage.repeated_leavers import RowKey
from destinations.matching import match_rows
from destinations.record.create_persons import make_people
from destinations.record.destination_history import add_statements
from destinations.record.findings_store import keep_findings, remarks_of
from destinations.record.leaver_attributes import add_leavers, fill_leavers
from destinations.record.round_changes import beside_the_last, note_round
from destinations.record.rounds import SAME_ROUND, sent_before
from destinations.record.statements import Statement, Teller, said_by_provider, said_by_school
from destinations.register.providers import Register, load_providers
from destinations.responses.confirmations import without_confirmed
from models.facts import submission_state
from models.facts.succession import school_chain
from models.handoffs.findings import Finding, Remark
from models.handoffs.normalised import Declared, Mapped, MappedRow
from models.leavers import Cohort
from models.vocabulary import Kind, LeavingStage, Severity

__all__ = ["Recorded", "keep_findings", "record", "settle", "waiting_again"]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Recorded:
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
    remarks: tuple[Remark, ...] = ()
    findings: tuple[Finding, ...] = ()  # those given, but for what a person has confirmed
    changes: Mapping[str, int] = field(default_factory=dict)  # since the round before
    people: Mapping[RowKey, int] = field(default_factory=dict)  # whom each row is about
    set_aside: Mapping[str, int] = field(default_factory=dict)  # remarks not told, by code


def record(
    session: Session,
    mapped: Mapped,
    findings: Sequence[Finding],
    *,
    recorded_at: datetime,
    register: Register | None = None,
    same_round: int = SAME_ROUND,
    set_aside: Collection[str] = (),
    hear: Callable[[Mapping[RowKey, int]], object] = lambda people: None,
) -> Recorded:
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
    kept = kept_matches(session, declared.submission_id)
    again = sent_before(session, mapped)
    repeats = again.same.submission_id if again.same else None
    desk = _Desk(session, declared, sound, kept, register or load_providers(session), repeats)
    if declared.kind is Kind.LEAVERS:
        done, matched = _record_leavers(desk, recorded_at)
    elif declared.kind is Kind.ENROLMENTS:
        done, matched = _record_enrolments(desk, recorded_at)
    else:
        message = "what a submission is must be known before it is recorded"
        raise ValueError(message)
    waiting = [key for key in rows if key in fixes]
    keep_matches(session, declared.submission_id, matched, waiting, kept, decided_at=recorded_at)
    counted = _counted(done, rows, waiting, matched)
    nameless = counted.waiting + counted.unsure
    beside = beside_the_last(
        session, declared, again, _by_person(matched, rows), nameless=nameless, percent=same_round
    )
    waited = cache(lambda: waited_before(session, declared))
    remarks = remarks_of(declared, mapped.rows, matched, done.remarks, waited=waited)
    people = {(one.sheet, one.row): one.person_id for one in matched if one.person_id is not None}
    hear(people)
    remarks = (*beside.remarks, *remarks)
    silent = Counter(one.code for one in remarks if one.code in set_aside)
    remarks = tuple(one for one in remarks if one.code not in set_aside)
    told = replace(
        counted,
        set_aside=silent,
        remarks=without_confirmed(session, remarks, people, mapped),
        findings=without_confirmed(session, findings, people, mapped),
        people=people,
        changes=beside.changes.counts() if beside.changes else {},
    )
    keep_findings(session, declared.submission_id, told.findings, told.remarks)
    _note(session, declared, told, recorded_at)
    note_round(session, declared.submission_id, again, beside)
    log.info(
        "submission %s: %s rows, %s recorded, %s wait, %s unsure, %s destinations",
        *(declared.submission_id, told.read, told.matched, told.waiting, told.unsure),
        told.new_destinations,
    )
    return told


@dataclass(frozen=True, slots=True)
class _Desk:
    session: Session
    declared: Declared
    rows: Mapping[RowKey, Sequence[MappedRow]]  # the sound ones, a MappedRow for each wave
    kept: Mapping[RowKey, Kept]
    register: Register
    repeats: int | None = None  # a submission of the same rows, sent before

    def match(self, known: Iterable[Known], *, makes_people: bool) -> tuple[Matched, ...]:
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
            for one in match_rows(rows, known, makes_people=makes_people, settled=settled)
        )

    def add(self, statements: Sequence[Statement], recorded_at: datetime) -> int:
        """How many statements were new."""
        return add_statements(
            self.session, self.declared, statements, recorded_at, repeats=self.repeats
        )

    def teller(self) -> Teller:
        urn = self.declared.urn
        return Teller(self.declared, self.register, self.register.by_number("urn", urn))


def _record_leavers(desk: _Desk, recorded_at: datetime) -> tuple[Recorded, tuple[Matched, ...]]:
    stage, year = desk.declared.leaving_stage, desk.declared.academic_year
    if stage is None or year is None:
        message = "the leaving year and stage of a leaver sheet must be known before it is recorded"
        raise ValueError(message)
    chain = school_chain(desk.session, desk.declared.urn)
    cohort_id = cohort_of(desk.session, chain, stage, year)
    known = known_in(desk.session, chain, stage, year)
    matched = desk.match(known, makes_people=True)
    matched, made = make_people(desk.session, chain, year, desk.rows, matched, made_at=recorded_at)
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
        person: InCohort(leaver, person, cohort_id, year) for person, leaver in added.items()
    }
    teller = desk.teller()
    statements = [
        statement
        for person, rows in about.items()
        for row in rows
        for statement in said_by_school(row, leavers[person], teller)
    ]
    return (
        Recorded(
            sent,
            new_people=made,
            new_leavers=len(added),
            filled=filled.filled,
            differing=len(filled.differing),
            new_destinations=desk.add(statements, recorded_at),
            remarks=tuple(
                Remark("M03", sheet, row, facts=(("field", field),))
                for sheet, row, field in filled.differing
            ),
        ),
        matched,
    )


def _record_enrolments(desk: _Desk, recorded_at: datetime) -> tuple[Recorded, tuple[Matched, ...]]:
    declared = desk.declared
    known = known_in_reach(desk.session, declared)
    matched = desk.match(known, makes_people=False)
    about = _by_person(matched, desk.rows)
    leavers: defaultdict[int, list[InCohort]] = defaultdict(list)
    for leaver in leavers_of(desk.session, about):
        leavers[leaver.person_id].append(leaver)
    teller = desk.teller()
    statements = [
        statement
        for person, rows in about.items()
        for row in rows
        for statement in said_by_provider(row, leavers[person], teller)
    ]
    added = desk.add(_last_word_last(statements), recorded_at)
    return Recorded(declared.submission_id, new_destinations=added), matched


def _last_word_last(statements: Iterable[Statement]) -> list[Statement]:
    """Of two courses of one learner, the one that goes on is the last word."""

    def lasting(one: Statement) -> tuple[bool, date]:
        return one.ended_on is None or one.ended_on > one.as_at, one.started_on or date.min

    return sorted(statements, key=lasting)


def _by_place(rows: Iterable[MappedRow]) -> dict[RowKey, list[MappedRow]]:
    found: dict[RowKey, list[MappedRow]] = {}
    for row in rows:
        found.setdefault((row.sheet, row.row), []).append(row)
    return found


def _by_person(
    matched: Iterable[Matched], rows: Mapping[RowKey, Sequence[MappedRow]]
) -> dict[int, list[MappedRow]]:
    about: defaultdict[int, list[MappedRow]] = defaultdict(list)
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
) -> dict[int, InCohort]:
    """The leavers that these people are in this cohort, whatever URN it was begun under."""
    of_cohort = (
        col(Cohort.urn).in_(chain),
        col(Cohort.leaving_stage) == stage.value,
        col(Cohort.academic_year) == year,
    )
    return {leaver.person_id: leaver for leaver in leavers_of(session, people, where=of_cohort)}


def _counted(
    done: Recorded,
    rows: Mapping[RowKey, object],
    waiting: Sequence[RowKey],
    matched: Sequence[Matched],
) -> Recorded:
    outcomes = [one.outcome for one in matched]
    return replace(
        done,
        read=len(rows),
        waiting=len(waiting),
        sound=len(rows) - len(waiting),
        matched=sum(one.person_id is not None for one in matched),
        unsure=outcomes.count(Outcome.UNSURE),
        nobody=outcomes.count(Outcome.NOBODY),
    )


def _note(session: Session, declared: Declared, told: Recorded, recorded_at: datetime) -> None:
    """How far the submission has come.  What was worked out while reading it is kept with it."""
    known = {
        "kind": declared.kind,
        "academic_year": declared.academic_year,
        "leaving_stage": declared.leaving_stage,
        "wave": declared.wave,
    }
    submission_state.recorded(
        session,
        declared.submission_id,
        at=recorded_at,
        rows_read=told.read,
        rows_sound=told.sound,
        rows_waiting=told.waiting,
        rows_unsure=told.unsure,
        **{name: value for name, value in known.items() if value is not None},
    )
