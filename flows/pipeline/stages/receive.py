"""Receive files: what lies in the inbox becomes submissions, each in a transaction of its own."""

import logging
from datetime import date

from destinations.platform.storage import StorageFailed
from flows.pipeline.later_notes import apply_later_notes
from flows.pipeline.run_context import RunContext
from flows.redaction import place_of
from imports.inbox import INBOX, folder_urn, look_into
from imports.receiving import (
    CHANGING,
    NOT_OPENED,
    OUR_FAULT,
    StillChangingError,
    clear_retried_arrivals,
    list_new_files,
    receive,
    record_not_received,
)
from models.database import transaction
from models.handoffs.store import StoredFile

log = logging.getLogger(__name__)


def receive_files(run: RunContext, today: date) -> int:
    """How many files were taken from the inbox, each in a transaction of its own.

    What is wrong with one name stops none of the others.  What senders said of files that were
    taken in before is applied too.
    """
    inbox = look_into(run.store)
    for left in inbox.left_out:  # a name may be a pupil's, so it is in `destinations where` only
        log.warning("%s: a name is left out: %s", _folder(left.key), left.oddity)
    with transaction(run.engine) as session:
        clear_retried_arrivals(session)
        arrived = list_new_files(session, inbox.files)
    taken = sum(_is_received(run, stored, today) for stored in arrived)
    apply_later_notes(run)
    return taken


def _is_received(run: RunContext, stored: StoredFile, today: date) -> bool:
    """Whether a file was taken in; one that was not stays in the inbox for the next run."""
    try:
        with transaction(run.engine) as session:
            receive(session, run.store, stored, today=today, size_limit=run.settings.size_limit)
        return True
    except KeyError:
        log.info("%s: a file was taken away before it was read", _folder(stored.key))
        return False
    except StillChangingError:
        code, why = CHANGING, "it is still being written"
    except StorageFailed as error:
        code, why = NOT_OPENED, f"it cannot be opened ({place_of(error)})"
    except Exception as error:
        code, why = OUR_FAULT, place_of(error)
    log.error("%s: a file was not taken in: %s", _folder(stored.key), why)
    try:
        with transaction(run.engine) as session:
            record_not_received(session, stored, code)
    except Exception as error:
        log.error("%s: that was not noted: %s", _folder(stored.key), place_of(error))
    return False


def _folder(key: str) -> str:
    return f"{INBOX}{folder_urn(key) or '(no school)'}"
