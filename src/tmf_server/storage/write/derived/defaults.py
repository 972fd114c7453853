"""What the server adds to a document before it is stored, and the rules it has to keep. Pure; names no noun."""

from collections.abc import Collection

from tmf_server.errors import InvalidInput
from tmf_server.registry.entity import ALWAYS, CHANGE, CREATE_ONLY, Document, Entity
from tmf_server.rules.canonical import MARK, attribute, with_values
from tmf_server.rules.ids import fresh_uuid
from tmf_server.rules.instants import format_instant
from tmf_server.storage.values.changes import changed_attributes

OURS = frozenset({ALWAYS, CREATE_ONLY})


def local_href(kind: str, id_: str) -> str:
    """How the href of a record that is here is stored; every reader gets it for his host and version."""
    return f"{MARK}{kind}/{id_}"


def completed(entity: Entity, document: Document, moment: int) -> Document:
    """The new record as it is stored: with id, href, stamps, defaults and what follows. InvalidInput by its rules."""
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
    """The attributes that differ, without those that are the server's alone to set."""
    return tuple(name for name in changed_attributes(before, after) if entity.derive.timestamps.get(name) not in OURS)


def followed(
    entity: Entity, before: Document, after: Document, moment: int, *, dated: bool = False
) -> tuple[Document, tuple[str, ...]]:
    """The changed record with what follows from the change, stamped, and which attributes that changes but for stamps.

    The time of a change that is `dated` stays as it says. Raises InvalidInput by the rules of what changed.
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
    """Check the rules; a fault in an attribute that did not change is not the client's."""
    found = [fault for rule in entity.rules for fault in rule(document)]
    faults = [fault for fault in found if fault.pointer.split("/")[1] in changed]
    if faults:
        raise InvalidInput(f"The {entity.name} breaks a rule.", faults=faults, code="ruleViolated")
