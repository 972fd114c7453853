"""The tables of services (TMF638) and resources (TMF639). No queries."""

from sqlalchemy import Column

from tmf_server.model.base import Flag, Instant, Text, record_table

service = record_table(
    "service",
    Column("name", Text),
    Column("state", Text),
    Column("operating_status", Text),
    Column("category", Text),
    Column("service_type", Text),
    Column("is_service_enabled", Flag),
    Column("start_date", Instant),
    Column("end_date", Instant),
    indexes=("name", "state", "operating_status", "category", "service_type", "start_date"),
)

resource = record_table(
    "resource",
    Column("base_type", Text),
    Column("name", Text),
    Column("category", Text),
    Column("administrative_state", Text),
    Column("operational_state", Text),
    Column("usage_state", Text),
    Column("lifecycle_state", Text),
    Column("resource_status", Text),
    Column("serial_number", Text),
    Column("value", Text),
    Column("start_operating_date", Instant),
    Column("end_operating_date", Instant),
    indexes=(
        "base_type",
        "name",
        "category",
        "administrative_state",
        "operational_state",
        "usage_state",
        "lifecycle_state",
        "resource_status",
        "serial_number",
        "value",
    ),
)
