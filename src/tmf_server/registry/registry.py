"""The index of the documents, entities and exposures of a server. No HTTP, no SQL."""

from collections.abc import Mapping, Sequence

from tmf_server.contracts.contract import Contract
from tmf_server.registry.entity import Allocation, Entity
from tmf_server.registry.exposure import Endpoint, Exposure


class Registry:
    """The index of all contracts, entities and exposures of a server.

    `beside` are exposures in unserved documents with the canonical shape of records. `kinds_by_schema` names the kind
    of a reference by its schema, `kinds_by_default` the kind of a reference with an unknown or absent `@referredType`.
    """

    def __init__(
        self,
        contracts: Sequence[Contract],
        entities: Sequence[Entity],
        exposures: Sequence[Exposure],
        beside: Sequence[Exposure] = (),
        *,
        kinds_by_schema: Mapping[str, str],
        kinds_by_default: Mapping[str, str],
    ) -> None:
        self.contracts = tuple(contracts)
        self._beside = tuple(beside)
        self.entities = {entity.name: entity for entity in entities}
        self.exposures = tuple(exposures)
        self.kinds_by_schema = kinds_by_schema
        self._kinds_by_default = kinds_by_default
        self._by_noun = {(one.contract.name, one.noun): one for one in exposures}
        self._by_kind: dict[tuple[str, str], Exposure] = {}
        for one in exposures:
            self._by_kind.setdefault((one.contract.version, one.entity.name), one)
        self._kinds_by_type = {
            name: one.entity.name
            for one in reversed([*exposures, *beside])
            for name in (one.entity.name, *one.contract.types_under(one.entity.type_name))
        }
        self._users: dict[str, list[tuple[Entity, Allocation]]] = {}
        for entity in entities:
            for allocation in entity.references.allocations:
                self._users.setdefault(allocation.kind, []).append((entity, allocation))
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
        """Return the exposure of the kind in the version; in the second version where the first has none."""
        other = "v4" if version == "v5" else "v5"
        return self._by_kind.get((version, kind)) or self._by_kind.get((other, kind))

    def canonical(self, kind: str) -> Exposure:
        """Return the exposure with the canonical shape of the kind: the v5 exposure, or the only exposure."""
        beside = next((one for one in self._beside if one.entity.name == kind), None)
        exposure = self._by_kind.get(("v5", kind)) or beside or self.shown_as(kind, "v5")
        if exposure is None:
            raise LookupError(f"no document shows the kind {kind}")
        return exposure

    def users(self, kind: str) -> Sequence[tuple[Entity, Allocation]]:
        """Return the entities with allocations of the kind, and the allocations."""
        return self._users.get(kind, ())

    def shown_in(self, kind: str) -> list[Exposure]:
        """Return every exposure of the kind, also in unserved documents."""
        return [one for one in (*self.exposures, *self._beside) if one.entity.name == kind]

    @property
    def documents(self) -> list[Contract]:
        """Return every known document, also unserved documents."""
        return list(dict.fromkeys((*self.contracts, *(one.contract for one in self._beside))))

    def kind_of(self, schema: str, referred_type: str | None) -> str:
        """Return the kind of a reference's target: from the schema at its place, then from `@referredType`."""
        for name in (schema, referred_type or ""):
            bare = name.removesuffix("Ref")
            kind = self.kinds_by_schema.get(bare) or self._kinds_by_type.get(bare)
            if kind is not None:
                return kind
        return self._kinds_by_default.get(schema) or _lower(referred_type or schema.removesuffix("Ref"))


def _lower(name: str) -> str:
    return name[:1].lower() + name[1:]
