"""A service and a resource. Pure."""

from benchmarks.documents.parts import BEGIN, TEXT, VALID, Document, characteristics, customer, id_of, note, party, ref


def service(number: int) -> Document:
    """Service number N; every tenth is inactive, the others are active."""
    return {
        "id": id_of(number),
        "@type": "Service",
        "name": f"Access {number % 1000} number {number}",
        "description": TEXT * 2,
        "category": "customerFacing",
        "serviceType": "internetAccess",
        "state": "inactive" if number % 10 == 0 else "active",
        "isServiceEnabled": True,
        "isBundle": False,
        "hasStarted": True,
        "startMode": "1",
        "startDate": BEGIN,
        "serviceSpecification": ref(
            "ServiceSpecificationRef", "bench-cfs", name="Access", referred="ServiceSpecification"
        ),
        "serviceCharacteristic": characteristics(number),
        "supportingService": [
            ref("ServiceRef", f"bench-rfs-{n}", name=f"Transport {n}", referred="Service") for n in range(2)
        ],
        "supportingResource": [
            ref("ResourceRef", f"bench-port-{n}", name=f"Port {n}", referred="Resource") for n in range(4)
        ],
        "serviceRelationship": [
            {
                "@type": "ServiceRelationship",
                "relationshipType": "reliesOn",
                "service": ref("ServiceRef", "bench-voice", name="Voice", referred="Service"),
            }
        ],
        "relatedParty": [customer(), party("user", "bench-user", referred="Customer", type_name="PartyRoleRef")],
        "place": [_place("bench-site")],
        "note": [note(n) for n in range(3)],
    }


def resource(number: int) -> Document:
    """Resource number N; every tenth is disabled, the others are enabled."""
    down = number % 10 == 0
    return {
        "id": id_of(number),
        "@type": "PhysicalResource",
        "name": f"Line card {number % 1000} number {number}",
        "description": TEXT * 3,
        "category": "lineCard",
        "resourceVersion": "1.0",
        "serialNumber": f"SN-{number:07d}",
        "manufactureDate": BEGIN,
        "startOperatingDate": BEGIN,
        "administrativeState": "unlocked",
        "operationalState": "disabled" if down else "enabled",
        "usageState": "idle" if down else "active",
        "lifecycleState": "installed",
        "validFor": VALID,
        "resourceSpecification": ref(
            "ResourceSpecificationRef", "bench-card", name="Line card", referred="ResourceSpecification"
        )
        | {"href": "https://resources.example/resourceSpecification/bench-card"},
        "resourceCharacteristic": characteristics(number),
        "resourceRelationship": [
            {
                "@type": "ResourceRelationship",
                "relationshipType": "connectedTo",
                "resource": ref("ResourceRef", f"bench-node-{n}", name=f"Node {n}", referred="Resource"),
            }
            for n in range(4)
        ],
        "relatedParty": [
            party("operator", "bench-operator", referred="Organization"),
            party("maintainer", "bench-maintainer", referred="Organization"),
        ],
        "place": [
            {"@type": "RelatedPlaceRef", "role": "installationSite", "place": _site("bench-site")},
        ],
        "note": [note(n) for n in range(3)],
    }


def _place(id_: str) -> Document:
    return {"@type": "RelatedPlaceRefOrValue", "role": "installationSite", "place": _site(id_)}


def _site(id_: str) -> Document:
    href = {"href": f"https://places.example/geographicSite/{id_}"}
    return ref("PlaceRef", id_, name="Harbour exchange", referred="GeographicSite") | href
