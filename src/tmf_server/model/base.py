"""Column types and the common columns of all tables. No queries."""

from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, MetaData, Numeric, String, Table
from sqlalchemy.types import TypeEngine

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
metadata = MetaData(naming_convention=NAMES)

# Text compares bytewise on both databases: SQLite does, PostgreSQL has to be told.
Text: TypeEngine[str] = String().with_variant(String(collation="C"), "postgresql")
# SQLite numbers rows by itself only in a column of exactly INTEGER.
Key: TypeEngine[int] = BigInteger().with_variant(Integer(), "sqlite")
Instant: TypeEngine[int] = BigInteger()  # microseconds since 1970 UTC
Flag: TypeEngine[bool] = Boolean(create_constraint=False)
# Without a scale: a filter compares the number of the document, never a rounded number.
Money: TypeEngine[Any] = Numeric()


def record_table(name: str, *columns: Column[Any], indexes: tuple[str, ...] = ()) -> Table:
    """Return the table of one noun.

    `key` is the record's row in `entity` and the order of creation, `id` the public id, `revision` the number of
    changes, `updated` the instant of the last change, `document` the whole canonical document. `columns` project the
    document; `indexes` names the indexed columns.
    """
    return Table(
        name,
        metadata,
        Column("key", Key, ForeignKey("entity.key"), primary_key=True, autoincrement=False),
        Column("id", Text, nullable=False, unique=True),
        Column("revision", BigInteger, nullable=False),
        Column("created", Instant, nullable=False),
        Column("updated", Instant, nullable=False),
        Column("type", Text, nullable=False),
        *columns,
        Column("document", Text, nullable=False),
        *(Index(f"ix_{name}_{column}", column, "key") for column in ("type", *indexes)),
    )
