"""Match and record: rows become leavers and destinations, one transaction a submission."""

from dataclasses import asdict, replace
from datetime import date

from destinations.crosschecks.other_school import stop_sheet_of_other_school
from destinations.crosschecks.run_crosschecks import Thresholds, run_crosschecks
from destinations.record.faulty_cells import without_held_cells
from destinations.recording import drop_confirmed, record_rows, store_result
from destinations.responses.confirmations import read_confirmations
from destinations.responses.waivers import waived_codes
from destinations.returns.understood import understood
from expectations.validating import word_issues
from flows.pipeline.run_context import RunContext
from flows.pipeline.stages.advance import advance
from flows.pipeline.stages.crosscheck_issues import crosscheck_issues
from flows.pipeline.submission_work import Chunk, SubmissionWork
from models.database import transaction
from models.facts import submission_state
from models.facts.calendar import now, today_in_london
from models.facts.succession import register_at_rest
from models.handoffs.findings import Issue
from models.vocabulary import Stage


def match_and_record_chunk(run: RunContext, chunk: Chunk, today: date | None = None) -> Chunk:
    """Rows matched and recorded, one transaction a submission, in the order they were sent.

    The two stages share the transaction: of two sheets of one cohort in one chunk, the second must
    find the people that the first made.  What the senders answered is applied in the next stage;
    until then all of them stay in the queue.
    """
    day, register = today or today_in_london(), run.register()
    limits = run.settings.tolerances(Thresholds)

    def record_work(work: SubmissionWork) -> SubmissionWork:
        mapped = work.rows
        with transaction(run.engine) as session, register_at_rest(session):
            silent = waived_codes(session, mapped.metadata, day)
            of_others: tuple[Issue, ...] = ()
            if submission_state.OF_OTHER_SCHOOL not in silent:
                of_others = stop_sheet_of_other_school(session, mapped, limits)
            recorded_at = now()
            recorded = record_rows(
                session,
                mapped,
                work.findings,
                recorded_at=recorded_at,
                register=register,
                same_round=run.settings.same_round_percent,
                set_aside=silent,
            )
            matches = recorded.matches
            sayable = without_held_cells(mapped, work.findings)
            issues = (*of_others, *run_crosschecks(session, sayable, matches, limits=limits))
            confirmations = read_confirmations(session, mapped, recorded.people)
            recorded = drop_confirmed(recorded, confirmations)
            leavers = len(set(recorded.people.values()))
            work = replace(
                work,
                recorded=recorded,
                crosschecks=issues,
                silent=silent,
                understood=understood(mapped, leavers=leavers),
            )
            crosschecks = crosscheck_issues(work, recorded.remarks, confirmations)
            store_result(
                session,
                mapped,
                recorded,
                recorded_at=recorded_at,
                crosschecks=crosschecks.issues,
                suite_hash=work.suite_hash,
                file_format=mapped.file_format,
                regions=[asdict(region) for region in mapped.regions],
                waived=dict(sorted(crosschecks.waived.items())),
            )
        findings = (*recorded.findings, *word_issues((*recorded.remarks, *crosschecks.issues)))
        return replace(work, findings_told=findings)

    works = advance(run, chunk.works, Stage.RECORDED, record_work, note_stage=False)
    return replace(chunk, works=works)
