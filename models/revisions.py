"""Revisions: whether a database was made by this version of the code, an older or a newer one."""

from enum import StrEnum
from pathlib import Path

from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError


class Revision(StrEnum):
    """How a database stands to the code."""

    NONE = "none"  # nobody has set it up
    OLDER = "older"
    CURRENT = "current"
    NEWER = "newer"


def revision_of(connection: Connection) -> Revision:
    """How far a database was migrated.  A revision that the code does not have is a newer one's."""
    try:
        at = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    except DBAPIError as error:
        # No such table: SQLite says so in words only, PostgreSQL by code.
        if "no such table" in str(error.orig) or getattr(error.orig, "sqlstate", "") == "42P01":
            return Revision.NONE
        raise
    if at is None:
        return Revision.NONE
    scripts = ScriptDirectory(str(Path(__file__).parent / "migrations"))
    if at == scripts.get_current_head():
        return Revision.CURRENT
    revisions = {script.revision for script in scripts.walk_revisions()}
    return Revision.OLDER if at in revisions else Revision.NEWER
