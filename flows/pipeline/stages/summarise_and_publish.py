"""Summarise and publish: every cohort counted, and what hub leads and schools are given of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date

from sqlmodel import Session

from destinations.outcomes.survivorship import leaver_outcomes
from destinations.publishing import hub_and_school_documents, publish_documents
from destinations.summarising import summarise
from expectations.catalogue import catalogue, rule_words
from flows.pipeline.run_context import RunContext
from flows.pipeline.stages.due_waves import awaited_returns
from models.database import reading_at_one_moment, transaction
from models.facts import submission_state
from models.facts.calendar import now
from models.handoffs.summaries import Summarised


@contextmanager
def one_moment(run: RunContext) -> Iterator[RunContext]:
    """The run, with what is summarised and what is published read as of one moment."""
    with reading_at_one_moment(run.engine) as session:
        yield replace(run, snapshot=session)


@contextmanager
def _reader(run: RunContext) -> Iterator[Session]:
    if run.snapshot is not None:
        yield run.snapshot
    else:
        with reading_at_one_moment(run.engine) as session:
            yield session


def summarise_all(run: RunContext, today: date) -> Summarised:
    """Every cohort of every hub, counted as known today, and what of it is yet to be published."""
    with _reader(run) as session:
        return Summarised(
            summarise(
                session, today=today, calendar=run.calendar, excluding=run.settings.excluding
            ),
            submission_state.to_publish(session),
        )


def publish_all(run: RunContext, summarised: Summarised, today: date) -> int:
    """How many documents were written for hub leads and schools.

    Within `one_moment` the packs hold what was summarised.  Only what was recorded by then is
    published: what came afterwards waits for the next summary.
    """
    with _reader(run) as session, transaction(run.engine) as writing:
        documents = hub_and_school_documents(
            session,
            summarised.lines,
            today,
            answers=lambda urn: leaver_outcomes(
                session,
                urn=urn,
                today=today,
                calendar=run.calendar,
                excluding=run.settings.excluding,
            ),
            awaited=awaited_returns(run, session, today),
            rules={code: rule_words(code)[0] for code in catalogue()},
        )
        done = publish_documents(writing, run.store, documents, published_at=now())
        submission_state.mark_published(writing, summarised.recorded)
    return done.written
