"""The rows that a POST writes, worked out once per request for every peer. Runs no SQL."""

import time
import uuid
from dataclasses import dataclass
from typing import Any

import orjson

REFERENCES = ("category", "productOfferingPrice", "channel", "marketSegment", "agreement")
KINDS = {
    "CategoryRef": "category",
    "ProductOfferingPriceRef": "productOfferingPrice",
    "ChannelRef": "channel",
    "MarketSegmentRef": "marketSegment",
    "AgreementRef": "organization",
    "ProductSpecificationRef": "productSpecification",
}
RECORD = """(key, id, revision, created, updated, type, name, lifecycle_status, is_bundle, is_sellable,
             last_update, valid_from, valid_to, document)"""


@dataclass(slots=True)
class Rows:
    """One offering as rows: `record` without its key; references as path, position, role, kind and id."""

    id: str
    record: tuple[Any, ...]
    references: list[tuple[str, int, str, str, str]]
    characteristics: list[tuple[str, int, str, str | None, float | None]]
    event: tuple[Any, ...]
    document: str


def rows_of(body: bytes) -> Rows:
    """Parse a body and work out its rows."""
    document = orjson.loads(body)
    id_ = document.setdefault("id", str(uuid.uuid4()))
    now = time.time_ns() // 1000
    text = orjson.dumps(document).decode()
    references = [
        (path, position, "restrict", KINDS[one["@type"]], one["id"])
        for path in REFERENCES
        for position, one in enumerate(document[path])
    ]
    specification = document["productSpecification"]
    references.append(("productSpecification", 0, "restrict", "productSpecification", specification["id"]))
    characteristics = [
        _characteristic(position, one["name"], one["productSpecCharacteristicValue"][0]["value"])
        for position, one in enumerate(document["prodSpecCharValueUse"])
    ]
    state = document["lifecycleStatus"]
    record = (id_, 1, now, now, "ProductOffering", document["name"], state, False, True, now, now, now, text)
    event = (str(uuid.uuid4()), "productOffering", id_, "Create", now, "[]", text)
    return Rows(id_, record, references, characteristics, event, text)


def _characteristic(position: int, name: str, value: Any) -> tuple[str, int, str, str | None, float | None]:
    number = None if isinstance(value, str | bool) else float(value)
    return ("prodSpecCharValueUse", position, name, None if number is not None else str(value), number)
