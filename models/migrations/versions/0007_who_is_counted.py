"""Who is counted, and who objects: the cohort of each row of a leaver sheet; consent."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_COHORT_OF_ROW = """
    update "match" set cohort_id = coalesce(
        (
            select leaver.cohort_id from leaver
            join cohort on cohort.id = leaver.cohort_id
            join submission on submission.academic_year = cohort.academic_year
                and submission.leaving_stage = cohort.leaving_stage
            where leaver.person_id = "match".person_id and submission.id = "match".submission_id
            order by leaver.id limit 1
        ),
        (
            select cohort.id from cohort
            join submission on submission.urn = cohort.urn
                and submission.academic_year = cohort.academic_year
                and submission.leaving_stage = cohort.leaving_stage
            where submission.id = "match".submission_id
        )
    )
    where submission_id in (select id from submission where kind = 'leavers')
"""


def upgrade() -> None:
    with op.batch_alter_table("match", schema=None) as batch_op:
        batch_op.add_column(sa.Column("cohort_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_match_cohort_id"), "cohort", ["cohort_id"], ["id"]
        )
        batch_op.create_index(batch_op.f("ix_match_cohort_id"), ["cohort_id"], unique=False)
    op.execute(_COHORT_OF_ROW)
    op.add_column("leaver", sa.Column("consent", sa.Boolean(), nullable=True))
    op.add_column("leaver", sa.Column("consent_on", sa.Date(), nullable=True))


def downgrade() -> None:
    # Not as a batch: SQLite would make the table anew, and others point to it.
    op.drop_column("leaver", "consent_on")
    op.drop_column("leaver", "consent")
    with op.batch_alter_table("match", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_match_cohort_id"))
        batch_op.drop_constraint(batch_op.f("fk_match_cohort_id"), type_="foreignkey")
        batch_op.drop_column("cohort_id")
