"""The verbs by name, and which of them are quick enough to run on the event loop. Names no noun."""

from collections.abc import Mapping

from tmf_server.rest.verbs import hub, reading, writing
from tmf_server.rest.verbs.dispatch import Verb

VERBS: Mapping[str, Verb] = {
    "list": reading.list_records,
    "retrieve": reading.retrieve,
    "create": writing.create,
    "patch": writing.patch,
    "replace": writing.replace,
    "delete": writing.delete,
    "subscribe": hub.subscribe,
    "list_subscriptions": hub.list_subscriptions,
    "retrieve_subscription": hub.retrieve_subscription,
    "unsubscribe": hub.unsubscribe,
    "listen": hub.listen,
}

# SQLite answers a key read and most pages sooner than a thread takes over.
INLINE: Mapping[str, frozenset[str]] = {
    "sqlite": frozenset({"retrieve", "list"}),
    "postgresql": frozenset(),
}
