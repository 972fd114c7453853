"""The declaration of a noun: tables, states, references, derived attributes, rules. No HTTP, no SQL."""

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
"""Computes attributes from a document, the document before (None for a new record) and the present instant."""

Target = tuple[str, str]
"""Kind and id of a record."""
Known = Mapping[Target, Document | None]
"""Canonical documents of records; None for an absent record."""

RESTRICT, DETACH, KEEP = "restrict", "detach", "keep"
ALWAYS, CREATE_ONLY, ABSENT, CHANGE = "always", "create", "absent", "change"
INSTANT: Schema = {"type": "string", "format": "date-time"}


@dataclass(frozen=True)
class Characteristics:
    """An array of characteristics in a document: objects with a name, and the path of their values."""

    path: Path
    value: Path = ("value",)


@dataclass(frozen=True)
class InverseReference:
    """Two ends of a relation: when a record A refers to B under `attribute`, B refers to A under `other`.

    `single` says that `attribute` holds a reference instead of an array of references; likewise `other_single`.
    """

    attribute: str
    other: str
    single: bool = False
    other_single: bool = False


@dataclass(frozen=True)
class Allocation:
    """Records of the kind `kind` are taken into use by records with a reference at `path`.

    `refusal` takes the document of a record and its number of users, the new user among them, and returns the reason
    of a refusal, or None. `usage` takes the same and returns attributes of the used record.
    """

    path: str
    kind: str
    refusal: Callable[[Document, int], str | None]
    usage: Callable[[Document, int], Mapping[str, Any]]


@dataclass(frozen=True, kw_only=True, eq=False)
class References:
    """The effects of references between records.

    `on_delete` has the effect of deleting the target by reference path, also for all paths below ("" is above all):
    restrict, the default, detach or keep. In the `final_states` of its first lifecycle a record is history: the record
    restricts and allocates nothing. References at an `acyclic` path must not lead back to their record. `inverse` are
    relations with two ends; `allocations` are references taking their targets into use.
    """

    on_delete: Mapping[str, str] = field(default_factory=dict)
    final_states: frozenset[str] = frozenset()
    acyclic: tuple[str, ...] = ()
    inverse: tuple[InverseReference, ...] = ()
    allocations: tuple[Allocation, ...] = ()


@dataclass(frozen=True, kw_only=True, eq=False)
class ChildTable:
    """A child table: a row for each element of the array of objects at `path`, derived from the document.

    Its primary key is the `owner`, the record, and the `number` of the element in document order, from 0. `columns`
    project attributes of the element, `computed` are values computed from the element, `targets` name the columns with
    keys of records, by the path of the id in the element, with the kind. `nested` is the attribute of an element with
    further elements: rows of the same table, whose `parent` is the number of the outer element. `children` are arrays
    inside each element; `within` names their column for the element's number, and they have no children themselves.
    Elements with an equal `id` are the same: the `lifecycle` limits the moves of each.
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
    """The tables of an entity, and the columns projected from a document.

    `columns` maps attribute paths to typed columns, `computed` column names to functions of the document.
    `characteristics` are arrays with values for filters; `children` are child tables derived from arrays of objects.
    """

    table: Table
    columns: Mapping[Path, Column[Any]] = field(default_factory=dict)
    computed: Mapping[str, Callable[[Document], Any]] = field(default_factory=dict)
    characteristics: tuple[Characteristics, ...] = ()
    children: tuple[ChildTable, ...] = ()


@dataclass(frozen=True)
class CrossRecordDerivation:
    """Attributes computed from a document and further records, before the document is stored.

    `needs` takes the document, the document before the change (None for a new record) and the records read so far, and
    names the records to read; the call is repeated until no new record is named. `derive` takes the same and the
    present instant, and returns the attributes; InvalidInput is allowed. Both are pure.
    """

    needs: Callable[[Document, Document | None, Known], Iterable[Target]]
    derive: Callable[[Document, Document | None, Known, int], Mapping[str, Any]]


@dataclass(frozen=True, kw_only=True, eq=False)
class Derivation:
    """Attributes set by the server.

    `timestamps` are instants: "always" on every write, "create" once, "absent" for a new record without the attribute,
    "change" like "absent" and on each change without a new value. `defaults` fill absent attributes on create.
    `from_self` are attributes computed from the record, `from_others` from further records. `undeclared` has the
    schemas of attributes set by the server without a declaration in an OpenAPI document.
    """

    timestamps: Mapping[str, str] = field(default_factory=dict)
    defaults: Mapping[str, Any] = field(default_factory=dict)
    from_self: tuple[Conclusion, ...] = ()
    from_others: tuple[CrossRecordDerivation, ...] = ()
    undeclared: Mapping[str, Schema] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, eq=False)
class Entity:
    """The declaration of a noun: storage, states, references and rules of its records.

    `storage` names the tables, `lifecycles` are the state machines, for each attribute with states. `references` has
    the effects of references, `derive` the attributes set by the server. `rules` are pure checks of the content.
    `events` names a further event for changes of an attribute. `task` names the process started by POST, `intake` the
    process for a posted body with possible news of an existing record.
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
        """Every state machine with the path of the objects in its states: () for the record itself."""
        inside = [(part.path, part.lifecycle) for part in self.storage.children if part.lifecycle is not None]
        return [*(((), one) for one in self.lifecycles), *inside]

    def is_history(self, document: Document) -> bool:
        """Return True for a record in a final state, without any need of further records."""
        final = self.references.final_states
        return bool(final) and self.lifecycles[0].of(document) in final

    def on_delete(self, path: str, document: Document) -> str:
        """Return the effect of deleting the target of a reference at the dotted path of the document."""
        place = path
        while place not in self.references.on_delete and place:
            place = place.rpartition(".")[0]
        effect = self.references.on_delete.get(place, RESTRICT)
        return KEEP if effect == RESTRICT and self.is_history(document) else effect


def projections(table: Table, **columns: str) -> dict[Path, Column[Any]]:
    """Map attributes to the typed columns projecting them: `valid_from="validFor.startDateTime"`."""
    return {tuple(path.split(".")): table.c[name] for name, path in columns.items()}
