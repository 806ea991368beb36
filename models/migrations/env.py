"""Alembic's way in: the connection is handed over by models.database.migrate."""

from alembic import context
from sqlmodel import SQLModel

import models.database  # noqa: F401  (knows every table)

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    render_as_batch=True,
    compare_type=True,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
