"""Attributes derived from further records, read set by set. Names no noun."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import orjson
from sqlalchemy import Connection

from tmf_server.registry.entity import Document, Entity, Target
from tmf_server.rules.canonical import with_values

if TYPE_CHECKING:
    from tmf_server.storage.write.records import Records

Pair = tuple[Document, Document | None]
"""A document about to be stored, and the document before the change; None for a new record."""


class Consulting:
    """Asks the consultations of entities."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def concluded(self, connection: Connection, entity: Entity, pairs: Sequence[Pair], moment: int) -> list[Document]:
        """Return the documents with attributes derived from further records. InvalidInput for a forbidden document."""
        for derivation in entity.derive.from_others:
            known: dict[Target, Document | None] = {}
            while wanted := {one for pair in pairs for one in derivation.needs(*pair, known)} - known.keys():
                known |= self._read(connection, wanted)
            pairs = [
                (with_values(document, derivation.derive(document, before, known, moment)), before)
                for document, before in pairs
            ]
        return [document for document, _ in pairs]

    def _read(self, connection: Connection, wanted: Iterable[Target]) -> dict[Target, Document | None]:
        """Return the existing records among the wanted; nothing of an unserved kind."""
        known: dict[Target, Document | None] = dict.fromkeys(wanted)
        for kind in {kind for kind, _ in known}:
            entity = self._records.registry.entities.get(kind)
            if entity is not None:
                ids = sorted(id_ for one, id_ in known if one == kind)
                texts = self._records.rows.documents(connection, entity.storage.table, ids)
                known |= {(kind, id_): orjson.loads(text) for id_, text in texts.items()}
        return known
