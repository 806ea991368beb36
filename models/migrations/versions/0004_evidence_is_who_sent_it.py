"""evidence is who sent it."""

from datetime import date

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_YEARS = sa.text(
    """
    select distinct cohort.academic_year + destination.wave from destination
    join leaver on leaver.id = destination.leaver_id
    join cohort on cohort.id = leaver.cohort_id
    where destination.evidence = 'provider confirms'
    """
)
_STILL_THERE = sa.text(
    """
    update destination set evidence = 'still there in term 2'
    where evidence = 'provider confirms' and as_at >= :second_term
      and (started_on is null or started_on < :second_term)
      and (ended_on is null or ended_on > as_at)
      and exists (
        select 1 from leaver join cohort on cohort.id = leaver.cohort_id
        where leaver.id = destination.leaver_id
          and cohort.academic_year + destination.wave = :year
      )
    """
).bindparams(sa.bindparam("second_term", type_=sa.Date()))


def upgrade() -> None:
    # A school's own column is the school's word; a list of the second term says more than October's.
    op.execute(
        """
        update destination set evidence = 'school says'
        where evidence = 'provider confirms' and submission_id in (
            select id from submission where kind = 'leavers'
        )
        """
    )
    connection = op.get_bind()
    for year in connection.execute(_YEARS).scalars().all():
        parameters = {"second_term": date(year + 1, 1, 1), "year": year}
        connection.execute(_STILL_THERE, parameters)


def downgrade() -> None:
    op.execute(
        """
        update destination set evidence = 'provider confirms'
        where evidence = 'still there in term 2' or (
            evidence = 'school says' and source in ('provider', 'employer')
        )
        """
    )
