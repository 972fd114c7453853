"""Keeps both ends of a relation in step: when A names B, B names A. Works through the given write path."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection

from tmf_server.registry.entity import Document, Entity, InverseReference, Path
from tmf_server.storage.values.extract import Reference

if TYPE_CHECKING:
    from tmf_server.storage.write.records import Records


class Links:
    """Follows the references gained or lost by a record, and changes the records at the far end."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def follow(
        self,
        connection: Connection,
        entity: Entity,
        document: Document,
        added: Sequence[Reference],
        removed: Sequence[Reference],
    ) -> None:
        """Add the inverse reference at targets of `added`, remove the inverse reference at targets of `removed`."""
        for inverse in _both_ways(entity):
            gained = [one for one in added if one.path == inverse.attribute]
            lost = [one for one in removed if one.path == inverse.attribute]
            still = {one.id for one in gained}
            for one in lost:
                if one.id not in still:
                    self._forget(connection, entity, inverse, one.id, document)
            for one in gained:
                self._name(connection, entity, inverse, one, document)

    def _forget(
        self, connection: Connection, entity: Entity, inverse: InverseReference, id_: str, document: Document
    ) -> None:
        other = self._records.load(connection, entity, id_, lock=True)
        if other is not None:
            is_demanded = self._records.extractor(entity).is_demanded
            after = without_reference(other.parsed(), (inverse.other,), document["id"], is_demanded)
            self._records.update(connection, entity, other, after, concluded=True)

    def _name(
        self, connection: Connection, entity: Entity, inverse: InverseReference, target: Reference, document: Document
    ) -> None:
        other = self._records.load(connection, entity, target.id, lock=True)
        if other is None:
            return
        after = other.parsed()
        present = after.get(inverse.other)
        held = present if isinstance(present, list) else [present] if present else []
        if any(element.get("id") == document["id"] for element in held):
            return
        back = {"id": document["id"], "name": document.get("name"), "@type": target.node.get("@type")}
        back = {name: value for name, value in back.items() if value is not None}
        if inverse.other_single:
            for former in held:
                self._forget(connection, entity, _turned(inverse), former["id"], after)
            after[inverse.other] = back
        else:
            after[inverse.other] = [*held, back]
        self._records.update(connection, entity, other, after, concluded=True)


def _turned(inverse: InverseReference) -> InverseReference:
    return InverseReference(inverse.other, inverse.attribute, single=inverse.other_single, other_single=inverse.single)


def _both_ways(entity: Entity) -> list[InverseReference]:
    return [one for inverse in entity.references.inverse for one in (inverse, _turned(inverse))]


def without_reference(document: Document, path: Path, id_: str, is_demanded: Callable[[Path], bool]) -> Document:
    """Return the document without references to a record at the path, and without objects demanding such a reference.

    `is_demanded` tells whether an object must have an attribute. Empty arrays go with their attribute.
    """
    left: Document | None = _left(document, (), path, id_, is_demanded)
    return document if left is None else left


def _left(node: Any, above: Path, rest: Path, id_: str, is_demanded: Callable[[Path], bool]) -> Any:
    """Return the rest of the node below `above`; None for nothing."""
    if isinstance(node, list):
        elements = [_left(element, above, rest, id_, is_demanded) for element in node]
        return [element for element in elements if element is not None] or None
    if not isinstance(node, dict):
        return node
    if not rest:
        return None if node.get("id") == id_ else node
    place = (*above, rest[0])
    if rest[0] not in node:
        return node
    left = _left(node[rest[0]], place, rest[1:], id_, is_demanded)
    if left is not None:
        return {**node, rest[0]: left}
    return None if above and is_demanded(place) else {name: value for name, value in node.items() if name != rest[0]}
