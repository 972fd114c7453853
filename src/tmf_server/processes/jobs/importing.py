"""Import: stores the records of a file batch by batch, each batch whole or not at all."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby
from pathlib import Path
from typing import Any

import structlog

from tmf_server.errors import Duplicate, InvalidInput, NotFound, Problem, Unjudged
from tmf_server.processes.jobs.context import ProgressSink, TransferContext
from tmf_server.processes.jobs.progress import Progress
from tmf_server.processes.jobs.reading import FilePosition, RawRecord, read_records
from tmf_server.processes.jobs.selection import RecordSelection, TypeRouter
from tmf_server.registry.entity import Document
from tmf_server.registry.exposure import Exposure
from tmf_server.storage.connection.database import Connection
from tmf_server.storage.write.bulk import BulkRecords
from tmf_server.storage.write.derived.defaults import OURS
from tmf_server.storage.write.records import Stored

BATCH_RECORDS = 500
BATCH_BYTES = 4_000_000
CONTAINERS = frozenset({dict, list})  # the types of parsed JSON, no subclasses
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Item:
    """A valid record of the file, in the form of its version."""

    exposure: Exposure
    document: Document
    place: str
    unknown: tuple[str, ...] = ()

    @property
    def id(self) -> str | None:
        """The id of the record; None when the server is to choose."""
        return self.document.get("id")


@dataclass(frozen=True, slots=True)
class Refusal:
    """A refused record: the place in the file and the reason."""

    place: str
    problem: Problem
    exposure: None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """Records of one transaction, no id twice, and the position in the file behind the last record."""

    entries: list[Item | Refusal]
    mark: FilePosition


class BatchBuilder:
    """Collects records for the next batch."""

    def __init__(self, mark: FilePosition) -> None:
        self._mark = mark
        self._clear()

    def _clear(self) -> None:
        self._entries: list[Item | Refusal] = []
        self._names: set[tuple[str, str]] = set()
        self._size = 0

    def takes(self, entry: Item | Refusal) -> bool:
        """Tell whether the entry fits: False for a full batch and for an id already in the batch."""
        full = len(self._entries) == BATCH_RECORDS or self._size > BATCH_BYTES
        return not self._entries or not (full or _name(entry) in self._names)

    def add(self, entry: Item | Refusal, raw: RawRecord) -> None:
        """Add the entry to the batch."""
        self._entries.append(entry)
        name = _name(entry)
        if name is not None:
            self._names.add(name)
        self._size += len(raw.data)
        self._mark = raw.after

    def closed(self) -> Batch:
        """Return the collected batch and begin the next."""
        batch = Batch(self._entries, self._mark)
        self._clear()
        return batch

    def rest(self) -> Iterator[Batch]:
        """Yield the last batch unless empty."""
        if self._entries:
            yield self.closed()


def _name(entry: Item | Refusal) -> tuple[str, str] | None:
    if isinstance(entry, Refusal) or entry.id is None:
        return None
    return entry.exposure.entity.name, entry.id


@dataclass(frozen=True)
class Importer:
    """Imports files. `upsert` changes existing records with different content, `silent` sends no events."""

    context: TransferContext
    selection: RecordSelection
    upsert: bool = False
    silent: bool = False

    def run(self, path: Path, progress: Progress, sink: ProgressSink) -> Progress:
        """Import the records behind the position of the progress, and return the progress at the end of the file.

        Raises InvalidInput for an unreadable rest of the file; every batch before stays stored and is counted in the
        progress given to the sink.
        """
        router = TypeRouter(self.selection)
        for batch in self._batches(path, progress.mark, router):
            progress = self.context.database.transact(lambda connection: self._store(connection, batch, progress, sink))  # noqa: B023 - runs at once
            sink.beat(progress)
        return progress

    def _batches(self, path: Path, start: FilePosition, router: TypeRouter) -> Iterator[Batch]:
        """Yield the batches of the file; before an unreadable place the records so far are a batch."""
        batch = BatchBuilder(start)
        try:
            for raw in read_records(path, self.context.settings.limits.max_body_bytes, start):
                entry = self._judge(raw, router)
                if not batch.takes(entry):
                    yield batch.closed()
                batch.add(entry, raw)
        except InvalidInput:
            yield from batch.rest()
            raise
        yield from batch.rest()

    def _judge(self, raw: RawRecord, router: TypeRouter) -> Item | Refusal:
        place = f"record {raw.after.number}, line {raw.line}"
        try:
            return self._parse(raw, router, place)
        except Exception as error:  # noqa: BLE001 - any failure is the failure of this record
            return Refusal(place, self._problem_of(error, place))

    def _parse(self, raw: RawRecord, router: TypeRouter, place: str) -> Item:
        codec = self.context.codec
        document = codec.parse(raw.data)
        if not isinstance(document, dict):
            raise InvalidInput("A record is a JSON object.")
        exposure = router.exposure(document)
        checked = codec.checked(exposure, document)
        unknown = codec.unknown(exposure, checked)
        return Item(exposure, strip_hrefs(checked, self._nouns), place, unknown)

    # -- one transaction ------------------------------------------------------------------------
    def _store(self, connection: Connection, batch: Batch, before: Progress, sink: ProgressSink) -> Progress:
        progress = replace(before, mark=batch.mark)
        for exposure, group in groupby(batch.entries, lambda entry: entry.exposure):
            entries = list(group)
            for entry in entries:
                if isinstance(entry, Refusal):
                    progress = progress.refusing(entry.place, entry.problem)
            if exposure is not None:
                items = [entry for entry in entries if isinstance(entry, Item)]
                for item in items:
                    progress = progress.warning(item.place, item.unknown)
                progress = self._store_items(connection, exposure, items, progress)
        sink.save(connection, progress)
        return progress

    def _store_items(
        self, connection: Connection, exposure: Exposure, items: Sequence[Item], progress: Progress
    ) -> Progress:
        ids = [item.id for item in items if item.id is not None]
        known = self.context.records.known(connection, exposure.entity, ids) if ids else {}
        fresh = [item for item in items if item.id not in known]
        for item in items:
            if item.id in known:
                progress = self._meet(connection, item, known[item.id], progress)
        return self._create(connection, exposure, fresh, progress)

    def _create(
        self, connection: Connection, exposure: Exposure, items: Sequence[Item], progress: Progress
    ) -> Progress:
        """Create the records together; after a failure, search the faulty records by halves."""
        if not items:
            return progress
        try:
            with connection.begin_nested():
                documents = [exposure.view.accept(item.document) for item in items]
                self._records.create(connection, exposure.entity, documents, policy=self._policy(exposure))
            return replace(progress, imported=progress.imported + len(items))
        except Exception as error:
            if self.context.database.is_passing(error):
                raise
            if len(items) == 1:
                return progress.refusing(items[0].place, self._problem_of(error, items[0].place))
        half = len(items) // 2
        progress = self._create(connection, exposure, items[:half], progress)
        return self._create(connection, exposure, items[half:], progress)

    def _meet(self, connection: Connection, item: Item, stored: Stored, progress: Progress) -> Progress:
        """Take a record whose id exists: equal content, an upsert, or a conflict."""
        try:
            if self.upsert:
                return self._change(connection, item, progress)
            if _brings_nothing(item, stored.parsed()):
                return replace(progress, present=progress.present + 1)
        except Exception as error:
            if self.context.database.is_passing(error):
                raise
            return progress.refusing(item.place, self._problem_of(error, item.place))
        where = "/id: expected a free id or the same content"
        return progress.refusing(item.place, Duplicate(f"{item.id!r} is here with other content.", message=where))

    def _change(self, connection: Connection, item: Item, progress: Progress) -> Progress:
        entity, records = item.exposure.entity, self._records
        with connection.begin_nested():
            stored = records.load(connection, entity, item.document["id"], lock=True)
            if stored is None:
                raise NotFound(f"{item.id!r} was removed a moment ago.")
            after = _over(item, stored.parsed())
            changed = records.update(connection, entity, stored, after, policy=self._policy(item.exposure))
        if changed.revision == stored.revision:
            return replace(progress, present=progress.present + 1)
        return replace(progress, updated=progress.updated + 1)

    @staticmethod
    def _problem_of(error: Exception, place: str) -> Problem:
        """Return the problem reported for an error; an internal error is logged with its cause."""
        if isinstance(error, Problem):
            return error
        log.error("record could not be judged", place=place, exc_info=error)
        return Unjudged("The server failed to judge this record; its log has the cause.")

    @cached_property
    def _nouns(self) -> frozenset[str]:
        return frozenset(one.noun for one in self.context.registry.exposures)

    @property
    def _records(self) -> BulkRecords:
        return self.context.silent_records if self.silent else self.context.records

    def _policy(self, exposure: Exposure) -> str:
        return self.context.settings.contracts.reference_policy(exposure.contract.api)


def _brings_nothing(item: Item, existing: Document) -> bool:
    """Tell whether the stored record has all attributes of the file with equal values, save server-set attributes."""
    stamps = item.exposure.entity.derive.timestamps
    before = strip_hrefs(existing)
    after = item.exposure.view.accept(strip_hrefs(item.document), before)
    return all(before.get(name) == value or stamps.get(name) in OURS for name, value in after.items())


def _over(item: Item, existing: Document) -> Document:
    """Return the record of the file; server-set and inverse attributes absent from the file keep their values."""
    references, derive = item.exposure.entity.references, item.exposure.entity.derive
    ends = (name for one in references.inverse for name in (one.attribute, one.other))
    kept = {name: existing[name] for name in (*derive.timestamps, *derive.defaults, *ends) if name in existing}
    after: Document = kept | item.exposure.view.accept(item.document, existing)
    return after | {
        name: existing[name] for name, when in derive.timestamps.items() if when in OURS and name in existing
    }


def strip_hrefs(document: Document, nouns: frozenset[str] | None = None) -> Document:
    """Remove from the document, in place, the hrefs of records of the nouns; without nouns, all hrefs.

    The server computes the links of its own records, and links of a different server would be wrong here. Links to
    records of further systems remain.
    """
    nodes: list[Any] = [document]
    for node in nodes:  # grows during the walk
        values = node
        if isinstance(node, dict):
            href = node.get("href")
            if href is not None:
                collection, _, last = str(href).rpartition("/")
                if nouns is None or (last == node.get("id") and collection.rpartition("/")[2] in nouns):
                    del node["href"]
            values = node.values()
        nodes += [value for value in values if type(value) in CONTAINERS]
    return document
