"""What all deliveries of one worker work with. Runs what blocks in threads; holds no rule."""

import asyncio
import os
import socket
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TypeVar, TypeVarTuple

from sqlalchemy import Connection

from tmf_server.config import Settings
from tmf_server.events.delivery.payload import Composer
from tmf_server.events.delivery.queue import Topics
from tmf_server.events.delivery.signing import Signer
from tmf_server.events.outbound.client import Outbound
from tmf_server.events.outbound.url_policy import UrlPolicy
from tmf_server.registry.entity import Document
from tmf_server.storage.connection.database import Database

T = TypeVar("T")
Args = TypeVarTuple("Args")
Predicate = Callable[[Document], bool]
Matcher = Callable[[str, str, str], Predicate]
"""Compiles the query of a subscription to an API in a version; the predicate takes event bodies. Raises Problem."""


def holder_name() -> str:
    """A name for this worker in leases: host, process and a random part."""
    return f"{socket.gethostname()}-{os.getpid()}-{uuid.uuid4().hex[:8]}"


@dataclass(frozen=True)
class DeliveryContext:
    """The parts that a delivery needs; made by the composition root."""

    database: Database
    settings: Settings
    topics: Topics
    composer: Composer
    matcher: Matcher
    guard: UrlPolicy
    signer: Signer
    outbound: Callable[..., Outbound] = Outbound
    holder: str = field(default_factory=holder_name)
    threads: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(8, "events"))

    @property
    def lease_seconds(self) -> float:
        """How long a row is held between two writes: never less than one delivery may take."""
        return self.settings.events.turn_lease_seconds

    async def run(self, work: Callable[[*Args], T], *args: *Args) -> T:
        """Run what blocks in a thread."""
        return await asyncio.get_running_loop().run_in_executor(self.threads, work, *args)

    async def read(self, work: Callable[[Connection, *Args], T], *args: *Args) -> T:
        """Run a read in a thread."""
        return await self.run(self._read, lambda connection: work(connection, *args))

    async def transact(self, work: Callable[[Connection, *Args], T], *args: *Args) -> T:
        """Run a unit of work in a thread, in a transaction that ends before this returns."""
        return await self.run(self.database.transact, lambda connection: work(connection, *args))

    def _read(self, work: Callable[[Connection], T]) -> T:
        with self.database.read() as connection:
            return work(connection)
