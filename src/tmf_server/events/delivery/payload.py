"""The body of an event as the document of an API in a version defines it. No SQL, no HTTP.

Which events a document sends, under which names and with which attributes, is read from the document.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from tmf_server.events.outbox import StoredEvent
from tmf_server.registry.entity import Document
from tmf_server.registry.exposure import Exposure
from tmf_server.registry.registry import Registry
from tmf_server.rules.instants import format_instant
from tmf_server.storage.query.type_scope import belongs

Render = Callable[[Exposure, str, str], Document]
"""The record of a stored canonical text as an exposure shows it, its links beginning with an origin (https://host)."""

PRIORITY = "normal"
HAPPENED = {
    "Create": "was created",
    "AttributeValueChange": "was changed",
    "StateChange": "changed its state",
    "Delete": "was deleted",
}


@dataclass(frozen=True, slots=True)
class EventFormat:
    """How one document reports one event of one noun."""

    event_type: str
    exposure: Exposure
    payload: str  # the attribute of `event` that holds the record
    happened_at: str  # TM Forum's documents spell it timeOcurred and timeOccurred
    typed: bool
    field_path: bool
    names: Mapping[str, str]  # canonical first-level attribute → as the version calls it


class EventFormats:
    """The forms of every document that a registry knows.

    `topics` lists per API and version the kinds whose events may concern its subscribers.
    """

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._exposures: dict[tuple[str, str, str], list[Exposure]] = {}
        self._forms: dict[tuple[Exposure, str], EventFormat | None] = {}
        kinds: dict[tuple[str, str], set[str]] = {}
        for one in registry.exposures:
            api, version, kind = one.contract.api, one.contract.version, one.entity.name
            kinds.setdefault((api, version), set()).add(kind)
            shown = self._exposures.setdefault((api, version, kind), [])
            # one that is narrowed to some @types comes first, the general one takes what is left
            shown.insert(0 if one.types else len(shown), one)
        self.topics = {key: frozenset(found) for key, found in kinds.items()}

    def form(self, api: str, version: str, event: StoredEvent) -> EventFormat | None:
        """How the document of the API in the version reports the event; None when it does not."""
        exposures = self._exposures.get((api, version, event.kind), [])
        document = orjson.loads(event.document) if any(one.types for one in exposures) else {}
        fitting = (one for one in exposures if belongs(one, document))
        return next(filter(None, (self._of(one, event.event) for one in fitting)), None)

    def _of(self, exposure: Exposure, event: str) -> EventFormat | None:
        key = (exposure, event)
        if key not in self._forms:
            self._forms[key] = self._make(exposure, event)
        return self._forms[key]

    def _make(self, exposure: Exposure, event: str) -> EventFormat | None:
        """A document without any events (TMF678 v4) reports those of its other version, with its own view."""
        named = exposure if exposure.contract.events else self._counterpart(exposure)
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

    def _counterpart(self, exposure: Exposure) -> Exposure | None:
        for one in self._registry.shown_in(exposure.entity.name):
            if one.contract.api == exposure.contract.api and one.contract.events:
                return one
        return None


def body(form: EventFormat, event: StoredEvent, shown: Document) -> Document:
    """The body of the event, with the record as its version shows it."""
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
    """Makes the bodies that subscribers get."""

    def __init__(self, forms: EventFormats, render: Render) -> None:
        self._forms = forms
        self._render = render

    def compose(self, api: str, version: str, origin: str, event: StoredEvent) -> Document | None:
        """The body for a subscriber of the API in the version, None when its document has no such event."""
        form = self._forms.form(api, version, event)
        if form is None:
            return None
        return body(form, event, self._render(form.exposure, event.document, origin))
