"""Publish: summaries for hub leads and evidence packs for schools.  Every Monday at eight.

Running it twice: safe.  A document that has not changed is not written again.
"""

from datetime import date

from prefect import flow

from destinations.platform.settings import get_settings
from flows import boards, pages, road, rules
from flows.quiet import redact
from flows.stages import stage
from models.facts.calendar import today_in_london


@flow(name="publish", log_prints=False, persist_result=False)
def publish(today: date | None = None) -> dict[str, int]:
    """Write each hub's summary and each school's evidence pack, as known today.

    Running it twice: safe.  A document that has not changed is not written again.  Gives how many
    lines were summarised and how many documents were written.
    """
    redact()
    day = today or today_in_london()
    with road.open_road(get_settings()) as way:
        summarise = stage(way, "summarise", road.summarise_all)
        publish_ = stage(way, "publish", road.publish_all, retries=2)
        quality = stage(way, "publish quality pages", rules.publish_quality, retries=2)

        with road.one_moment(way):
            summarised = summarise(day)
            written = publish_(summarised, day)
        written += quality(day)
        pages.put("coverage-by-school", boards.coverage_by_school(summarised.lines))
    return {"lines": len(summarised.lines), "documents": written}
