"""Match and record: rows become leavers and destinations, one transaction a submission."""

from collections import Counter
from dataclasses import asdict, replace
from datetime import date

from sqlalchemy import update
from sqlmodel import Session, col

from destinations.crosschecks.other_school import stop_sheet_of_other_school
from destinations.crosschecks.run_crosschecks import Thresholds, run_crosschecks
from destinations.record.faulty_cells import without_held_cells
from destinations.record.findings_store import add_findings
from destinations.recording import record_submission
from destinations.responses.waivers import waived_codes
from expectations.validating import word_issues
from flows.pipeline.run_context import RunContext
from flows.pipeline.sender_responses import link_to_round_before
from flows.pipeline.stages.advance import advance
from flows.pipeline.stages.crosscheck_issues import crosscheck_issues
from flows.pipeline.submission_work import Chunk, SubmissionWork
from models.database import transaction
from models.facts import submission_state
from models.facts.calendar import now, today_in_london
from models.facts.succession import register_at_rest
from models.submissions import Submission
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
            silent = waived_codes(session, mapped.declared, day)
            if submission_state.OF_OTHER_SCHOOL not in silent:
                stop_sheet_of_other_school(session, mapped, limits)
            link_to_round_before(session, run, work)
            recorded = record_submission(
                session,
                mapped,
                work.findings,
                recorded_at=now(),
                register=register,
                same_round=run.settings.same_round_percent,
                set_aside=silent,
            )
            sound = without_held_cells(mapped, work.findings)
            issues = run_crosschecks(session, sound, limits=limits)
            work = replace(work, recorded=recorded, crosschecks=issues, silent=silent)
            crosschecks = crosscheck_issues(session, work, recorded.remarks)
            add_findings(session, work.id, crosschecks.issues)
            _note(session, work, crosschecks.waived)
        findings = (*recorded.findings, *word_issues((*recorded.remarks, *crosschecks.issues)))
        return replace(work, findings_told=findings)

    works = advance(run, chunk.works, Stage.RECORDED, record_work, note_stage=False)
    return replace(chunk, works=works)


def _note(session: Session, work: SubmissionWork, waived: Counter[str]) -> None:
    session.execute(
        update(Submission)
        .where(col(Submission.id) == work.id)
        .values(
            suite_hash=work.suite_hash,
            file_format=work.rows.file_format,
            regions=[asdict(region) for region in work.rows.regions],
            waived=dict(sorted(waived.items())),
        )
    )
