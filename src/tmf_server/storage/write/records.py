"""The single write path of every noun: a record, its rows and its event, in a single transaction."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection

from tmf_server.config import Settings
from tmf_server.errors import Duplicate, Fault, InUse, InvalidInput
from tmf_server.registry.entity import DETACH, KEEP, RESTRICT, Document, Entity, Target
from tmf_server.registry.registry import Registry
from tmf_server.rules.canonical import MARK
from tmf_server.rules.instants import now
from tmf_server.storage.connection.driver import Sql, run, run_many
from tmf_server.storage.values.changes import ATTRIBUTE_VALUE_CHANGE, CREATE, DELETE, Change
from tmf_server.storage.values.extract import Extractor, Reference
from tmf_server.storage.values.row_limits import check_rows
from tmf_server.storage.write.children import Parts
from tmf_server.storage.write.derived.allocations import Uses
from tmf_server.storage.write.derived.defaults import changes, completed, followed, local_href
from tmf_server.storage.write.derived.derivation import Consulting
from tmf_server.storage.write.derived.inverses import Links, without_reference
from tmf_server.storage.write.derived.states import check_moves, check_states
from tmf_server.storage.write.rows import Rows
from tmf_server.storage.write.uniqueness import check_unique

Outbox = Callable[[Connection, Sequence[Change]], None]
MOST_NAMED = 20
DETACH_BATCH = 1_000


class Stored(NamedTuple):
    """A record as stored in its table; `document` is the canonical text, `updated` in microseconds."""

    key: int
    id: str
    revision: int
    updated: int
    document: str

    def parsed(self) -> Document:
        """The canonical document."""
        document: Document = orjson.loads(self.document)
        return document


@dataclass(frozen=True, slots=True)
class Draft:
    """A record about to be stored, with the references found in its document."""

    document: Document
    stored: Stored
    references: list[Reference]


@dataclass(frozen=True, slots=True)
class Difference:
    """The references added and removed by a change."""

    added: list[Reference]
    removed: list[Reference]


def encode(document: Document) -> str:
    """The canonical text of a document."""
    return orjson.dumps(document).decode()


class Records:
    """Creates, changes and removes records of any entity."""

    def __init__(self, registry: Registry, settings: Settings, dialect: str, outbox: Outbox) -> None:
        self.registry = registry
        self.settings = settings
        self.rows = Rows(dialect)
        self.postgresql = dialect == "postgresql"
        self._outbox = outbox
        self._links = Links(self)
        self._uses = Uses(self)
        self._consulting = Consulting(self)
        self._parts = Parts()
        self._extractors: dict[str, Extractor] = {}
        self._statements: dict[tuple[str, str], Sql] = {}

    # -- reading for a change -------------------------------------------------------------------
    def load(self, connection: Connection, entity: Entity, id_: str, *, lock: bool = False) -> Stored | None:
        """Return the record of the id, locked until the end of the transaction on demand; None for an absent record."""
        statement = self._statement("load_locked" if lock and self.postgresql else "load", entity)
        row = run(connection, statement, {"id": id_}).fetchone()
        return None if row is None else Stored(*row)

    def extractor(self, entity: Entity) -> Extractor:
        """Return the extractor of rows from documents of the entity."""
        if entity.name not in self._extractors:
            exposure = self.registry.canonical(entity.name)
            self._extractors[entity.name] = Extractor(self.registry, entity, exposure)
        return self._extractors[entity.name]

    def absent(self, entity: Entity, stored: Stored) -> list[str]:
        """Return kind and id of referenced records of served kinds that were absent at the last write."""
        found = self.extractor(entity).references(stored.parsed())
        known = [one for one in found if one.kind in self.registry.entities]
        missing = [one for one in known if not str(one.node.get("href")).startswith(MARK)]
        return list(dict.fromkeys(f"{one.kind} {one.id}" for one in missing))

    # -- create ---------------------------------------------------------------------------------
    def create(
        self, connection: Connection, entity: Entity, documents: Sequence[Document], *, policy: str | None = None
    ) -> list[Stored]:
        """Store new records with all rows and their Create events, in the order given.

        Raises Duplicate, InvalidInput, Conflict.
        """
        moment = now()
        extractor = self.extractor(entity)
        for document in documents:
            check_states(entity, document)
            extractor.normalize_instants(document)
        documents = [completed(entity, document, moment) for document in documents]
        documents = self._consulting.concluded(connection, entity, [(one, None) for one in documents], moment)
        keys = self.rows.enter(connection, entity.name, [document["id"] for document in documents])
        for document in documents:
            if keys.get(document["id"]) is None:
                raise Duplicate(f"A {entity.name} with the id {document['id']!r} is here already. Choose another id.")
        if len(keys) < len(documents):
            raise Duplicate("Two of the records have the same id.")
        found = [extractor.references(document) for document in documents]
        for document, references in zip(documents, found, strict=True):
            check_rows(entity, document, references)
        targets = self._resolve(connection, [one for references in found for one in references], policy)
        documents = self._uses.taken(connection, entity, [(keys[one["id"]], one) for one in documents])
        drafts = [
            Draft(document, Stored(keys[document["id"]], document["id"], 1, moment, encode(document)), references)
            for document, references in zip(documents, found, strict=True)
        ]
        self._insert(connection, entity, drafts, targets)
        for draft in drafts:
            self._check_loops(connection, entity, draft.stored.key, draft.references)
            self._links.follow(connection, entity, draft.document, draft.references, ())
        self._outbox(connection, [one for draft in drafts for one in _created(entity, draft)])
        for draft in drafts:
            self._uses.follow(connection, entity, None, draft.document)
        return [draft.stored for draft in drafts]

    def _insert(
        self, connection: Connection, entity: Entity, drafts: Sequence[Draft], targets: dict[Target, int]
    ) -> None:
        extractor = self.extractor(entity)
        values = [
            {
                "key": draft.stored.key,
                "id": draft.stored.id,
                "revision": draft.stored.revision,
                "created": draft.stored.updated,
                "updated": draft.stored.updated,
                "type": draft.document.get("@type", entity.type_name),
                "document": draft.stored.document,
            }
            | extractor.columns(draft.document)
            for draft in drafts
        ]
        check_unique(connection, self.rows, entity, values)
        self._store(connection, entity, values)
        rows = [
            (draft.stored.key, one.path, one.position, effect, targets[one.kind, one.id])
            for draft in drafts
            for one in draft.references
            for effect in [entity.on_delete(one.path, draft.document)]
        ]
        self.rows.refer(connection, rows)
        if entity.storage.characteristics:
            found = [(draft.stored.key, one) for draft in drafts for one in extractor.characteristics(draft.document)]
            self.rows.characterise(connection, found)
        owned = [(draft.stored.key, draft.document) for draft in drafts]
        self._parts.insert(connection, self.rows, entity, owned)
        self.rows.count(connection, entity.name, len(drafts))

    def _store(self, connection: Connection, entity: Entity, values: Sequence[dict[str, Any]]) -> None:
        run_many(connection, self._statement("insert", entity), values)

    def _resolve(
        self, connection: Connection, references: Sequence[Reference], policy: str | None
    ) -> dict[Target, int]:
        """Return the keys of all targets; fill in the href of existing targets. InvalidInput under `reject`."""
        wanted = list(dict.fromkeys((one.kind, one.id) for one in references))
        if not wanted:
            return {}
        targets = self.rows.targets(connection, wanted)
        if policy == "reject":
            faults = [
                Fault(f"{one.pointer}/id", f"expected the id of a {one.kind} that is here, not {one.id!r}")
                for one in references
                if one.kind in self.registry.entities and not targets[one.kind, one.id][1]
            ]
            if faults:
                reason = "The body refers to records that are not here."
                raise InvalidInput(reason, faults=faults, code="unknownReference")
        for one in references:
            if targets[one.kind, one.id][1] and one.kind in self.registry.entities:
                one.node["href"] = local_href(one.kind, one.id)
        return {target: key for target, (key, _) in targets.items()}

    def _check_loops(self, connection: Connection, entity: Entity, key: int, references: Sequence[Reference]) -> None:
        paths = [path for path in entity.references.acyclic if any(one.path == path for one in references)]
        if not paths:
            return
        self.rows.lock_loops(connection, entity.name)
        for path in paths:
            if self.rows.reaches_itself(connection, key, (path,)):
                fault = Fault(f"/{path.replace('.', '/')}", f"expected no {entity.name} that leads back to this one")
                raise InvalidInput(f"The references at {path} form a loop.", faults=[fault], code="loop")

    # -- change ---------------------------------------------------------------------------------
    def amend(self, connection: Connection, entity: Entity, stored: Stored, values: Document) -> Stored:
        """Give some attributes of the record new values; further attributes stay."""
        return self.update(connection, entity, stored, stored.parsed() | values)

    def update(
        self,
        connection: Connection,
        entity: Entity,
        stored: Stored,
        after: Document,
        *,
        policy: str | None = None,
        concluded: bool = False,
        dated: bool = False,
    ) -> Stored:
        """Make `after` the record's document; rows are changed by difference. Nothing happens without a difference.

        `concluded` marks a change derived by the server from a further change: every move of a lifecycle is allowed,
        and no inverse reference is followed. `dated` marks a change with its own time.
        """
        before = stored.parsed()
        moment = max(now(), stored.updated + 1)
        after = {"id": before["id"], "href": before["href"]} | after | {"href": before["href"]}
        self.extractor(entity).normalize_instants(after)
        if not concluded:
            check_states(entity, after)
            check_moves(entity, before, after)
        after = self._consulting.concluded(connection, entity, [(after, before)], moment)[0]
        difference = self._difference(entity, before, after)
        check_rows(entity, after, difference.added)
        targets = self._resolve(connection, difference.added, policy)
        if not changes(entity, before, after):
            return stored
        after = self._uses.taken(connection, entity, [(stored.key, after)])[0]
        after, paths = followed(entity, before, after, moment, dated=dated)
        if not paths:
            return stored
        self._update_rows(connection, entity, stored.key, difference, targets, after=after)
        self._update_values(connection, entity, stored.key, before, after)
        self._parts.change(connection, self.rows, entity, stored.key, (before, after))
        changed = Stored(stored.key, stored.id, stored.revision + 1, moment, encode(after))
        values = {"key": stored.key, "revision": changed.revision, "updated": moment, "document": changed.document}
        values |= self.extractor(entity).columns(after) | {"type": after.get("@type", entity.type_name)}
        check_unique(connection, self.rows, entity, [values])
        run(connection, self._statement("update", entity), values)
        if not concluded:
            self._links.follow(connection, entity, after, difference.added, difference.removed)
        self._outbox(connection, _changes(entity, changed, paths))
        self._uses.follow(connection, entity, before, after)
        return changed

    def _difference(self, entity: Entity, before: Document, after: Document) -> Difference:
        """Return the references added and removed by the change; remaining references keep their stored href."""
        extractor = self.extractor(entity)
        old = {one.row: one for one in extractor.references(before)}
        new = {one.row: one for one in extractor.references(after)}
        hrefs = {(one.path, one.kind, one.id): one.node.get("href", "") for one in old.values()}
        for one in new.values():
            href = hrefs.get((one.path, one.kind, one.id), "")
            if href.startswith(MARK):
                one.node["href"] = href
        added = [one for row, one in new.items() if row not in old]
        return Difference(added, [one for row, one in old.items() if row not in new])

    def _update_rows(
        self,
        connection: Connection,
        entity: Entity,
        key: int,
        difference: Difference,
        targets: dict[Target, int],
        *,
        after: Document,
    ) -> None:
        targets = targets | self._resolve(connection, difference.removed, None)
        gone = [(one.path, one.position, targets[one.kind, one.id]) for one in difference.removed]
        self.rows.unrefer(connection, key, gone)
        rows = [
            (key, one.path, one.position, entity.on_delete(one.path, after), targets[one.kind, one.id])
            for one in difference.added
        ]
        self.rows.refer(connection, rows)
        if entity.is_history(after):
            self.rows.retire(connection, key, RESTRICT, KEEP)
        self._check_loops(connection, entity, key, difference.added)

    def _update_values(
        self, connection: Connection, entity: Entity, key: int, before: Document, after: Document
    ) -> None:
        if not entity.storage.characteristics:
            return
        values = self.extractor(entity).characteristics(after)
        if values != self.extractor(entity).characteristics(before):
            self.rows.uncharacterise(connection, key)
            self.rows.characterise(connection, [(key, value) for value in values])

    # -- delete ---------------------------------------------------------------------------------
    def delete(self, connection: Connection, entity: Entity, stored: Stored) -> None:
        """Remove the record and its rows. InUse names records with a restricting reference."""
        self.rows.lock(connection, stored.key)
        needed = self.rows.needed_by(connection, stored.key, RESTRICT, MOST_NAMED)
        if needed:
            named = ", ".join(f"{kind} {id_!r} ({path})" for kind, id_, path in needed)
            raise InUse(f"Other records still need this {entity.name}: {named}. Change or delete them first.")
        self._detach(connection, stored)
        run(connection, self._statement("delete", entity), {"key": stored.key})
        self.rows.forget(connection, stored.key)
        if entity.storage.characteristics:
            self.rows.uncharacterise(connection, stored.key)
        self._parts.delete(connection, self.rows, entity, stored.key)
        self.rows.leave(connection, stored.key)
        self.rows.count(connection, entity.name, -1)
        self._outbox(connection, [_change(entity, stored, DELETE, time=now())])
        self._uses.follow(connection, entity, stored.parsed(), None)

    def _detach(self, connection: Connection, stored: Stored) -> None:
        known: set[tuple[str, str, str]] = set()
        while owners := set(self.rows.needed_by(connection, stored.key, DETACH, DETACH_BATCH)) - known:
            known |= owners
            for kind, id_, path in sorted(owners):
                entity = self.registry.entities[kind]
                owner = self.load(connection, entity, id_, lock=True)
                if owner is not None:
                    place, is_demanded = tuple(path.split(".")), self.extractor(entity).is_demanded
                    after = without_reference(owner.parsed(), place, stored.id, is_demanded)
                    self.update(connection, entity, owner, after, concluded=True)

    # -- statements, built once -----------------------------------------------------------------
    def _statement(self, name: str, entity: Entity) -> Sql:
        key = (name, entity.name)
        if key not in self._statements:
            self._statements[key] = Sql(BUILDERS[name](entity))
        return self._statements[key]


def _load(entity: Entity) -> str:
    return f"SELECT key, id, revision, updated, document FROM {entity.storage.table.name} WHERE id = :id"


def _insert_into(entity: Entity) -> str:
    table = entity.storage.table
    names = [column.name for column in table.c]
    return f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({', '.join(f':{name}' for name in names)})"


def _update(entity: Entity) -> str:
    names = [column.name for column in entity.storage.table.c if column.name not in ("key", "id", "created")]
    return f"UPDATE {entity.storage.table.name} SET {', '.join(f'{name} = :{name}' for name in names)} WHERE key = :key"


BUILDERS: dict[str, Callable[[Entity], str]] = {
    "load": _load,
    "load_locked": lambda entity: _load(entity) + " FOR UPDATE",
    "insert": _insert_into,
    "update": _update,
    "delete": lambda entity: f"DELETE FROM {entity.storage.table.name} WHERE key = :key",
}


def _change(
    entity: Entity, stored: Stored, event: str, *, time: int | None = None, paths: tuple[str, ...] = ()
) -> Change:
    return Change(entity.name, stored.id, stored.key, event, stored.document, time or stored.updated, paths)


def _created(entity: Entity, draft: Draft) -> list[Change]:
    told = {name: event for name, event in entity.events.items() if draft.document.get(name)}
    found = [_change(entity, draft.stored, event, paths=(name,)) for name, event in told.items()]
    return [_change(entity, draft.stored, CREATE), *found]


def _changes(entity: Entity, stored: Stored, paths: tuple[str, ...]) -> list[Change]:
    """Return an event for each kind of move, with the moved attributes, and an event for all further attributes."""
    moved: dict[str, list[str]] = {}
    for lifecycle in entity.lifecycles:
        if lifecycle.attribute in paths:
            moved.setdefault(lifecycle.event, []).append(lifecycle.attribute)
    states = {name for names in moved.values() for name in names}
    others = tuple(name for name in paths if name not in states)
    found = [_change(entity, stored, event, paths=tuple(names)) for event, names in moved.items()]
    if others:
        found.append(_change(entity, stored, ATTRIBUTE_VALUE_CHANGE, paths=others))
    told = {name: event for name, event in entity.events.items() if name in paths}
    return [*found, *(_change(entity, stored, event, paths=(name,)) for name, event in told.items())]
