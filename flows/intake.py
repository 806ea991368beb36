"""Intake: take each new submission from received to recorded.  Every morning at six.

Running it twice: safe.  What is already recorded is left alone; what a killed run left half way is
taken up again from its original.  One file that cannot be read never stops the others.
"""

from collections.abc import Sequence
from datetime import date
from typing import cast
from uuid import UUID

from prefect import flow
from prefect.artifacts import create_progress_artifact, update_progress_artifact

from destinations.platform.settings import get_settings
from flows import artifacts, report_tables
from flows.pipeline import rule_reports, stages
from flows.pipeline.process_again import answer_repeated_files
from flows.redaction import StageFailed, redact_logs
from flows.tasks import emit_progress, stage_task
from models.facts.calendar import today_in_london
from models.facts.counts import count_of


@flow(name="intake", log_prints=False, persist_result=False)
def intake(today: date | None = None) -> dict[str, int]:
    """Take each new submission from received to recorded, and send its receipt back.

    Running it twice: safe.  What is already recorded is left alone; what a killed run left half
    way is taken up again.  Gives how many files arrived, were recorded, refused, or stopped
    through our fault.
    """
    redact_logs()
    day = today or today_in_london()
    with stages.open_run(get_settings()) as run:
        receive = stage_task(run, "receive", stages.receive_files, retries=2)
        read = stage_task(run, "read", stages.read_chunk)
        map_ = stage_task(run, "map", stages.map_chunk)
        validate = stage_task(run, "validate", stages.validate_chunk)
        record = stage_task(run, "match and record", stages.match_and_record_chunk)
        apply = stage_task(run, "apply responses", stages.apply_responses_chunk)
        publish = stage_task(run, "publish", stages.return_chunk, retries=2)
        answer = stage_task(run, "publish", answer_repeated_files, retries=2)

        def process_chunk(ids: Sequence[int]) -> list[int]:
            recorded: list[int] = []
            while ids:  # what is too much for one chunk is left unread, for the next
                chunk = read(ids)
                chunk = map_(chunk)
                chunk = validate(chunk, day)
                chunk = record(chunk, day)
                chunk = apply(chunk)
                publish(chunk)
                recorded += [work.id for work in chunk.works]
                ids = chunk.unread
            return recorded

        arrived = receive(day)
        chunks = stages.unfinished(run)
        progress = cast(
            UUID, create_progress_artifact(0.0, key="intake-progress", description="Submissions")
        )
        for done, ids in enumerate(chunks, start=1):
            for submission_id in process_chunk(ids):
                emit_progress(submission_id, "recorded")
            update_progress_artifact(progress, 100.0 * done / len(chunks))
        lists = stages.lists_to_match_again(run)
        for ids in lists:
            process_chunk(ids)
        answer()

        by_stage = report_tables.submissions_by_stage(run.engine)
        artifacts.put_table("submissions-by-stage", by_stage)
        artifacts.put_table("submissions-stopped", report_tables.stopped_submissions(run.engine))
        artifacts.put_table("inbox-waiting", report_tables.inbox_waiting(run.engine))
        artifacts.put_table("findings-by-rule", report_tables.findings_by_rule(run.engine))
        artifacts.put_table("rules-and-schools", rule_reports.tally_rules(run, [*chunks, *lists]))
        artifacts.put_table("suites-not-adopted", rule_reports.suites_not_adopted(run))
        lines = stages.summarise_all(run, day).lines
        artifacts.put_table("coverage-by-school", report_tables.coverage_by_school(lines))
    faults = sum(line["our fault"] for line in by_stage)
    if faults:
        raise StageFailed(
            f"{count_of(faults, 'submission')} stopped through our fault; "
            f"`destinations where` says where"
        )
    return {"arrived": arrived, "submissions": sum(line["submissions"] for line in by_stage)}
