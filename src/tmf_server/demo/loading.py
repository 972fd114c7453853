"""Puts the demo and the seed into a database, through the write path for many records. Sends no events."""

import copy
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import count, groupby

from tmf_server.demo import seed
from tmf_server.demo.documents import DOCUMENTS
from tmf_server.registry import Document
from tmf_server.storage.bulk import BulkRecords
from tmf_server.storage.contents import emptied, is_empty
from tmf_server.storage.copies import copy_records
from tmf_server.storage.database import Connection, Database

WRITERS = 2


def load_demo(connection: Connection, records: BulkRecords) -> int:
    """Store the demo in the transaction; how many records. A server that does not serve a noun leaves it out."""
    return store(connection, records, copy.deepcopy(DOCUMENTS))


def load_demo_once(database: Database, records: BulkRecords) -> int:
    """Store the demo unless the database has records; how many were stored. Several processes may start at once."""

    def work(connection: Connection) -> int:
        return load_demo(connection, records) if is_empty(connection) else 0

    return database.transact(work)


def reset(database: Database, records: BulkRecords) -> int:
    """Remove everything and store the demo, in one transaction; how many records."""
    with emptied(database) as connection:
        return load_demo(connection, records)


def store(connection: Connection, records: BulkRecords, documents: Iterable[Document]) -> int:
    """Store canonical documents of any nouns, those of one type together; how many."""
    registry = records.registry
    number = 0
    for type_name, group in groupby(documents, lambda document: str(document["@type"])):
        entity = registry.entities.get(registry.kind_of(type_name, None))
        if entity is not None:
            number += len(records.create(connection, entity, list(group)))
    return number


class Turns:
    """Lets those who hold numbers pass in their order, from 0, whichever thread has each."""

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
    """Store the blocks, each in a transaction, and give how many offerings each brought; 0 for one that is here.

    Their records are created in the order of the blocks, so that every list shows them so on every machine.
    """
    turns = Turns()

    def one(place: int, block: int) -> int:
        turns.wait(place)
        try:
            entered = partial(turns.passed, place)
            return database.transact(lambda connection: _store_block(connection, records, block, entered))
        finally:
            turns.passed(place)

    # SQLite has one writer; PostgreSQL's processes do most of the work, so that a second one pays
    with ThreadPoolExecutor(1 if database.dialect == "sqlite" else WRITERS) as writers:
        yield from writers.map(one, count(), blocks)


def _store_block(connection: Connection, records: BulkRecords, block: int, entered: Callable[[], None]) -> int:
    entity = records.registry.entities["productOffering"]
    first = seed.originals(block)
    ids = [document["id"] for document in first]
    if records.known(connection, entity, ids[:1]):
        return 0
    store(connection, records, seed.shared(block))
    store(connection, records, first)
    clusters = [[(entity, id_)] for id_ in ids]
    serial, serials = seed.serial(block, seed.FIRST), list(seed.serials(block))
    copied = copy_records(connection, records, clusters, serial=serial, serials=serials, entered=entered)
    return len(ids) + copied
