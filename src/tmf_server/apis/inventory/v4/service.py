"""How v4 shows services (TMF638). Data only."""

from tmf_server.apis.shared.v4 import RELATED_PARTIES, RELATED_PLACE
from tmf_server.rest.versions.rules import Rules, Values, Wrap

# v4 has no state for a suspended service; a suspended service is not active.
STATE = Values("state", {"suspended": "inactive"})

SERVICE_RULES: Rules = {
    **RELATED_PARTIES,
    ("Service", "Service"): (STATE,),
    ("ServiceRefOrValue", "ServiceRefOrValue"): (STATE,),
    ("RelatedPlaceRefOrValue", "RelatedPlaceRefOrValue"): RELATED_PLACE,
    ("RelatedEntityRefOrValue", "RelatedEntityRefOrValue"): (Wrap("entity"),),
}
