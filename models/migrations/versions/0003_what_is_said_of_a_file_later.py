"""what is said of a file later."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("submission", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("noted_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True)
        )
        batch_op.add_column(
            sa.Column(
                "noted_as",
                sqlmodel.sql.sqltypes.AutoString(length=12),
                nullable=False,
                server_default="",
            )
        )
    # What was said before a file was taken in went with it; what was said later is still to come.
    op.execute(
        """
        update submission set noted_at = (
            select max(cover_note.noted_at) from cover_note
            where cover_note.urn = submission.urn
              and cover_note.sha256 = submission.sha256
              and cover_note.noted_at <= submission.received_at
        )
        """
    )


def downgrade() -> None:
    # In place: a table that is made anew would break what refers to it.
    op.drop_column("submission", "noted_as")
    op.drop_column("submission", "noted_at")
