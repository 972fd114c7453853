"""Rules of the v4 views that several APIs have in common. Data only."""

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
"""What a v4 `@referredType` says, in lower case, when a related party is a role that a party plays."""

ROLES = dict.fromkeys(PARTY_ROLES, "PartyRoleRef")

RELATED_PARTY: tuple[Rule, ...] = (Wrap("partyOrPartyRole", types=ROLES),)

RELATED_PARTIES: Rules = {
    ("RelatedParty", "RelatedPartyRefOrPartyRoleRef"): RELATED_PARTY,
    ("RelatedParty", "RelatedPartyOrPartyRole"): RELATED_PARTY,
}

RELATED_PLACE: tuple[Rule, ...] = (Wrap("place"),)
