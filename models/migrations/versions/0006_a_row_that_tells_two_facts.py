"""a row that tells two facts."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_ONE_A_ROW = ("submission_id", "sheet", "row", "leaver_id", "wave")


def upgrade() -> None:
    # "Was | Left on | Now": a row says what was and what is, each in a column of its own.
    _make_unique((*_ONE_A_ROW, "column"), instead_of=_ONE_A_ROW)


def downgrade() -> None:
    _make_unique(_ONE_A_ROW, instead_of=(*_ONE_A_ROW, "column"))


def _make_unique(columns: tuple[str, ...], *, instead_of: tuple[str, ...]) -> None:
    with op.batch_alter_table("destination", schema=None) as batch_op:
        batch_op.drop_constraint(_name(instead_of), type_="unique")
        batch_op.create_unique_constraint(_name(columns), list(columns))


def _name(columns: tuple[str, ...]) -> str:
    return op.f(f"uq_destination_{'_'.join(columns)}")
