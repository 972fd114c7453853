"""The nouns of the service and resource inventories (TMF638, TMF639)."""

from tmf_server.apis.inventory import rules, tables
from tmf_server.registry.entity import (
    ABSENT,
    DETACH,
    KEEP,
    Allocation,
    Characteristics,
    Derivation,
    Entity,
    Projection,
    References,
    projections,
)
from tmf_server.rules.canonical import V4_EXTRAS

SERVICE = Entity(
    name="service",
    type_name="Service",
    storage=Projection(
        tables.service,
        projections(
            tables.service,
            name="name",
            state="state",
            operating_status="operatingStatus",
            category="category",
            service_type="serviceType",
            is_service_enabled="isServiceEnabled",
            start_date="startDate",
            end_date="endDate",
        ),
        characteristics=(Characteristics(("serviceCharacteristic",)),),
    ),
    lifecycles=(rules.SERVICE_LIFECYCLE, rules.OPERATING_LIFECYCLE),
    references=References(
        on_delete={"serviceRelationship": DETACH, "relatedEntity": KEEP},
        final_states=frozenset({"terminated"}),
        acyclic=("supportingService",),
        allocations=(Allocation("supportingResource", "resource", rules.refusal, rules.usage),),
    ),
    derive=Derivation(timestamps={"serviceDate": ABSENT}),
)

RESOURCE = Entity(
    name="resource",
    type_name="Resource",
    storage=Projection(
        tables.resource,
        projections(
            tables.resource,
            base_type="@baseType",
            name="name",
            category="category",
            administrative_state="administrativeState",
            operational_state="operationalState",
            usage_state="usageState",
            lifecycle_state="lifecycleState",
            resource_status=f"{V4_EXTRAS}.resourceStatus",
            serial_number="serialNumber",
            value="value",
            start_operating_date="startOperatingDate",
            end_operating_date="endOperatingDate",
        ),
        characteristics=(Characteristics(("resourceCharacteristic",)),),
    ),
    lifecycles=(
        rules.RESOURCE_LIFECYCLE,
        rules.ADMINISTRATIVE_LIFECYCLE,
        rules.OPERATIONAL_LIFECYCLE,
        rules.USAGE_LIFECYCLE,
        rules.RESOURCE_STATUS_LIFECYCLE,
    ),
    references=References(
        on_delete={"resourceRelationship": DETACH},
        acyclic=("supportingResource",),
    ),
    derive=Derivation(
        timestamps={"creationDate": ABSENT},
        from_self=(rules.idle_when_disabled, rules.locked_when_idle),
    ),
)

SERVICE_NOUNS = {"service": SERVICE}
RESOURCE_TYPES = {"physicalResource": "PhysicalResource", "logicalResource": "LogicalResource"}
RESOURCE_NOUNS = {"resource": RESOURCE, "physicalResource": RESOURCE, "logicalResource": RESOURCE}
