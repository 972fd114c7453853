"""The nouns: declarations only, one module per family. This is their index, by API and path segment."""

from collections.abc import Mapping

from tmf_server.entities import catalog
from tmf_server.entities.catalog_v4 import CATALOG_RULES
from tmf_server.registry import Entity
from tmf_server.rest.view.rules import Rules

NOUNS: Mapping[str, Mapping[str, Entity]] = {
    "TMF620": catalog.NOUNS,
}
V4_RULES: Mapping[str, Rules] = {
    "TMF620": CATALOG_RULES,
}
