"""What a noun declares: its table, its columns, its rules, and what follows from them. No HTTP, no SQL."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Column, Table

from tmf_server.contracts.schemas import Schema
from tmf_server.errors import Fault
from tmf_server.rules.lifecycle import Lifecycle

Document = dict[str, Any]
Path = tuple[str, ...]
ContentRule = Callable[[Document], Iterable[Fault]]
Conclusion = Callable[[Document, Document | None, int], Mapping[str, Any]]
"""Attributes that follow from a document, from what it was (None for a new one) and from the present instant."""

Target = tuple[str, str]
"""Kind and id of a record."""
Known = Mapping[Target, Document | None]
"""Canonical documents of records; None for one that is not here."""

RESTRICT, DETACH, KEEP = "restrict", "detach", "keep"
ALWAYS, CREATE_ONLY, ABSENT, CHANGE = "always", "create", "absent", "change"
INSTANT: Schema = {"type": "string", "format": "date-time"}


@dataclass(frozen=True)
class Characteristics:
    """Where a document keeps characteristics: an array of objects with a name, and where their values are."""

    path: Path
    value: Path = ("value",)


@dataclass(frozen=True)
class InverseReference:
    """Two ends of one relation: when A names B under `attribute`, B names A under `other`.

    `single` says that `attribute` holds one reference and not an array of references; likewise `other_single`.
    """

    attribute: str
    other: str
    single: bool = False
    other_single: bool = False


@dataclass(frozen=True)
class Allocation:
    """Records of the kind `kind` are taken into use by the records that name them at `path`.

    `refusal` takes the document of a record and its number of users, the new user among them. It says why the record
    cannot be taken, and gives None for a record that can. `usage` takes the same and gives the record's attributes.
    """

    path: str
    kind: str
    refusal: Callable[[Document, int], str | None]
    usage: Callable[[Document, int], Mapping[str, Any]]


@dataclass(frozen=True, kw_only=True, eq=False)
class References:
    """What the references of an entity's records do.

    `on_delete` says per reference path what deleting the target does, for all paths below too ("" is above all):
    restrict, the default, detach or keep. In the `final_states` of its first lifecycle a record is history: it
    restricts and allocates nothing. References at an `acyclic` path must not lead back to their record. `inverse` are
    relations with two ends; `allocations` are references that take their targets into use.
    """

    on_delete: Mapping[str, str] = field(default_factory=dict)
    final_states: frozenset[str] = frozenset()
    acyclic: tuple[str, ...] = ()
    inverse: tuple[InverseReference, ...] = ()
    allocations: tuple[Allocation, ...] = ()


@dataclass(frozen=True, kw_only=True, eq=False)
class ChildTable:
    """A child table: one row for each element of the array of objects at `path`, derived from the document.

    Its primary key is the `owner`, the record, and the `number` of the element in document order, from 0. `columns`
    project attributes of the element, `computed` what no single attribute has, `targets` name those columns that are
    keys of the records whose ids stand at a path of the element, with their kind. `nested` is the attribute of an
    element that holds more of its sort: rows of the same table, whose `parent` is the number of the element above.
    `children` are arrays inside each element; `within` names their column for the element's number, and they have no
    children themselves. Elements with an equal `id` are the same: the `lifecycle` limits the moves of each.
    """

    table: Table
    path: Path
    columns: Mapping[Path, Column[Any]]
    computed: Mapping[str, Callable[[Document], Any]] = field(default_factory=dict)
    targets: Mapping[Path, tuple[Column[Any], str]] = field(default_factory=dict)
    nested: str = ""
    within: str = ""
    lifecycle: Lifecycle | None = None
    children: "tuple[ChildTable, ...]" = ()


@dataclass(frozen=True, eq=False)
class Projection:
    """The tables of an entity, and what of a document they hold beside its text.

    `columns` maps attribute paths to the typed columns that project them, `computed` column names to functions of the
    document, for columns that no single attribute has. `characteristics` are arrays whose values are filtered by;
    `children` are child tables that the write path derives from arrays of objects.
    """

    table: Table
    columns: Mapping[Path, Column[Any]] = field(default_factory=dict)
    computed: Mapping[str, Callable[[Document], Any]] = field(default_factory=dict)
    characteristics: tuple[Characteristics, ...] = ()
    children: tuple[ChildTable, ...] = ()


@dataclass(frozen=True)
class CrossRecordDerivation:
    """Attributes that follow from a document and from other records, before the document is stored.

    `needs` takes the document, the document before the change (None for a new record) and the records read so far. It
    names the records to read, and is asked again until it names no new one. `derive` takes the same and the present
    instant, and gives the attributes; it may raise InvalidInput. Both are pure.
    """

    needs: Callable[[Document, Document | None, Known], Iterable[Target]]
    derive: Callable[[Document, Document | None, Known, int], Mapping[str, Any]]


@dataclass(frozen=True, kw_only=True, eq=False)
class Derivation:
    """Attributes that the server sets.

    `timestamps` are instants: "always" on every write, "create" once, "absent" where a new record has none, "change"
    like "absent" and on each change that does not set the attribute. `defaults` fill what is absent on create.
    `from_self` are attributes that follow from the record, `from_others` from other records. `undeclared` are the
    schemas of attributes that the server sets though no OpenAPI document has them.
    """

    timestamps: Mapping[str, str] = field(default_factory=dict)
    defaults: Mapping[str, Any] = field(default_factory=dict)
    from_self: tuple[Conclusion, ...] = ()
    from_others: tuple[CrossRecordDerivation, ...] = ()
    undeclared: Mapping[str, Schema] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, eq=False)
class Entity:
    """The declaration of a noun: where its records are stored, their states, references and rules.

    `storage` names the tables, `lifecycles` are the state machines, one per attribute that has states. `references`
    tells what references do, `derive` what the server sets. `rules` are pure checks of the content. `events` names,
    per attribute, the event that tells of it besides those of every noun. `task` names the process that POST starts,
    `intake` the process that takes in a posted body, which may be news of a record that is here.
    """

    name: str
    type_name: str
    storage: Projection
    lifecycles: tuple[Lifecycle, ...] = ()
    references: References = field(default_factory=References)
    derive: Derivation = field(default_factory=Derivation)
    rules: tuple[ContentRule, ...] = ()
    events: Mapping[str, str] = field(default_factory=dict)
    task: str | None = None
    intake: str | None = None

    @property
    def machines(self) -> list[tuple[Path, Lifecycle]]:
        """Every state machine with the path of the objects that are in its states: () for the record itself."""
        inside = [(part.path, part.lifecycle) for part in self.storage.children if part.lifecycle is not None]
        return [*(((), one) for one in self.lifecycles), *inside]

    def is_history(self, document: Document) -> bool:
        """Return True for a record in one of its final states, in which it needs no other record any more."""
        final = self.references.final_states
        return bool(final) and self.lifecycles[0].of(document) in final

    def on_delete(self, path: str, document: Document) -> str:
        """Return what deleting the target of a reference at the dotted path of the document does."""
        place = path
        while place not in self.references.on_delete and place:
            place = place.rpartition(".")[0]
        effect = self.references.on_delete.get(place, RESTRICT)
        return KEEP if effect == RESTRICT and self.is_history(document) else effect


def projections(table: Table, **columns: str) -> dict[Path, Column[Any]]:
    """Which attribute each typed column projects: `valid_from="validFor.startDateTime"`."""
    return {tuple(path.split(".")): table.c[name] for name, path in columns.items()}
