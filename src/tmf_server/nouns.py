"""The registry of a server: the documents that it serves, with the noun behind each path. Reads documents only."""

from tmf_server.config import Settings
from tmf_server.contracts import Contract, check_names, load_contracts
from tmf_server.entities import NOUNS, TYPES, V4_RULES
from tmf_server.registry import Entity, Exposure, Registry, View, schema_of
from tmf_server.resources import openapi_dir
from tmf_server.rest.registered import with_subclasses
from tmf_server.rest.subclasses import load_subclasses
from tmf_server.rest.view import V4View, V5View


def create_registry(settings: Settings) -> Registry:
    """The documents that are served, each of their paths with its noun behind it."""
    check_names(settings.contracts.apis)
    wanted = settings.contracts.apis or tuple(NOUNS)
    registered = load_subclasses(settings.contracts.schema_dir)
    loaded = load_contracts(settings.contracts.openapi_dir or openapi_dir(), wanted, settings.contracts.cache_dir)
    served = len(loaded)
    loaded += _canonical_beside(loaded, settings)
    contracts = [with_subclasses(one, registered) for one in loaded] if registered else loaded
    exposures = [exposure for contract in contracts[:served] for exposure in _exposures(contract, contracts)]
    beside = [exposure for contract in contracts[served:] for exposure in _exposures(contract, contracts)]
    entities = {one.entity.name: one.entity for one in exposures}
    return Registry(contracts[:served], list(entities.values()), exposures, beside)


def _canonical_beside(served: list[Contract], settings: Settings) -> list[Contract]:
    """The v5 documents of APIs that are served in v4 only, since records are stored in their shape."""
    lacking = {one.api for one in served} - {one.api for one in served if one.version == "v5"}
    found = []
    for name in sorted(f"{api}/v5" for api in lacking):
        try:
            found += load_contracts(
                settings.contracts.openapi_dir or openapi_dir(), (name,), settings.contracts.cache_dir
            )
        except FileNotFoundError:
            found += load_contracts(openapi_dir(), (name,), settings.contracts.cache_dir)
    return found


def _exposures(contract: Contract, contracts: list[Contract]) -> list[Exposure]:
    nouns = {operation.noun for operation in contract.operations.values()}
    canonical = next((one for one in contracts if one.api == contract.api and one.version == "v5"), contract)
    declared = {noun: entity for noun, entity in NOUNS[contract.api].items() if noun in nouns}
    return [
        Exposure(
            entity,
            contract,
            noun,
            schema_of(contract, noun),
            _view(contract, noun, canonical, entity),
            types=canonical.types_under(only) if only else frozenset(),
            type_name=only,
        )
        for noun, entity in declared.items()
        for only in [TYPES.get(contract.api, {}).get(noun, "")]
    ]


def _view(contract: Contract, noun: str, canonical: Contract, entity: Entity) -> View:
    if contract.version == "v5":
        return V5View()
    there = {operation.noun for operation in canonical.operations.values()}
    other = next(name for name, one in NOUNS[contract.api].items() if one is entity and name in there)
    schemas = schema_of(contract, noun), schema_of(canonical, other)
    return V4View(V4_RULES[contract.api], contract, canonical, *schemas)
