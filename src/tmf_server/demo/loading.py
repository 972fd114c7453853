"""Puts the demo and the seed into a database, through the write path for many records. Sends no events."""

import copy
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import chain, count, groupby

from tmf_server.demo import seed, seed_households
from tmf_server.demo.documents import DOCUMENTS
from tmf_server.registry.entity import Document, Entity
from tmf_server.storage.cloning import enter_copies, write_copies
from tmf_server.storage.connection.database import Connection, Database
from tmf_server.storage.contents import emptied, is_empty
from tmf_server.storage.write.bulk import BulkRecords

WRITERS = 2


def load_demo(connection: Connection, records: BulkRecords) -> int:
    """Store the demo in the transaction; return the number of records. Unserved nouns are left out."""
    return store(connection, records, copy.deepcopy(DOCUMENTS))


def load_demo_once(database: Database, records: BulkRecords) -> int:
    """Store the demo unless the database has records; how many were stored. Several processes may start at once."""

    def work(connection: Connection) -> int:
        return load_demo(connection, records) if is_empty(connection) else 0

    return database.transact(work)


def reset(database: Database, records: BulkRecords) -> int:
    """Remove everything and store the demo, in a transaction; return the number of records. Servers may stay up."""

    def once() -> int:
        with emptied(database) as connection:
            return load_demo(connection, records)

    return database.retried(once)


def store(connection: Connection, records: BulkRecords, documents: Iterable[Document]) -> int:
    """Store canonical documents of any nouns, grouped by type; return the number."""
    registry = records.registry
    number = 0
    for type_name, group in groupby(documents, lambda document: str(document["@type"])):
        entity = registry.entities.get(registry.kind_of(type_name, None))
        if entity is not None:
            number += len(records.create(connection, entity, list(group)))
    return number


class Turns:
    """Lets holders of numbers pass in order, from 0, from any thread."""

    def __init__(self) -> None:
        self._next = 0
        self._moved = threading.Condition()

    def wait(self, number: int) -> None:
        """Come back when all lower numbers have passed."""
        with self._moved:
            self._moved.wait_for(lambda: self._next >= number)

    def passed(self, number: int) -> None:
        """Let the next number pass; a number may pass again."""
        with self._moved:
            self._next = max(self._next, number + 1)
            self._moved.notify_all()


def seed_blocks(database: Database, records: BulkRecords, blocks: Iterable[int]) -> Iterator[int]:
    """Store the blocks, each in a transaction, and yield the number of records of each; 0 for a block stored before.

    Records are created in the order of the blocks, so that lists have the same order on every machine.
    """
    turns = Turns()

    def one(place: int, block: int) -> int:
        turns.wait(place)
        try:
            entered = partial(turns.passed, place)
            return database.transact(lambda connection: _store_block(connection, records, block, entered))
        finally:
            turns.passed(place)

    # SQLite has a single writer; PostgreSQL's processes do most of the work, so that a second writer pays
    with ThreadPoolExecutor(1 if database.dialect == "sqlite" else WRITERS) as writers:
        yield from writers.map(one, count(), blocks)


def _store_block(connection: Connection, records: BulkRecords, block: int, entered: Callable[[], None]) -> int:
    offerings = seed.originals(block)
    if records.known(connection, records.registry.entities["productOffering"], [offerings[0]["id"]]):
        return 0
    serial = seed.serial(block, seed.FIRST)
    households = seed_households.originals(block, serial)
    alarms = seed_households.alarms(block, serial)
    first = [seed.shared(block), offerings, seed_households.access(block), by_type(chain(*households)), alarms]
    number = sum(store(connection, records, documents) for documents in first)
    copies = [
        enter_copies(connection, records, clusters, serial=serial, serials=serials)
        for clusters, serials in (
            ([_cluster(records, [one]) for one in offerings], list(seed.serials(block))),
            ([_cluster(records, one) for one in households], list(seed_households.serials(block))),
        )
    ]
    entered()
    return number + sum(write_copies(connection, records, one) for one in copies)


def _cluster(records: BulkRecords, documents: Iterable[Document]) -> list[tuple[Entity, str]]:
    registry = records.registry
    found = [(registry.entities.get(registry.kind_of(one["@type"], None)), one["id"]) for one in documents]
    return [(entity, id_) for entity, id_ in found if entity is not None]


def by_type(documents: Iterable[Document]) -> list[Document]:
    """Return the documents grouped by type, in the order of the first document of each type."""
    groups: dict[str, list[Document]] = {}
    for document in documents:
        groups.setdefault(document["@type"], []).append(document)
    return [document for group in groups.values() for document in group]
