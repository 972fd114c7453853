"""What happened to a record, as the outbox gets it. Values only."""

from dataclasses import dataclass
from typing import Any

from tmf_server.rules.canonical import V4_EXTRAS

CREATE, ATTRIBUTE_VALUE_CHANGE, DELETE = "Create", "AttributeValueChange", "Delete"


@dataclass(frozen=True, slots=True)
class Change:
    """One event of one record: `kind` and `id` name it, `event` is Create, AttributeValueChange, StateChange, Delete
    or another word of the noun, `document` the canonical text after the change (before it, for a Delete), `time`
    microseconds since 1970 UTC, `paths` the first-level attributes that changed.
    """

    kind: str
    id: str
    key: int
    event: str
    document: str
    time: int
    paths: tuple[str, ...] = ()


def changed_attributes(before: dict[str, Any], after: dict[str, Any]) -> tuple[str, ...]:
    """The first-level attributes that differ, in the order of the documents; those of v4 alone by their v4 names."""
    names = [*before, *(name for name in after if name not in before)]
    changed = [name for name in names if before.get(name) != after.get(name)]
    if V4_EXTRAS in changed:
        place = changed.index(V4_EXTRAS)
        changed[place : place + 1] = changed_attributes(before.get(V4_EXTRAS, {}), after.get(V4_EXTRAS, {}))
    return tuple(dict.fromkeys(changed))
