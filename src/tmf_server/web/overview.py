"""The content of the index and further pages, taken from the registry. No HTTP, no SQL."""

from collections.abc import Mapping
from dataclasses import dataclass

from tmf_server.contracts.contract import Contract
from tmf_server.registry.exposure import Exposure
from tmf_server.registry.registry import Registry
from tmf_server.rules.diagram import mermaid, rows
from tmf_server.rules.lifecycle import Lifecycle


@dataclass(frozen=True, slots=True)
class Noun:
    """A path segment of a document, its path from the root, and the number of records (None: not known)."""

    name: str
    path: str
    records: int | None


@dataclass(frozen=True, slots=True)
class Served:
    """A document as shown by the index."""

    api: str
    version: str
    title: str
    base_path: str
    aliases: tuple[str, ...]
    nouns: tuple[Noun, ...]

    @property
    def reference(self) -> str:
        """The path of the reference page."""
        return f"docs/{self.version}/{self.api}"

    def document(self, form: str) -> str:
        """The path of the document in a form."""
        return f"openapi/{self.version}/{self.api}.{form}"


@dataclass(frozen=True, slots=True)
class StateTable:
    """A lifecycle as shown by the page: the nouns, the transitions, and the source of the drawing."""

    owners: tuple[str, ...]
    attribute: str
    initial: str | None
    rows: list[tuple[str, tuple[str, ...]]]
    drawing: str


def served(registry: Registry, aliases: bool, counts: Mapping[str, int]) -> list[Served]:
    """Every document, ordered by API, the newest version first; `counts` are records by kind."""
    contracts = sorted(registry.contracts, key=lambda one: (one.api, -int(one.version[1:])))
    return [
        Served(
            api=contract.api,
            version=contract.version,
            title=contract.document.get("info", {}).get("title", contract.api),
            base_path=contract.base_path,
            aliases=contract.aliases if aliases else (),
            nouns=_nouns(registry, contract, counts),
        )
        for contract in contracts
    ]


def lifecycles(registry: Registry) -> list[StateTable]:
    """Return every lifecycle once, with the nouns of the lifecycle."""
    owners: dict[tuple[str, int], list[str]] = {}
    found: dict[tuple[str, int], Lifecycle] = {}
    for entity in registry.entities.values():
        for path, lifecycle in entity.machines:
            key = ".".join((*path, lifecycle.attribute)), id(lifecycle)
            found[key] = lifecycle
            owners.setdefault(key, []).append(entity.type_name)
    return [_state_table(lifecycle, key[0], owners[key]) for key, lifecycle in found.items()]


def _state_table(lifecycle: Lifecycle, attribute: str, owners: list[str]) -> StateTable:
    return StateTable(tuple(owners), attribute, lifecycle.initial, rows(lifecycle), mermaid(lifecycle))


def _nouns(registry: Registry, contract: Contract, counts: Mapping[str, int]) -> tuple[Noun, ...]:
    mine = [one for one in registry.exposures if one.contract is contract]
    return tuple(Noun(one.noun, f"{contract.base_path}/{one.noun}", _records(one, counts)) for one in mine)


def _records(exposure: Exposure, counts: Mapping[str, int]) -> int | None:
    """Return the number of records in the list; None for a list of only some types of the kind."""
    return None if exposure.types else counts.get(exposure.entity.name)


def example(apis: list[Served]) -> Noun | None:
    """Return the noun for a first try: of the first document, the noun with the most records."""
    return max(apis[0].nouns, key=lambda noun: noun.records or 0, default=None) if apis else None


def as_json(one: Served, origin: str) -> dict[str, object]:
    """Return a document for programs, with absolute URLs."""
    return {
        "api": one.api,
        "version": one.version,
        "title": one.title,
        "url": origin + one.base_path,
        "aliases": [origin + alias for alias in one.aliases],
        "nouns": {noun.name: origin + noun.path for noun in one.nouns},
        "reference": f"{origin}/{one.reference}",
        "document": {form: f"{origin}/{one.document(form)}" for form in ("json", "yaml")},
    }
