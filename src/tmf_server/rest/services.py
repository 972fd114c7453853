"""What the verbs work with; made once by app.py. Holds no state of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tmf_server.registry import Registry
from tmf_server.rest.links import Links
from tmf_server.settings import Settings
from tmf_server.storage.database import Database
from tmf_server.storage.records import Records

if TYPE_CHECKING:
    from tmf_server.events.subscriptions import Subscriptions
    from tmf_server.rest.validation import Validators


@dataclass(frozen=True)
class Services:
    """The parts of one server."""

    settings: Settings
    registry: Registry
    database: Database
    records: Records
    validators: Validators
    links: Links
    subscriptions: Subscriptions
