"""Create bills, rates, bill cycles and bills on demand."""

import sqlalchemy as sa
from alembic import op

from tmf_server.model.base import Key, Text

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

TABLES = (
    "applied_customer_billing_rate",
    "bill_cycle",
    "customer_bill",
    "customer_bill_on_demand",
)


def upgrade() -> None:
    _create_applied_customer_billing_rate()
    _create_bill_cycle()
    _create_customer_bill()
    _create_customer_bill_on_demand()


def downgrade() -> None:
    for name in reversed(TABLES):
        op.drop_table(name)


def _create_applied_customer_billing_rate() -> None:
    op.create_table(
        "applied_customer_billing_rate",
        sa.Column("key", Key, autoincrement=False, nullable=False),
        sa.Column("id", Text, nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("updated", sa.BigInteger(), nullable=False),
        sa.Column("type", Text, nullable=False),
        sa.Column("name", Text, nullable=True),
        sa.Column("rate_type", Text, nullable=True),
        sa.Column("is_billed", sa.Boolean(), nullable=True),
        sa.Column("date", sa.BigInteger(), nullable=True),
        sa.Column("currency", Text, nullable=True),
        sa.Column("tax_excluded_amount", sa.Numeric(), nullable=True),
        sa.Column("tax_included_amount", sa.Numeric(), nullable=True),
        sa.Column("document", Text, nullable=False),
        sa.ForeignKeyConstraint(["key"], ["entity.key"], name="fk_applied_customer_billing_rate_key_entity"),
        sa.PrimaryKeyConstraint("key", name="pk_applied_customer_billing_rate"),
        sa.UniqueConstraint("id", name="uq_applied_customer_billing_rate_id"),
    )
    op.create_index(
        "ix_applied_customer_billing_rate_date", "applied_customer_billing_rate", ["date", "key"], unique=False
    )
    op.create_index(
        "ix_applied_customer_billing_rate_is_billed",
        "applied_customer_billing_rate",
        ["is_billed", "key"],
        unique=False,
    )
    op.create_index(
        "ix_applied_customer_billing_rate_name", "applied_customer_billing_rate", ["name", "key"], unique=False
    )
    op.create_index(
        "ix_applied_customer_billing_rate_rate_type",
        "applied_customer_billing_rate",
        ["rate_type", "key"],
        unique=False,
    )
    op.create_index(
        "ix_applied_customer_billing_rate_type", "applied_customer_billing_rate", ["type", "key"], unique=False
    )


def _create_bill_cycle() -> None:
    op.create_table(
        "bill_cycle",
        sa.Column("key", Key, autoincrement=False, nullable=False),
        sa.Column("id", Text, nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("updated", sa.BigInteger(), nullable=False),
        sa.Column("type", Text, nullable=False),
        sa.Column("name", Text, nullable=True),
        sa.Column("billing_date", sa.BigInteger(), nullable=True),
        sa.Column("payment_due_date", sa.BigInteger(), nullable=True),
        sa.Column("document", Text, nullable=False),
        sa.ForeignKeyConstraint(["key"], ["entity.key"], name="fk_bill_cycle_key_entity"),
        sa.PrimaryKeyConstraint("key", name="pk_bill_cycle"),
        sa.UniqueConstraint("id", name="uq_bill_cycle_id"),
    )
    op.create_index("ix_bill_cycle_billing_date", "bill_cycle", ["billing_date", "key"], unique=False)
    op.create_index("ix_bill_cycle_name", "bill_cycle", ["name", "key"], unique=False)
    op.create_index("ix_bill_cycle_type", "bill_cycle", ["type", "key"], unique=False)


def _create_customer_bill() -> None:
    op.create_table(
        "customer_bill",
        sa.Column("key", Key, autoincrement=False, nullable=False),
        sa.Column("id", Text, nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("updated", sa.BigInteger(), nullable=False),
        sa.Column("type", Text, nullable=False),
        sa.Column("account_period", Text, nullable=True),
        sa.Column("bill_no", Text, nullable=True),
        sa.Column("state", Text, nullable=True),
        sa.Column("category", Text, nullable=True),
        sa.Column("run_type", Text, nullable=True),
        sa.Column("bill_date", sa.BigInteger(), nullable=True),
        sa.Column("payment_due_date", sa.BigInteger(), nullable=True),
        sa.Column("last_update", sa.BigInteger(), nullable=True),
        sa.Column("currency", Text, nullable=True),
        sa.Column("tax_excluded_amount", sa.Numeric(), nullable=True),
        sa.Column("tax_included_amount", sa.Numeric(), nullable=True),
        sa.Column("amount_due", sa.Numeric(), nullable=True),
        sa.Column("remaining_amount", sa.Numeric(), nullable=True),
        sa.Column("document", Text, nullable=False),
        sa.ForeignKeyConstraint(["key"], ["entity.key"], name="fk_customer_bill_key_entity"),
        sa.PrimaryKeyConstraint("key", name="pk_customer_bill"),
        sa.UniqueConstraint("account_period", name="uq_customer_bill_account_period"),
        sa.UniqueConstraint("id", name="uq_customer_bill_id"),
    )
    op.create_index("ix_customer_bill_bill_date", "customer_bill", ["bill_date", "key"], unique=False)
    op.create_index("ix_customer_bill_bill_no", "customer_bill", ["bill_no", "key"], unique=False)
    op.create_index("ix_customer_bill_payment_due_date", "customer_bill", ["payment_due_date", "key"], unique=False)
    op.create_index("ix_customer_bill_remaining_amount", "customer_bill", ["remaining_amount", "key"], unique=False)
    op.create_index("ix_customer_bill_state", "customer_bill", ["state", "key"], unique=False)
    op.create_index(
        "ix_customer_bill_tax_included_amount", "customer_bill", ["tax_included_amount", "key"], unique=False
    )
    op.create_index("ix_customer_bill_type", "customer_bill", ["type", "key"], unique=False)


def _create_customer_bill_on_demand() -> None:
    op.create_table(
        "customer_bill_on_demand",
        sa.Column("key", Key, autoincrement=False, nullable=False),
        sa.Column("id", Text, nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("updated", sa.BigInteger(), nullable=False),
        sa.Column("type", Text, nullable=False),
        sa.Column("name", Text, nullable=True),
        sa.Column("state", Text, nullable=True),
        sa.Column("document", Text, nullable=False),
        sa.ForeignKeyConstraint(["key"], ["entity.key"], name="fk_customer_bill_on_demand_key_entity"),
        sa.PrimaryKeyConstraint("key", name="pk_customer_bill_on_demand"),
        sa.UniqueConstraint("id", name="uq_customer_bill_on_demand_id"),
    )
    op.create_index("ix_customer_bill_on_demand_name", "customer_bill_on_demand", ["name", "key"], unique=False)
    op.create_index("ix_customer_bill_on_demand_state", "customer_bill_on_demand", ["state", "key"], unique=False)
    op.create_index("ix_customer_bill_on_demand_type", "customer_bill_on_demand", ["type", "key"], unique=False)
