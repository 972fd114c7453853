"""Teach PostgreSQL to read instants, for filters over documents."""

from alembic import op

from tmf_server.model.functions import CREATE, DROP

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for statement in CREATE:
            op.execute(statement)


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for statement in reversed(DROP):
            op.execute(statement)
