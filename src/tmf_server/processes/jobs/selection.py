"""Selects the records of a job: the nouns named by its path and query, and the filter. No SQL."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from tmf_server.contracts.contract import Contract
from tmf_server.errors import Fault, InvalidInput
from tmf_server.registry.exposure import Exposure
from tmf_server.registry.registry import Registry

# The path in front of a query; a filter may have question marks of its own.
PREFIX = re.compile(r"([A-Za-z0-9_.:/-]*)\?")


@dataclass(frozen=True)
class RecordSelection:
    """The selected nouns of an API document out of `all`, and the filter on the records, written as for lists."""

    exposures: tuple[Exposure, ...]
    all: tuple[Exposure, ...]
    query: str = ""


def choose(registry: Registry, contract: Contract, path: str, query: str = "") -> RecordSelection:
    """Return the nouns of a job's path: `/productOffering`, a URL of a collection, or the URL of the API as a whole.

    The query may name the noun too: `category?lifecycleStatus=Active`. InvalidInput for an unknown noun.
    """
    nouns = {one.noun: one for one in registry.exposures if one.contract is contract and one.entity.task is None}
    prefix = PREFIX.match(query)
    head, rest = (prefix[1], query[prefix.end() :]) if prefix else ("", query)
    chosen = [_named(nouns, text, contract, pointer) for text, pointer in ((path, "/path"), (head, "/query")) if text]
    found = {one.noun: one for one in chosen if one is not None}
    if len(found) > 1:
        raise InvalidInput("The path and the query name different nouns.", faults=[Fault("/query", f"expected {path}")])
    every = tuple(nouns.values())
    return RecordSelection(tuple(found.values()) or every, every, rest)


def _named(nouns: Mapping[str, Exposure], text: str, contract: Contract, pointer: str) -> Exposure | None:
    """Return the noun at the end of the text; None for the address of the API itself."""
    steps = [step for step in urlsplit(text).path.split("/") if step]
    last = steps[-1].casefold() if steps else ""
    for noun, exposure in nouns.items():
        if last in (noun.casefold(), exposure.entity.name.casefold(), exposure.schema.casefold()):
            return exposure
    if not last or contract.base_path.casefold().endswith(f"/{last}"):
        return None
    expected = f"expected one of {', '.join(sorted(nouns))}, not {text[:100]!r}"
    raise InvalidInput("The job names no noun of this API.", faults=[Fault(pointer, expected)])


class TypeRouter:
    """Finds the noun of an imported record by its `@type` and `@baseType`."""

    def __init__(self, choice: RecordSelection) -> None:
        self._chosen = choice.exposures
        self._by_type: dict[str, Exposure] = {}
        closest_first = sorted(choice.exposures, key=lambda one: not one.types)
        for one in (*closest_first, *choice.all):
            contract, schema = one.contract, one.schema
            own = one.type_name or one.entity.type_name
            for name in (own, *contract.types_under(schema), *contract.subtypes(schema), one.noun):
                self._by_type.setdefault(name, one)

    def exposure(self, document: Mapping[str, Any]) -> Exposure:
        """Return the noun of the record. InvalidInput for a noun outside the selection and for an unknown type."""
        names = [name for name in (document.get("@type"), document.get("@baseType")) if isinstance(name, str)]
        found = next((self._by_type[name] for name in names if name in self._by_type), None)
        if found is None and len(self._chosen) == 1:
            return self._chosen[0]
        if found is None or found not in self._chosen:
            expected = ", ".join(sorted(one.entity.type_name for one in self._chosen))
            fault = Fault("/@type", f"expected one of {expected}")
            raise InvalidInput("The record is of none of the nouns that are imported.", faults=[fault])
        return found
