"""The tables shared by all records: root, references, characteristics, counters. No queries."""

from sqlalchemy import BigInteger, Column, Double, ForeignKey, Index, SmallInteger, Table, UniqueConstraint

from tmf_server.model.base import Flag, Instant, Key, Text, metadata

# Every record, and a stub (`here` false) for every record known from references alone.
entity = Table(
    "entity",
    metadata,
    Column("key", Key, primary_key=True, autoincrement=True),
    Column("kind", Text, nullable=False),
    Column("id", Text, nullable=False),
    Column("here", Flag, nullable=False),
    UniqueConstraint("id", "kind"),
)

# Every reference inside a document. `path` is dotted, without array indexes; `role` is the effect of a deleted target.
reference = Table(
    "reference",
    metadata,
    Column("owner", Key, ForeignKey("entity.key", ondelete="CASCADE"), nullable=False),
    Column("path", Text, nullable=False),
    Column("position", SmallInteger, nullable=False),
    Column("role", Text, nullable=False),
    Column("target", Key, ForeignKey("entity.key"), nullable=False),
    Index("ix_reference_owner", "owner"),
    Index("ix_reference_target", "target", "path", "owner"),
)

# Every value of every characteristic; `position` is the element of the value.
characteristic = Table(
    "characteristic",
    metadata,
    Column("owner", Key, ForeignKey("entity.key", ondelete="CASCADE"), nullable=False),
    Column("path", Text, nullable=False),
    Column("position", SmallInteger, nullable=False),
    Column("name", Text, nullable=False),
    Column("text", Text),
    Column("number", Double),
    Column("instant", Instant),
    Index("ix_characteristic_owner", "owner"),
    Index("ix_characteristic_text", "name", "text", "path", "owner"),
    Index("ix_characteristic_number", "name", "number", "path", "owner"),
)

# The number of records of a kind, as the sum over slots: concurrent writers use different slots.
tally = Table(
    "tally",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("slot", SmallInteger, primary_key=True),
    Column("number", BigInteger, nullable=False),
)
