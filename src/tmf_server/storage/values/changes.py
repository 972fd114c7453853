"""Changes of records, as values for the outbox."""

from dataclasses import dataclass
from typing import Any

from tmf_server.rules.canonical import V4_EXTRAS

CREATE, ATTRIBUTE_VALUE_CHANGE, DELETE = "Create", "AttributeValueChange", "Delete"


@dataclass(frozen=True, slots=True)
class Change:
    """An event of a record.

    `kind` and `id` name the record; `event` is Create, AttributeValueChange, StateChange, Delete or a further word of
    the noun; `document` is the canonical text after the change (for a Delete: before the change); `time` is in
    microseconds since 1970 UTC; `paths` are the first-level attributes changed.
    """

    kind: str
    id: str
    key: int
    event: str
    document: str
    time: int
    paths: tuple[str, ...] = ()


def changed_attributes(before: dict[str, Any], after: dict[str, Any]) -> tuple[str, ...]:
    """Return the differing first-level attributes, in the order of the documents; v4 extras by their v4 names."""
    names = [*before, *(name for name in after if name not in before)]
    changed = [name for name in names if before.get(name) != after.get(name)]
    if V4_EXTRAS in changed:
        place = changed.index(V4_EXTRAS)
        changed[place : place + 1] = changed_attributes(before.get(V4_EXTRAS, {}), after.get(V4_EXTRAS, {}))
    return tuple(dict.fromkeys(changed))
