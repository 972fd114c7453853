"""The parts that all deliveries of one worker share. Runs blocking work in threads; holds no rule."""

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
"""Compiles a subscription's query for an API in a version into a predicate over event bodies. Raises Problem."""


def holder_name() -> str:
    """Return a name for this worker in leases: host, process and a random part."""
    return f"{socket.gethostname()}-{os.getpid()}-{uuid.uuid4().hex[:8]}"


@dataclass(frozen=True)
class DeliveryContext:
    """Database, formats, signer and client of deliveries; made by the composition root."""

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
        """Seconds for which a row is held between two writes: never less than one delivery may take."""
        return self.settings.events.turn_lease_seconds

    async def run(self, work: Callable[[*Args], T], *args: *Args) -> T:
        """Run blocking work in a thread."""
        return await asyncio.get_running_loop().run_in_executor(self.threads, work, *args)

    async def read(self, work: Callable[[Connection, *Args], T], *args: *Args) -> T:
        """Run a read in a thread."""

        def read() -> T:
            with self.database.read() as connection:
                return work(connection, *args)

        return await self.run(read)

    async def transact(self, work: Callable[[Connection, *Args], T], *args: *Args) -> T:
        """Run a unit of work in a thread, in a transaction committed before the return."""
        return await self.run(self.database.transact, lambda connection: work(connection, *args))
