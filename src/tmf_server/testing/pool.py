"""The servers of one run of tests: one for each wish, started when it is first wished for. Knows no test framework."""

from collections.abc import Iterable
from typing import Any

from tmf_server.testing.server import EphemeralServer


class Pool:
    """Servers by what was asked for."""

    def __init__(self) -> None:
        self._servers: dict[str, EphemeralServer] = {}

    def server(self, apis: Iterable[str], **wish: Any) -> EphemeralServer:
        """The server of these APIs and arguments, as new. Raises ValueError and TypeError for wrong ones."""
        name = repr((sorted(set(apis)), sorted(wish.items())))
        server = self._servers.get(name)
        if server is None:
            server = self._servers[name] = EphemeralServer.serving(*apis, **wish).start()
        else:
            server.reset()
        return server

    def close(self) -> None:
        """Stop them all."""
        while self._servers:
            self._servers.popitem()[1].stop()
