"""Runs the migrations on the connection that storage/connection/migrate.py hands over. Decides nothing."""

from alembic import context

from tmf_server.apis.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    compare_type=True,
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
