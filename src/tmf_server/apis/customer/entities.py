"""The noun of customer management (TMF629)."""

from tmf_server.apis.customer import rules, tables
from tmf_server.registry.entity import KEEP, Characteristics, Entity, projections

CUSTOMER = Entity(
    name="customer",
    type_name="Customer",
    table=tables.customer,
    columns=projections(
        tables.customer,
        name="name",
        status="status",
        role="role",
        valid_from="validFor.startDateTime",
        valid_to="validFor.endDateTime",
    ),
    lifecycles=(rules.STATUS_LIFECYCLE,),
    # customers may name each other, and each can still go
    roles={"relatedParty": KEEP},
    characteristics=(Characteristics(("characteristic",)),),
)

NOUNS = {"customer": CUSTOMER}
