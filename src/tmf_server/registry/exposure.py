"""An entity in a document, and its operations. No HTTP, no SQL."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol

from tmf_server.contracts.contract import Contract
from tmf_server.contracts.operations import Operation
from tmf_server.contracts.schemas import ref_name
from tmf_server.registry.entity import Document, Entity, Path


class View(Protocol):
    """How a version shows the canonical document, both ways."""

    def show(self, canonical: Document) -> Document:
        """Return the document in the form of the version; the input stays unchanged."""
        ...

    def accept(self, shown: Document, base: Document | None = None) -> Document:
        """Return the canonical document of a document in the form of the version; hidden content comes from `base`."""
        ...

    def path(self, path: Path) -> Path:
        """The canonical path of an attribute."""
        ...

    def paths(self, path: Path) -> tuple[Path, ...]:
        """Return every canonical path for the value of an attribute, the usual path first."""
        ...

    def stored_values(self, path: Path, value: Any) -> tuple[Any, ...]:
        """Return every canonical value shown as `value` by the version."""
        ...

    def settled(self, path: Path, value: Any) -> bool:
        """Tell whether records shown with `value` have the value only at the usual path."""
        ...

    def words(self, contract: Contract) -> Mapping[str, Mapping[str, str]]:
        """Return by schema of the document the local names of attributes of a different version."""
        ...


@dataclass(frozen=True, eq=False)
class Exposure:
    """An entity in a document: the path segment, the schema of its records, the view.

    `types` narrows the entity to records of these `@type`s, `type_name` and all below, for a table behind several
    paths.
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
        """Tell whether the canonical document is shown as stored."""
        return self.contract.version == "v5"


@dataclass(frozen=True, eq=False)
class Endpoint:
    """An operation with its exposure; `exposure` is None for hubs and listeners."""

    contract: Contract
    operation: Operation
    exposure: Exposure | None


def schema_of(contract: Contract, noun: str) -> str:
    """Return the schema of the records behind a path segment, from the answers of the operations.

    TMF639 v5 answers with Resource_RES: its Resource with mandatory id and href.
    """
    for operation in contract.operations.values():
        if operation.noun == noun and operation.response_schema is not None:
            return ref_name(operation.response_schema).removesuffix("_RES")
    raise LookupError(f"{contract.name}: no operation of {noun} answers with a schema")


@lru_cache(maxsize=256)
def create_schema(exposure: Exposure) -> str:
    """Return the schema of POST for the noun; the schema of the records for a document without POST."""
    for operation in exposure.contract.operations.values():
        if operation.noun == exposure.noun and operation.verb == "create":
            return next((name for name in operation.request_schemas.values() if name), exposure.schema)
    return exposure.schema
