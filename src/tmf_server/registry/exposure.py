"""An entity as one document shows it, and the operations that reach it. No HTTP, no SQL."""

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

    def words(self, contract: Contract) -> Mapping[str, Mapping[str, str]]:
        """By schema of the document, what names of another version are called there."""
        ...


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
