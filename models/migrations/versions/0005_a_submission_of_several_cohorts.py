"""a submission of several cohorts, and the stages Year 12 and Year 14."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_TWO = "leaving_stage in ('Y11', 'Y13')"
_FOUR = "leaving_stage in ('Y11', 'Y12', 'Y13', 'Y14')"
_TABLES = ("cohort", "submission")


def upgrade() -> None:
    _replace_check(_TWO, _FOUR)
    op.create_table(
        "submission_cohort",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("academic_year", sa.Integer(), nullable=False),
        sa.Column("leaving_stage", sqlmodel.sql.sqltypes.AutoString(length=3), nullable=False),
        sa.Column("rows_read", sa.Integer(), nullable=False),
        sa.CheckConstraint(_FOUR, name=op.f("ck_submission_cohort_leaving_stage_known")),
        sa.ForeignKeyConstraint(
            ["submission_id"],
            ["submission.id"],
            name=op.f("fk_submission_cohort_submission_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submission_cohort")),
        sa.UniqueConstraint(
            "submission_id",
            "academic_year",
            "leaving_stage",
            name=op.f("uq_submission_cohort_submission_id_academic_year_leaving_stage"),
        ),
    )
    # What is recorded so far is of one cohort each.
    op.execute(
        """
        insert into submission_cohort (submission_id, academic_year, leaving_stage, rows_read)
        select id, academic_year, leaving_stage, rows_read from submission
        where academic_year is not null and leaving_stage is not null and rows_hash is not null
        """
    )


def downgrade() -> None:
    op.drop_table("submission_cohort")
    _replace_check(_FOUR, _TWO)


def _replace_check(before: str, after: str) -> None:
    if op.get_bind().dialect.name != "sqlite":
        for table in _TABLES:
            name = op.f(f"ck_{table}_leaving_stage_known")
            op.drop_constraint(name, table, type_="check")
            op.create_check_constraint(name, table, after)
        return
    # SQLite cannot alter a constraint, and a table made anew would break what refers to it.  This
    # is its own way for a change of nothing but a CHECK (sqlite.org/lang_altertable.html).
    connection = op.get_bind()
    version = connection.exec_driver_sql("pragma schema_version").scalar_one()
    connection.exec_driver_sql("pragma writable_schema = on")
    for table in _TABLES:
        connection.execute(
            sa.text(
                "update sqlite_master set sql = replace(sql, :before, :after) "
                "where type = 'table' and name = :name"
            ),
            {"before": before, "after": after, "name": table},
        )
    connection.exec_driver_sql(f"pragma schema_version = {version + 1}")
    connection.exec_driver_sql("pragma writable_schema = off")
