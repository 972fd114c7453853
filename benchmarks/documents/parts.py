"""What the documents of several nouns are made of. Pure."""

from typing import Any

Document = dict[str, Any]

TEXT = (
    "Fast access for homes with a router, unlimited traffic, support by phone and chat, and installation on request. "
)
BEGIN, END = "2026-01-01T00:00:00.000Z", "2036-01-01T00:00:00.000Z"
VALID = {"startDateTime": BEGIN, "endDateTime": END}
CURRENCY = "EUR"


def id_of(number: int) -> str:
    """The id of record number N of any noun."""
    return f"bench-{number:07d}"


def ref(type_name: str, id_: str, *, name: str, referred: str = "") -> Document:
    """A reference."""
    made = {"id": id_, "name": name, "@type": type_name}
    return made | {"@referredType": referred} if referred else made


def party(role: str, id_: str, *, referred: str, type_name: str = "PartyRef") -> Document:
    """A related party."""
    reference = ref(type_name, id_, name=f"Name of {id_}", referred=referred)
    return {"@type": "RelatedPartyRefOrPartyRoleRef", "role": role, "partyOrPartyRole": reference}


def customer() -> Document:
    """The customer that records belong to, as a related party."""
    return party("customer", "bench-customer", referred="Customer", type_name="PartyRoleRef")


def characteristic(name: str, value: Any) -> Document:
    """A characteristic of the type that the value has."""
    kind = "Boolean" if isinstance(value, bool) else "Integer" if isinstance(value, int) else "String"
    return {"@type": f"{kind}Characteristic", "id": name, "name": name, "valueType": kind.lower(), "value": value}


def characteristics(number: int) -> list[Document]:
    """Six of them, which differ from record to record."""
    values = {
        "downlink": number % 1000,
        "uplink": number % 100,
        "colour": ("white", "black", "grey")[number % 3],
        "serial": f"SN-{number:07d}",
        "contract": "24 months",
        "staticAddress": number % 2 == 0,
    }
    return [characteristic(name, value) for name, value in values.items()]


def note(place: int) -> Document:
    """A remark."""
    return {"@type": "Note", "id": f"note-{place}", "author": "Operations", "date": BEGIN, "text": TEXT}


def money(value: float) -> Document:
    """An amount."""
    return {"unit": CURRENCY, "value": value}
