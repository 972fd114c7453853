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
class Mirror:
    """Two ends of one relation: when A names B under `attribute`, B names A under `other`.

    `single` says that `attribute` holds one reference and not an array of them; likewise `other_single`.
    """

    attribute: str
    other: str
    single: bool = False
    other_single: bool = False


@dataclass(frozen=True)
class Use:
    """Records that take others into use: those that they name at `path`, of the kind `kind`.

    `refusal` says why one that so many use, the new user among them, cannot be taken (None: it can); `outcome` gives
    the attributes of one that so many use.
    """

    path: str
    kind: str
    refusal: Callable[[Document, int], str | None]
    outcome: Callable[[Document, int], Mapping[str, Any]]


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
class Consultation:
    """Attributes that follow from a document and from other records, before it is stored.

    `wanted` takes the document, what it was (None for a new one) and the records known so far, and names those that it
    wants to know; it is asked again until it names no new one. `conclude` takes the same and the present instant, and
    gives the attributes; it may raise InvalidInput. Both are pure.
    """

    wanted: Callable[[Document, Document | None, Known], Iterable[Target]]
    conclude: Callable[[Document, Document | None, Known, int], Mapping[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Entity:
    """A noun: its table, and everything about it that is not in a document.

    `storage` says where its records are kept; `lifecycles` are its state machines, one per attribute that has states;
    `roles` says per reference path what deleting the target does, for all below it too ("" is above all; restrict where
    nothing is said); in the states `ended` of the first lifecycle a record is history, it restricts and uses nothing;
    `acyclic` lists reference paths that must not lead back; `uses` is what it takes. `stamps` are instants that the
    server sets ("always" on every write, "create" once, "absent" where a new record has none, "change" like that and on
    each change that does not set it); `defaults` fill what is absent on create; `conclusions` are attributes that
    follow from others, `consultations` those that follow from other records; `reports` names the events that tell of an
    attribute besides those of every noun; `undeclared` are attributes that the server sets though no document has them,
    with their schemas; `rules` are pure checks of the content; `task` names the process that POST starts, `intake` the
    one that takes in what is posted, which may be news of a record that is here.
    """

    name: str
    type_name: str
    storage: Projection
    lifecycles: tuple[Lifecycle, ...] = ()
    roles: Mapping[str, str] = field(default_factory=dict)
    ended: frozenset[str] = frozenset()
    acyclic: tuple[str, ...] = ()
    uses: tuple[Use, ...] = ()
    mirrors: tuple[Mirror, ...] = ()
    stamps: Mapping[str, str] = field(default_factory=dict)
    defaults: Mapping[str, Any] = field(default_factory=dict)
    conclusions: tuple[Conclusion, ...] = ()
    consultations: tuple[Consultation, ...] = ()
    reports: Mapping[str, str] = field(default_factory=dict)
    undeclared: Mapping[str, Schema] = field(default_factory=dict)
    rules: tuple[ContentRule, ...] = ()
    task: str | None = None
    intake: str | None = None

    @property
    def machines(self) -> list[tuple[Path, Lifecycle]]:
        """Every state machine with the path of the objects that are in its states: () for the record itself."""
        inside = [(part.path, part.lifecycle) for part in self.storage.children if part.lifecycle is not None]
        return [*(((), one) for one in self.lifecycles), *inside]

    def is_history(self, document: Document) -> bool:
        """True when the record has come to an end in which it needs nothing any more."""
        return bool(self.ended) and self.lifecycles[0].of(document) in self.ended

    def role(self, path: str, document: Document) -> str:
        """What deleting the target of a reference at the dotted path of the document does."""
        place = path
        while place not in self.roles and place:
            place = place.rpartition(".")[0]
        role = self.roles.get(place, RESTRICT)
        return KEEP if role == RESTRICT and self.is_history(document) else role


def projections(table: Table, **columns: str) -> dict[Path, Column[Any]]:
    """Which attribute each typed column projects: `valid_from="validFor.startDateTime"`."""
    return {tuple(path.split(".")): table.c[name] for name, path in columns.items()}
