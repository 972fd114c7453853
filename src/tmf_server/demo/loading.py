"""Puts the demo and the seed into a database, through the write path for many records. Sends no events."""

import copy
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby

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
    count = 0
    for type_name, group in groupby(documents, lambda document: str(document["@type"])):
        entity = registry.entities.get(registry.kind_of(type_name, None))
        if entity is not None:
            count += len(records.create(connection, entity, list(group)))
    return count


def seed_blocks(database: Database, records: BulkRecords, blocks: Iterable[int]) -> Iterator[int]:
    """Store the blocks, each in a transaction, and give how many offerings each brought; 0 for one that is here."""

    def one(block: int) -> int:
        return database.transact(lambda connection: _store_block(connection, records, block))

    # SQLite has one writer; PostgreSQL's processes do most of the work, so that a second one pays
    with ThreadPoolExecutor(1 if database.dialect == "sqlite" else WRITERS) as writers:
        yield from writers.map(one, blocks)


def _store_block(connection: Connection, records: BulkRecords, block: int) -> int:
    entity = records.registry.entities["productOffering"]
    first = seed.originals(block)
    ids = [document["id"] for document in first]
    if records.known(connection, entity, ids[:1]):
        return 0
    store(connection, records, seed.shared(block))
    store(connection, records, first)
    copies = list(seed.serials(block))
    first_serial = seed.serial(block, seed.FIRST)
    copy_records(connection, records, entity, originals=ids, serial=first_serial, serials=copies)
    return len(ids) + len(copies)
