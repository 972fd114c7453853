"""Canonical resources, services and alarms from the few facts that differ: everything mandatory is filled in. Pure."""

from collections.abc import Mapping
from typing import Any

from tmf_server.demo.builders.catalog import OPERATOR, VALID, VERSION
from tmf_server.registry.entity import Document
from tmf_server.rules.canonical import V4_EXTRAS

INSTALLED = "2025-03-03T09:00:00.000Z"
SITES = {
    "site-harbour": "Harbour exchange",
    "site-hill": "Hill exchange",
    "site-north": "North cabinet",
    "site-south": "South cabinet",
    "site-quay": "Quay Street",
    "site-market": "Market Square",
    "site-docks": "Docks terminal",
    "site-lane": "Hill Lane",
}
CUSTOMERS = {
    "customer-lindqvist": "Amber Lindqvist",
    "customer-okafor": "Chidi Okafor",
    "customer-moreau": "Lea Moreau",
    "customer-tanaka": "Ren Tanaka",
    "customer-harbour-freight": "Harbour Freight",
    "customer-abara": "Nia Abara",
    "customer-lamplight-bakery": "Lamplight Bakery",
    "customer-varga": "Ilka Varga",
    "customer-cliffside-clinic": "Cliffside Clinic",
}

Value = str | int | float | bool
KINDS: Mapping[type, str] = {str: "String", int: "Integer", float: "Number", bool: "Boolean"}


def title(id_: str) -> str:
    """What something is called, from an id: access-line → Access line."""
    return id_.replace("-", " ").capitalize()


def link(api: str, noun: str, id_: str) -> str:
    """Where another system keeps something."""
    return f"https://{api}.quillnet.example/{noun}/{id_}"


def role_of(customer: str, name: str = "") -> Document:
    """A customer as a related party; those of the demo are known by name."""
    role = {"id": customer, "name": name or CUSTOMERS[customer], "@referredType": "Customer", "@type": "PartyRoleRef"}
    return {"role": "customer", "partyOrPartyRole": role, "@type": "RelatedPartyRefOrPartyRoleRef"}


def operator() -> Document:
    """The operator itself as a related party."""
    party = OPERATOR | {"@referredType": "Organization", "@type": "PartyRef"}
    return {"role": "operator", "partyOrPartyRole": party, "@type": "RelatedPartyRefOrPartyRoleRef"}


def site(id_: str) -> Document:
    """A reference to a place."""
    href = link("places", "geographicSite", id_)
    return {"id": id_, "href": href, "name": SITES[id_], "@referredType": "GeographicSite", "@type": "PlaceRef"}


def characteristics(values: Mapping[str, Value]) -> list[Document]:
    """Characteristics of the types that their values have."""
    found = []
    for name, value in values.items():
        kind = KINDS[type(value)]
        found.append(
            {"id": name, "name": name, "valueType": kind.lower(), "value": value, "@type": f"{kind}Characteristic"}
        )
    return found


def note(id_: str, text: str) -> Document:
    """A note of the network planners."""
    return {"id": f"note-{id_}", "author": "Network planning", "date": INSTALLED, "text": text, "@type": "Note"}


def resource(
    type_name: str, id_: str, category: str, place: str, *, states: Mapping[str, str] | None = None, **more: Any
) -> Document:
    """A resource in service; `contains` and `connects` are texts of ids, `own` are attributes of its type."""
    description = more.get("description", f"{title(category)} at {SITES[place]}.")
    spec = f"spec-{category.replace(' ', '-')}"
    related = [*_related("contains", more.get("contains", "")), *_related("connectedTo", more.get("connects", ""))]
    status = more.get("status", "available")
    return {
        "id": id_,
        "name": more.get("name", title(id_)),
        "description": description,
        "category": category,
        "resourceVersion": VERSION,
        "creationDate": INSTALLED,
        "startOperatingDate": INSTALLED,
        "administrativeState": "unlocked",
        "operationalState": "enabled",
        "usageState": "idle",
        "lifecycleState": "installed",
        **(states or {}),
        "validFor": VALID,
        "relatedParty": [operator()],
        "place": [{"role": "installationSite", "place": site(place), "@type": "RelatedPlaceRef"}],
        "note": [note(id_, description)],
        "resourceSpecification": {
            "id": spec,
            "href": link("resources", "resourceSpecification", spec),
            "name": title(category),
            "version": VERSION,
            "@referredType": "ResourceSpecification",
            "@type": "ResourceSpecificationRef",
        },
        "resourceCharacteristic": characteristics(more.get("values", {"vendor": "Northlight"})),
        **_filled("resourceRelationship", related),
        "attachment": [_drawing(id_)],
        **more.get("own", {}),
        V4_EXTRAS: {"resourceStatus": status},
        "@type": type_name,
    }


def _related(kind: str, ids: str) -> list[Document]:
    return [
        {"relationshipType": kind, "resource": resource_ref(id_), "@type": "ResourceRelationship"}
        for id_ in ids.split()
    ]


def _filled(name: str, value: list[Document]) -> Document:
    """The attribute, unless there is nothing in it."""
    return {name: value} if value else {}


def _drawing(id_: str) -> Document:
    url = link("drawings", "document", id_)
    return {"id": f"drawing-{id_}", "href": url, "url": url, "name": f"Drawing of {id_}", "@type": "AttachmentRef"}


def resource_ref(id_: str) -> Document:
    """A reference to a resource."""
    return {"id": id_, "name": title(id_), "@referredType": "Resource", "@type": "ResourceRef"}


def service_ref(id_: str) -> Document:
    """A reference to a service."""
    return {"id": id_, "name": title(id_), "@referredType": "Service", "@type": "ServiceRef"}


def service(id_: str, category: str, customer: str, place: str, *, state: str, status: str, **more: Any) -> Document:
    """A service; `on` and `over` are texts of ids of the services and resources that support it."""
    kind = more.get("kind", "internet access")
    owner = more.get("owner") or CUSTOMERS[customer]
    running = state == "active"
    return {
        "id": id_,
        "name": title(id_),
        "description": more.get("description", f"{title(kind)} of {owner} at {SITES[place]}."),
        "category": category,
        "serviceType": kind,
        "state": state,
        "operatingStatus": status,
        "isServiceEnabled": running,
        "hasStarted": running,
        "isStateful": True,
        "isBundle": "over" in more and category == "CFS",
        "startMode": "automatic",
        "startDate": INSTALLED,
        "serviceDate": INSTALLED,
        **({"endDate": "2026-02-28T23:59:59.000Z"} if state == "terminated" else {}),
        "serviceSpecification": {
            "id": f"spec-{kind.replace(' ', '-')}",
            "href": link("services", "serviceSpecification", f"spec-{kind.replace(' ', '-')}"),
            "name": title(kind),
            "version": VERSION,
            "@referredType": "ServiceSpecification",
            "@type": "ServiceSpecificationRef",
        },
        **_filled("serviceOrderItem", [_ordered(id_)] if state != "feasibilityChecked" else []),
        "relatedParty": [role_of(customer, owner)],
        "place": [{"role": "installationAddress", "place": site(place), "@type": "RelatedPlaceRefOrValue"}],
        "note": [note(id_, f"Ordered by {owner}.")],
        "serviceCharacteristic": characteristics(more.get("values", {"class": "standard"})),
        **_filled("supportingService", [service_ref(one) for one in more.get("over", "").split()]),
        **_filled("supportingResource", [resource_ref(one) for one in more.get("on", "").split()]),
        "@type": "Service",
    }


def _ordered(id_: str) -> Document:
    """The item of the service order, in the system for these, that the service came from."""
    order = f"service-order-{id_}"
    return {
        "serviceOrderId": order,
        "serviceOrderHref": link("service-orders", "serviceOrder", order),
        "itemId": "1",
        "itemAction": "add",
        "role": "origin",
        "@referredType": "ServiceOrder",
        "@type": "RelatedServiceOrderItem",
    }


def alarm(id_: str, object_: str, kind: str, cause: str, severity: str, *, raised: str, **more: Any) -> Document:
    """An alarm on a resource; `services`, `parent` and `children` are texts of ids, `cleared` is when it ended."""
    cleared = more.get("cleared")
    changed = more.get("changed", cleared or raised)
    acknowledged = {"ackState": "acknowledged", "ackSystemId": "noc", "ackUserId": "noc-desk"}
    ended = {"alarmClearedTime": cleared, "clearSystemId": "noc", "clearUserId": "noc-desk"}
    optional = {
        "affectedService": [service_ref(one) for one in more.get("services", "").split()],
        "parentAlarm": _alarms(more.get("parent", "")),
        "correlatedAlarm": _alarms(more.get("children", "")),
        "crossedThresholdInformation": more.get("crossed"),
    }
    return {
        "id": id_,
        "externalAlarmId": f"northlight-{id_}",
        "state": "cleared" if cleared else more.get("state", "raised"),
        "alarmType": kind,
        "perceivedSeverity": "cleared" if cleared else severity,
        "probableCause": cause,
        "specificProblem": more.get("problem", cause),
        "alarmedObjectType": more.get("type", "PhysicalResource"),
        "alarmedObject": {"id": object_, "@referredType": "Resource", "@type": "AlarmedObjectRef"},
        "sourceSystemId": "nms-northlight",
        "reportingSystemId": "noc",
        "alarmDetails": more["details"],
        "proposedRepairedActions": more["repair"],
        "alarmRaisedTime": raised,
        "alarmReportingTime": raised,
        "alarmChangedTime": changed,
        "alarmEscalation": severity == "critical",
        "isRootCause": "parent" not in more,
        "serviceAffecting": "services" in more,
        "plannedOutageIndicator": "InService",
        **(acknowledged if more.get("acknowledged") else {"ackState": "unacknowledged"}),
        **(ended if cleared else {}),
        "place": [_alarmed_place(more["place"])],
        "comment": [_comment(more.get("comment", "Seen by the network operations centre."), changed)],
        **{name: value for name, value in optional.items() if value},
        "@type": "Alarm",
    }


def _alarms(ids: str) -> list[Document]:
    return [{"id": id_, "@referredType": "Alarm", "@type": "AlarmRef"} for id_ in ids.split()]


def _alarmed_place(id_: str) -> Document:
    place = {
        "id": id_,
        "href": link("places", "geographicSite", id_),
        "@type": "Place",
        V4_EXTRAS: {"name": SITES[id_]},
    }
    return {"role": "alarmedSite", "relatedPlace": place, "@type": "RelatedPlace"}


def _comment(text: str, time: str) -> Document:
    return {"userId": "noc-desk", "systemId": "noc", "time": time, "comment": text, "@type": "Comment"}


def crossing(threshold: str, indicator: str, unit: str, observed: str) -> Document:
    """That an indicator went above its threshold."""
    return {
        "threshold": {
            "id": threshold,
            "href": link("thresholds", "threshold", threshold),
            "name": title(threshold),
            "@referredType": "Threshold",
            "@type": "ThresholdRef",
        },
        "direction": "up",
        "granularity": "5 min",
        "indicatorName": indicator,
        "indicatorUnit": unit,
        "observedValue": observed,
        "thresholdCrossingDescription": f"{title(indicator)} is above its threshold.",
        "@type": "CrossedThresholdInformation",
    }
