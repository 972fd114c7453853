"""Create what all records share: entities, references, events, jobs."""

import sqlalchemy as sa
from alembic import op

from tmf_server.model.base import Key, Text

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TABLES = (
    "entity",
    "kept_answer",
    "lease",
    "outbox",
    "received_event",
    "server_key",
    "subscription",
    "tally",
    "transfer_job",
    "characteristic",
    "parked",
    "reference",
)


def upgrade() -> None:
    _create_entity()
    _create_kept_answer()
    _create_lease()
    _create_outbox()
    _create_received_event()
    _create_server_key()
    _create_subscription()
    _create_tally()
    _create_transfer_job()
    _create_characteristic()
    _create_parked()
    _create_reference()


def downgrade() -> None:
    for name in reversed(TABLES):
        op.drop_table(name)


def _create_entity() -> None:
    op.create_table(
        "entity",
        sa.Column("key", Key, autoincrement=True, nullable=False),
        sa.Column("kind", Text, nullable=False),
        sa.Column("id", Text, nullable=False),
        sa.Column("here", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_entity"),
        sa.UniqueConstraint("id", "kind", name="uq_entity_id_kind"),
    )


def _create_kept_answer() -> None:
    op.create_table(
        "kept_answer",
        sa.Column("key", Text, nullable=False),
        sa.Column("scope", Text, nullable=False),
        sa.Column("digest", Text, nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("location", Text, nullable=False),
        sa.Column("etag", Text, nullable=False),
        sa.Column("body", Text, nullable=False),
        sa.PrimaryKeyConstraint("key", "scope", name="pk_kept_answer"),
    )
    op.create_index("ix_kept_answer_created", "kept_answer", ["created"], unique=False)


def _create_lease() -> None:
    op.create_table(
        "lease",
        sa.Column("name", Text, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=True),
        sa.Column("holder", Text, nullable=False),
        sa.Column("token", sa.BigInteger(), nullable=False),
        sa.Column("leased_until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_lease"),
    )


def _create_outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("number", Key, autoincrement=True, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=True),
        sa.Column("event_id", Text, nullable=False),
        sa.Column("kind", Text, nullable=False),
        sa.Column("record_id", Text, nullable=False),
        sa.Column("event", Text, nullable=False),
        sa.Column("time", sa.BigInteger(), nullable=False),
        sa.Column("paths", Text, nullable=False),
        sa.Column("correlation_id", Text, nullable=True),
        sa.Column("document", Text, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_outbox"),
    )
    op.create_index(
        "ix_outbox_kind",
        "outbox",
        ["kind", "position"],
        unique=False,
        sqlite_where=sa.text("position IS NOT NULL"),
        postgresql_where=sa.text("position IS NOT NULL"),
    )
    op.create_index(
        "ix_outbox_position",
        "outbox",
        ["position"],
        unique=True,
        sqlite_where=sa.text("position IS NOT NULL"),
        postgresql_where=sa.text("position IS NOT NULL"),
    )
    op.create_index(
        "ix_outbox_waiting",
        "outbox",
        ["number"],
        unique=False,
        sqlite_where=sa.text("position IS NULL"),
        postgresql_where=sa.text("position IS NULL"),
    )


def _create_received_event() -> None:
    op.create_table(
        "received_event",
        sa.Column("number", Key, autoincrement=True, nullable=False),
        sa.Column("api", Text, nullable=False),
        sa.Column("version", Text, nullable=False),
        sa.Column("event_type", Text, nullable=False),
        sa.Column("event_id", Text, nullable=True),
        sa.Column("received", sa.BigInteger(), nullable=False),
        sa.Column("body", Text, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_received_event"),
    )


def _create_server_key() -> None:
    op.create_table(
        "server_key",
        sa.Column("name", Text, nullable=False),
        sa.Column("value", Text, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_server_key"),
    )


def _create_subscription() -> None:
    op.create_table(
        "subscription",
        sa.Column("id", Text, nullable=False),
        sa.Column("api", Text, nullable=False),
        sa.Column("version", Text, nullable=False),
        sa.Column("callback", Text, nullable=False),
        sa.Column("query", Text, nullable=True),
        sa.Column("document", Text, nullable=False),
        sa.Column("origin", Text, nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=False),
        sa.Column("failing", sa.Boolean(), nullable=False),
        sa.Column("park_until", sa.BigInteger(), nullable=False),
        sa.Column("lane", sa.SmallInteger(), nullable=False),
        sa.Column("delivered", sa.BigInteger(), nullable=True),
        sa.Column("error", Text, nullable=True),
        sa.Column("holder", Text, nullable=False),
        sa.Column("token", sa.BigInteger(), nullable=False),
        sa.Column("leased_until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_subscription"),
    )
    op.create_index("ix_subscription_api", "subscription", ["api", "version"], unique=False)


def _create_tally() -> None:
    op.create_table(
        "tally",
        sa.Column("kind", Text, nullable=False),
        sa.Column("slot", sa.SmallInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "slot", name="pk_tally"),
    )


def _create_transfer_job() -> None:
    op.create_table(
        "transfer_job",
        sa.Column("name", Text, nullable=False),
        sa.Column("kind", Text, nullable=False),
        sa.Column("id", Text, nullable=False),
        sa.Column("contract", Text, nullable=False),
        sa.Column("origin", Text, nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("source", Text, nullable=True),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("line", sa.BigInteger(), nullable=False),
        sa.Column("imported", sa.BigInteger(), nullable=False),
        sa.Column("updated", sa.BigInteger(), nullable=False),
        sa.Column("present", sa.BigInteger(), nullable=False),
        sa.Column("refused", sa.BigInteger(), nullable=False),
        sa.Column("log", Text, nullable=False),
        sa.Column("holder", Text, nullable=False),
        sa.Column("token", sa.BigInteger(), nullable=False),
        sa.Column("leased_until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_transfer_job"),
    )


def _create_characteristic() -> None:
    op.create_table(
        "characteristic",
        sa.Column("owner", Key, nullable=False),
        sa.Column("path", Text, nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("name", Text, nullable=False),
        sa.Column("text", Text, nullable=True),
        sa.Column("number", sa.Double(), nullable=True),
        sa.Column("instant", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["owner"], ["entity.key"], name="fk_characteristic_owner_entity", ondelete="CASCADE"),
    )
    op.create_index("ix_characteristic_number", "characteristic", ["name", "number", "path", "owner"], unique=False)
    op.create_index("ix_characteristic_owner", "characteristic", ["owner"], unique=False)
    op.create_index("ix_characteristic_text", "characteristic", ["name", "text", "path", "owner"], unique=False)


def _create_parked() -> None:
    op.create_table(
        "parked",
        sa.Column("subscription", Text, nullable=False),
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("number", Key, nullable=False),
        sa.Column("replay", sa.Boolean(), nullable=False),
        sa.Column("parked", sa.BigInteger(), nullable=False),
        sa.Column("error", Text, nullable=False),
        sa.ForeignKeyConstraint(["number"], ["outbox.number"], name="fk_parked_number_outbox"),
        sa.ForeignKeyConstraint(
            ["subscription"], ["subscription.id"], name="fk_parked_subscription_subscription", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("subscription", "position", name="pk_parked"),
    )
    op.create_index("ix_parked_number", "parked", ["number"], unique=False)


def _create_reference() -> None:
    op.create_table(
        "reference",
        sa.Column("owner", Key, nullable=False),
        sa.Column("path", Text, nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("role", Text, nullable=False),
        sa.Column("target", Key, nullable=False),
        sa.ForeignKeyConstraint(["owner"], ["entity.key"], name="fk_reference_owner_entity", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["target"], ["entity.key"], name="fk_reference_target_entity"),
    )
    op.create_index("ix_reference_owner", "reference", ["owner"], unique=False)
    op.create_index("ix_reference_target", "reference", ["target", "path", "owner"], unique=False)
