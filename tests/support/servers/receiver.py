"""A subscriber for tests: an HTTP server on loopback that keeps what it gets and answers as told. Checks nothing."""

import ssl
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

import orjson


@dataclass(frozen=True)
class Call:
    """One request: header names are in lower case, `at` is the monotonic time of its arrival."""

    path: str
    headers: Mapping[str, str]
    body: bytes
    at: float

    @property
    def json(self) -> Any:
        """The parsed body."""
        return orjson.loads(self.body)


@dataclass
class Rule:
    """How one path is answered."""

    status: int = 204
    headers: Mapping[str, str] | None = None
    body: bytes = b""
    seconds: float = 0.0
    decide: Callable[[Call], int] | None = None


class Receiver:
    """Answers 204 unless a rule of the path says otherwise; by TLS when it is given a context for it."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.calls: list[Call] = []
        self.connections = 0
        self._rules: dict[str, Rule] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        if tls is not None:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})

    @property
    def port(self) -> int:
        """The port on 127.0.0.1."""
        return self._server.server_address[1]

    def url(self, path: str) -> str:
        """The URL of a path."""
        return f"http://127.0.0.1:{self.port}{path}"

    def answer(self, path: str, status: int, headers: Mapping[str, str] | None = None, body: bytes = b"") -> None:
        """Answer a path this way from now on."""
        self._rules[path] = Rule(status, headers, body)

    def decide(self, path: str, decide: Callable[[Call], int]) -> None:
        """Answer a path with the status that a function gives."""
        self._rules[path] = Rule(decide=decide)

    def delay(self, path: str, seconds: float) -> None:
        """Answer a path 204, but only after some seconds."""
        self._rules[path] = Rule(seconds=seconds)

    def rule(self, path: str) -> Rule:
        """How the path is answered now."""
        return self._rules.get(path, Rule())

    def at(self, path: str) -> list[Call]:
        """The calls of one path, in the order in which they came."""
        return [call for call in list(self.calls) if call.path == path]

    def __enter__(self) -> Self:
        """Serve until the context ends."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def _handler(receiver: Receiver) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # the answer goes out in one packet, and at once
        wbufsize = -1
        disable_nagle_algorithm = True

        def setup(self) -> None:
            super().setup()
            receiver.connections += 1

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            call = Call(
                self.path, {name.lower(): value for name, value in self.headers.items()}, body, time.monotonic()
            )
            rule = receiver.rule(self.path)
            receiver.calls.append(call)
            if rule.seconds:
                time.sleep(rule.seconds)
            self.send_response(rule.decide(call) if rule.decide else rule.status)
            for name, value in (rule.headers or {}).items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(rule.body)))
            self.end_headers()
            self.wfile.write(rule.body)

        do_GET = do_PUT = do_POST  # noqa: N815 - http.server's names

        def log_message(self, *_: object) -> None:
            return

    return Handler


def eventually(check: Callable[[], bool], seconds: float = 15.0) -> bool:
    """Wait until the check holds; False when it does not within the time."""
    deadline = time.monotonic() + seconds
    while not check():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def records(calls: Sequence[Call]) -> list[str]:
    """The ids of the records that the calls report."""
    return [next(iter(call.json["event"].values()))["id"] for call in calls]


def received(receiver: Receiver, path: str, number: int) -> bool:
    """True when at least so many calls came to the path."""
    return len(receiver.at(path)) >= number


def deduplicated(names: Sequence[str]) -> list[str]:
    """Each name where it comes first."""
    return list(dict.fromkeys(names))
