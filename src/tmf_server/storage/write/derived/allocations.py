"""Allocations: whether a record may be taken into use, and the attributes of a used record. Names no noun."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from tmf_server.errors import Conflict
from tmf_server.registry.entity import RESTRICT, Allocation, Document, Entity
from tmf_server.rules.canonical import with_values

if TYPE_CHECKING:
    from tmf_server.storage.write.records import Records


class Uses:
    """Keeps used records in step with their users."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def taken(
        self, connection: Connection, entity: Entity, documents: Sequence[tuple[int, Document]]
    ) -> list[Document]:
        """Return the documents, each with its key, with attributes recomputed from the number of users.

        A new record can already have users: references may be created before their target.
        """
        found = [document for _, document in documents]
        for user, allocation in self._records.registry.users(entity.name):
            counts = self._count(connection, [key for key, _ in documents], user, allocation)
            found = [
                with_values(document, allocation.usage(document, counts[key])) if key in counts else document
                for (key, _), document in zip(documents, found, strict=True)
            ]
        return found

    def follow(self, connection: Connection, entity: Entity, before: Document | None, after: Document | None) -> None:
        """Take newly used records and release records no longer used. Conflict for a record that cannot be taken."""
        for allocation in entity.references.allocations:
            old, new = self._used(entity, allocation, before), self._used(entity, allocation, after)
            # a single order everywhere, so that two writers never wait for each other
            for id_ in sorted(old ^ new):
                self._settle(connection, entity, allocation, id_, gained=id_ in new)

    def _used(self, entity: Entity, allocation: Allocation, document: Document | None) -> set[str]:
        if document is None or entity.is_history(document):
            return set()
        references = self._records.extractor(entity).references(document)
        return {one.id for one in references if one.path == allocation.path and one.kind == allocation.kind}

    def _settle(
        self, connection: Connection, entity: Entity, allocation: Allocation, id_: str, *, gained: bool
    ) -> None:
        kind = self._records.registry.entities.get(allocation.kind)
        other = None if kind is None else self._records.load(connection, kind, id_, lock=True)
        if kind is None or other is None:
            return
        document = other.parsed()
        number = self._count(connection, [other.key], entity, allocation).get(other.key, 0)
        refusal = allocation.refusal(document, number) if gained else None
        if refusal is not None:
            raise Conflict(
                f"The {allocation.kind} {id_!r} cannot be taken: {refusal}.",
                code="notAvailable",
                message=f"/{allocation.path.replace('.', '/')}: expected a {allocation.kind} that is free",
            )
        after = with_values(document, allocation.usage(document, number))
        self._records.update(connection, kind, other, after, concluded=True)

    def _count(
        self, connection: Connection, keys: Sequence[int], user: Entity, allocation: Allocation
    ) -> dict[int, int]:
        return self._records.rows.users(connection, keys, user.name, allocation.path, RESTRICT)
