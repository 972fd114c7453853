"""Connexion's middleware around our endpoint: every document routed, secured and checked. Names no noun."""

from collections.abc import Callable, Mapping
from typing import Any

from connexion import ConnexionMiddleware
from connexion.middleware.security import SecurityMiddleware
from starlette.types import ASGIApp

from tmf_server.config import Settings
from tmf_server.contracts.operations import outline
from tmf_server.registry.registry import Registry
from tmf_server.rest.http.requests import RequestCheckMiddleware, validator_map
from tmf_server.rest.http.resolver import VerbResolver
from tmf_server.rest.http.routing import RoutingMiddleware
from tmf_server.rest.schema.validation import Validators


def create_api(
    endpoint: ASGIApp,
    verbs: Mapping[str, Callable[..., Any]],
    registry: Registry,
    validators: Validators,
    settings: Settings,
) -> ConnexionMiddleware:
    """The middleware with its stack built: a document that is wrong, or an operation without a verb, fails here."""
    operations = (found.operation for found in registry.endpoints.values())
    api = ConnexionMiddleware(
        endpoint,
        import_name=__name__,
        middlewares=[RoutingMiddleware, SecurityMiddleware, RequestCheckMiddleware],
        resolver=VerbResolver({operation.id: verbs[operation.verb] for operation in operations}),
        validator_map=validator_map(registry, validators, settings),
    )
    for contract in registry.contracts:
        api.add_api(outline(contract.document), base_path=contract.base_path)
    _build(api)
    return api


def _build(api: ConnexionMiddleware) -> None:
    """Connexion builds its stack at the first scope it is called with: here, not at the first request."""
    step = api({"type": "build"}, None, None)
    try:
        step.send(None)
    except StopIteration:
        return


def routing_of(api: ConnexionMiddleware) -> RoutingMiddleware:
    """The layer of a built stack that knows every path."""
    return next(layer for layer in api.middleware_stack or () if isinstance(layer, RoutingMiddleware))
