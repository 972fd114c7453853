"""Which events a subscription wants: its query as a predicate on event bodies. Names no noun."""

from collections.abc import Callable
from urllib.parse import parse_qsl

from tmf_server.contracts import Contract
from tmf_server.registry import Document, Registry
from tmf_server.settings import Settings


def event_matcher(registry: Registry, settings: Settings, api: str, version: str, query: str) -> Callable[[Document], bool]:
    """The predicate of a hub's query. Raises InvalidInput."""
    types = {one for name, value in parse_qsl(query) if name == "eventType" for one in value.split(",")}
    return lambda body: not types or body["eventType"] in types
