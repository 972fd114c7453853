"""Bodies of requests: packed or not, in time, and bounded, each alone and all together."""

import asyncio
import gzip
import socket
import threading
import zlib
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import httpx
import orjson
import pytest

from tests.support.servers.receiver import eventually
from tmf_server.config.server import ConnectionsSettings
from tmf_server.errors import InvalidInput, TimedOut, Unavailable
from tmf_server.rest.http.edge.bodies import LARGE, Bodies, pieces
from tmf_server.rest.http.edge.budget import Budget
from tmf_server.rest.http.edge.codings import PART, Gunzip
from tmf_server.testing.server import EphemeralServer

BUDGET, LARGEST = 120_000, 100_000
JSON = {"Content-Type": "application/json"}
ZIPPED = {**JSON, "Content-Encoding": "gzip"}
LAMPS = {"@type": "Category", "name": "Lamps"}


@pytest.fixture(scope="module")
def server() -> Iterator[EphemeralServer]:
    with EphemeralServer.serving("TMF620", bodies_bytes=BUDGET, max_body_bytes=LARGEST) as server:
        yield server


@pytest.fixture
def client(server: EphemeralServer) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url(), trust_env=False) as client:
        yield client


# -- codings ----------------------------------------------------------------------------------------
def unpacked(*sent: bytes) -> bytes:
    member = Gunzip()
    parts = [part for piece in sent for part in member.unpacked(piece)]
    member.finish()
    assert max(map(len, parts), default=0) <= PART
    return b"".join(parts)


TEXT = b"lamps and locks, " * 20_000
WHOLE = gzip.compress(TEXT)


@pytest.mark.parametrize("size", [1, 7, 100, len(WHOLE)])
def test_gzip_is_unpacked_however_it_is_cut(size: int) -> None:
    assert unpacked(*(WHOLE[at : at + size] for at in range(0, len(WHOLE), size))) == TEXT


@pytest.mark.parametrize("length", [0, 1, PART - 1, PART, PART + 1, 3 * PART])
def test_parts_are_bounded_and_none_is_left_behind(length: int) -> None:
    assert unpacked(gzip.compress(bytes(length))) == bytes(length)
    assert unpacked(gzip.compress(bytes(length)) + gzip.compress(b"more")) == bytes(length) + b"more"


@pytest.mark.parametrize(
    "sent", [WHOLE[:-1], WHOLE[:5], b"{}", WHOLE + b"x", WHOLE[:-8] + bytes(8), zlib.compress(TEXT)], ids=range(6)
)
def test_gzip_that_is_none_is_refused(sent: bytes) -> None:
    with pytest.raises(InvalidInput) as caught:
        unpacked(sent)
    assert caught.value.code == "brokenCoding"


@pytest.mark.parametrize("version", ["v4", "v5"])
def test_a_packed_body_is_taken_as_if_it_were_not(server: EphemeralServer, client: httpx.Client, version: str) -> None:
    categories = f"{server.url('TMF620', version)}/category"
    packed = gzip.compress(orjson.dumps(LAMPS))
    made = client.post(categories, content=packed, headers=ZIPPED)
    assert (made.status_code, made.json()["name"]) == (201, "Lamps")
    for coding in ("GZIP", "x-gzip"):
        again = client.post(categories, content=packed, headers={**JSON, "Content-Encoding": coding})
        assert again.status_code == 201
    change = gzip.compress(b'{"description": "warm"}')
    headers = {"Content-Type": "application/merge-patch+json", "Content-Encoding": "gzip"}
    changed = client.patch(made.json()["href"], content=change, headers=headers)
    assert (changed.status_code, changed.json()["description"]) == (200, "warm")
    plain = client.post(categories, json=LAMPS, headers={"Content-Encoding": "identity"})
    assert plain.status_code == 201


@pytest.mark.parametrize("coding", ["br", "deflate", "zstd", "gzip, gzip", "gzip, br", "nonsense"])
def test_another_coding_is_refused_with_those_that_are_taken(
    server: EphemeralServer, client: httpx.Client, coding: str
) -> None:
    headers = {**JSON, "Content-Encoding": coding}
    for method, url in (("POST", f"{server.url('TMF620')}/category"), ("PUT", "/files/a.json")):
        answer = client.request(method, url, content=b"{}", headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (415, "unsupportedContentEncoding")
        assert answer.headers["accept-encoding"] == "gzip"


def test_a_packed_body_is_bounded_as_it_is_unpacked(server: EphemeralServer, client: httpx.Client) -> None:
    bomb = gzip.compress(b'{"name": "' + bytes(50_000_000))
    assert len(bomb) < LARGEST
    answer = client.post(f"{server.url('TMF620')}/category", content=bomb, headers=ZIPPED)
    assert (answer.status_code, answer.json()["code"]) == (413, "tooLarge")
    cut = gzip.compress(orjson.dumps(LAMPS))[:-4]
    answer = client.post(f"{server.url('TMF620')}/category", content=cut, headers=ZIPPED)
    assert (answer.status_code, answer.json()["code"]) == (400, "brokenCoding")


def test_a_packed_file_is_stored_unpacked(client: httpx.Client) -> None:
    made = client.put("/files/some.json", content=WHOLE, headers={"Content-Encoding": "gzip"})
    assert (made.status_code, made.json()["size"]) == (201, len(TEXT))
    assert client.get("/files/some.json").content == TEXT
    cut = client.put("/files/some.json", content=WHOLE[:-4], headers={"Content-Encoding": "gzip"})
    assert cut.status_code == 400
    assert client.get("/files/some.json").content == TEXT


# -- time -------------------------------------------------------------------------------------------
def received(*messages: dict[str, Any], seconds: float, stall_seconds: float) -> list[bytes]:
    """What is read of a body whose last piece never comes unless a message says so."""
    waiting = list(messages)

    async def receive() -> dict[str, Any]:
        return waiting.pop(0) if waiting else await asyncio.Event().wait()  # type: ignore[return-value]

    async def whole() -> list[bytes]:
        return [piece async for piece in pieces(receive, stall_seconds, seconds)]

    return asyncio.run(whole())


FIRST = {"type": "http.request", "body": b"{", "more_body": True}
LAST = {"type": "http.request", "body": b"}"}


def test_a_body_that_comes_is_read() -> None:
    assert received(FIRST, LAST, seconds=60, stall_seconds=60) == [b"{", b"}"]


@pytest.mark.parametrize(("seconds", "stall_seconds"), [(0.01, 60), (60, 0.01)])
def test_a_body_that_does_not_come_is_given_up(seconds: float, stall_seconds: float) -> None:
    for begun in ((), (FIRST,)):
        with pytest.raises(TimedOut):
            received(*begun, seconds=seconds, stall_seconds=stall_seconds)


def test_a_client_that_leaves_is_told_from_one_that_is_slow() -> None:
    with pytest.raises(InvalidInput, match="left"):
        received(FIRST, {"type": "http.disconnect"}, seconds=60, stall_seconds=60)


# -- the budget -------------------------------------------------------------------------------------
def test_requests_share_a_budget_and_give_it_back() -> None:
    budget = Budget(10)
    with budget.hold() as one, budget.hold() as other:
        one.take(6)
        other.take(4)
        for hold in (one, other):
            with pytest.raises(Unavailable):
                hold.take(1)
        with pytest.raises(Unavailable):
            other.check(1)
    assert budget.used == 0


def test_a_request_that_is_alone_is_not_refused() -> None:
    budget = Budget(10)
    with budget.hold() as alone:
        alone.take(25)
        with budget.hold() as other, pytest.raises(Unavailable):
            other.take(1)
    with budget.hold() as next_one:
        next_one.take(11)


def half_sent(server: EphemeralServer, method: str, path: str, size: int, sent: int) -> socket.socket:
    """A connection with a request whose body is not sent whole."""
    url = httpx.URL(server.url())
    connection = socket.create_connection((url.host, url.port or 80), timeout=30)
    fields = ("Host: localhost", "Content-Type: application/json", f"Content-Length: {size}")
    head = "\r\n".join((f"{method} {path} HTTP/1.1", *fields, "", ""))
    connection.sendall(head.encode() + b" " * sent)
    return connection


def test_bodies_beyond_the_budget_are_put_off(server: EphemeralServer, client: httpx.Client) -> None:
    path = httpx.URL(f"{server.url('TMF620')}/category").path
    large = orjson.dumps(LAMPS | {"description": "x" * 90_000})

    def refused() -> bool:
        return client.post(path, content=large, headers=JSON).status_code == 503

    assert client.post(path, content=large, headers=JSON).status_code == 201
    with half_sent(server, "POST", path, 80_000, 60_000):
        for _ in range(5):
            assert client.get(path).status_code == 200  # what was sent before is read by now
        assert refused()
        answer = client.post(path, content=large, headers=JSON)
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
        assert answer.headers["retry-after"] == "1"

        def chunked() -> Iterator[bytes]:
            yield from (large[at : at + 10_000] for at in range(0, len(large), 10_000))

        assert client.post(path, content=chunked(), headers=JSON).status_code == 503
        assert client.post(path, content=gzip.compress(large), headers=ZIPPED).status_code == 503
        assert client.post(path, json=LAMPS).status_code == 201
    assert eventually(lambda: not refused())
    assert client.post(path, content=large, headers=JSON).status_code == 201


def test_large_bodies_have_their_turn_and_small_ones_need_none() -> None:
    told: list[str] = []

    async def work(name: str, size: int) -> None:
        async with bodies.turn(size):
            told.append(f"{name} begins")
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            told.append(f"{name} ends")

    async def all_at_once() -> None:
        await asyncio.gather(work("one", LARGE + 1), work("two", LARGE + 1), work("small", LARGE))

    bodies = Bodies(ConnectionsSettings(), LARGE + 1)
    asyncio.run(all_at_once())
    assert told == ["one begins", "small begins", "one ends", "small ends", "two begins", "two ends"]


@pytest.mark.parametrize(("size", "here"), [(LARGE, True), (LARGE + 1, False)])
def test_a_large_body_is_checked_beside_the_event_loop(size: int, here: bool) -> None:
    bodies = Bodies(ConnectionsSettings(), LARGE + 1)
    assert (asyncio.run(bodies.apart(size, threading.get_ident)) == threading.get_ident()) is here


# -- uploads ----------------------------------------------------------------------------------------
def test_slow_uploads_hold_up_nobody(server: EphemeralServer, client: httpx.Client) -> None:
    with ExitStack() as stack:
        slow = [stack.enter_context(half_sent(server, "PUT", f"/files/{n}.json", 1_000, 10)) for n in range(40)]
        for _ in range(3):
            assert client.put("/files/quick.json", content=b"{}").status_code == 201
            assert client.get("/files/quick.json").content == b"{}"
            assert client.delete("/files/quick.json").status_code == 204
        slow[0].sendall(b" " * 990)
        assert slow[0].recv(65_536).startswith(b"HTTP/1.1 201 ")
    assert client.get("/files/1.json").status_code == 404
