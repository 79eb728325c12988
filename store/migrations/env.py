"""Runs migrations on the connection, and in the transaction, that the store has opened."""

from alembic import context

from store.catalogue_tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,
    render_as_batch=True,
)
context.run_migrations()
