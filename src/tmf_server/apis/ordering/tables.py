"""The tables of product orders (TMF622). No queries."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, Table

from tmf_server.model.base import Instant, Key, Money, Text, metadata, record_table

product_order = record_table(
    "product_order",
    Column("state", Text),
    Column("category", Text),
    Column("priority", Text),
    Column("creation_date", Instant),
    Column("completion_date", Instant),
    Column("requested_start_date", Instant),
    Column("requested_completion_date", Instant),
    indexes=("state", "creation_date"),
)

# Every item of every order; a nested item has the number of its outer item.
product_order_item = Table(
    "product_order_item",
    metadata,
    Column("owner", Key, ForeignKey("entity.key", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),  # in document order, from 0
    Column("parent", Integer),
    Column("id", Text, nullable=False),
    Column("action", Text),
    Column("state", Text),
    Column("quantity", BigInteger, info={"instant": False}),
    Column("offering", Key, ForeignKey("entity.key")),
    Column("product", Key, ForeignKey("entity.key")),
    Index("ix_product_order_item_offering", "offering"),
    Index("ix_product_order_item_product", "product"),
)

# Every price of every item for a quantity of 1, in decimals.
product_order_price = Table(
    "product_order_price",
    metadata,
    Column("owner", Key, ForeignKey("entity.key", ondelete="CASCADE"), primary_key=True),
    Column("item", Integer, primary_key=True),  # number of the item
    Column("number", Integer, primary_key=True),
    Column("price_type", Text),
    Column("period", Text),
    Column("currency", Text),
    Column("duty_free", Money),
    Column("tax_included", Money),
    Column("tax_rate", Money),
    Column("offering_price", Key, ForeignKey("entity.key")),
    Index("ix_product_order_price_offering_price", "offering_price"),
)

cancel_product_order = record_table(
    "cancel_product_order",
    Column("state", Text),
    Column("creation_date", Instant),
    indexes=("state", "creation_date"),
)
