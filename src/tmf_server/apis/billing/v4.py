"""How v4 shows bills and applied rates (TMF678). Data only."""

from tmf_server.apis.shared.v4 import ROLES
from tmf_server.rest.versions.rules import Rename, Rules, Wrap

BILLING_RULES: Rules = {
    ("RelatedPartyRef", "RelatedPartyRefOrPartyRoleRef"): (Wrap("partyOrPartyRole", types=ROLES),),
    ("AppliedCustomerBillingRate", "AppliedCustomerBillingRate"): (Rename("type", "appliedBillingRateType"),),
}
