"""The servers of a test run: a server for each set of arguments, started at the first use. Knows no test framework."""

from collections.abc import Iterable
from typing import Any

from tmf_server.testing.server import EphemeralServer


class Pool:
    """Servers by their arguments."""

    def __init__(self) -> None:
        self._servers: dict[str, EphemeralServer] = {}

    def server(self, apis: Iterable[str], **wish: Any) -> EphemeralServer:
        """Return the server of the APIs and arguments, freshly reset. ValueError and TypeError for wrong arguments."""
        name = repr((sorted(set(apis)), sorted(wish.items())))
        server = self._servers.get(name)
        if server is None:
            server = self._servers[name] = EphemeralServer.serving(*apis, **wish).start()
        else:
            server.reset()
        return server

    def close(self) -> None:
        """Stop all servers."""
        while self._servers:
            self._servers.popitem()[1].stop()
