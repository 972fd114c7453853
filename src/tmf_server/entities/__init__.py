"""The nouns: declarations only, one module per family. This is their index, by API and path segment."""

from collections.abc import Mapping

from tmf_server.entities import catalog
from tmf_server.registry import Entity

NOUNS: Mapping[str, Mapping[str, Entity]] = {
    "TMF620": catalog.NOUNS,
}
