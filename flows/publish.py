"""Publish: summaries for hub leads and evidence packs for schools.  Every Monday at eight.

Running it twice: safe.  A document that has not changed is not written again.
"""

from datetime import date

from prefect import flow

from destinations.platform.settings import get_settings
from flows import artifacts, report_tables
from flows.pipeline import rule_reports, stages
from flows.redaction import redact_logs
from flows.tasks import stage_task
from models.facts.calendar import today_in_london


@flow(name="publish", log_prints=False, persist_result=False)
def publish(today: date | None = None) -> dict[str, int]:
    """Write each hub's summary and each school's evidence pack, as known today.

    Running it twice: safe.  A document that has not changed is not written again.  Gives how many
    lines were summarised and how many documents were written.
    """
    redact_logs()
    day = today or today_in_london()
    with stages.open_run(get_settings()) as run:
        quality = stage_task(run, "publish quality pages", rule_reports.publish_quality, retries=2)
        with stages.one_moment(run) as moment:
            summarise = stage_task(moment, "summarise", stages.summarise_all)
            publish_ = stage_task(moment, "publish", stages.publish_all, retries=2)

            summarised = summarise(day)
            written = publish_(summarised, day)
        written += quality(day)
        artifacts.put_table(
            "coverage-by-school", report_tables.coverage_by_school(summarised.lines)
        )
    return {"lines": len(summarised.lines), "documents": written}
