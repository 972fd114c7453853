"""Create the inventories of services and resources, alarms and the tasks on alarms."""

import sqlalchemy as sa
from alembic import op

from tmf_server.model.base import Key, Text

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TABLES = (
    "ack_alarm",
    "alarm",
    "clear_alarm",
    "comment_alarm",
    "group_alarm",
    "resource",
    "service",
    "un_ack_alarm",
    "un_group_alarm",
)


def upgrade() -> None:
    _create_ack_alarm()
    _create_alarm()
    _create_clear_alarm()
    _create_comment_alarm()
    _create_group_alarm()
    _create_resource()
    _create_service()
    _create_un_ack_alarm()
    _create_un_group_alarm()


def downgrade() -> None:
    for name in reversed(TABLES):
        op.drop_table(name)


def _create_ack_alarm() -> None:
    op.create_table(
        "ack_alarm",
        sa.Column("key", Key, autoincrement=False, nullable=False),
        sa.Column("id", Text, nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("updated", sa.BigInteger(), nullable=False),
        sa.Column("type", Text, nullable=False),
        sa.Column("state", Text, nullable=True),
        sa.Column("document", Text, nullable=False),
        sa.ForeignKeyConstraint(["key"], ["entity.key"], name="fk_ack_alarm_key_entity"),
        sa.PrimaryKeyConstraint("key", name="pk_ack_alarm"),
        sa.UniqueConstraint("id", name="uq_ack_alarm_id"),
    )
    op.create_index("ix_ack_alarm_state", "ack_alarm", ["state", "key"], unique=False)
    op.create_index("ix_ack_alarm_type", "ack_alarm", ["type", "key"], unique=False)


def _create_alarm() -> None:
    op.create_table(
        "alarm",
        sa.Column("key", Key, autoincrement=False, nullable=False),
        sa.Column("id", Text, nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("updated", sa.BigInteger(), nullable=False),
        sa.Column("type", Text, nullable=False),
        sa.Column("identity", Text, nullable=True),
        sa.Column("external_identity", Text, nullable=True),
        sa.Column("state", Text, nullable=True),
        sa.Column("ack_state", Text, nullable=True),
        sa.Column("perceived_severity", Text, nullable=True),
        sa.Column("alarm_type", Text, nullable=True),
        sa.Column("probable_cause", Text, nullable=True),
        sa.Column("specific_problem", Text, nullable=True),
        sa.Column("source_system_id", Text, nullable=True),
        sa.Column("external_alarm_id", Text, nullable=True),
        sa.Column("is_root_cause", sa.Boolean(), nullable=True),
        sa.Column("raised_time", sa.BigInteger(), nullable=True),
        sa.Column("changed_time", sa.BigInteger(), nullable=True),
        sa.Column("cleared_time", sa.BigInteger(), nullable=True),
        sa.Column("document", Text, nullable=False),
        sa.ForeignKeyConstraint(["key"], ["entity.key"], name="fk_alarm_key_entity"),
        sa.PrimaryKeyConstraint("key", name="pk_alarm"),
        sa.UniqueConstraint("id", name="uq_alarm_id"),
    )
    op.create_index("ix_alarm_ack_state", "alarm", ["ack_state", "key"], unique=False)
    op.create_index("ix_alarm_alarm_type", "alarm", ["alarm_type", "key"], unique=False)
    op.create_index("ix_alarm_changed_time", "alarm", ["changed_time", "key"], unique=False)
    op.create_index("ix_alarm_external_alarm_id", "alarm", ["external_alarm_id", "key"], unique=False)
    op.create_index("ix_alarm_external_identity", "alarm", ["external_identity", "key"], unique=False)
    op.create_index("ix_alarm_identity", "alarm", ["identity", "key"], unique=False)
    op.create_index("ix_alarm_perceived_severity", "alarm", ["perceived_severity", "key"], unique=False)
    op.create_index("ix_alarm_probable_cause", "alarm", ["probable_cause", "key"], unique=False)
    op.create_index("ix_alarm_raised_time", "alarm", ["raised_time", "key"], unique=False)
    op.create_index("ix_alarm_state", "alarm", ["state", "key"], unique=False)
    op.create_index("ix_alarm_type", "alarm", ["type", "key"], unique=False)


def _create_clear_alarm() -> None:
    op.create_table(
        "clear_alarm",
        sa.Column("key", Key, autoincrement=False, nullable=False),
        sa.Column("id", Text, nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("updated", sa.BigInteger(), nullable=False),
        sa.Column("type", Text, nullable=False),
        sa.Column("state", Text, nullable=True),
        sa.Column("document", Text, nullable=False),
        sa.ForeignKeyConstraint(["key"], ["entity.key"], name="fk_clear_alarm_key_entity"),
        sa.PrimaryKeyConstraint("key", name="pk_clear_alarm"),
        sa.UniqueConstraint("id", name="uq_clear_alarm_id"),
    )
    op.create_index("ix_clear_alarm_state", "clear_alarm", ["state", "key"], unique=False)
    op.create_index("ix_clear_alarm_type", "clear_alarm", ["type", "key"], unique=False)


def _create_comment_alarm() -> None:
    op.create_table(
        "comment_alarm",
        sa.Column("key", Key, autoincrement=False, nullable=False),
        sa.Column("id", Text, nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("updated", sa.BigInteger(), nullable=False),
        sa.Column("type", Text, nullable=False),
        sa.Column("state", Text, nullable=True),
        sa.Column("document", Text, nullable=False),
        sa.ForeignKeyConstraint(["key"], ["entity.key"], name="fk_comment_alarm_key_entity"),
        sa.PrimaryKeyConstraint("key", name="pk_comment_alarm"),
        sa.UniqueConstraint("id", name="uq_comment_alarm_id"),
    )
    op.create_index("ix_comment_alarm_state", "comment_alarm", ["state", "key"], unique=False)
    op.create_index("ix_comment_alarm_type", "comment_alarm", ["type", "key"], unique=False)


def _create_group_alarm() -> None:
    op.create_table(
        "group_alarm",
        sa.Column("key", Key, autoincrement=False, nullable=False),
        sa.Column("id", Text, nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("updated", sa.BigInteger(), nullable=False),
        sa.Column("type", Text, nullable=False),
        sa.Column("state", Text, nullable=True),
        sa.Column("document", Text, nullable=False),
        sa.ForeignKeyConstraint(["key"], ["entity.key"], name="fk_group_alarm_key_entity"),
        sa.PrimaryKeyConstraint("key", name="pk_group_alarm"),
        sa.UniqueConstraint("id", name="uq_group_alarm_id"),
    )
    op.create_index("ix_group_alarm_state", "group_alarm", ["state", "key"], unique=False)
    op.create_index("ix_group_alarm_type", "group_alarm", ["type", "key"], unique=False)


def _create_resource() -> None:
    op.create_table(
        "resource",
        sa.Column("key", Key, autoincrement=False, nullable=False),
        sa.Column("id", Text, nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("updated", sa.BigInteger(), nullable=False),
        sa.Column("type", Text, nullable=False),
        sa.Column("base_type", Text, nullable=True),
        sa.Column("name", Text, nullable=True),
        sa.Column("category", Text, nullable=True),
        sa.Column("administrative_state", Text, nullable=True),
        sa.Column("operational_state", Text, nullable=True),
        sa.Column("usage_state", Text, nullable=True),
        sa.Column("lifecycle_state", Text, nullable=True),
        sa.Column("resource_status", Text, nullable=True),
        sa.Column("serial_number", Text, nullable=True),
        sa.Column("value", Text, nullable=True),
        sa.Column("start_operating_date", sa.BigInteger(), nullable=True),
        sa.Column("end_operating_date", sa.BigInteger(), nullable=True),
        sa.Column("document", Text, nullable=False),
        sa.ForeignKeyConstraint(["key"], ["entity.key"], name="fk_resource_key_entity"),
        sa.PrimaryKeyConstraint("key", name="pk_resource"),
        sa.UniqueConstraint("id", name="uq_resource_id"),
    )
    op.create_index("ix_resource_administrative_state", "resource", ["administrative_state", "key"], unique=False)
    op.create_index("ix_resource_base_type", "resource", ["base_type", "key"], unique=False)
    op.create_index("ix_resource_category", "resource", ["category", "key"], unique=False)
    op.create_index("ix_resource_lifecycle_state", "resource", ["lifecycle_state", "key"], unique=False)
    op.create_index("ix_resource_name", "resource", ["name", "key"], unique=False)
    op.create_index("ix_resource_operational_state", "resource", ["operational_state", "key"], unique=False)
    op.create_index("ix_resource_resource_status", "resource", ["resource_status", "key"], unique=False)
    op.create_index("ix_resource_serial_number", "resource", ["serial_number", "key"], unique=False)
    op.create_index("ix_resource_type", "resource", ["type", "key"], unique=False)
    op.create_index("ix_resource_usage_state", "resource", ["usage_state", "key"], unique=False)
    op.create_index("ix_resource_value", "resource", ["value", "key"], unique=False)


def _create_service() -> None:
    op.create_table(
        "service",
        sa.Column("key", Key, autoincrement=False, nullable=False),
        sa.Column("id", Text, nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("updated", sa.BigInteger(), nullable=False),
        sa.Column("type", Text, nullable=False),
        sa.Column("name", Text, nullable=True),
        sa.Column("state", Text, nullable=True),
        sa.Column("operating_status", Text, nullable=True),
        sa.Column("category", Text, nullable=True),
        sa.Column("service_type", Text, nullable=True),
        sa.Column("is_service_enabled", sa.Boolean(), nullable=True),
        sa.Column("start_date", sa.BigInteger(), nullable=True),
        sa.Column("end_date", sa.BigInteger(), nullable=True),
        sa.Column("document", Text, nullable=False),
        sa.ForeignKeyConstraint(["key"], ["entity.key"], name="fk_service_key_entity"),
        sa.PrimaryKeyConstraint("key", name="pk_service"),
        sa.UniqueConstraint("id", name="uq_service_id"),
    )
    op.create_index("ix_service_category", "service", ["category", "key"], unique=False)
    op.create_index("ix_service_name", "service", ["name", "key"], unique=False)
    op.create_index("ix_service_operating_status", "service", ["operating_status", "key"], unique=False)
    op.create_index("ix_service_service_type", "service", ["service_type", "key"], unique=False)
    op.create_index("ix_service_start_date", "service", ["start_date", "key"], unique=False)
    op.create_index("ix_service_state", "service", ["state", "key"], unique=False)
    op.create_index("ix_service_type", "service", ["type", "key"], unique=False)


def _create_un_ack_alarm() -> None:
    op.create_table(
        "un_ack_alarm",
        sa.Column("key", Key, autoincrement=False, nullable=False),
        sa.Column("id", Text, nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("updated", sa.BigInteger(), nullable=False),
        sa.Column("type", Text, nullable=False),
        sa.Column("state", Text, nullable=True),
        sa.Column("document", Text, nullable=False),
        sa.ForeignKeyConstraint(["key"], ["entity.key"], name="fk_un_ack_alarm_key_entity"),
        sa.PrimaryKeyConstraint("key", name="pk_un_ack_alarm"),
        sa.UniqueConstraint("id", name="uq_un_ack_alarm_id"),
    )
    op.create_index("ix_un_ack_alarm_state", "un_ack_alarm", ["state", "key"], unique=False)
    op.create_index("ix_un_ack_alarm_type", "un_ack_alarm", ["type", "key"], unique=False)


def _create_un_group_alarm() -> None:
    op.create_table(
        "un_group_alarm",
        sa.Column("key", Key, autoincrement=False, nullable=False),
        sa.Column("id", Text, nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("updated", sa.BigInteger(), nullable=False),
        sa.Column("type", Text, nullable=False),
        sa.Column("state", Text, nullable=True),
        sa.Column("document", Text, nullable=False),
        sa.ForeignKeyConstraint(["key"], ["entity.key"], name="fk_un_group_alarm_key_entity"),
        sa.PrimaryKeyConstraint("key", name="pk_un_group_alarm"),
        sa.UniqueConstraint("id", name="uq_un_group_alarm_id"),
    )
    op.create_index("ix_un_group_alarm_state", "un_group_alarm", ["state", "key"], unique=False)
    op.create_index("ix_un_group_alarm_type", "un_group_alarm", ["type", "key"], unique=False)
