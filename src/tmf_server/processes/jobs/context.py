"""The services of imports and exports, handed over by the composition root. Holds no rule."""

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


class RecordCodec(Protocol):
    """Reads and writes records in the form of an API document; implemented by the REST engine."""

    def parse(self, data: bytes) -> Any:
        """Parse JSON strictly. Raises InvalidInput."""

    def checked(self, exposure: Exposure, document: Document) -> Document:
        """Return the document as accepted by a POST: completed, without nulls, valid. Raises InvalidInput."""

    def unknown(self, exposure: Exposure, document: Document) -> tuple[str, ...]:
        """Return the attributes unknown to the API document. Raises InvalidInput when the settings refuse them."""

    def condition(self, exposure: Exposure, query: str) -> Condition | None:
        """Return the filter of a query string; None for a query without a filter. Raises InvalidInput."""

    def shown(self, exposure: Exposure, document: str, origin: str) -> bytes:
        """Return the JSON text of a stored record, with links below the origin."""


class ProgressSink(Protocol):
    """Receives the progress of an import or export, and may end the transfer early."""

    def save(self, connection: Connection, progress: Progress) -> None:
        """Store the progress in the transaction of the reported batch. An exception undoes both."""

    def beat(self, progress: Progress) -> None:
        """Take a sign of life between two steps; an exception ends the transfer."""


@dataclass(frozen=True)
class TransferContext:
    """The services of every transfer. Writes through `records` send events, writes through `silent_records` none."""

    settings: Settings
    registry: Registry
    database: Database
    records: BulkRecords
    silent_records: BulkRecords
    files: FileStore
    selector: Selector
    url_policy: UrlPolicy
    codec: RecordCodec
