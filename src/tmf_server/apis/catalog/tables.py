"""The tables of the product catalog (TMF620). No queries."""

from sqlalchemy import Column

from tmf_server.model.base import Flag, Instant, Money, Text, record_table

catalog = record_table(
    "catalog",
    Column("name", Text),
    Column("lifecycle_status", Text),
    Column("catalog_type", Text),
    Column("last_update", Instant),
    Column("valid_from", Instant),
    Column("valid_to", Instant),
    indexes=("name", "lifecycle_status", "last_update"),
)

category = record_table(
    "category",
    Column("name", Text),
    Column("lifecycle_status", Text),
    Column("is_root", Flag),
    Column("last_update", Instant),
    Column("valid_from", Instant),
    Column("valid_to", Instant),
    indexes=("name", "lifecycle_status", "is_root", "last_update"),
)

product_offering = record_table(
    "product_offering",
    Column("name", Text),
    Column("lifecycle_status", Text),
    Column("is_bundle", Flag),
    Column("is_sellable", Flag),
    Column("last_update", Instant),
    Column("valid_from", Instant),
    Column("valid_to", Instant),
    indexes=("name", "lifecycle_status", "is_bundle", "last_update"),
)

product_offering_price = record_table(
    "product_offering_price",
    Column("name", Text),
    Column("lifecycle_status", Text),
    Column("price_type", Text),
    Column("price_amount", Money),
    Column("price_unit", Text),
    Column("is_bundle", Flag),
    Column("last_update", Instant),
    Column("valid_from", Instant),
    Column("valid_to", Instant),
    indexes=("name", "lifecycle_status", "price_type", "price_amount", "last_update"),
)

product_specification = record_table(
    "product_specification",
    Column("name", Text),
    Column("brand", Text),
    Column("product_number", Text),
    Column("lifecycle_status", Text),
    Column("is_bundle", Flag),
    Column("last_update", Instant),
    Column("valid_from", Instant),
    Column("valid_to", Instant),
    indexes=("name", "brand", "product_number", "lifecycle_status", "last_update"),
)

import_job = record_table(
    "import_job",
    Column("status", Text),
    Column("creation_date", Instant),
    Column("completion_date", Instant),
    indexes=("status", "creation_date"),
)

export_job = record_table(
    "export_job",
    Column("status", Text),
    Column("creation_date", Instant),
    Column("completion_date", Instant),
    indexes=("status", "creation_date"),
)
