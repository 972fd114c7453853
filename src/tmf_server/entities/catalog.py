"""The nouns of the product catalog (TMF620)."""

from tmf_server.domain.catalog import CATALOG_LIFECYCLE, JOB_LIFECYCLE, inline_price_currency, price_currency
from tmf_server.model import catalog as tables
from tmf_server.registry import DETACH, Characteristics, Entity, Mirror

NAMED = {"lastUpdate": "always"}
NEW = {"lifecycleStatus": CATALOG_LIFECYCLE.initial}

CATALOG = Entity(
    name="productCatalog",
    type_name="ProductCatalog",
    table=tables.catalog,
    columns={
        ("name",): tables.catalog.c.name,
        ("lifecycleStatus",): tables.catalog.c.lifecycle_status,
        ("catalogType",): tables.catalog.c.catalog_type,
        ("lastUpdate",): tables.catalog.c.last_update,
        ("validFor", "startDateTime"): tables.catalog.c.valid_from,
        ("validFor", "endDateTime"): tables.catalog.c.valid_to,
    },
    lifecycle=CATALOG_LIFECYCLE,
    stamps=NAMED,
    defaults=NEW,
)

CATEGORY = Entity(
    name="category",
    type_name="Category",
    table=tables.category,
    columns={
        ("name",): tables.category.c.name,
        ("lifecycleStatus",): tables.category.c.lifecycle_status,
        ("isRoot",): tables.category.c.is_root,
        ("lastUpdate",): tables.category.c.last_update,
        ("validFor", "startDateTime"): tables.category.c.valid_from,
        ("validFor", "endDateTime"): tables.category.c.valid_to,
    },
    lifecycle=CATALOG_LIFECYCLE,
    roles={"subCategory": DETACH, "productOffering": DETACH},
    acyclic=("parent", "subCategory"),
    mirrors=(Mirror("parent", "subCategory", single=True),),
    stamps=NAMED,
    defaults=NEW,
)

PRODUCT_OFFERING = Entity(
    name="productOffering",
    type_name="ProductOffering",
    table=tables.product_offering,
    columns={
        ("name",): tables.product_offering.c.name,
        ("lifecycleStatus",): tables.product_offering.c.lifecycle_status,
        ("isBundle",): tables.product_offering.c.is_bundle,
        ("isSellable",): tables.product_offering.c.is_sellable,
        ("lastUpdate",): tables.product_offering.c.last_update,
        ("validFor", "startDateTime"): tables.product_offering.c.valid_from,
        ("validFor", "endDateTime"): tables.product_offering.c.valid_to,
    },
    lifecycle=CATALOG_LIFECYCLE,
    roles={"productOfferingRelationship": DETACH},
    characteristics=(
        Characteristics(("prodSpecCharValueUse",), ("productSpecCharacteristicValue", "value")),
        Characteristics(("productOfferingCharacteristic",), ("characteristicValueSpecification", "value")),
    ),
    acyclic=("bundledProductOffering", "bundledGroupProductOffering.bundledProductOffering"),
    stamps=NAMED,
    defaults=NEW,
    rules=(inline_price_currency,),
)

PRODUCT_OFFERING_PRICE = Entity(
    name="productOfferingPrice",
    type_name="ProductOfferingPrice",
    table=tables.product_offering_price,
    columns={
        ("name",): tables.product_offering_price.c.name,
        ("lifecycleStatus",): tables.product_offering_price.c.lifecycle_status,
        ("priceType",): tables.product_offering_price.c.price_type,
        ("price", "value"): tables.product_offering_price.c.price_amount,
        ("price", "unit"): tables.product_offering_price.c.price_unit,
        ("isBundle",): tables.product_offering_price.c.is_bundle,
        ("lastUpdate",): tables.product_offering_price.c.last_update,
        ("validFor", "startDateTime"): tables.product_offering_price.c.valid_from,
        ("validFor", "endDateTime"): tables.product_offering_price.c.valid_to,
    },
    lifecycle=CATALOG_LIFECYCLE,
    roles={"popRelationship": DETACH},
    characteristics=(Characteristics(("prodSpecCharValueUse",), ("productSpecCharacteristicValue", "value")),),
    acyclic=("bundledPopRelationship",),
    stamps=NAMED,
    defaults=NEW,
    rules=(price_currency,),
)

PRODUCT_SPECIFICATION = Entity(
    name="productSpecification",
    type_name="ProductSpecification",
    table=tables.product_specification,
    columns={
        ("name",): tables.product_specification.c.name,
        ("brand",): tables.product_specification.c.brand,
        ("productNumber",): tables.product_specification.c.product_number,
        ("lifecycleStatus",): tables.product_specification.c.lifecycle_status,
        ("isBundle",): tables.product_specification.c.is_bundle,
        ("lastUpdate",): tables.product_specification.c.last_update,
        ("validFor", "startDateTime"): tables.product_specification.c.valid_from,
        ("validFor", "endDateTime"): tables.product_specification.c.valid_to,
    },
    lifecycle=CATALOG_LIFECYCLE,
    roles={"productSpecificationRelationship": DETACH},
    characteristics=(
        Characteristics(("productSpecCharacteristic",), ("characteristicValueSpecification", "value")),
    ),
    acyclic=("bundledProductSpecification",),
    stamps=NAMED,
    defaults=NEW,
)

IMPORT_JOB = Entity(
    name="importJob",
    type_name="ImportJob",
    table=tables.import_job,
    columns={
        ("status",): tables.import_job.c.status,
        ("creationDate",): tables.import_job.c.creation_date,
        ("completionDate",): tables.import_job.c.completion_date,
    },
    lifecycle=JOB_LIFECYCLE,
    stamps={"creationDate": "create"},
    defaults={"status": JOB_LIFECYCLE.initial},
    task="import",
)

EXPORT_JOB = Entity(
    name="exportJob",
    type_name="ExportJob",
    table=tables.export_job,
    columns={
        ("status",): tables.export_job.c.status,
        ("creationDate",): tables.export_job.c.creation_date,
        ("completionDate",): tables.export_job.c.completion_date,
    },
    lifecycle=JOB_LIFECYCLE,
    stamps={"creationDate": "create"},
    defaults={"status": JOB_LIFECYCLE.initial},
    task="export",
)

NOUNS = {
    "catalog": CATALOG,
    "productCatalog": CATALOG,
    "category": CATEGORY,
    "productOffering": PRODUCT_OFFERING,
    "productOfferingPrice": PRODUCT_OFFERING_PRICE,
    "productSpecification": PRODUCT_SPECIFICATION,
    "importJob": IMPORT_JOB,
    "exportJob": EXPORT_JOB,
}
