"""Which attributes of a noun can be patched, and to what. No check stands here."""

import json
from typing import Any

from tmf_conformance.documents.compare import SERVER_SET
from tmf_conformance.documents.schemas import Node
from tmf_conformance.running.trial import Trial

_NOT_FREE = ("@", "url", "href", "unit", "mime", "priceType", "currency", "state", "status", "lifecycle")
_FIRST = ("description", "statusReason", "name", "alarmDetails", "notificationContact")


def patchable(t: Trial, record: Node) -> dict[str, Node]:
    """First-level attributes that the patch schema has, with their schemas."""
    schemas = t.document.schemas
    node = schemas.dispatch(t.noun.body_schema("patch"), record)
    machine = t.session.lifecycle(t.noun)
    left = {"id", *SERVER_SET, machine.attribute if machine else ""}
    return {
        name: inner for name, inner in schemas.properties(node).items() if name not in left and not name.startswith("@")
    }


def texts(t: Trial, record: Node) -> list[str]:
    """Text attributes that can be set freely, the most harmless first."""
    kinds = {name: t.document.schemas.kind(node) for name, node in patchable(t, record).items()}
    free = [
        n
        for n, kind in kinds.items()
        if kind == "string" and not n.startswith(_NOT_FREE) and not n.endswith(("Date", "Time", "Log"))
    ]
    return sorted(free, key=lambda name: (_FIRST.index(name) if name in _FIRST else len(_FIRST), name))


def text(t: Trial, record: Node) -> str:
    """One such attribute; empty (with a note) when the noun has none."""
    found = texts(t, record)
    if not found:
        t.note = "no text attribute of this noun can be patched"
    return found[0] if found else ""


def arrays(t: Trial, record: Node) -> list[str]:
    """Patchable arrays of two or more objects in the record."""
    return [
        name
        for name in patchable(t, record)
        if isinstance(found := record.get(name), list)
        and len(found) > 1
        and all(isinstance(item, dict) for item in found)
    ]


def objects(t: Trial, record: Node) -> list[str]:
    """Patchable objects with two or more plain attributes."""
    return [
        name for name in patchable(t, record) if isinstance(inner := record.get(name), dict) and len(plain(inner)) > 1
    ]


def plain(value: Node) -> list[str]:
    """The names of an object's scalar attributes."""
    return [name for name, inner in value.items() if not name.startswith("@") and not isinstance(inner, dict | list)]


def same(one: Any, other: Any) -> bool:
    """Whether two JSON values are the same, number types included."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def optional(t: Trial, record: Node) -> str:
    """A text attribute that may be taken away again; empty when there is none."""
    required = t.document.schemas.required(t.noun.body_schema("create")) | t.document.schemas.required(t.noun.schema)
    return next((name for name in texts(t, record) if name not in required and name in record and name != "name"), "")
