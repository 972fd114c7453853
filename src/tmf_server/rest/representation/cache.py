"""Stored records as versions show them, the last ones kept in memory. Names no noun; no SQL."""

from collections.abc import Sequence
from threading import Lock

from tmf_server.registry.exposure import Exposure
from tmf_server.rest.representation.links import Links
from tmf_server.rest.representation.representation import shown_text
from tmf_server.storage.write.records import Stored

Place = tuple[Exposure, str, int, int, int]


class Shown:
    """What clients were shown last, up to `most` bytes in all; the oldest goes first.

    One state of one record never changes, so nothing here can be out of date: a key of the database may name another
    record one day, but not with the same instant of its last change.
    """

    def __init__(self, links: Links, most: int) -> None:
        self._links = links
        self._most = most
        self._size = 0
        self._kept: dict[Place, bytes] = {}
        self._lock = Lock()

    def text(self, exposure: Exposure, stored: Stored, origin: str) -> bytes:
        """All of the record as the exposure shows it to readers at the origin."""
        place = (exposure, origin, stored.key, stored.revision, stored.updated)
        text = self._kept.get(place)
        if text is None:
            text = shown_text(self._links, exposure, stored.document, origin)
            self._keep(place, text)
        return text

    def texts(self, exposure: Exposure, records: Sequence[Stored], origin: str) -> list[bytes]:
        """The same of many."""
        find = self._kept.get
        return [
            find((exposure, origin, one.key, one.revision, one.updated)) or self.text(exposure, one, origin)
            for one in records
        ]

    def _keep(self, place: Place, text: bytes) -> None:
        with self._lock:
            if place in self._kept or len(text) > self._most:
                return
            self._kept[place] = text
            self._size += len(text)
            while self._size > self._most:
                self._size -= len(self._kept.pop(next(iter(self._kept))))
