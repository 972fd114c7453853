"""Bodies of events in the format of each API and version. No SQL, no HTTP.

The events of a document, with names and attributes, are read from the document.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import orjson

from tmf_server.events.outbox import StoredEvent
from tmf_server.registry.entity import Document
from tmf_server.registry.exposure import Exposure
from tmf_server.registry.registry import Registry
from tmf_server.rules.instants import format_instant
from tmf_server.storage.query.type_scope import belongs

Render = Callable[[Exposure, str, str], Document]
"""Makes the record of a stored text as an exposure shows the record, with links below an origin (https://host)."""

PRIORITY = "normal"
HAPPENED = {
    "Create": "was created",
    "AttributeValueChange": "was changed",
    "StateChange": "changed its state",
    "Delete": "was deleted",
}


@dataclass(frozen=True, slots=True)
class EventFormat:
    """The format of one kind of event of one noun in one document."""

    event_type: str
    exposure: Exposure
    payload: str  # the attribute of `event` with the record
    happened_at: str  # TM Forum's documents spell it timeOcurred and timeOccurred
    typed: bool
    field_path: bool
    names: Mapping[str, str]  # canonical first-level attribute → name in the version


class EventFormats:
    """The event formats of every document of a registry.

    `topics` lists, for each API and version, the kinds of records with events for subscribers.
    """

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._exposures: dict[tuple[str, str, str], list[Exposure]] = {}
        self._format = cache(self._format_of)
        kinds: dict[tuple[str, str], set[str]] = {}
        for one in registry.exposures:
            api, version, kind = one.contract.api, one.contract.version, one.entity.name
            kinds.setdefault((api, version), set()).add(kind)
            shown = self._exposures.setdefault((api, version, kind), [])
            # an exposure of some @types comes first, the general exposure takes the rest
            shown.insert(0 if one.types else len(shown), one)
        self.topics = {key: frozenset(found) for key, found in kinds.items()}

    def form(self, api: str, version: str, event: StoredEvent) -> EventFormat | None:
        """Return the format of the event in the document of the API and version; None without such an event."""
        exposures = self._exposures.get((api, version, event.kind), [])
        document = orjson.loads(event.document) if any(one.types for one in exposures) else {}
        fitting = (one for one in exposures if belongs(one, document))
        return next(filter(None, (self._format(one, event.event) for one in fitting)), None)

    def _format_of(self, exposure: Exposure, event: str) -> EventFormat | None:
        """Make a format; a document without events (TMF678 v4) borrows those of the other version."""
        others = self._registry.shown_in(exposure.entity.name)
        same_api = (one for one in others if one.contract.api == exposure.contract.api and one.contract.events)
        named = exposure if exposure.contract.events else next(same_api, None)
        event_type = f"{named.schema}{event}Event" if named else ""
        if named is None or event_type not in named.contract.events:
            return None
        version, contract = exposure.contract.version, exposure.contract
        declared = contract.properties(contract.events.get(event_type, ""))
        usual = "timeOcurred" if version == "v4" else "timeOccurred"
        return EventFormat(
            event_type=event_type,
            exposure=exposure,
            payload=exposure.schema[:1].lower() + exposure.schema[1:],
            happened_at=next((name for name in ("timeOccurred", "timeOcurred") if name in declared), usual),
            typed=version != "v4",
            field_path="fieldPath" in declared,
            names={exposure.view.path((name,))[0]: name for name in contract.all_properties(exposure.schema)},
        )


def body(form: EventFormat, event: StoredEvent, shown: Document) -> Document:
    """Return the body of the event, with the record as `shown` in the version."""
    moment = format_instant(event.time)
    made: dict[str, Any] = {
        "eventId": event.event_id,
        "eventTime": moment,
        "eventType": form.event_type,
        "correlationId": event.correlation_id or event.event_id,
        "domain": form.exposure.contract.base_path.split("/")[-2],
        "title": form.event_type,
        "description": f"{form.payload} {event.record_id} {HAPPENED.get(event.event, 'reports ' + event.event)}",
        "priority": PRIORITY,
        form.happened_at: moment,
    }
    if form.field_path:
        made["fieldPath"] = ",".join(form.names.get(path, path) for path in event.paths)
    if form.typed:
        made |= {"@type": form.event_type, "@baseType": "Event"}
    return made | {"event": {form.payload: shown}}


class Composer:
    """Composes the bodies of deliveries."""

    def __init__(self, forms: EventFormats, render: Render) -> None:
        self._forms = forms
        self._render = render

    def compose(self, api: str, version: str, origin: str, event: StoredEvent) -> Document | None:
        """Return the body for subscribers of the API and version; None when the document declares no such event."""
        form = self._forms.form(api, version, event)
        if form is None:
            return None
        return body(form, event, self._render(form.exposure, event.document, origin))
