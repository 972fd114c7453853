"""Create customers, product orders with their items and prices, and cancellations."""

import sqlalchemy as sa
from alembic import op

from tmf_server.model.base import Key, Text

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TABLES = (
    "cancel_product_order",
    "customer",
    "product_order",
    "product_order_item",
    "product_order_price",
)


def upgrade() -> None:
    _create_cancel_product_order()
    _create_customer()
    _create_product_order()
    _create_product_order_item()
    _create_product_order_price()


def downgrade() -> None:
    for name in reversed(TABLES):
        op.drop_table(name)


def _create_cancel_product_order() -> None:
    op.create_table(
        "cancel_product_order",
        sa.Column("key", Key, autoincrement=False, nullable=False),
        sa.Column("id", Text, nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("updated", sa.BigInteger(), nullable=False),
        sa.Column("type", Text, nullable=False),
        sa.Column("state", Text, nullable=True),
        sa.Column("creation_date", sa.BigInteger(), nullable=True),
        sa.Column("document", Text, nullable=False),
        sa.ForeignKeyConstraint(["key"], ["entity.key"], name="fk_cancel_product_order_key_entity"),
        sa.PrimaryKeyConstraint("key", name="pk_cancel_product_order"),
        sa.UniqueConstraint("id", name="uq_cancel_product_order_id"),
    )
    op.create_index(
        "ix_cancel_product_order_creation_date", "cancel_product_order", ["creation_date", "key"], unique=False
    )
    op.create_index("ix_cancel_product_order_state", "cancel_product_order", ["state", "key"], unique=False)
    op.create_index("ix_cancel_product_order_type", "cancel_product_order", ["type", "key"], unique=False)


def _create_customer() -> None:
    op.create_table(
        "customer",
        sa.Column("key", Key, autoincrement=False, nullable=False),
        sa.Column("id", Text, nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("updated", sa.BigInteger(), nullable=False),
        sa.Column("type", Text, nullable=False),
        sa.Column("name", Text, nullable=True),
        sa.Column("status", Text, nullable=True),
        sa.Column("role", Text, nullable=True),
        sa.Column("valid_from", sa.BigInteger(), nullable=True),
        sa.Column("valid_to", sa.BigInteger(), nullable=True),
        sa.Column("document", Text, nullable=False),
        sa.ForeignKeyConstraint(["key"], ["entity.key"], name="fk_customer_key_entity"),
        sa.PrimaryKeyConstraint("key", name="pk_customer"),
        sa.UniqueConstraint("id", name="uq_customer_id"),
    )
    op.create_index("ix_customer_name", "customer", ["name", "key"], unique=False)
    op.create_index("ix_customer_status", "customer", ["status", "key"], unique=False)
    op.create_index("ix_customer_type", "customer", ["type", "key"], unique=False)


def _create_product_order() -> None:
    op.create_table(
        "product_order",
        sa.Column("key", Key, autoincrement=False, nullable=False),
        sa.Column("id", Text, nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("updated", sa.BigInteger(), nullable=False),
        sa.Column("type", Text, nullable=False),
        sa.Column("state", Text, nullable=True),
        sa.Column("category", Text, nullable=True),
        sa.Column("priority", Text, nullable=True),
        sa.Column("creation_date", sa.BigInteger(), nullable=True),
        sa.Column("completion_date", sa.BigInteger(), nullable=True),
        sa.Column("requested_start_date", sa.BigInteger(), nullable=True),
        sa.Column("requested_completion_date", sa.BigInteger(), nullable=True),
        sa.Column("document", Text, nullable=False),
        sa.ForeignKeyConstraint(["key"], ["entity.key"], name="fk_product_order_key_entity"),
        sa.PrimaryKeyConstraint("key", name="pk_product_order"),
        sa.UniqueConstraint("id", name="uq_product_order_id"),
    )
    op.create_index("ix_product_order_creation_date", "product_order", ["creation_date", "key"], unique=False)
    op.create_index("ix_product_order_state", "product_order", ["state", "key"], unique=False)
    op.create_index("ix_product_order_type", "product_order", ["type", "key"], unique=False)


def _create_product_order_item() -> None:
    op.create_table(
        "product_order_item",
        sa.Column("owner", Key, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("parent", sa.Integer(), nullable=True),
        sa.Column("id", Text, nullable=False),
        sa.Column("action", Text, nullable=True),
        sa.Column("state", Text, nullable=True),
        sa.Column("quantity", sa.BigInteger(), nullable=True),
        sa.Column("offering", Key, nullable=True),
        sa.Column("product", Key, nullable=True),
        sa.ForeignKeyConstraint(["offering"], ["entity.key"], name="fk_product_order_item_offering_entity"),
        sa.ForeignKeyConstraint(
            ["owner"], ["entity.key"], name="fk_product_order_item_owner_entity", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["product"], ["entity.key"], name="fk_product_order_item_product_entity"),
        sa.PrimaryKeyConstraint("owner", "number", name="pk_product_order_item"),
    )
    op.create_index("ix_product_order_item_offering", "product_order_item", ["offering"], unique=False)
    op.create_index("ix_product_order_item_product", "product_order_item", ["product"], unique=False)


def _create_product_order_price() -> None:
    op.create_table(
        "product_order_price",
        sa.Column("owner", Key, nullable=False),
        sa.Column("item", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("price_type", Text, nullable=True),
        sa.Column("period", Text, nullable=True),
        sa.Column("currency", Text, nullable=True),
        sa.Column("duty_free", sa.Numeric(), nullable=True),
        sa.Column("tax_included", sa.Numeric(), nullable=True),
        sa.Column("tax_rate", sa.Numeric(), nullable=True),
        sa.Column("offering_price", Key, nullable=True),
        sa.ForeignKeyConstraint(
            ["offering_price"], ["entity.key"], name="fk_product_order_price_offering_price_entity"
        ),
        sa.ForeignKeyConstraint(
            ["owner"], ["entity.key"], name="fk_product_order_price_owner_entity", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("owner", "item", "number", name="pk_product_order_price"),
    )
    op.create_index("ix_product_order_price_offering_price", "product_order_price", ["offering_price"], unique=False)
