"""The query of a subscription as a predicate on event bodies. Names no noun."""

from collections.abc import Callable, Iterable

from tmf_server.config import Settings
from tmf_server.contracts.contract import Contract
from tmf_server.errors import InvalidInput
from tmf_server.registry.entity import Document, Path
from tmf_server.registry.registry import Registry
from tmf_server.rest.query.attributes import RECORD, UNKNOWN, Attributes, PathScope, ResolvedAttribute
from tmf_server.rest.query.query import parse_filter
from tmf_server.storage.query.conditions import Compare, Condition, logical_leaves, matches

EVENT_TYPE = ("eventType",)
Predicate = Callable[[Document], bool]


class UnmappedPaths:
    """Maps every path to itself, since event bodies are filtered as sent."""

    def paths(self, path: Path) -> tuple[Path, ...]:
        """Return the path itself."""
        return (path,)

    def stored_values(self, path: Path, value: object) -> tuple[object, ...]:  # noqa: ARG002 - the view's signature
        """Return the value itself."""
        return (value,)

    def settled(self, path: Path, value: object) -> bool:  # noqa: ARG002
        """Return True: a value has a single path."""
        return True


class EventAttributes(Attributes):
    """Resolves the attributes of an event, and of the record inside without the prefix `event.<noun>.`."""

    def lookup(self, names: Path, scope: PathScope = RECORD) -> tuple[ResolvedAttribute, ...]:
        """Return the attribute of the event, the attribute of the record inside, or both."""
        prefixes: list[Path] = [()]
        if scope == RECORD:
            payload = self.contract.attribute(self.schema, ("event",))
            inside = self.contract.properties(payload.schema) if payload is not None and payload.schema else ()
            prefixes += [("event",), *(("event", name) for name in inside)]
        return tuple(
            one for prefix in prefixes for one in super(EventAttributes, self).lookup((*prefix, *names), scope)
        )


def event_matcher(registry: Registry, settings: Settings, api: str, version: str, query: str) -> Predicate:
    """Return the predicate of a hub's query over the events of the API in the version. Raises InvalidInput."""
    if not query:
        return lambda _body: True
    contract = _contract(registry, api, version)
    conditions: dict[str, Condition | None] = {}
    unknown: InvalidInput | None = None
    for event_type, schema in contract.events.items():
        try:
            conditions[event_type] = parse_filter(query, EventAttributes(contract, schema, UnmappedPaths()), settings)
        except InvalidInput as error:
            if error.code != UNKNOWN:
                raise
            unknown = unknown or error
    if unknown is not None and not conditions:
        raise unknown
    _check_types(conditions.values(), contract)
    return lambda body: body["eventType"] in conditions and matches(conditions[body["eventType"]], body)


def _contract(registry: Registry, api: str, version: str) -> Contract:
    """Return the document with the events: the version's own, or another version's where the own has no events."""
    of_api = [one for one in registry.documents if one.api == api]
    own = next(one for one in of_api if one.version == version)
    return own if own.events else next((one for one in of_api if one.events), own)


def _check_types(conditions: Iterable[Condition | None], contract: Contract) -> None:
    for condition in conditions:
        for leaf in () if condition is None else logical_leaves(condition):
            if not isinstance(leaf, Compare) or leaf.path != EVENT_TYPE or leaf.operator not in ("eq", "ne"):
                continue
            if str(leaf.value) not in contract.events:
                raise InvalidInput(
                    f"{str(leaf.value)[:80]!r} is no event of {contract.name}. There are: {', '.join(contract.events)}."
                )
