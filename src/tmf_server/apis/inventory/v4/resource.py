"""How v4 shows resources (TMF639). Data only."""

from tmf_server.apis.shared.v4 import RELATED_PARTIES, RELATED_PLACE
from tmf_server.rest.versions.rules import First, Rename, Rule, Rules, TypeName, Values, Wrap

RESOURCE: tuple[Rule, ...] = (
    Values("administrativeState", {"shuttingDown": "shutdown"}),
    Values("operationalState", {"enabled": "enable", "disabled": "disable"}),
    First("place"),
)

RESOURCE_RULES: Rules = {
    **RELATED_PARTIES,
    ("Resource", "Resource"): RESOURCE,
    ("PhysicalResource", "Resource"): (TypeName("PhysicalResource"), *RESOURCE),
    ("LogicalResource", "Resource"): (TypeName("LogicalResource"), *RESOURCE),
    ("RelatedPlaceRefOrValue", "RelatedPlaceRef"): RELATED_PLACE,
    ("ResourceRelationship", "ResourceRelationship"): (Wrap("resource"),),
    ("Feature", "Feature"): (Rename("constraint", "policyConstraint"),),
}
