"""Due waves: which are opened by now, whose answer is awaited, and files that are nobody's."""

from datetime import date
from pathlib import PurePosixPath

from sqlmodel import Session

from destinations.outcomes.outstanding_returns import OutstandingReturn, outstanding_returns
from destinations.outcomes.waves import open_waves
from expectations.catalogue import rule_words
from flows.pipeline.run_context import RunContext
from imports.inbox import decode_name, folder_urn, look_into
from imports.receiving import UNCLAIMED_CODES, list_not_received
from models.database import transaction
from models.facts.calendar import in_london


def open_due_waves(run: RunContext, today: date) -> int:
    """How many waves were opened."""
    with transaction(run.engine) as session:
        return len(open_waves(session, today=today, calendar=run.calendar))


def who_has_not_sent(run: RunContext, today: date) -> tuple[OutstandingReturn, ...]:
    """The schools whose answer to an open wave is awaited; last, files that are no member's."""
    with Session(run.engine) as session:
        return awaited_returns(run, session, today)


def awaited_returns(
    run: RunContext, session: Session, today: date
) -> tuple[OutstandingReturn, ...]:
    """What has not come, and what came and could not be taken in, each with the reason."""
    outstanding = outstanding_returns(
        session,
        today=today,
        calendar=run.calendar,
        words=lambda code, facts: rule_words(code, facts)[0],
    )
    return (*outstanding, *_unclaimed_files(run, session))


def _unclaimed_files(run: RunContext, session: Session) -> tuple[OutstandingReturn, ...]:
    """Files in folders of the inbox that are no member's, of no hub that we know."""
    return tuple(
        OutstandingReturn(
            "",
            folder_urn(stored.key),
            _folder_name(decode_name(stored.key)),
            refused_on=in_london(stored.modified_at).date(),
            refused_because=rule_words(code)[0],
            unclaimed=PurePosixPath(decode_name(stored.key)).name,
        )
        for stored, code in list_not_received(session, look_into(run.store).files)
        if code in UNCLAIMED_CODES
    )


def _folder_name(name: str) -> str:
    """The folder of the inbox that a file lies in, for a reader."""
    _, _, inside = name.partition("/")
    folder, _, below = inside.partition("/")
    return f"Folder {folder}" if below else "The inbox itself"
