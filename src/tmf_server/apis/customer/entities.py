"""The noun of customer management (TMF629)."""

from tmf_server.apis.customer import rules, tables
from tmf_server.registry.entity import KEEP, Characteristics, Entity, Projection, References, projections

CUSTOMER = Entity(
    name="customer",
    type_name="Customer",
    storage=Projection(
        tables.customer,
        projections(
            tables.customer,
            name="name",
            status="status",
            role="role",
            valid_from="validFor.startDateTime",
            valid_to="validFor.endDateTime",
        ),
        characteristics=(Characteristics(("characteristic",)),),
    ),
    lifecycles=(rules.STATUS_LIFECYCLE,),
    references=References(
        # customers may name each other, and each can still be deleted
        on_delete={"relatedParty": KEEP},
    ),
)

NOUNS = {"customer": CUSTOMER}
