"""Absolute links: stored hrefs of records that are here, made for the reader's host and version. No SQL."""

from functools import lru_cache

from tmf_server.registry.exposure import Exposure
from tmf_server.registry.registry import Registry

# How orjson writes the href of a record that is here: "href":"\u0001kind/id".
STORED_MARK = b'"href":"\\u0001'


class Links:
    """Turns stored hrefs into absolute URLs."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._prefixes = lru_cache(maxsize=256)(self._make_prefixes)

    def absolute(self, document: bytes, origin: str, version: str) -> bytes:
        """The JSON text with the href of every local record absolute, as readers of the version call it."""
        first, *rest = document.split(STORED_MARK)
        if not rest:
            return document
        # A pattern would look at every byte; splitting finds the marks at the speed of memory.
        prefixes = self._prefixes(origin, version)
        parts = [first]
        for part in rest:
            slash = part.index(b"/")
            parts += prefixes[part[:slash]], part[slash + 1 :]
        return b"".join(parts)

    def of_record(self, document: bytes, exposure: Exposure, origin: str) -> bytes:
        """The JSON text of one record with absolute links; its own is that of the path that shows it.

        Only a path that is narrowed to some types differs from where links to the record lead. The record's own href
        is the first in the text.
        """
        if exposure.types:
            mark = STORED_MARK + f"{exposure.entity.name}/".encode()
            document = document.replace(mark, f'"href":"{collection_url(exposure, origin)}/'.encode(), 1)
        return self.absolute(document, origin, exposure.contract.version)

    def _make_prefixes(self, origin: str, version: str) -> dict[bytes, bytes]:
        found = {}
        for kind in self._registry.entities:
            exposure = self._registry.shown_as(kind, version)
            if exposure is not None:
                found[kind.encode()] = f'"href":"{collection_url(exposure, origin)}/'.encode()
        return found


def collection_url(exposure: Exposure, origin: str) -> str:
    """The absolute URL of the exposure's collection."""
    return f"{origin}{exposure.contract.base_path}/{exposure.noun}"
