"""Follow-up: open the waves that are due and say who has not sent.  Every Monday at seven.

Running it twice: safe.  A wave that is open stays as it was opened.
"""

from datetime import date

from prefect import flow

from destinations.platform.settings import get_settings
from flows import artifacts, report_tables
from flows.pipeline import stages
from flows.redaction import redact_logs
from flows.tasks import stage_task
from models.facts.calendar import today_in_london


@flow(name="follow-up", log_prints=False, persist_result=False)
def follow_up(today: date | None = None) -> dict[str, int]:
    """Open the waves that are due, and say which schools have not sent.

    Running it twice: safe.  A wave that is open stays as it was opened.  Gives how many waves
    were opened and how many answers are still awaited.
    """
    redact_logs()
    with stages.open_run(get_settings()) as run:
        open_waves = stage_task(run, "open waves", stages.open_due_waves, retries=2)
        who_has_not_sent = stage_task(run, "who has not sent", stages.who_has_not_sent)

        opened = open_waves(today or today_in_london())
        awaited = who_has_not_sent(today or today_in_london())
        artifacts.put_table("who-has-not-sent", report_tables.who_has_not_sent(awaited))
    return {"opened": opened, "awaited": len(awaited)}
