"""Create the product catalog."""

import sqlalchemy as sa
from alembic import op

from tmf_server.model.base import Key, Text

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TABLES = (
    "catalog",
    "category",
    "export_job",
    "import_job",
    "product_offering",
    "product_offering_price",
    "product_specification",
)


def upgrade() -> None:
    _create_catalog()
    _create_category()
    _create_export_job()
    _create_import_job()
    _create_product_offering()
    _create_product_offering_price()
    _create_product_specification()


def downgrade() -> None:
    for name in reversed(TABLES):
        op.drop_table(name)


def _create_catalog() -> None:
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


def _create_category() -> None:
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


def _create_export_job() -> None:
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


def _create_import_job() -> None:
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


def _create_product_offering() -> None:
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


def _create_product_offering_price() -> None:
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
        sa.Column("price_amount", sa.Numeric(), nullable=True),
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


def _create_product_specification() -> None:
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
