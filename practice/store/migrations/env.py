"""Alembic's entry: runs on the connection that `practice.store.migrate` hands over."""

from alembic import context

from practice.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
)
context.run_migrations()
