"""What transfers work with, given by the composition root. Holds no rule."""

from dataclasses import dataclass
from typing import Any, Protocol

from tmf_server.config import Settings
from tmf_server.events.outbound.url_policy import UrlPolicy
from tmf_server.processes.jobs.progress import Progress
from tmf_server.registry.entity import Document
from tmf_server.registry.exposure import Exposure
from tmf_server.registry.registry import Registry
from tmf_server.storage.connection.database import Connection, Database
from tmf_server.storage.files import FileStore
from tmf_server.storage.query.conditions import Condition
from tmf_server.storage.query.select import Selector
from tmf_server.storage.write.bulk import BulkRecords


class Language(Protocol):
    """How records are read and written as the documents have them; the REST engine lends it."""

    def parse(self, data: bytes) -> Any:
        """Strictly parsed JSON. Raises InvalidInput."""

    def checked(self, exposure: Exposure, document: Document) -> Document:
        """The document as a POST would take it: completed, without nulls, valid. Raises InvalidInput."""

    def unknown(self, exposure: Exposure, document: Document) -> tuple[str, ...]:
        """The attributes that its document does not know. Raises InvalidInput where they are refused."""

    def condition(self, exposure: Exposure, query: str) -> Condition | None:
        """The filter of a query string; None when it selects all. Raises InvalidInput."""

    def shown(self, exposure: Exposure, document: str, origin: str) -> bytes:
        """The JSON text of a stored record as readers at the origin see it."""


class Keeper(Protocol):
    """Who watches over a transfer: keeps its progress, and ends it early."""

    def save(self, connection: Connection, progress: Progress) -> None:
        """Keep the progress in the transaction of what it reports. May raise, and so undo both."""

    def beat(self, progress: Progress) -> None:
        """Called between two steps; may raise to end the transfer."""


@dataclass(frozen=True)
class Desk:
    """The parts that every transfer needs. `records` sends events, `quiet` sends none."""

    settings: Settings
    registry: Registry
    database: Database
    records: BulkRecords
    quiet: BulkRecords
    files: FileStore
    selector: Selector
    guard: UrlPolicy
    language: Language
