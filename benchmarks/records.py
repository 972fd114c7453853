"""Records to measure at scale with: originals of each noun, whose serial number stands in id and name. Pure."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

Document = dict[str, Any]

ORIGINALS = 1_000
"""How many different records of a noun there are; all others are copies of them under serials of their own."""
SERIAL = "S00000000"
STATES = ("In study", "In design", "In test", "Active", "Launched", "Retired", "Obsolete", "Rejected")


def serial(number: int) -> str:
    """What stands in a copy where the original has SERIAL."""
    return f"S{number:08}"


def _ref(type_name: str, id_: str, referred: str = "") -> Document:
    return {"@type": type_name, "id": id_} | ({"@referredType": referred} if referred else {})


def _offering(number: int) -> Document:
    value = {"@type": "IntegerCharacteristicValueSpecification", "value": number}
    use = {"@type": "ProductSpecificationCharacteristicValueUse", "name": "downlink", "valueType": "integer"}
    return {
        "id": f"offering-{number:03}-{SERIAL}",
        "@type": "ProductOffering",
        "name": f"Fibre {number:03} {SERIAL}",
        "description": "Fast access for homes with a router, unlimited traffic and support. " * 3,
        "isBundle": False,
        "lifecycleStatus": STATES[number % 8],
        "validFor": {"startDateTime": "2026-01-01T00:00:00.000Z"},
        "category": [_ref("CategoryRef", f"category-{number:03}", "Category")],
        "productSpecification": _ref("ProductSpecificationRef", "spec-fibre", "ProductSpecification"),
        "prodSpecCharValueUse": [use | {"productSpecCharacteristicValue": [value]}],
    }


def _service(number: int) -> Document:
    return {
        "id": f"service-{number:03}-{SERIAL}",
        "@type": "Service",
        "name": f"Access {number:03} {SERIAL}",
        "state": "active",
        "supportingResource": [_ref("ResourceRef", f"port-{number:03}", "Resource")],
        "relatedParty": [_party(number)],
    }


def _party(number: int) -> Document:
    customer = _ref("PartyRoleRef", f"customer-{number:03}", "Customer")
    return {"@type": "RelatedPartyRefOrPartyRoleRef", "role": "Customer", "partyOrPartyRole": customer}


def _alarm(number: int) -> Document:
    return {
        "id": f"alarm-{number:03}-{SERIAL}",
        "@type": "Alarm",
        "alarmType": "communicationsAlarm",
        "perceivedSeverity": ("critical", "major", "minor", "warning")[number % 4],
        "probableCause": "lossOfSignal",
        "specificProblem": f"Port {number:03} {SERIAL}",
        "sourceSystemId": "access-manager",
        "state": "raised",
        "ackState": "unacknowledged",
        "alarmRaisedTime": "2026-11-01T00:00:00.000Z",
        "alarmedObject": _ref("AlarmedObjectRef", f"port-{number:03}-{SERIAL}", "Resource"),
        "affectedService": [_ref("ServiceRef", f"affected-{number:03}", "Service")],
    }


def _bill(number: int) -> Document:
    return {
        "id": f"bill-{number:03}-{SERIAL}",
        "@type": "CustomerBill",
        "billNo": f"{number:03}-{SERIAL}",
        "state": "settled",
        "billDate": "2026-10-01T00:00:00.000Z",
        "billingAccount": _ref("BillingAccountRef", f"account-{number:03}", "BillingAccount"),
        "relatedParty": [_party(number)],
    }


def _order(number: int) -> Document:
    return {
        "id": f"order-{number:03}-{SERIAL}",
        "@type": "ProductOrder",
        "state": "completed",
        "creationDate": "2026-10-01T00:00:00.000Z",
        "relatedParty": [_party(number)],
        "productOrderItem": [{"@type": "ProductOrderItem", "id": "1", "action": "add", "quantity": 1}],
    }


MAKERS: Mapping[str, Callable[[int], Document]] = {
    "productOffering": _offering,
    "service": _service,
    "alarm": _alarm,
    "customerBill": _bill,
    "productOrder": _order,
}


def originals(noun: str) -> Iterator[Document]:
    """The canonical documents that are copied."""
    return map(MAKERS[noun], range(ORIGINALS))
