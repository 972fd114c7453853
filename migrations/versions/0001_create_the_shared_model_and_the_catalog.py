"""Create the shared model and the catalog."""

import sqlalchemy as sa
from alembic import op
from tmf_server.model.base import Key, Text

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "entity",
        sa.Column("key", Key, autoincrement=True, nullable=False),
        sa.Column("kind", Text, nullable=False),
        sa.Column("id", Text, nullable=False),
        sa.Column("here", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_entity"),
        sa.UniqueConstraint("id", "kind", name="uq_entity_id_kind"),
    )
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
    op.create_table(
        "lease",
        sa.Column("name", Text, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=True),
        sa.Column("holder", Text, nullable=False),
        sa.Column("token", sa.BigInteger(), nullable=False),
        sa.Column("leased_until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_lease"),
    )
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
    op.create_table(
        "server_key",
        sa.Column("name", Text, nullable=False),
        sa.Column("value", Text, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_server_key"),
    )
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
    op.create_table(
        "tally",
        sa.Column("kind", Text, nullable=False),
        sa.Column("slot", sa.SmallInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "slot", name="pk_tally"),
    )
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
    op.create_table(
        "catalog",
        sa.Column("key", Key, autoincrement=False, nullable=False),
        sa.Column("id", Text, nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("updated", sa.BigInteger(), nullable=False),
        sa.Column("type", Text, nullable=False),
        sa.Column("name", Text, nullable=True),
        sa.Column("lifecycle_status", Text, nullable=True),
        sa.Column("catalog_type", Text, nullable=True),
        sa.Column("last_update", sa.BigInteger(), nullable=True),
        sa.Column("valid_from", sa.BigInteger(), nullable=True),
        sa.Column("valid_to", sa.BigInteger(), nullable=True),
        sa.Column("document", Text, nullable=False),
        sa.ForeignKeyConstraint(["key"], ["entity.key"], name="fk_catalog_key_entity"),
        sa.PrimaryKeyConstraint("key", name="pk_catalog"),
        sa.UniqueConstraint("id", name="uq_catalog_id"),
    )
    op.create_index("ix_catalog_last_update", "catalog", ["last_update", "key"], unique=False)
    op.create_index("ix_catalog_lifecycle_status", "catalog", ["lifecycle_status", "key"], unique=False)
    op.create_index("ix_catalog_name", "catalog", ["name", "key"], unique=False)
    op.create_index("ix_catalog_type", "catalog", ["type", "key"], unique=False)
    op.create_table(
        "category",
        sa.Column("key", Key, autoincrement=False, nullable=False),
        sa.Column("id", Text, nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("updated", sa.BigInteger(), nullable=False),
        sa.Column("type", Text, nullable=False),
        sa.Column("name", Text, nullable=True),
        sa.Column("lifecycle_status", Text, nullable=True),
        sa.Column("is_root", sa.Boolean(), nullable=True),
        sa.Column("last_update", sa.BigInteger(), nullable=True),
        sa.Column("valid_from", sa.BigInteger(), nullable=True),
        sa.Column("valid_to", sa.BigInteger(), nullable=True),
        sa.Column("document", Text, nullable=False),
        sa.ForeignKeyConstraint(["key"], ["entity.key"], name="fk_category_key_entity"),
        sa.PrimaryKeyConstraint("key", name="pk_category"),
        sa.UniqueConstraint("id", name="uq_category_id"),
    )
    op.create_index("ix_category_is_root", "category", ["is_root", "key"], unique=False)
    op.create_index("ix_category_last_update", "category", ["last_update", "key"], unique=False)
    op.create_index("ix_category_lifecycle_status", "category", ["lifecycle_status", "key"], unique=False)
    op.create_index("ix_category_name", "category", ["name", "key"], unique=False)
    op.create_index("ix_category_type", "category", ["type", "key"], unique=False)
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
    op.create_table(
        "export_job",
        sa.Column("key", Key, autoincrement=False, nullable=False),
        sa.Column("id", Text, nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("updated", sa.BigInteger(), nullable=False),
        sa.Column("type", Text, nullable=False),
        sa.Column("status", Text, nullable=True),
        sa.Column("creation_date", sa.BigInteger(), nullable=True),
        sa.Column("completion_date", sa.BigInteger(), nullable=True),
        sa.Column("document", Text, nullable=False),
        sa.ForeignKeyConstraint(["key"], ["entity.key"], name="fk_export_job_key_entity"),
        sa.PrimaryKeyConstraint("key", name="pk_export_job"),
        sa.UniqueConstraint("id", name="uq_export_job_id"),
    )
    op.create_index("ix_export_job_creation_date", "export_job", ["creation_date", "key"], unique=False)
    op.create_index("ix_export_job_status", "export_job", ["status", "key"], unique=False)
    op.create_index("ix_export_job_type", "export_job", ["type", "key"], unique=False)
    op.create_table(
        "import_job",
        sa.Column("key", Key, autoincrement=False, nullable=False),
        sa.Column("id", Text, nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("updated", sa.BigInteger(), nullable=False),
        sa.Column("type", Text, nullable=False),
        sa.Column("status", Text, nullable=True),
        sa.Column("creation_date", sa.BigInteger(), nullable=True),
        sa.Column("completion_date", sa.BigInteger(), nullable=True),
        sa.Column("document", Text, nullable=False),
        sa.ForeignKeyConstraint(["key"], ["entity.key"], name="fk_import_job_key_entity"),
        sa.PrimaryKeyConstraint("key", name="pk_import_job"),
        sa.UniqueConstraint("id", name="uq_import_job_id"),
    )
    op.create_index("ix_import_job_creation_date", "import_job", ["creation_date", "key"], unique=False)
    op.create_index("ix_import_job_status", "import_job", ["status", "key"], unique=False)
    op.create_index("ix_import_job_type", "import_job", ["type", "key"], unique=False)
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
    op.create_table(
        "product_offering",
        sa.Column("key", Key, autoincrement=False, nullable=False),
        sa.Column("id", Text, nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("updated", sa.BigInteger(), nullable=False),
        sa.Column("type", Text, nullable=False),
        sa.Column("name", Text, nullable=True),
        sa.Column("lifecycle_status", Text, nullable=True),
        sa.Column("is_bundle", sa.Boolean(), nullable=True),
        sa.Column("is_sellable", sa.Boolean(), nullable=True),
        sa.Column("last_update", sa.BigInteger(), nullable=True),
        sa.Column("valid_from", sa.BigInteger(), nullable=True),
        sa.Column("valid_to", sa.BigInteger(), nullable=True),
        sa.Column("document", Text, nullable=False),
        sa.ForeignKeyConstraint(["key"], ["entity.key"], name="fk_product_offering_key_entity"),
        sa.PrimaryKeyConstraint("key", name="pk_product_offering"),
        sa.UniqueConstraint("id", name="uq_product_offering_id"),
    )
    op.create_index("ix_product_offering_is_bundle", "product_offering", ["is_bundle", "key"], unique=False)
    op.create_index("ix_product_offering_last_update", "product_offering", ["last_update", "key"], unique=False)
    op.create_index(
        "ix_product_offering_lifecycle_status", "product_offering", ["lifecycle_status", "key"], unique=False
    )
    op.create_index("ix_product_offering_name", "product_offering", ["name", "key"], unique=False)
    op.create_index("ix_product_offering_type", "product_offering", ["type", "key"], unique=False)
    op.create_table(
        "product_offering_price",
        sa.Column("key", Key, autoincrement=False, nullable=False),
        sa.Column("id", Text, nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("updated", sa.BigInteger(), nullable=False),
        sa.Column("type", Text, nullable=False),
        sa.Column("name", Text, nullable=True),
        sa.Column("lifecycle_status", Text, nullable=True),
        sa.Column("price_type", Text, nullable=True),
        sa.Column("price_amount", sa.Numeric(precision=24, scale=6), nullable=True),
        sa.Column("price_unit", Text, nullable=True),
        sa.Column("is_bundle", sa.Boolean(), nullable=True),
        sa.Column("last_update", sa.BigInteger(), nullable=True),
        sa.Column("valid_from", sa.BigInteger(), nullable=True),
        sa.Column("valid_to", sa.BigInteger(), nullable=True),
        sa.Column("document", Text, nullable=False),
        sa.ForeignKeyConstraint(["key"], ["entity.key"], name="fk_product_offering_price_key_entity"),
        sa.PrimaryKeyConstraint("key", name="pk_product_offering_price"),
        sa.UniqueConstraint("id", name="uq_product_offering_price_id"),
    )
    op.create_index(
        "ix_product_offering_price_last_update", "product_offering_price", ["last_update", "key"], unique=False
    )
    op.create_index(
        "ix_product_offering_price_lifecycle_status",
        "product_offering_price",
        ["lifecycle_status", "key"],
        unique=False,
    )
    op.create_index("ix_product_offering_price_name", "product_offering_price", ["name", "key"], unique=False)
    op.create_index(
        "ix_product_offering_price_price_amount", "product_offering_price", ["price_amount", "key"], unique=False
    )
    op.create_index(
        "ix_product_offering_price_price_type", "product_offering_price", ["price_type", "key"], unique=False
    )
    op.create_index("ix_product_offering_price_type", "product_offering_price", ["type", "key"], unique=False)
    op.create_table(
        "product_specification",
        sa.Column("key", Key, autoincrement=False, nullable=False),
        sa.Column("id", Text, nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("updated", sa.BigInteger(), nullable=False),
        sa.Column("type", Text, nullable=False),
        sa.Column("name", Text, nullable=True),
        sa.Column("brand", Text, nullable=True),
        sa.Column("product_number", Text, nullable=True),
        sa.Column("lifecycle_status", Text, nullable=True),
        sa.Column("is_bundle", sa.Boolean(), nullable=True),
        sa.Column("last_update", sa.BigInteger(), nullable=True),
        sa.Column("valid_from", sa.BigInteger(), nullable=True),
        sa.Column("valid_to", sa.BigInteger(), nullable=True),
        sa.Column("document", Text, nullable=False),
        sa.ForeignKeyConstraint(["key"], ["entity.key"], name="fk_product_specification_key_entity"),
        sa.PrimaryKeyConstraint("key", name="pk_product_specification"),
        sa.UniqueConstraint("id", name="uq_product_specification_id"),
    )
    op.create_index("ix_product_specification_brand", "product_specification", ["brand", "key"], unique=False)
    op.create_index(
        "ix_product_specification_last_update", "product_specification", ["last_update", "key"], unique=False
    )
    op.create_index(
        "ix_product_specification_lifecycle_status", "product_specification", ["lifecycle_status", "key"], unique=False
    )
    op.create_index("ix_product_specification_name", "product_specification", ["name", "key"], unique=False)
    op.create_index(
        "ix_product_specification_product_number", "product_specification", ["product_number", "key"], unique=False
    )
    op.create_index("ix_product_specification_type", "product_specification", ["type", "key"], unique=False)
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


def downgrade() -> None:
    op.drop_index("ix_reference_target", table_name="reference")
    op.drop_index("ix_reference_owner", table_name="reference")
    op.drop_table("reference")
    op.drop_index("ix_product_specification_type", table_name="product_specification")
    op.drop_index("ix_product_specification_product_number", table_name="product_specification")
    op.drop_index("ix_product_specification_name", table_name="product_specification")
    op.drop_index("ix_product_specification_lifecycle_status", table_name="product_specification")
    op.drop_index("ix_product_specification_last_update", table_name="product_specification")
    op.drop_index("ix_product_specification_brand", table_name="product_specification")
    op.drop_table("product_specification")
    op.drop_index("ix_product_offering_price_type", table_name="product_offering_price")
    op.drop_index("ix_product_offering_price_price_type", table_name="product_offering_price")
    op.drop_index("ix_product_offering_price_price_amount", table_name="product_offering_price")
    op.drop_index("ix_product_offering_price_name", table_name="product_offering_price")
    op.drop_index("ix_product_offering_price_lifecycle_status", table_name="product_offering_price")
    op.drop_index("ix_product_offering_price_last_update", table_name="product_offering_price")
    op.drop_table("product_offering_price")
    op.drop_index("ix_product_offering_type", table_name="product_offering")
    op.drop_index("ix_product_offering_name", table_name="product_offering")
    op.drop_index("ix_product_offering_lifecycle_status", table_name="product_offering")
    op.drop_index("ix_product_offering_last_update", table_name="product_offering")
    op.drop_index("ix_product_offering_is_bundle", table_name="product_offering")
    op.drop_table("product_offering")
    op.drop_index("ix_parked_number", table_name="parked")
    op.drop_table("parked")
    op.drop_index("ix_import_job_type", table_name="import_job")
    op.drop_index("ix_import_job_status", table_name="import_job")
    op.drop_index("ix_import_job_creation_date", table_name="import_job")
    op.drop_table("import_job")
    op.drop_index("ix_export_job_type", table_name="export_job")
    op.drop_index("ix_export_job_status", table_name="export_job")
    op.drop_index("ix_export_job_creation_date", table_name="export_job")
    op.drop_table("export_job")
    op.drop_index("ix_characteristic_text", table_name="characteristic")
    op.drop_index("ix_characteristic_owner", table_name="characteristic")
    op.drop_index("ix_characteristic_number", table_name="characteristic")
    op.drop_table("characteristic")
    op.drop_index("ix_category_type", table_name="category")
    op.drop_index("ix_category_name", table_name="category")
    op.drop_index("ix_category_lifecycle_status", table_name="category")
    op.drop_index("ix_category_last_update", table_name="category")
    op.drop_index("ix_category_is_root", table_name="category")
    op.drop_table("category")
    op.drop_index("ix_catalog_type", table_name="catalog")
    op.drop_index("ix_catalog_name", table_name="catalog")
    op.drop_index("ix_catalog_lifecycle_status", table_name="catalog")
    op.drop_index("ix_catalog_last_update", table_name="catalog")
    op.drop_table("catalog")
    op.drop_table("transfer_job")
    op.drop_table("tally")
    op.drop_index("ix_subscription_api", table_name="subscription")
    op.drop_table("subscription")
    op.drop_table("server_key")
    op.drop_table("received_event")
    op.drop_index(
        "ix_outbox_waiting",
        table_name="outbox",
        sqlite_where=sa.text("position IS NULL"),
        postgresql_where=sa.text("position IS NULL"),
    )
    op.drop_index(
        "ix_outbox_position",
        table_name="outbox",
        sqlite_where=sa.text("position IS NOT NULL"),
        postgresql_where=sa.text("position IS NOT NULL"),
    )
    op.drop_index(
        "ix_outbox_kind",
        table_name="outbox",
        sqlite_where=sa.text("position IS NOT NULL"),
        postgresql_where=sa.text("position IS NOT NULL"),
    )
    op.drop_table("outbox")
    op.drop_table("lease")
    op.drop_index("ix_kept_answer_created", table_name="kept_answer")
    op.drop_table("kept_answer")
    op.drop_table("entity")
