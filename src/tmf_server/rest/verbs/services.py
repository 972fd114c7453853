"""What the verbs work with; made once by app.py. Holds no state of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from tmf_server.config import Settings
from tmf_server.registry.entity import Document, Entity
from tmf_server.registry.exposure import Exposure
from tmf_server.registry.registry import Registry
from tmf_server.rest.representation.links import Links
from tmf_server.storage.connection.database import Connection, Database
from tmf_server.storage.query.select import Selector
from tmf_server.storage.write.records import Records, Stored

if TYPE_CHECKING:
    from tmf_server.events.subscriptions import Subscriptions
    from tmf_server.rest.representation.cache import Shown
    from tmf_server.rest.schema.validation import Validators

StartTask = Callable[[Connection, Entity, Stored, str, str], Stored]
"""Does or starts the work of a task in the transaction that created it; gives the task's record as it is then.

Takes the record, the name of the contract that it came through and the origin.
"""


class Intake(Protocol):
    """Takes in news: what is posted may make a record or change the one that it is about."""

    def submit(self, exposure: Exposure, shown: Document, policy: str) -> Future[Stored]:
        """The record, once it is committed together with what else arrived."""
        ...

    def take(self, connection: Connection, exposure: Exposure, shown: Document, policy: str) -> Stored:
        """The record, in the caller's transaction."""
        ...

    def close(self) -> None:
        """Finish what is under way."""
        ...


@dataclass(frozen=True)
class Services:
    """The parts of one server. `tasks` starts what entities call their task, `intakes` what they call their intake."""

    settings: Settings
    registry: Registry
    database: Database
    records: Records
    selector: Selector
    validators: Validators
    links: Links
    shown: Shown
    subscriptions: Subscriptions
    tasks: Mapping[str, StartTask] = field(default_factory=dict)
    intakes: Mapping[str, Intake] = field(default_factory=dict)
