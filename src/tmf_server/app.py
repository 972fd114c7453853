"""The composition root: read it and you know the architecture."""

import os
from collections.abc import Mapping

from connexion import ConnexionMiddleware
from connexion.middleware.security import SecurityMiddleware

from tmf_server.asgi import Front
from tmf_server.contracts import ALIASES, BASE_PATHS, Contract, load_contracts
from tmf_server.entities import NOUNS, view_of
from tmf_server.events import outbox
from tmf_server.events.guard import Guard
from tmf_server.events.subscriptions import Subscriptions
from tmf_server.registry import Exposure, Registry, schema_of
from tmf_server.resources import openapi_dir
from tmf_server.rest.dispatch import Dispatcher
from tmf_server.rest.links import Links
from tmf_server.rest.requests import RequestCheckMiddleware, validator_map
from tmf_server.rest.resolver import VerbResolver
from tmf_server.rest.routing import RoutingMiddleware
from tmf_server.rest.services import Services
from tmf_server.rest.validation import Validators
from tmf_server.rest.verbs import INLINE, VERBS
from tmf_server.settings import Settings
from tmf_server.storage.database import Database
from tmf_server.storage.records import Records


def from_environment() -> Front:
    """The application as the environment sets it, for servers that take a factory."""
    return create_app(Settings.from_environment(os.environ))


def create_app(settings: Settings) -> Front:
    """Everything wired, eagerly: what is missing fails now and not at the first request."""
    services = create_services(settings)
    dispatcher = Dispatcher(services, VERBS, INLINE[services.database.dialect])
    api = create_api(dispatcher, services)
    return Front(api, routing=_routing(api), aliases=_aliases(services), settings=settings)


def create_services(settings: Settings) -> Services:
    """The parts that verbs, processes and commands share."""
    registry = create_registry(settings)
    database = Database(settings)
    return Services(
        settings=settings,
        registry=registry,
        database=database,
        records=Records(registry, settings, database.dialect, outbox.record),
        validators=Validators(registry.contracts, strict=settings.strict_subtypes, subclasses=settings.schema_dir),
        links=Links(registry),
        subscriptions=Subscriptions(database, Guard(settings)),
    )


def create_registry(settings: Settings) -> Registry:
    """The documents that are served, each of their paths with its noun behind it."""
    wanted = settings.apis or tuple(NOUNS)
    contracts = load_contracts(settings.openapi_dir or openapi_dir(), wanted)
    exposures = [exposure for contract in contracts for exposure in _exposures(contract, contracts)]
    entities = {one.entity.name: one.entity for one in exposures}
    return Registry(contracts, list(entities.values()), exposures)


def _exposures(contract: Contract, contracts: list[Contract]) -> list[Exposure]:
    nouns = {operation.noun for operation in contract.operations.values()}
    canonical = next((one for one in contracts if one.api == contract.api and one.version == "v5"), contract)
    found = []
    for noun, entity in NOUNS[contract.api].items():
        if noun in nouns:
            schema = schema_of(contract, noun)
            found.append(Exposure(entity, contract, noun, schema, view_of(contract, schema, canonical, entity)))
    return found


def create_api(dispatcher: Dispatcher, services: Services) -> ConnexionMiddleware:
    """Connexion's middleware around our endpoint, its stack built."""
    verbs = {endpoint.operation.id: VERBS[endpoint.operation.verb] for endpoint in services.registry.endpoints.values()}
    api = ConnexionMiddleware(
        dispatcher,
        import_name=__name__,
        middlewares=[RoutingMiddleware, SecurityMiddleware, RequestCheckMiddleware],
        resolver=VerbResolver(verbs),
        validator_map=validator_map(services.registry, services.validators, services.settings),
    )
    for contract in services.registry.contracts:
        api.add_api(contract.document, base_path=contract.base_path)
    _build(api)
    return api


def _build(api: ConnexionMiddleware) -> None:
    """Connexion builds its stack at the first scope it is called with: here, not at the first request."""
    step = api({"type": "build"}, None, None)  # type: ignore[arg-type]
    try:
        step.send(None)
    except StopIteration:
        return


def _routing(api: ConnexionMiddleware) -> RoutingMiddleware:
    return next(layer for layer in api.middleware_stack or () if isinstance(layer, RoutingMiddleware))


def _aliases(services: Services) -> Mapping[str, str]:
    if not services.settings.aliases:
        return {}
    served = {contract.name for contract in services.registry.contracts}
    return {
        alias: f"{BASE_PATHS[api]}/{alias[-2:]}"
        for api, aliases in ALIASES.items()
        for alias in aliases
        if f"{api}/{alias[-2:]}" in served
    }
