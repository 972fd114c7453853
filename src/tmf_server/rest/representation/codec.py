"""Records as jobs read and write them: by the rules of POST, of list filters and of answers. Names no noun."""

from typing import Any

from tmf_server.config import Settings
from tmf_server.registry.entity import Document
from tmf_server.registry.exposure import Exposure, create_schema
from tmf_server.rest.body.strictjson import parse
from tmf_server.rest.query.attributes import attributes_of
from tmf_server.rest.query.query import parse_filter
from tmf_server.rest.representation.links import Links
from tmf_server.rest.representation.representation import shown_text
from tmf_server.rest.schema.validation import Validators
from tmf_server.storage.query.conditions import Condition


class JsonRecordCodec:
    """The language of the documents, for transfers."""

    def __init__(self, settings: Settings, validators: Validators, links: Links) -> None:
        self._settings = settings
        self._validators = validators
        self._links = links

    def parse(self, data: bytes) -> Any:
        """Strictly parsed JSON. Raises InvalidInput."""
        return parse(data, max_depth=self._settings.limits.max_depth)

    def checked(self, exposure: Exposure, document: Document) -> Document:
        """The document as a POST would take it: completed, without nulls, valid. Raises InvalidInput.

        A noun without a POST is held to the schema of its records.
        """
        return self._validators.created(exposure.contract, create_schema(exposure), document)

    def unknown(self, exposure: Exposure, document: Document) -> tuple[str, ...]:
        """The attributes that its document does not know. Raises InvalidInput where they are refused."""
        return self._validators.vocabulary.unknown(exposure.contract, create_schema(exposure), document)

    def condition(self, exposure: Exposure, query: str) -> Condition | None:
        """The filter of a query string; None when it selects all. Raises InvalidInput."""
        return parse_filter(query, attributes_of(exposure), self._settings)

    def shown(self, exposure: Exposure, document: str, origin: str) -> bytes:
        """The JSON text of a stored record as readers at the origin see it."""
        return shown_text(self._links, exposure, document, origin)
