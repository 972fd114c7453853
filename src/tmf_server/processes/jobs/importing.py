"""Import: records out of a file into the database, batch by batch, each batch whole or not at all."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby
from pathlib import Path
from typing import Any

import structlog

from tmf_server.errors import Duplicate, InvalidInput, NotFound, Problem, Unjudged
from tmf_server.processes.jobs.context import Desk, Keeper
from tmf_server.processes.jobs.progress import Progress
from tmf_server.processes.jobs.reading import Mark, Raw, read_records
from tmf_server.processes.jobs.selection import Choice, Sorter
from tmf_server.registry.entity import Document
from tmf_server.registry.exposure import Exposure
from tmf_server.storage.connection.database import Connection
from tmf_server.storage.write.bulk import BulkRecords
from tmf_server.storage.write.derived.defaults import OURS
from tmf_server.storage.write.records import Stored

BATCH_RECORDS = 500
BATCH_BYTES = 4_000_000
CONTAINERS = frozenset({dict, list})  # what parsed JSON has, no subclasses
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Item:
    """One record of the file that was understood, as its version shows it."""

    exposure: Exposure
    document: Document
    place: str
    unknown: tuple[str, ...] = ()

    @property
    def id(self) -> str | None:
        """The id that it brings, if it does."""
        return self.document.get("id")


@dataclass(frozen=True, slots=True)
class Refusal:
    """One that was not."""

    place: str
    problem: Problem
    exposure: None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """Records that are stored in one transaction, no id twice, and the mark behind them."""

    entries: list[Item | Refusal]
    mark: Mark


class _Open:
    """A batch that is being filled."""

    def __init__(self, mark: Mark) -> None:
        self._mark = mark
        self._clear()

    def _clear(self) -> None:
        self._entries: list[Item | Refusal] = []
        self._names: set[tuple[str, str]] = set()
        self._size = 0

    def takes(self, entry: Item | Refusal) -> bool:
        """False when the batch is full, or has a record of that name already."""
        full = len(self._entries) == BATCH_RECORDS or self._size > BATCH_BYTES
        return not self._entries or not (full or _name(entry) in self._names)

    def add(self, entry: Item | Refusal, raw: Raw) -> None:
        """Put the entry in."""
        self._entries.append(entry)
        name = _name(entry)
        if name is not None:
            self._names.add(name)
        self._size += len(raw.data)
        self._mark = raw.after

    def closed(self) -> Batch:
        """The batch as it is; another begins."""
        batch = Batch(self._entries, self._mark)
        self._clear()
        return batch

    def rest(self) -> Iterator[Batch]:
        """The batch if there is anything in it."""
        if self._entries:
            yield self.closed()


def _name(entry: Item | Refusal) -> tuple[str, str] | None:
    if isinstance(entry, Refusal) or entry.id is None:
        return None
    return entry.exposure.entity.name, entry.id


@dataclass(frozen=True)
class Importer:
    """Imports files. `upsert` changes records that are here with other content, `silent` sends no events."""

    desk: Desk
    choice: Choice
    upsert: bool = False
    silent: bool = False

    def run(self, path: Path, progress: Progress, keeper: Keeper) -> Progress:
        """Import what the file has behind the progress's mark, and return the progress at its end.

        Raises InvalidInput when the file cannot be read on; every batch before that stays, and is in the progress
        that the keeper has.
        """
        sorter = Sorter(self.choice)
        for batch in self._batches(path, progress.mark, sorter):
            progress = self.desk.database.transact(lambda connection: self._store(connection, batch, progress, keeper))  # noqa: B023 - runs at once
            keeper.beat(progress)
        return progress

    def _batches(self, path: Path, start: Mark, sorter: Sorter) -> Iterator[Batch]:
        """The file in batches; where it cannot be read on, what came before is a batch still."""
        batch = _Open(start)
        try:
            for raw in read_records(path, self.desk.settings.limits.max_body_bytes, start):
                entry = self._entry(raw, sorter)
                if not batch.takes(entry):
                    yield batch.closed()
                batch.add(entry, raw)
        except InvalidInput:
            yield from batch.rest()
            raise
        yield from batch.rest()

    def _entry(self, raw: Raw, sorter: Sorter) -> Item | Refusal:
        place = f"record {raw.after.number}, line {raw.line}"
        try:
            return self._item(raw, sorter, place)
        except Exception as error:  # noqa: BLE001 - whatever fails is told of this record
            return Refusal(place, self._told(error, place))

    def _item(self, raw: Raw, sorter: Sorter, place: str) -> Item:
        document = self.desk.language.parse(raw.data)
        if not isinstance(document, dict):
            raise InvalidInput("A record is a JSON object.")
        exposure = sorter.exposure(document)
        checked = self.desk.language.checked(exposure, document)
        unknown = self.desk.language.unknown(exposure, checked)
        return Item(exposure, strip_hrefs(checked, self._nouns), place, unknown)

    # -- one transaction ------------------------------------------------------------------------
    def _store(self, connection: Connection, batch: Batch, before: Progress, keeper: Keeper) -> Progress:
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
        keeper.save(connection, progress)
        return progress

    def _store_items(
        self, connection: Connection, exposure: Exposure, items: Sequence[Item], progress: Progress
    ) -> Progress:
        ids = [item.id for item in items if item.id is not None]
        known = self.desk.records.known(connection, exposure.entity, ids) if ids else {}
        fresh = [item for item in items if item.id not in known]
        for item in items:
            if item.id in known:
                progress = self._meet(connection, item, known[item.id], progress)
        return self._create(connection, exposure, fresh, progress)

    def _create(
        self, connection: Connection, exposure: Exposure, items: Sequence[Item], progress: Progress
    ) -> Progress:
        """Create them together; when that fails, find out by halves which ones are at fault."""
        if not items:
            return progress
        try:
            with connection.begin_nested():
                documents = [exposure.view.accept(item.document) for item in items]
                self._records.create(connection, exposure.entity, documents, policy=self._policy(exposure))
            return replace(progress, imported=progress.imported + len(items))
        except Exception as error:
            if self.desk.database.is_passing(error):
                raise
            if len(items) == 1:
                return progress.refusing(items[0].place, self._told(error, items[0].place))
        half = len(items) // 2
        progress = self._create(connection, exposure, items[:half], progress)
        return self._create(connection, exposure, items[half:], progress)

    def _meet(self, connection: Connection, item: Item, stored: Stored, progress: Progress) -> Progress:
        """A record with that id is here: the same, to be changed, or in the way."""
        try:
            if self.upsert:
                return self._change(connection, item, progress)
            if _brings_nothing(item, stored.parsed()):
                return replace(progress, present=progress.present + 1)
        except Exception as error:
            if self.desk.database.is_passing(error):
                raise
            return progress.refusing(item.place, self._told(error, item.place))
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
    def _told(error: Exception, place: str) -> Problem:
        """What the importer's client is told of an error; a fault of the server's own is logged with its cause."""
        if isinstance(error, Problem):
            return error
        log.error("record could not be judged", place=place, exc_info=error)
        return Unjudged("The server failed to judge this record; its log has the cause.")

    @cached_property
    def _nouns(self) -> frozenset[str]:
        return frozenset(one.noun for one in self.desk.registry.exposures)

    @property
    def _records(self) -> BulkRecords:
        return self.desk.quiet if self.silent else self.desk.records

    def _policy(self, exposure: Exposure) -> str:
        return self.desk.settings.contracts.reference_policy(exposure.contract.api)


def _brings_nothing(item: Item, existing: Document) -> bool:
    """True when every attribute that the file gives is here with the same value, but for what the server sets."""
    stamps = item.exposure.entity.stamps
    before = strip_hrefs(existing)
    after = item.exposure.view.accept(strip_hrefs(item.document), before)
    return all(before.get(name) == value or stamps.get(name) in OURS for name, value in after.items())


def _over(item: Item, existing: Document) -> Document:
    """The record as the file has it; what the server fills in or keeps in step stays where the file leaves it out."""
    entity = item.exposure.entity
    ends = (name for one in entity.mirrors for name in (one.attribute, one.other))
    kept = {name: existing[name] for name in (*entity.stamps, *entity.defaults, *ends) if name in existing}
    after: Document = kept | item.exposure.view.accept(item.document, existing)
    return after | {name: existing[name] for name, when in entity.stamps.items() if when in OURS and name in existing}


def strip_hrefs(document: Document, nouns: frozenset[str] | None = None) -> Document:
    """Remove from the document, in place, the hrefs that lead to records of the nouns; all hrefs without nouns.

    This server knows itself where its records are, and another one's links to them would be wrong here. What remains
    are links to records of other systems.
    """
    nodes: list[Any] = [document]
    for node in nodes:  # which grows while it is gone through
        values = node
        if isinstance(node, dict):
            href = node.get("href")
            if href is not None and (nouns is None or _leads_to(href, node.get("id"), nouns)):
                del node["href"]
            values = node.values()
        nodes += [value for value in values if type(value) in CONTAINERS]
    return document


def _leads_to(href: Any, id_: Any, nouns: frozenset[str]) -> bool:
    if not isinstance(href, str):
        return False
    collection, _, last = href.rpartition("/")
    return last == id_ and collection.rpartition("/")[2] in nouns
