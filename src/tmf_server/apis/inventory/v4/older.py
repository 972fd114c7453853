"""Attributes of a second file published as v4.0.0 of TMF639; inventories still send the attributes. Data only."""

from collections.abc import Mapping

from tmf_server.contracts.schemas import Schema

TEXT: Schema = {"type": "string"}
FLAG: Schema = {"type": "boolean"}
TYPES: Mapping[str, Schema] = {"@type": TEXT, "@baseType": TEXT, "@schemaLocation": {**TEXT, "format": "uri"}}
REFERENCE: Mapping[str, Schema] = {"id": TEXT, "href": TEXT, "name": TEXT, "@referredType": TEXT, **TYPES}


def _to(schema: str) -> Schema:
    return {"$ref": f"#/components/schemas/{schema}"}


def _many(schema: str) -> Schema:
    return {"type": "array", "items": _to(schema)}


_FEATURES: Mapping[str, Schema] = {"activationFeature": _many("Feature")}

OLDER_RESOURCE: Mapping[str, Mapping[str, Schema]] = {
    "Resource": _FEATURES,
    "PhysicalResource": _FEATURES,
    "LogicalResource": _FEATURES,
    "ResourceRelationship": {"resource": _to("ResourceRef")},
    "ResourceRef": REFERENCE,
    "Feature": {
        "id": TEXT,
        "name": TEXT,
        "isBundle": FLAG,
        "isEnabled": FLAG,
        "constraint": _many("ConstraintRef"),
        "featureCharacteristic": _many("Characteristic"),
        "featureRelationship": _many("FeatureRelationship"),
        **TYPES,
    },
    "FeatureRelationship": {
        "id": TEXT,
        "name": TEXT,
        "relationshipType": TEXT,
        "validFor": _to("TimePeriod"),
        **TYPES,
    },
    "ConstraintRef": {**REFERENCE, "version": TEXT},
}
