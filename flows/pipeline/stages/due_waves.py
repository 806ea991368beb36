"""Due waves: which are opened by now, and whose answer is awaited."""

from datetime import date

from sqlmodel import Session

from destinations.outcomes.outstanding_returns import OutstandingReturn, outstanding_returns
from destinations.outcomes.waves import open_waves
from flows.pipeline.run_context import RunContext
from models.database import transaction


def open_due_waves(run: RunContext, today: date) -> int:
    """How many waves were opened."""
    with transaction(run.engine) as session:
        return len(open_waves(session, today=today, calendar=run.calendar))


def who_has_not_sent(run: RunContext, today: date) -> tuple[OutstandingReturn, ...]:
    """The schools whose answer to an open wave is awaited."""
    with Session(run.engine) as session:
        return outstanding_returns(session, today=today, calendar=run.calendar)
