"""The registry of a server: the served documents with the noun behind each path. Reads documents only."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import replace

from tmf_server.apis.families import APIS
from tmf_server.config import Settings
from tmf_server.contracts.contract import Contract
from tmf_server.contracts.extensions import load_subclasses
from tmf_server.contracts.loading import check_names, load_contracts
from tmf_server.contracts.schemas import Schema, with_attributes
from tmf_server.registry.entity import Entity
from tmf_server.registry.exposure import Exposure, View, schema_of
from tmf_server.registry.registry import Registry
from tmf_server.resources import openapi_dir
from tmf_server.rest.schema.extensions import with_subclasses
from tmf_server.rest.schema.schemas import forms_of
from tmf_server.rest.versions.views import V4View, V5View


def create_registry(settings: Settings) -> Registry:
    """Return the registry of the served documents, with the noun behind each path."""
    check_names(settings.contracts.apis, APIS)
    wanted = settings.contracts.apis or tuple(APIS)
    registered = load_subclasses(settings.contracts.schema_dir)
    loaded = _documents(settings, wanted)
    served = len(loaded)
    loaded += _canonical_beside(loaded, settings)
    contracts = [as_served(with_subclasses(one, registered)) for one in loaded]
    exposures = [exposure for contract in contracts[:served] for exposure in _exposures(contract, contracts)]
    beside = [exposure for contract in contracts[served:] for exposure in _exposures(contract, contracts)]
    entities = {one.entity.name: one.entity for one in exposures}
    return Registry(
        contracts[:served],
        list(entities.values()),
        exposures,
        beside,
        kinds_by_schema=_merged(api.kinds_by_schema for api in APIS.values()),
        kinds_by_default=_merged(api.kinds_by_default for api in APIS.values()),
    )


def _merged(tables: Iterable[Mapping[str, str]]) -> dict[str, str]:
    return {name: kind for table in tables for name, kind in table.items()}


def _documents(settings: Settings, wanted: tuple[str, ...]) -> list[Contract]:
    folder = settings.contracts.openapi_dir or openapi_dir()
    return load_contracts(folder, APIS, wanted, settings.contracts.cache_dir)


def _canonical_beside(served: list[Contract], settings: Settings) -> list[Contract]:
    """The v5 documents of APIs served in v4 only, since v5 is the stored shape; none for an API without v5."""
    lacking = {one.api for one in served} - {one.api for one in served if one.version == "v5"}
    found = []
    for name in sorted(f"{api}/v5" for api in lacking):
        try:
            found += _documents(settings, (name,))
        except FileNotFoundError:
            with suppress(FileNotFoundError):
                found += load_contracts(openapi_dir(), APIS, (name,), settings.contracts.cache_dir)
    return found


def as_served(contract: Contract) -> Contract:
    """Return the contract extended by attributes and types beyond the document.

    Extensions are attributes set by the server, attributes of older published forms of the document, and types of a
    noun with a path of their own.
    """
    amended = replace(contract, amended=_amended(contract))
    return replace(amended, added_types={**contract.added_types, **_types_shown_alone(amended)})


def _amended(contract: Contract) -> dict[str, Schema]:
    """Return the schemas of the document with further attributes, and schemas beyond the document."""
    nouns = _nouns(contract).items()
    found = {schema_of(contract, noun): entity.derive.undeclared for noun, entity in nouns if entity.derive.undeclared}
    if contract.version == "v4":
        found |= APIS[contract.api].older
    return {
        name: with_attributes(contract.own_schemas.get(name, {}), attributes)
        for schema, attributes in found.items()
        for name in forms_of(contract.own_schemas, schema)
    }


def _types_shown_alone(contract: Contract) -> dict[str, dict[str, str]]:
    """Return the further types of a noun with a path for each type: schema name → `@type` → schema name."""
    found: dict[str, dict[str, str]] = {}
    for noun, entity in _nouns(contract).items():
        alone = [schema_of(contract, one) for one in _alone(contract) if _nouns(contract).get(one) is entity]
        if alone and noun not in _alone(contract):
            schema = schema_of(contract, noun)
            found[schema] = {name: name for name in (schema, *alone)} | dict(contract.added_types.get(schema, {}))
    return found


def _alone(contract: Contract) -> Mapping[str, str]:
    """Return the path segments of a single type of an entity, with the type."""
    return APIS[contract.api].types


def _nouns(contract: Contract) -> dict[str, Entity]:
    """The entities behind the paths of the document, by path segment."""
    there = {operation.noun for operation in contract.operations.values()}
    return {noun: entity for noun, entity in APIS[contract.api].nouns.items() if noun in there}


def _exposures(contract: Contract, contracts: list[Contract]) -> list[Exposure]:
    canonical = next((one for one in contracts if one.api == contract.api and one.version == "v5"), contract)
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
        for noun, entity in _nouns(contract).items()
        for only in [_alone(contract).get(noun, "")]
    ]


def _view(contract: Contract, noun: str, canonical: Contract, entity: Entity) -> View:
    if contract is canonical or contract.version == "v5":
        return V5View()
    other = next(name for name, one in _nouns(canonical).items() if one is entity)
    schemas = schema_of(contract, noun), schema_of(canonical, other)
    return V4View(APIS[contract.api].v4, contract, canonical, *schemas)
