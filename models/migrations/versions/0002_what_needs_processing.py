"""What needs processing is kept apart from how far a submission has come.

Until now a recorded submission that was to be recorded again stood at an earlier stage.
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# In the order in which they must run.
_UP = (
    # Nothing ever came to a stand at "matched" but what was to be recorded again; a suite's hash is
    # written when a submission is recorded, and stays.
    """
    update submission set recorded_at = stage_at
    where stage in ('matched', 'recorded', 'summarised', 'published') or suite_hash is not null
    """,
    """
    update submission set needs_processing_since = stage_at
    where stage in ('received', 'read', 'mapped', 'validated', 'matched') and refused_code is null and undone_at is null
    """,
    """
    update submission set stage = 'recorded'
    where stage in ('received', 'read', 'mapped', 'validated', 'matched') and recorded_at is not null
    """,
    # Rows that somebody settled after a publish were never taken up.
    """
    update submission set needs_processing_since = (
        select max("match".decided_at) from "match"
        where "match".submission_id = submission.id and "match".decided_by <> 'rule'
    )
    where needs_processing_since is null and refused_code is null and undone_at is null
    and recorded_at is not null and exists (
        select 1 from "match"
        where "match".submission_id = submission.id and "match".decided_by <> 'rule'
        and "match".decided_at > submission.recorded_at
    )
    """,
)
_DOWN = """
    update submission set stage = 'matched'
    where stage in ('recorded', 'summarised', 'published') and needs_processing_since is not null
"""


def upgrade() -> None:
    for name in ("needs_processing_since", "recorded_at"):
        moment = sqlmodel.sql.sqltypes.UTCDateTime()
        op.add_column("submission", sa.Column(name, moment, nullable=True))
    for statement in _UP:
        op.execute(statement)


def downgrade() -> None:
    op.execute(_DOWN)
    # Not as a batch: SQLite would make the table anew, and others point to it.
    for name in ("recorded_at", "needs_processing_since"):
        op.drop_column("submission", name)
