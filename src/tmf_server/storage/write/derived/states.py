"""States of a record and of inner objects: texts, moved only as the lifecycle allows. Runs no SQL."""

from collections.abc import Iterator

from tmf_server.errors import Fault, InvalidInput
from tmf_server.registry.entity import Document, Entity
from tmf_server.rules.canonical import attribute
from tmf_server.rules.lifecycle import Lifecycle
from tmf_server.storage.write.children import elements


def check_states(entity: Entity, document: Document) -> None:
    """Raise InvalidInput for a state besides texts, under the name of either version."""
    faults = [
        Fault(f"{pointer}/{machine.attribute}", "expected a state, which is a string")
        for pointer, holder, machine in _machines(entity, document)
        if not isinstance(attribute(holder, machine.attribute), str | None)
    ]
    if faults:
        raise InvalidInput(f"The {entity.name} has a state that is no string.", faults=faults)


def check_moves(entity: Entity, before: Document, after: Document) -> None:
    """Raise IllegalTransition for a forbidden move: of the record, or of an element known by its id."""
    for lifecycle in entity.lifecycles:
        lifecycle.check(lifecycle.of(before), lifecycle.of(after))
    for part in entity.storage.children:
        if part.lifecycle is None:
            continue
        former = {element.get("id"): element for _, element in elements(part, before)}
        for pointer, element in elements(part, after):
            old, new = former.get(element.get("id"), {}), part.lifecycle.of(element)
            if new is not None:
                part.lifecycle.check(part.lifecycle.of(old), new, pointer)


def _machines(entity: Entity, document: Document) -> Iterator[tuple[str, Document, Lifecycle]]:
    """Yield every object of the document with states, its JSON pointer and its lifecycle."""
    yield from (("", document, lifecycle) for lifecycle in entity.lifecycles)
    for part in entity.storage.children:
        if part.lifecycle is not None:
            yield from ((pointer, element, part.lifecycle) for pointer, element in elements(part, document))
