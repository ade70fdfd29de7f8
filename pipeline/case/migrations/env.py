"""Runs migrations on the connection that :func:`pipeline.case.database.migrate` gives; reads no file, logs nothing."""

from __future__ import annotations

from alembic import context

from pipeline.case.tables import Base

context.configure(
    connection=context.config.attributes["connection"], target_metadata=Base.metadata, render_as_batch=True
)
with context.begin_transaction():
    context.run_migrations()
