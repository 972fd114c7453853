"""Attributes added to a document before it is stored, and the content rules. Pure; names no noun."""

from collections.abc import Collection

from tmf_server.errors import InvalidInput
from tmf_server.registry.entity import ALWAYS, CHANGE, CREATE_ONLY, Document, Entity
from tmf_server.rules.canonical import MARK, attribute, with_values
from tmf_server.rules.ids import fresh_uuid
from tmf_server.rules.instants import format_instant
from tmf_server.storage.values.changes import changed_attributes

OURS = frozenset({ALWAYS, CREATE_ONLY})


def local_href(kind: str, id_: str) -> str:
    """Return the stored href of a local record; readers get the href of their host and version."""
    return f"{MARK}{kind}/{id_}"


def completed(entity: Entity, document: Document, moment: int) -> Document:
    """Return the new record with id, href, timestamps, defaults and derived attributes. InvalidInput by its rules."""
    id_ = document.get("id") or fresh_uuid()
    rest = {name: value for name, value in document.items() if name not in ("id", "href")}
    new = {"id": id_, "href": local_href(entity.name, id_), **rest}
    for name, when in entity.derive.timestamps.items():
        if when in OURS or attribute(new, name) is None:
            new[name] = format_instant(moment)
    for name, value in entity.derive.defaults.items():
        if attribute(new, name) is None:
            new[name] = value
    new = _concluded(entity, new, None, moment)
    _obey(entity, new, new)
    return new


def changes(entity: Entity, before: Document, after: Document) -> tuple[str, ...]:
    """Return the changed attributes, without attributes only set by the server."""
    return tuple(name for name in changed_attributes(before, after) if entity.derive.timestamps.get(name) not in OURS)


def followed(
    entity: Entity, before: Document, after: Document, moment: int, *, dated: bool = False
) -> tuple[Document, tuple[str, ...]]:
    """Return the changed record with derived attributes and timestamps, and the changed attributes save timestamps.

    A `dated` change keeps its own time. Raises InvalidInput by the rules for changed attributes.
    """
    after = _concluded(entity, after, before, moment)
    changed = changes(entity, before, after)
    _obey(entity, after, changed)
    stamped = {
        name: format_instant(moment)
        for name, when in entity.derive.timestamps.items()
        if when == ALWAYS or (when == CHANGE and name not in changed and not dated)
    }
    return after | stamped, changed


def _concluded(entity: Entity, document: Document, before: Document | None, moment: int) -> Document:
    for conclude in entity.derive.from_self:
        document = with_values(document, conclude(document, before, moment))
    return document


def _obey(entity: Entity, document: Document, changed: Collection[str]) -> None:
    """Check the rules; a fault in an unchanged attribute is not the client's."""
    found = [fault for rule in entity.rules for fault in rule(document)]
    faults = [fault for fault in found if fault.pointer.split("/")[1] in changed]
    if faults:
        raise InvalidInput(f"The {entity.name} breaks a rule.", faults=faults, code="ruleViolated")
