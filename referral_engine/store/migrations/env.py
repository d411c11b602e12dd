"""Run by Alembic: takes the migrations to the connection that schema.upgrade handed over."""

from __future__ import annotations

from alembic import context

from referral_engine.store.every_table import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    # Only SQLite needs it: there a table is altered by copying it.
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
