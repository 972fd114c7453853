"""The records of an exposure limited to some types of the entity. Names no noun."""

from functools import lru_cache

from tmf_server.registry.entity import Document
from tmf_server.registry.exposure import Exposure
from tmf_server.storage.query.conditions import Compare, Condition, Or, TypeIs, matches
from tmf_server.storage.write.records import Stored


@lru_cache(maxsize=64)
def narrowing(exposure: Exposure) -> Condition | None:
    """Return the condition on `@type` or `@baseType` for the records of the exposure; None without a limit."""
    if not exposure.types:
        return None
    based = (Compare(("@baseType",), "eq", name, "text") for name in sorted(exposure.types))
    return Or((TypeIs(exposure.types), *based))


def belongs(exposure: Exposure, document: Document) -> bool:
    """True when the exposure shows records like the document."""
    return matches(narrowing(exposure), document)


def shows(exposure: Exposure, stored: Stored) -> bool:
    """True when the exposure shows the record."""
    return not exposure.types or belongs(exposure, stored.parsed())
