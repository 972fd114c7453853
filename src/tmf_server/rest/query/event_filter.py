"""Which events a subscription wants: its query as a predicate on event bodies. Names no noun."""

from collections.abc import Callable, Iterable, Iterator

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
    """Event bodies are filtered as they are sent."""

    def paths(self, path: Path) -> tuple[Path, ...]:
        """The path itself."""
        return (path,)

    def stored_values(self, path: Path, value: object) -> tuple[object, ...]:  # noqa: ARG002 - the view's signature
        """The value itself."""
        return (value,)

    def settled(self, path: Path, value: object) -> bool:  # noqa: ARG002
        """There is no other path."""
        return True


class EventAttributes(Attributes):
    """The attributes of one event, and those of its record, which need no `event.<noun>.` before them."""

    def lookup(self, names: Path, scope: PathScope = RECORD) -> tuple[ResolvedAttribute, ...]:
        """The attribute of the event, that of its record, or both."""
        prefixes = [(), *self._prefixes()] if scope == RECORD else [()]
        return tuple(
            one for prefix in prefixes for one in super(EventAttributes, self).lookup((*prefix, *names), scope)
        )

    def _prefixes(self) -> Iterator[Path]:
        payload = self.contract.attribute(self.schema, ("event",))
        yield ("event",)
        if payload is not None and payload.schema is not None:
            yield from (("event", name) for name in self.contract.properties(payload.schema))


def event_matcher(registry: Registry, settings: Settings, api: str, version: str, query: str) -> Predicate:
    """The predicate of a hub's query over the events that the API sends in the version. Raises InvalidInput."""
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
    """The document that lists the events; the other version's where this one lists none."""
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
