"""Connections that wait too long are closed, too many are bounded, and what is no HTTP gets TM Forum's Error."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from typing import Any, Self

import orjson
import pytest
import uvicorn
from structlog.testing import capture_logs
from uvicorn.server import ServerState

from tests.support.servers import process
from tests.support.servers.process import ServerProcess
from tests.support.servers.receiver import eventually
from tmf_server.cli.serving import _run
from tmf_server.config import Settings
from tmf_server.rest.http.asgi import send_response
from tmf_server.rest.http.edge.connections import Connection
from tmf_server.rest.http.edge.listening import limits_of, server_options
from tmf_server.rest.http.edge.outgoing import Outgoing
from tmf_server.rest.http.messages import Response

LONG, SHORT = 60.0, 0.2
PATIENT = 30.0  # seconds within which a test sees what it waits for
BIG = 20_000_000


class Place:
    """A small application behind the connections of the server, in a thread."""

    def __init__(self, **settings: Any) -> None:
        self.answered = 0
        self._free = threading.Event()
        self._socket = socket.create_server(("127.0.0.1", 0))
        options = server_options(Settings.of(**settings))
        self._server = uvicorn.Server(uvicorn.Config(self._app, **options | {"lifespan": "off", "interface": "asgi3"}))
        self._thread = threading.Thread(target=self._server.run, args=([self._socket],), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        assert eventually(lambda: self._server.started)
        return self

    def __exit__(self, *_: object) -> None:
        self._free.set()
        self._server.should_exit = self._server.force_exit = True
        self._thread.join(PATIENT)

    async def _app(self, scope: Any, receive: Any, send: Any) -> None:
        """Read and answer; /early answers without reading, /held when it is told to, /big with much."""
        path = scope["path"]
        more = path != "/early"
        while more:
            message = await receive()
            more = message.get("more_body", False)
        while path == "/held" and not self._free.is_set():
            await _pause()
        self.answered += 1
        body = bytes(BIG) if path == "/big" else path.encode()
        await send_response(Outgoing(send, []), Response(200, body))

    def connect(self) -> socket.socket:
        return socket.create_connection(self._socket.getsockname(), timeout=PATIENT)

    @property
    def connections(self) -> int:
        return len(self._server.server_state.connections)

    def free(self) -> None:
        self._free.set()


async def _pause() -> None:
    import asyncio

    await asyncio.sleep(0.01)


def head(path: str = "/", *fields: str, method: str = "GET") -> bytes:
    return "\r\n".join((f"{method} {path} HTTP/1.1", "Host: localhost", *fields, "", "")).encode()


def read(connection: socket.socket) -> bytes:
    """All that comes until the server closes the connection."""
    found = bytearray()
    with contextlib.suppress(ConnectionResetError):
        while part := connection.recv(65_536):
            found += part
    return bytes(found)


def answer(connection: socket.socket, path: bytes = b"/") -> bytes:
    """An answer whose body is the path; the connection stays open."""
    found = b""
    while not found.endswith(b"\r\n\r\n" + path):
        part = connection.recv(65_536)
        assert part, found
        found += part
    return found


def error(found: bytes) -> tuple[int, dict[str, str]]:
    """The status and the body of an answer that is TM Forum's Error, after which the connection is closed."""
    start, _, body = found.partition(b"\r\n\r\n")
    line, *lines = start.decode().lower().split("\r\n")
    fields = dict(one.split(": ", 1) for one in lines)
    assert fields["content-type"] == "application/json"
    assert fields["content-length"] == str(len(body))
    assert fields["connection"] == "close"
    assert (fields["x-content-type-options"], fields["vary"]) == ("nosniff", "origin")
    told = orjson.loads(body)
    assert told["requestId"] == fields["x-request-id"]
    assert told["status"] == line.split()[1]
    assert {"code", "reason"} <= told.keys()
    return int(told["status"]), told | fields


@pytest.fixture(scope="module")
def hasty() -> Iterator[Place]:
    """A place that waits for nothing."""
    short = dict.fromkeys(("head_seconds", "stall_seconds", "body_seconds"), SHORT)
    with Place(**short, keep_alive_seconds=0, max_head_bytes=2_000) as place:
        yield place


@pytest.fixture(scope="module")
def calm() -> Iterator[Place]:
    """A place that waits for ever, and has few connections."""
    long = dict.fromkeys(("head_seconds", "stall_seconds", "body_seconds"), LONG)
    with Place(**long, keep_alive_seconds=60, max_connections=4) as place:
        yield place


def test_a_connection_that_sends_nothing_is_closed(hasty: Place) -> None:
    with hasty.connect() as connection:
        assert read(connection) == b""


@pytest.mark.parametrize("sent", [b"G", b"GET / HTTP/1.1\r\nHost: loc", head()[:-2]])
def test_a_head_that_is_not_finished_is_given_up(hasty: Place, sent: bytes) -> None:
    with hasty.connect() as connection:
        connection.sendall(sent)
        assert error(read(connection))[1]["code"] == "requestTimeout"


def test_a_second_head_that_is_not_finished_is_given_up() -> None:
    with Place(head_seconds=SHORT, keep_alive_seconds=60) as place, place.connect() as connection:
        connection.sendall(head())
        answer(connection)
        connection.sendall(b"GET /again")
        status, told = error(read(connection))
        assert (status, told["@type"]) == (408, "Error")


def test_a_connection_on_which_nothing_follows_is_closed(hasty: Place) -> None:
    with hasty.connect() as connection:
        connection.sendall(head())
        assert read(connection).endswith(b"\r\n\r\n/")


def test_the_rest_of_a_body_that_nobody_reads_is_not_waited_for(hasty: Place) -> None:
    with hasty.connect() as connection:
        connection.sendall(head("/early", "Content-Length: 1000000", method="POST"))
        found = connection.recv(65_536)
        assert found.startswith(b"HTTP/1.1 200 OK")
        with contextlib.suppress(ConnectionError):
            for _ in range(3_000):  # a byte now and then keeps no connection open
                connection.sendall(b"x")
                threading.Event().wait(0.01)
            raise AssertionError("the connection is still open")


@pytest.mark.parametrize("fields", [(), ("Connection: close",)], ids=str)
def test_a_client_that_does_not_read_is_left(hasty: Place, fields: tuple[str, ...]) -> None:
    before = hasty.connections
    with hasty.connect() as connection:
        connection.sendall(head("/big", *fields))
        connection.recv(1)
        assert eventually(lambda: hasty.connections == before)


def test_a_client_that_reads_gets_all(calm: Place) -> None:
    with calm.connect() as connection:
        connection.sendall(head("/big", "Connection: close"))
        assert read(connection).partition(b"\r\n\r\n")[2] == bytes(BIG)


class Slow:
    """A loop and a transport that a test drives: `left` bytes of answers are not read."""

    def __init__(self) -> None:
        self.left = 0
        self.aborted = False
        self._due: tuple[Any, ...] = ()

    def call_later(self, _seconds: float, *action: Any) -> "Slow":
        self._due = action
        return self

    def cancel(self) -> None:
        self._due = ()

    def get_write_buffer_size(self) -> int:
        return self.left

    def get_extra_info(self, _name: str) -> None:
        return None

    def abort(self) -> None:
        self.aborted = True

    def pass_time(self) -> None:
        action, self._due = self._due, ()
        if action:
            action[0](*action[1:])


def test_a_client_is_left_only_when_it_reads_nothing_at_all() -> None:
    slow: Any = Slow()
    config = uvicorn.Config(lambda: None, log_config=None)
    made = Connection(limits_of(Settings()), config=config, server_state=ServerState(), app_state={}, _loop=slow)
    made.connection_made(slow)
    slow.left = 100
    made.pause_writing()
    for left in (90, 10):
        slow.left = left
        slow.pass_time()
        assert not slow.aborted
    made.resume_writing()
    slow.pass_time()
    made.pause_writing()
    assert not slow.aborted
    slow.pass_time()
    assert slow.aborted


@pytest.mark.parametrize(
    "sent",
    [
        head("/" + "x" * 3_000),
        head("/", "X-Long: " + "x" * 3_000),
        head("/", *(f"X-{number}: {number}" for number in range(500))),
        b"GET /" + b"x" * 70_000,
        b"GET / HTTP/1.1\r\nX-Long: " + b"x" * 70_000,
        b"GET / HTTP/1.1\r\nX-Long: " + b"x" * 1_000_000,
    ],
    ids=range(6),
)
def test_a_head_that_is_too_large_is_refused(hasty: Place, sent: bytes) -> None:
    answered = hasty.answered
    with hasty.connect() as connection:
        connection.sendall(sent)
        assert error(read(connection))[0] == 431
    assert hasty.answered == answered


@pytest.mark.parametrize(
    "sent",
    [
        b"nonsense\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET  HTTP/1.1\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        head("/", "Bad Name: x"),
        head("/", "Content-Length: x"),
        head("/", "Content-Length: 1", "Content-Length: 2"),
        head("/", "Content-Length: 5", "Transfer-Encoding: chunked"),
        head("/", "Transfer-Encoding: chunked", method="POST") + b"zz\r\n",
        b"CONNECT example.com:443 HTTP/1.1\r\nHost: example.com\r\n\r\n",
    ],
    ids=range(11),
)
def test_what_is_no_http_is_told_so(calm: Place, sent: bytes) -> None:
    with calm.connect() as connection:
        connection.sendall(sent)
        status, told = error(read(connection))
        assert (status, told["code"], told["@type"]) == (400, "malformedRequest", "Error")


def test_what_is_no_http_is_told_in_the_version_that_was_called(calm: Place) -> None:
    with calm.connect() as connection:
        connection.sendall(b"GET /tmf-api/x/v4/y HTTP/1.1\r\nBad Name: x\r\n\r\n")
        assert "@type" not in error(read(connection))[1]


def test_requests_behind_each_other_are_answered_in_order(calm: Place) -> None:
    with calm.connect() as connection:
        connection.sendall(head("/1") + head("/2") + head("/3", "Connection: close"))
        found = read(connection)
        assert [part for part in (b"/1", b"/2", b"/3") if part in found] == [b"/1", b"/2", b"/3"]
        assert found.count(b"HTTP/1.1 200 OK") == 3


def test_an_upgrade_to_what_there_is_not_is_answered_as_if_it_were_not_asked(calm: Place) -> None:
    upgrade = ("Connection: Upgrade, HTTP2-Settings", "HTTP2-Settings: AAMAAABkAAQAAP__", "Upgrade: h2c")
    with calm.connect() as connection:
        connection.sendall(head("/", *upgrade, "Content-Length: 2", method="POST") + b"{}")
        assert answer(connection).startswith(b"HTTP/1.1 200 OK")
        connection.sendall(head())
        assert answer(connection).startswith(b"HTTP/1.1 200 OK")


def test_a_connection_that_waits_makes_room_for_a_new_one(calm: Place) -> None:
    assert eventually(lambda: calm.connections == 0)  # those of other tests
    with contextlib.ExitStack() as stack:
        silent, half, *_ = connections = [stack.enter_context(calm.connect()) for _ in range(4)]
        half.sendall(b"GET / HT")
        assert eventually(lambda: calm.connections == 4)
        new = stack.enter_context(calm.connect())
        assert read(silent) == b""
        new.sendall(head())
        assert answer(new).startswith(b"HTTP/1.1 200 OK")
        stack.enter_context(calm.connect())
        assert read(half) == b""
        assert calm.connections == 4
        assert len(connections) == 4
    assert eventually(lambda: calm.connections == 0)


def test_a_connection_that_is_in_use_is_not_closed_for_a_new_one() -> None:
    with Place(max_connections=2) as place, place.connect() as one, place.connect() as two:
        for busy in (one, two):
            busy.sendall(head("/held"))
        assert eventually(lambda: place.connections == 2)
        assert eventually(lambda: len(place._server.server_state.tasks) == 2)
        with place.connect() as third:
            status, told = error(read(third))
            assert (status, told["code"], told["retry-after"]) == (503, "unavailable", "1")
        place.free()
        for busy in (one, two):
            assert answer(busy, b"/held").startswith(b"HTTP/1.1 200 OK")


@pytest.mark.parametrize(
    ("host", "warned"), [("127.0.0.1", False), ("localhost", False), ("0.0.0.0", True), ("::", True)]
)
def test_an_address_that_others_reach_is_warned_of(monkeypatch: pytest.MonkeyPatch, host: str, warned: bool) -> None:
    monkeypatch.setattr("tmf_server.app.create_app", lambda _: None)
    monkeypatch.setattr("tmf_server.cli.serving.environment", dict)
    started: list[Any] = []
    monkeypatch.setattr(uvicorn, "run", lambda _, **options: started.append(options["host"]))
    with capture_logs() as logs:
        _run(Settings.of(host=host, port=8081))
    assert started == [host]
    assert [(one["log_level"], one["host"], one["port"]) for one in logs] == [("warning", host, 8081)] * warned


def test_connections_take_half_of_the_handles_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    import resource

    unlimited = resource.RLIM_INFINITY
    for handles, most in ((300, 150), (1, 1), (100_000, 1_000), (unlimited, 1_000)):
        monkeypatch.setattr(resource, "getrlimit", lambda _, handles=handles: (handles, unlimited))
        assert limits_of(Settings()).connections == most


def test_nobody_is_locked_out_by_connections_that_do_nothing(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    few = "import resource; resource.setrlimit(resource.RLIMIT_NOFILE, (300, 300)); "
    monkeypatch.setattr(process, "COMMAND", (*process.COMMAND[:-1], few + process.COMMAND[-1]))
    with ServerProcess(tmp_path) as server, contextlib.ExitStack() as stack:
        for number in range(400):
            silent = stack.enter_context(socket.create_connection(("127.0.0.1", server.port), timeout=PATIENT))
            if number % 2:
                silent.sendall(b"GET / HT")
        for _ in range(20):
            with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENT) as connection:
                connection.sendall(head("/tmf-api/productCatalogManagement/v5/category", "Connection: close"))
                assert read(connection).startswith(b"HTTP/1.1 200 OK")
