"""The tables of customers (TMF629). No queries."""

from sqlalchemy import Column

from tmf_server.model.base import Instant, Text, record_table

customer = record_table(
    "customer",
    Column("name", Text),
    Column("status", Text),
    Column("role", Text),
    Column("valid_from", Instant),
    Column("valid_to", Instant),
    indexes=("name", "status"),
)
