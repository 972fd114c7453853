"""Rules of v4 views shared by several APIs. Data only."""

from tmf_server.rest.versions.rules import Rule, Rules, Wrap

PARTY_ROLES = (
    "agent",
    "businesspartner",
    "consumer",
    "customer",
    "partner",
    "partyrole",
    "producer",
    "seller",
    "serviceprovider",
    "supplier",
    "vendor",
)
"""v4 values of `@referredType`, in lower case, of a related party in a role."""

ROLES = dict.fromkeys(PARTY_ROLES, "PartyRoleRef")

RELATED_PARTY: tuple[Rule, ...] = (Wrap("partyOrPartyRole", types=ROLES),)

RELATED_PARTIES: Rules = {
    ("RelatedParty", "RelatedPartyRefOrPartyRoleRef"): RELATED_PARTY,
    ("RelatedParty", "RelatedPartyOrPartyRole"): RELATED_PARTY,
}

RELATED_PLACE: tuple[Rule, ...] = (Wrap("place"),)
