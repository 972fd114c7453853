"""The nouns of the product catalog (TMF620)."""

from tmf_server.apis.catalog import tables
from tmf_server.apis.catalog.rules import CATALOG_LIFECYCLE, JOB_LIFECYCLE, inline_price_currency, price_currency
from tmf_server.registry.entity import (
    DETACH,
    Characteristics,
    Derivation,
    Entity,
    InverseReference,
    Projection,
    References,
    projections,
)

NAMED = {"lastUpdate": "always"}
NEW = {"lifecycleStatus": CATALOG_LIFECYCLE.initial}

CATALOG = Entity(
    name="productCatalog",
    type_name="ProductCatalog",
    storage=Projection(
        tables.catalog,
        projections(
            tables.catalog,
            name="name",
            lifecycle_status="lifecycleStatus",
            catalog_type="catalogType",
            last_update="lastUpdate",
            valid_from="validFor.startDateTime",
            valid_to="validFor.endDateTime",
        ),
    ),
    lifecycles=(CATALOG_LIFECYCLE,),
    derive=Derivation(timestamps=NAMED, defaults=NEW),
)

CATEGORY = Entity(
    name="category",
    type_name="Category",
    storage=Projection(
        tables.category,
        projections(
            tables.category,
            name="name",
            lifecycle_status="lifecycleStatus",
            is_root="isRoot",
            last_update="lastUpdate",
            valid_from="validFor.startDateTime",
            valid_to="validFor.endDateTime",
        ),
    ),
    lifecycles=(CATALOG_LIFECYCLE,),
    references=References(
        on_delete={"subCategory": DETACH, "productOffering": DETACH},
        acyclic=("parent", "subCategory"),
        inverse=(InverseReference("parent", "subCategory", single=True),),
    ),
    derive=Derivation(timestamps=NAMED, defaults=NEW),
)

PRODUCT_OFFERING = Entity(
    name="productOffering",
    type_name="ProductOffering",
    storage=Projection(
        tables.product_offering,
        projections(
            tables.product_offering,
            name="name",
            lifecycle_status="lifecycleStatus",
            is_bundle="isBundle",
            is_sellable="isSellable",
            last_update="lastUpdate",
            valid_from="validFor.startDateTime",
            valid_to="validFor.endDateTime",
        ),
        characteristics=(
            Characteristics(("prodSpecCharValueUse",), ("productSpecCharacteristicValue", "value")),
            Characteristics(("productOfferingCharacteristic",), ("characteristicValueSpecification", "value")),
        ),
    ),
    lifecycles=(CATALOG_LIFECYCLE,),
    references=References(
        on_delete={"productOfferingRelationship": DETACH},
        acyclic=("bundledProductOffering", "bundledGroupProductOffering.bundledProductOffering"),
    ),
    derive=Derivation(timestamps=NAMED, defaults=NEW),
    rules=(inline_price_currency,),
)

PRODUCT_OFFERING_PRICE = Entity(
    name="productOfferingPrice",
    type_name="ProductOfferingPrice",
    storage=Projection(
        tables.product_offering_price,
        projections(
            tables.product_offering_price,
            name="name",
            lifecycle_status="lifecycleStatus",
            price_type="priceType",
            price_amount="price.value",
            price_unit="price.unit",
            is_bundle="isBundle",
            last_update="lastUpdate",
            valid_from="validFor.startDateTime",
            valid_to="validFor.endDateTime",
        ),
        characteristics=(Characteristics(("prodSpecCharValueUse",), ("productSpecCharacteristicValue", "value")),),
    ),
    lifecycles=(CATALOG_LIFECYCLE,),
    references=References(
        on_delete={"popRelationship": DETACH},
        acyclic=("bundledPopRelationship",),
    ),
    derive=Derivation(timestamps=NAMED, defaults=NEW),
    rules=(price_currency,),
)

PRODUCT_SPECIFICATION = Entity(
    name="productSpecification",
    type_name="ProductSpecification",
    storage=Projection(
        tables.product_specification,
        projections(
            tables.product_specification,
            name="name",
            brand="brand",
            product_number="productNumber",
            lifecycle_status="lifecycleStatus",
            is_bundle="isBundle",
            last_update="lastUpdate",
            valid_from="validFor.startDateTime",
            valid_to="validFor.endDateTime",
        ),
        characteristics=(
            Characteristics(("productSpecCharacteristic",), ("characteristicValueSpecification", "value")),
        ),
    ),
    lifecycles=(CATALOG_LIFECYCLE,),
    references=References(
        on_delete={"productSpecificationRelationship": DETACH},
        acyclic=("bundledProductSpecification",),
    ),
    derive=Derivation(timestamps=NAMED, defaults=NEW),
)

IMPORT_JOB = Entity(
    name="importJob",
    type_name="ImportJob",
    storage=Projection(
        tables.import_job,
        projections(
            tables.import_job,
            status="status",
            creation_date="creationDate",
            completion_date="completionDate",
        ),
    ),
    lifecycles=(JOB_LIFECYCLE,),
    derive=Derivation(
        timestamps={"creationDate": "create"},
        defaults={"status": JOB_LIFECYCLE.initial},
    ),
    task="import",
)

EXPORT_JOB = Entity(
    name="exportJob",
    type_name="ExportJob",
    storage=Projection(
        tables.export_job,
        projections(
            tables.export_job,
            status="status",
            creation_date="creationDate",
            completion_date="completionDate",
        ),
    ),
    lifecycles=(JOB_LIFECYCLE,),
    derive=Derivation(
        timestamps={"creationDate": "create"},
        defaults={"status": JOB_LIFECYCLE.initial},
    ),
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
