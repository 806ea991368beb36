"""Rule reports: what a run found, counted; the suites in force; and the hubs' quality pages.

Nothing of Prefect's here.
"""

import logging
from collections.abc import Iterable
from datetime import date

from sqlmodel import Session

from destinations.publishing import PublishedDocument, hub_folders, publish_documents
from destinations.record.rule_statistics import count_findings, count_lines, last_run_counts
from destinations.register.counted_at import hub_members
from destinations.reports.quality_page import quality_page, unfilled_sentence
from destinations.responses.adoptions import suites_not_in_force
from expectations.catalogue import catalogue
from expectations.engine.suites import suites_in_code
from flows.pipeline.run_context import RunContext
from flows.report_tables import Lines
from models.database import transaction
from models.facts.calendar import now

log = logging.getLogger(__name__)


def tally_rules(run: RunContext, chunks: Iterable[Iterable[int]]) -> Lines:
    """What each rule said in this run, by school, beside the run before; counts only.

    A run that brought nothing adds nothing to the history.
    """
    with transaction(run.engine) as session:
        ids = [number for chunk in chunks for number in chunk]
        if ids:
            count_findings(session, ids, run_at=now())
        counts = last_run_counts(session, suspect=run.settings.tolerance_suspect_rule)
    for count in counts:
        if count.is_suspect:
            log.warning("rule %s spoke on %.0f %% of all rows", count.code, 100 * count.share)
    says = {code: unfilled_sentence(rule.says) for code, rule in catalogue().items()}
    return [
        line | {"says": says.get(count.code, "") if not count.urn else ""}
        for count, line in zip(counts, count_lines(counts), strict=True)
    ]


def suites_not_adopted(run: RunContext) -> Lines:
    """The suites of the code that nobody has adopted.  Those of a new hub are in force at once."""
    with transaction(run.engine) as session:
        suites = suites_not_in_force(session, suites_in_code())
    for suite in suites:
        log.warning("the %s suite of %s is not the adopted one", suite.kind, suite.academic_year)
    return [
        {
            "sheet": suite.kind,
            "sent from": suite.academic_year,
            "adopted": suite.adopted[:12],
            "in use": suite.in_code[:12],
            "what to do": "destinations rules try, then destinations rules adopt",
        }
        for suite in suites
    ]


def publish_quality(run: RunContext, today: date) -> int:
    """How many quality pages were written: one for each hub, about rows and not about people."""
    words = {code: (rule.says, rule.do) for code, rule in catalogue().items()}
    with transaction(run.engine) as session:
        counts = last_run_counts(session, suspect=run.settings.tolerance_suspect_rule)
        suspects = frozenset(count.code for count in counts if count.is_suspect)
        pages = list(_pages(session, today, words, suspects))
        return publish_documents(session, run.store, pages, published_at=now()).written


def _pages(
    session: Session, today: date, words: dict[str, tuple[str, str]], suspects: frozenset[str]
) -> Iterable[PublishedDocument]:
    edition = today.isoformat()
    memberships = [
        membership for members in hub_members(session, day=today).values() for membership in members
    ]
    for hub, folder in hub_folders(session).items():
        urns = sorted({membership.urn for membership in memberships if membership.hub == hub})
        yield PublishedDocument(
            f"hubs/{folder}/{edition}/quality.html",
            quality_page(
                session, hub=hub, urns=urns, edition=today, words=words, suspects=suspects
            ),
            "quality page",
            hub=hub,
            edition=edition,
        )
