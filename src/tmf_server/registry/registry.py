"""Which noun, which table, which rules, shown where. Declarations and their index; no HTTP, no SQL."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Protocol

from sqlalchemy import Column, Table

from tmf_server.contracts.contract import Contract, Operation, Schema, ref_name
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

# Schemas of references whose name does not say the kind they point at.
KINDS_BY_SCHEMA: Mapping[str, str] = {
    "BundledProductOffering": "productOffering",
    "BundledProductOfferingPriceRelationship": "productOfferingPrice",
    "BundledProductSpecification": "productSpecification",
    "ProductOfferingRelationship": "productOffering",
    "ProductOfferingPriceRelationship": "productOfferingPrice",
    "ProductSpecificationRelationship": "productSpecification",
}

# What a reference points at whose `@referredType` is a name of the client's own, or absent.
KINDS_BY_DEFAULT: Mapping[str, str] = {"AlarmedObjectRef": "resource"}


class View(Protocol):
    """How a version shows the canonical document, both ways."""

    def show(self, canonical: Document) -> Document:
        """The document as the version shows it; the input is left alone."""
        ...

    def accept(self, shown: Document, base: Document | None = None) -> Document:
        """The canonical document of one in the version's shape; what it cannot show comes from `base`."""
        ...

    def path(self, path: Path) -> Path:
        """The canonical path of an attribute."""
        ...

    def paths(self, path: Path) -> tuple[Path, ...]:
        """Every canonical path where the value of an attribute can lie, the usual one first."""
        ...

    def stored_values(self, path: Path, value: Any) -> tuple[Any, ...]:
        """Every canonical value that the version shows as `value`."""
        ...

    def settled(self, path: Path, value: Any) -> bool:
        """True when a record that shows `value` has it at the usual path, never at another."""
        ...


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
class Part:
    """A child table: one row for each element of the array of objects at `path`, derived from the document.

    Its primary key is the `owner`, the record, and the `number` of the element in document order, from 0. `columns`
    project attributes of the element, `computed` what no single attribute has, `targets` name those columns that are
    keys of the records whose ids stand at a path of the element, with their kind. `nested` is the attribute of an
    element that holds more of its sort: rows of the same table, whose `parent` is the number of the element above.
    `parts` are arrays inside each element; they name the column of theirs that is the element's number, `within`, and
    have no parts themselves. Elements are the same by `id`: such a one makes only moves of the `lifecycle`.
    """

    table: Table
    path: Path
    columns: Mapping[Path, Column[Any]]
    computed: Mapping[str, Callable[[Document], Any]] = field(default_factory=dict)
    targets: Mapping[Path, tuple[Column[Any], str]] = field(default_factory=dict)
    nested: str = ""
    within: str = ""
    lifecycle: Lifecycle | None = None
    parts: "tuple[Part, ...]" = ()


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

    `columns` maps attribute paths to the typed columns that project them; `lifecycles` are its state machines, one per
    attribute that has states; `roles` says per reference path what deleting the target does, for all below it too (""
    is above all; restrict where nothing is said); in the states `ended` of the first lifecycle a record is history, it
    restricts and uses nothing; `acyclic` lists reference paths that must not lead back; `uses` is what it takes.
    `stamps` are instants that the server sets ("always" on every write, "create" once, "absent" where a new record has
    none, "change" like that and on each change that does not set it); `defaults` fill what is absent on create;
    `conclusions` are attributes that follow from others, `consultations` those that follow from other records; `parts`
    are child tables that the write path derives from arrays in the document; `reports` names the events that tell of
    an attribute besides those of every noun; `undeclared` are attributes that the server sets though no document has
    them, with their schemas; `computed` are columns that no single attribute has; `rules` are pure checks of the
    content; `task` names the process that POST starts, `intake` the one that takes in what is posted, which may be news
    of a record that is here.
    """

    name: str
    type_name: str
    table: Table
    columns: Mapping[Path, Column[Any]]
    lifecycles: tuple[Lifecycle, ...] = ()
    roles: Mapping[str, str] = field(default_factory=dict)
    characteristics: tuple[Characteristics, ...] = ()
    ended: frozenset[str] = frozenset()
    acyclic: tuple[str, ...] = ()
    uses: tuple[Use, ...] = ()
    mirrors: tuple[Mirror, ...] = ()
    stamps: Mapping[str, str] = field(default_factory=dict)
    defaults: Mapping[str, Any] = field(default_factory=dict)
    conclusions: tuple[Conclusion, ...] = ()
    consultations: tuple[Consultation, ...] = ()
    parts: tuple[Part, ...] = ()
    reports: Mapping[str, str] = field(default_factory=dict)
    undeclared: Mapping[str, Schema] = field(default_factory=dict)
    computed: Mapping[str, Callable[[Document], Any]] = field(default_factory=dict)
    rules: tuple[ContentRule, ...] = ()
    task: str | None = None
    intake: str | None = None

    @property
    def projected(self) -> list[str]:
        """The names of the columns that project the document."""
        return [*(column.name for column in self.columns.values()), *self.computed]

    @property
    def machines(self) -> list[tuple[Path, Lifecycle]]:
        """Every state machine with the path of the objects that are in its states: () for the record itself."""
        inside = [(part.path, part.lifecycle) for part in self.parts if part.lifecycle is not None]
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


@dataclass(frozen=True, eq=False)
class Exposure:
    """An entity as one document shows it: the path segment, the schema of its records, the view.

    `types` narrows the entity to records of those `@type`s, `type_name` and all below it, where one table stands behind
    several paths.
    """

    entity: Entity
    contract: Contract
    noun: str
    schema: str
    view: View
    types: frozenset[str] = frozenset()
    type_name: str = ""

    @property
    def v5(self) -> bool:
        """True when the canonical document is shown as it is stored."""
        return self.contract.version == "v5"


@dataclass(frozen=True, eq=False)
class Endpoint:
    """One operation with what stands behind it; `exposure` is None for hubs and listeners."""

    contract: Contract
    operation: Operation
    exposure: Exposure | None


def projections(table: Table, **columns: str) -> dict[Path, Column[Any]]:
    """Which attribute each typed column projects: `valid_from="validFor.startDateTime"`."""
    return {tuple(path.split(".")): table.c[name] for name, path in columns.items()}


class Registry:
    """The index of all contracts, entities and exposures of one server.

    `beside` are exposures in documents that are not served, but whose shape records are stored in.
    """

    def __init__(
        self,
        contracts: Sequence[Contract],
        entities: Sequence[Entity],
        exposures: Sequence[Exposure],
        beside: Sequence[Exposure] = (),
    ) -> None:
        self.contracts = tuple(contracts)
        self._beside = tuple(beside)
        self.entities = {entity.name: entity for entity in entities}
        self.exposures = tuple(exposures)
        self._by_noun = {(one.contract.name, one.noun): one for one in exposures}
        self._by_kind: dict[tuple[str, str], Exposure] = {}
        for one in exposures:
            self._by_kind.setdefault((one.contract.version, one.entity.name), one)
        self._kinds_by_type = {
            name: one.entity.name
            for one in reversed([*exposures, *beside])
            for name in (one.entity.name, *one.contract.types_under(one.entity.type_name))
        }
        self._users: dict[str, list[tuple[Entity, Use]]] = {}
        for entity in entities:
            for use in entity.uses:
                self._users.setdefault(use.kind, []).append((entity, use))
        self.endpoints = {
            (contract.base_path, operation.id): Endpoint(
                contract, operation, self._by_noun.get((contract.name, operation.noun))
            )
            for contract in self.contracts
            for operation in contract.operations.values()
        }
        self._check()

    def _check(self) -> None:
        for (base, _), endpoint in self.endpoints.items():
            bare = endpoint.operation.noun in ("hub", "listener")
            if endpoint.exposure is None and not bare:
                raise LookupError(f"{base}{endpoint.operation.path}: no entity is declared for it")

    def exposure(self, contract: str, noun: str) -> Exposure | None:
        """The exposure behind a path segment of a document (TMF620/v5, productOffering)."""
        return self._by_noun.get((contract, noun))

    def shown_as(self, kind: str, version: str) -> Exposure | None:
        """Where records of the kind are shown for readers of the version; the other version where it has none."""
        other = "v4" if version == "v5" else "v5"
        return self._by_kind.get((version, kind)) or self._by_kind.get((other, kind))

    def canonical(self, kind: str) -> Exposure:
        """Where the canonical shape of the kind is written down: its v5 exposure, or the only one it has."""
        beside = next((one for one in self._beside if one.entity.name == kind), None)
        exposure = self._by_kind.get(("v5", kind)) or beside or self.shown_as(kind, "v5")
        if exposure is None:
            raise LookupError(f"no document shows the kind {kind}")
        return exposure

    def users(self, kind: str) -> Sequence[tuple[Entity, Use]]:
        """Who takes records of the kind into use, and how."""
        return self._users.get(kind, ())

    def shown_in(self, kind: str) -> list[Exposure]:
        """Every exposure of the kind, in documents that are not served too."""
        return [one for one in (*self.exposures, *self._beside) if one.entity.name == kind]

    @property
    def documents(self) -> list[Contract]:
        """Every document that is known, those that are not served too."""
        return list(dict.fromkeys((*self.contracts, *(one.contract for one in self._beside))))

    def kind_of(self, schema: str, referred_type: str | None) -> str:
        """The kind of a reference's target: from the schema at its place, then from `@referredType`."""
        for name in (schema, referred_type or ""):
            bare = name.removesuffix("Ref")
            kind = KINDS_BY_SCHEMA.get(bare) or self._kinds_by_type.get(bare)
            if kind is not None:
                return kind
        return KINDS_BY_DEFAULT.get(schema) or _lower(referred_type or schema.removesuffix("Ref"))


def _lower(name: str) -> str:
    return name[:1].lower() + name[1:]


def schema_of(contract: Contract, noun: str) -> str:
    """The schema of the records behind a path segment, from its operations' answers.

    What TMF639 v5 answers, Resource_RES, is its Resource with the id and the href required.
    """
    for operation in contract.operations.values():
        if operation.noun == noun and operation.response_schema is not None:
            return ref_name(operation.response_schema).removesuffix("_RES")
    raise LookupError(f"{contract.name}: no operation of {noun} answers with a schema")


@lru_cache(maxsize=256)
def create_schema(exposure: Exposure) -> str:
    """The schema of what POST takes for the noun; that of its records where the document has no POST."""
    for operation in exposure.contract.operations.values():
        if operation.noun == exposure.noun and operation.verb == "create":
            return next((name for name in operation.request_schemas.values() if name), exposure.schema)
    return exposure.schema
