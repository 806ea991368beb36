"""Intake: take each new submission from received to recorded.  Every morning at six.

Running it twice: safe.  What is already recorded is left alone; what a killed run left half way is
taken up again from its original.  One file that cannot be read never stops the others.
"""

from datetime import date
from typing import cast
from uuid import UUID

from prefect import flow
from prefect.artifacts import create_progress_artifact, update_progress_artifact

from destinations.platform.settings import get_settings
from flows import artifacts, report_tables
from flows.pipeline import rule_reports, stages
from flows.pipeline.reprocessing import answer_repeated_files
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
    with stages.open_run(get_settings()) as way:
        receive = stage_task(way, "receive", stages.receive_files, retries=2)
        read = stage_task(way, "read", stages.read_chunk)
        map_ = stage_task(way, "map", stages.map_chunk)
        validate = stage_task(way, "validate", stages.validate_chunk)
        record = stage_task(way, "match and record", stages.match_and_record_chunk)
        publish = stage_task(way, "publish", stages.return_chunk, retries=2)
        answer = stage_task(way, "publish", answer_repeated_files, retries=2)

        arrived = receive(day)
        chunks = stages.unfinished(way)
        progress = cast(
            UUID, create_progress_artifact(0.0, key="intake-progress", description="Submissions")
        )
        for done, chunk in enumerate(chunks, start=1):
            recorded = record(validate(map_(read(chunk)), day), day)
            publish(chunk)
            for submission in recorded:
                emit_progress(submission, "recorded")
            update_progress_artifact(progress, 100.0 * done / len(chunks))
        again = stages.lists_to_match_again(way)
        for chunk in again:
            record(validate(map_(read(chunk)), day), day)
            publish(chunk)
        answer()

        by_stage = report_tables.submissions_by_stage(way.engine)
        artifacts.put_table("submissions-by-stage", by_stage)
        artifacts.put_table("submissions-stopped", report_tables.stopped_submissions(way.engine))
        artifacts.put_table("inbox-waiting", report_tables.inbox_waiting(way.engine))
        artifacts.put_table("findings-by-rule", report_tables.findings_by_rule(way.engine))
        artifacts.put_table("rules-and-schools", rule_reports.tally_rules(way, [*chunks, *again]))
        artifacts.put_table("suites-not-adopted", rule_reports.suites_not_adopted(way))
        lines = stages.summarise_all(way, day).lines
        artifacts.put_table("coverage-by-school", report_tables.coverage_by_school(lines))
    faults = sum(line["our fault"] for line in by_stage)
    if faults:
        raise StageFailed(
            f"{count_of(faults, 'submission')} stopped through our fault; "
            f"`destinations where` says where"
        )
    return {"arrived": arrived, "submissions": sum(line["submissions"] for line in by_stage)}
